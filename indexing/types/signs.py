"""Words between which a title's phrases lie, in the languages that shops write."""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURPOSE: Final = _words(
    "for compatible fits suitable designed zu für passend kompatibel geeignet pour adapté para "
    "compatibles compatibili per adatto voor geschikt til passer för passar till для подходит"
)
"""What follows says what the product fits: `battery for laptops`."""
WITH: Final = _words(
    "with w incl including includes featuring mit inkl inklusive avec inclus con incluso met "
    "inclusief med com without ohne sans sin senza zonder uden utan sem"
)
"""What follows comes with it, or does not: `phone with charger`."""
OF: Final = _words("of by from von de du des d di del della da do dos van af av")
"""The head stands before: `box of chocolates`, `drill by Karmach`."""
OF_IN: Final = {
    "fr": _words("en"),
    "es": _words("en"),
    "ca": _words("en"),
    "gl": _words("en"),
    "it": _words("in"),
    "pt": _words("em"),
    "ro": _words("din"),
    "de": _words("aus"),
    "pl": _words("z ze"),
    "cs": _words("z ze"),
    "sk": _words("z zo"),
    "ru": _words("из"),
    "uk": _words("з із"),
}
"""Further words behind which a language says what the thing is made of: `cuillère en bois`."""
JOIN: Final = _words("and or und oder et ou y o e og och en")
"""`washer and dryer`: one phrase."""
COLOURS: Final = _words(
    "black white red blue green yellow orange purple pink brown grey gray silver gold beige navy "
    "teal turquoise cyan magenta charcoal ivory bronze copper graphite transparent multicolor "
    "multicolour multicolored multi assorted violet maroon burgundy khaki indigo aqua fuchsia "
    "stainless titanium platinum bisque chrome metallic glossy matte matt schwarz weiß weiss rot "
    "blau grün gruen gelb lila rosa braun grau silber bunt türkis zwart wit rood blauw groen geel "
    "paars roze bruin grijs zilver goud svart vit röd blå grön gul brun grå hvid rød grøn noir "
    "noire blanc blanche rouge bleu bleue vert verte jaune gris grise doré marron negro negra "
    "blanco blanca rojo roja azul verde amarillo amarilla morado plata dorado marrón nero nera "
    "bianco bianca rosso rossa giallo grigio argento marrone preto preta branco branca vermelho "
    "amarelo roxo cinza prata dourado castanho color colour coloured colored"
)
"""At the end of a phrase they say what it looks like."""
MATERIALS: Final = _words(
    "edelstahl stahl aluminium alu eisen gusseisen messing metall kunststoff plastik silikon gummi "
    "holz massivholz eiche buche kiefer akazie bambus rattan leder kunstleder wildleder baumwolle "
    "leinen wolle seide samt webstoff polyester porzellan keramik granit marmor"
)
"""They stand behind the noun where languages write `Brotdose Edelstahl`."""
SHADES: Final = ("light", "dark", "bright", "deep", "pale", "hell", "dunkel", "clair", "chiaro")
"""Before a colour they are part of it."""
FILLERS: Final = _words(
    "series edition version model type style size pack pcs piece pieces each pair lot class new "
    "original genuine refurbished replacement official brand authentic sale free shipping small "
    "medium large xl xxl mini max pro lite plus premium deluxe standard basic classic two men "
    "women mens womens kids boys girls adult adults unisex male female mm cm inch inches ft feet "
    "oz ml kg lb "
    "lbs gb mb tb ghz mhz hz mah watt volt stück stk serie modell größe packung pièces taille "
    "série unité piezas tamaño pezzi taglia stuks maat first second third single double triple "
    "dual full half extra super ultra"
)
"""Words that a phrase may end with, though its head stands before them."""
NAMED_FILLERS: Final = (
    ("mini", "fridge refrigerator freezer bar oven pc computer projector"),
    ("small", "fridge refrigerator"),
    ("large", "format"),
)
"""Before these nouns such a word belongs to the name: a mini fridge is a kind of its own."""
HAN_COLOURS: Final = _words(
    "黑色 白色 红色 蓝色 绿色 黄色 橙色 紫色 粉色 粉红色 灰色 银色 金色 棕色 米色 咖啡色 透明 "
    "彩色 藏青色 酒红色 奶油色 石墨色 玫瑰金 古铜色 米白色 卡其色 天蓝色"
)
HAN_PURPOSE: Final = _words("适用 适用于 兼容 通用 专用 配 用于 适合")
HAN_FILLERS: Final = _words(
    "包邮 正品 专柜 官方 旗舰店 特价 新款 热卖 爆款 预售 现货 促销 赠 送 买 专卖店 正版 同款 "
    "代购 直邮 天猫 淘宝 特惠 秒杀 店长 推荐 男士 女士 男女 男 女 可选 系列 版 款 装 的 了 "
    "清仓 新品 上市 双 当天 专享 特供 抢先 限量 限 拍 发货 日常"
)
"""What sellers put into any title."""
DESCRIBING: Final = _words(
    "led lcd oled qled hd uhd fhd usb wifi fi bluetooth wireless lan wlan nfc hdmi dvi vga sata "
    "ide scsi ddr qwerty qwertz azerty optical digital electric electronic electrical automatic "
    "manual cordless rechargeable thermal android waterproof adjustable analog analogue english "
    "german french italian spanish elektrisch digital kabellos drahtlos automatisch électrique "
    "numérique automatique eléctrico inalámbrico automático elettrico automatico"
)
"""Words that say how a thing is, and are no kind, wherever they stand."""
ACCESSORIES: Final = _words(
    "accessories accessory consumables parts zubehör ersatzteile zubehörteile accessoires "
    "accessoire fournitures consommables accesorios consumibles recambios accessori "
    "consumabili ricambi acessórios toebehoren benodigdheden onderdelen tillbehör tilbehør "
    "reservedele reservdelar lisävarusteet akcesoria аксессуары запчасти aksesuar 配件 耗材 附件"
)
"""What categories call that which belongs to other things, also at the end of a word:
Druckerzubehör. Not supplies, as a power supply is no accessory.
"""
HEAD_FIRST: Final = frozenset(("fr", "es", "it", "pt", "ro"))
"""Languages whose heads stand before what describes them: `coque de téléphone`."""
CAPITAL_NOUNS: Final = frozenset(("de",))
"""Languages that write every noun with a capital, so that small letters tell no noun."""
NOUN_FIRST: Final = HEAD_FIRST | frozenset(
    ("ru", "pl", "cs", "sk", "uk", "bg", "hr", "sl", "sr", "ca")
)
"""Languages in which what a noun fits, owns or is made of stands behind it: `фильтр пылесоса`."""
COMPOUNDING: Final = frozenset(("de", "nl", "sv", "da", "no", "fi", "hu"))
"""Languages that write nouns which describe nouns in one word, so that a noun by itself is none."""
PURPOSE_IN: Final = {
    "en": _words("fit"),
    "fr": _words("compatible compatibles"),
    "de": _words("fürs zum zur"),
    "nl": _words("bij"),
    "sv": _words("åt"),
    "ru": _words("для на под к"),
    "uk": _words("для на під до"),
    "bg": _words("за"),
    "pl": _words("do dla na pod"),
    "cs": _words("na pro do k"),
    "sk": _words("na pre do k"),
    "hr": _words("za"),
    "sl": _words("za"),
    "sr": _words("za за"),
    "ro": _words("pentru"),
    "ca": _words("per a"),
}
"""Further words before what a product fits; elsewhere they may mean something else."""
PURPOSE_BEHIND: Final = {
    "tr": _words("için uyumlu"),
    "ko": _words("용 전용 호환"),
    "fi": _words("sopiva yhteensopiva"),
    "hu": _words("kompatibilis való"),
}
"""Words behind what a product fits: `kulaklık için kılıf`."""
FITTING_CHARACTERS: Final = ("専用", "专用", "專用", "通用", "対応", "向け", "전용", "용", "用")
"""The same in writing without spaces, right behind it: 掃除機用フィルター, the longest first."""
PURPOSE_SIGNS: Final = ("用", "専用", "対応", "向け", "용", "전용", "호환")
"""What ends a Japanese or Korean word that says what a product fits."""
PARTICLES: Final = frozenset("のとやでがをにはへも")
FITTING_PREFIXES: Final = ("适用于", "适用", "適用於", "兼容", "用于", "适合", "适配")
"""Before it: 适用于吸尘器的吸头."""
DIRECTED: Final = {
    "fi": re.compile(r".{4}(?:lle|[^aeiouyäö]iin|aan|oon|uun|yyn|ään|öön)$"),
    "hu": re.compile(r".{3}(?:hoz|hez|höz)$"),
}
"""Endings that say `to` or `for`: pölypussit pölynimuriin, szűrő porszívóhoz."""
OWNED: Final = {"tr": re.compile(r"^[^\W\dA-ZÇĞİÖŞÜ].{2,}[ıiuü]$")}
"""Endings of a noun that another one describes: ütü masası. Names begin with a capital."""
QUALITIES: Final = {
    "ru": re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие)$"),
    "uk": re.compile(r"(?:ий|ій|ова|ева|ська|цька|ове|еве|ське|цьке|ові|еві|ські|цькі)$"),
    "pl": re.compile(r"(?:[yi]|owa|owe|ska|skie|cka|ckie|czna|czne|ana|ane|ona|one|wa|na)$"),
    "cs": re.compile(r"[ýáéí]$"),
    "sk": re.compile(r"[ýáéí]$"),
}
"""Endings of adjectives, which in these languages stand before a noun or behind it."""
