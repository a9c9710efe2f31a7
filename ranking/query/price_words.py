"""What queries say before and behind the number of a price, in all languages at once; folded."""

import re
from typing import Final

from indexing.analysis.folding import fold

_MOST: Final = (
    # Said of nothing else than a most.
    "under, below, less than, lower than, cheaper than, up to, at most, not more than, "
    "no more than, not over, not above, not exceeding, maximum, maximum of, max, max of, unter, "
    "unterhalb von, hochstens, maximal, weniger als, billiger als, gunstiger als, nicht mehr als, "
    "nicht uber, nicht teurer als, moins de, moins cher que, en dessous de, jusqu'a, jusqua, "
    "au plus, au maximum, pas plus de, sous, sous les, inferieur a, inferieure a, inferieurs a, "
    "inferieures a, pas plus cher que, moins chere que, ne depassant pas, menos de, por debajo de, "
    "maximo, como maximo, no mas de, mas barato que, mas barata que, inferior a, inferiores a, "
    "menor de, menor a, menor que, menores de, menores a, menos que, no mayor a, no superior a, "
    "meno di, meno caro di, non superiore a, non oltre, inferiori a, massimo, al massimo, "
    "non piu di, fino a, sotto, sotto i, sotto gli, entro, entro i, inferiore a, no maximo, "
    "abaixo de, mais barato que, onder, onder de, minder dan, hooguit, hoogstens, maximaal, "
    "niet meer dan, niet duurder dan, goedkoper dan, upp till, hogst, mindre an, billigare an, "
    "inte mer an, op til, ikke mere end, ikke mer enn, hojst, mindre end, billigere end, opp til, "
    "opptil, hoyst, mindre enn, billigere enn, ikke over, maks, enintaan, korkeintaan, maxim, "
    "cel mult, pana la, mai putin de, legfeljebb, en fazla, en cok, не дороже, не выше, дешевле, "
    "меньше, менее, не более, не больше, максимум, ponizej, mniej niz, taniej niz, tanszy niz, "
    "tansza niz, tansze niz, maksymalnie, nie wiecej niz, nie drozszy niz, nie drozsza niz, "
    "nie drozsze niz, mene nez, mensi nez, levnejsi nez, maximalne, nejvyse, ne vice nez, "
    "menej ako, lacnejsi ako, najviac, не дорожче, дешевше, менше, не більше, не более чем, "
    "manje od, jeftinije od, ispod, najvise, menys de, per sota de, com a maxim, fins a, "
    "κατω απο, λιγοτερο απο, φθηνοτερο απο, το πολυ, اقل من, باقل من, لا يزيد عن, بحد اقصي, ارخص من"
)
_LEAST: Final = (
    "over, above, more than, higher than, uber, mehr als, teurer als, plus de, plus cher que, "
    "au-dessus de, au dessus de, superieur a, mas de, mas que, por encima de, superior a, "
    "superiores a, mayor de, mayor a, mayor que, piu di, oltre, oltre i, sopra, sopra i, "
    "superiore a, mais de, acima de, boven, boven de, meer dan, duurder dan, mer an, dyrare an, "
    "mere end, dyrere end, mer enn, dyrere enn, yli, peste, mai mult de, дороже, больше, более, "
    "выше, свыше, vice nez, drazsi nez, viac ako, drahsi ako, дорожче, більше, понад, "
    "vise od, iznad, preko, mes de, per sobre de, πανω απο, περισσοτερο απο, "
    "powyzej, ponad, wiecej niz, drozszy niz, drozsza niz, drozsze niz, اكثر من"
)
# Also said of other things: where the query ends with the number.
_ALSO_MOST: Final = "εως, μεχρι, bis zu, bis, budget, hasta, ate, tot, до, ниже, تحت, حتي"
_ALSO_LEAST: Final = (
    "at least, not less than, minimum, min, from, starting at, starting from, mindestens, ab, "
    "a partir de, au moins, desde, al menos, minimo, a partire da, almeno, vanaf, minstens, "
    "minimaal, fran, fra, minst, mindst, vahintaan, от, не менее, не меньше, فوق, علي الاقل"
)
# Only where a currency stands with the number.
_WITH_CURRENCY_MOST: Final = "within, sub, alle, do, pod"
_WITH_CURRENCY_LEAST: Final = "od, de la, من"
_NEAR: Final = (
    "around, about, approximately, roughly, circa, ca, ungefahr, etwa, um die, environ, "
    "aux environs de, autour de, alrededor de, aproximadamente, intorno a, intorno ai, rond de, "
    "rond, ongeveer, omkring, cirka, noin, около, примерно, "
    "okolo, حوالي, for, fur, pour, por, per, voor, for, за, za"
)
_OR_LESS: Final = (
    "or less, or under, or below, or cheaper, oder weniger, oder gunstiger, oder billiger, "
    "ou moins, o menos, o meno, ou menos, of minder, of goedkoper, eller mindre, eller billigare, "
    "eller billigere, lub mniej, или меньше, или дешевле"
)
_AT_MOST: Final = "max, maximum, maximal, como maximo, al massimo, no maximo"
"""Behind a number without a currency it may be a name: Pro 15 Max."""
_OR_MORE: Final = (
    "plus, or more, or over, or above, and up, and above, and over, min, minimum, oder mehr, "
    "und mehr, ou plus, et plus, o mas, o piu, in su, ou mais, of meer, eller mer, eller mere, "
    "lub wiecej, или больше, или дороже"
)
_BETWEEN: Final = (
    "between, from, zwischen, von, entre, de, desde, tra, fra, da, tussen, van, mellan, mellem, "
    "mellom, fran, intre, от, между, od, miedzy, بين, من"
)
_AND: Final = (
    "to, and, until, bis, und, et, a, y, hasta, e, ate, tot, en, och, og, till, til, si, la, "
    "до, и, do, الي"
)


def _any_of(*lists: str) -> str:
    """A pattern of the phrases, the longest first; with a point where one abbreviates."""
    phrases = sorted((p for each in lists for p in each.split(", ")), key=lambda p: (-len(p), p))
    said = (r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)
    return "|".join(f"{each}\\.?" if each in ("max", "min", "maks") else each for each in said)


def _first_words(*lists: str) -> frozenset[str]:
    return frozenset(re.split(r"[\s'-]", p)[0] for each in lists for p in each.split(", "))


def _last_words(*lists: str) -> frozenset[str]:
    return frozenset(p.split()[-1] for each in lists for p in each.split(", "))


SURE_MOST: Final = _any_of(_MOST)
LAST_MOST: Final = _any_of(_MOST, _ALSO_MOST)
LAST_LEAST: Final = _any_of(_LEAST, _ALSO_LEAST)
MOST: Final = rf"(?:{_any_of(_MOST, _ALSO_MOST, _WITH_CURRENCY_MOST)}|<=?|≤)"
LEAST: Final = rf"(?:{_any_of(_LEAST, _ALSO_LEAST, _WITH_CURRENCY_LEAST)}|>=?|≥)"
NEAR: Final = rf"(?:{_any_of(_NEAR)})"
OR_LESS: Final = rf"(?:{_any_of(_OR_LESS, _AT_MOST)})(?!\w)"
OR_LESS_ALONE: Final = rf"(?:{_any_of(_OR_LESS)})(?!\w)"
OR_MORE: Final = rf"(?:{_any_of(_OR_MORE)})(?!\w)"
BETWEEN: Final = rf"(?:{_any_of(_BETWEEN)})"
DASH: Final = rf"\s?(?:-|–|~|{_any_of(_AND)}|و)\s?"
_PRICE: Final = r"(?:priced?|costing|preis|prix|precio|prezzo|preco|prijs|pris|цена)"
PRICED: Final = rf"(?:{_PRICE}(?:\s+(?:of|von|de))?\s+)?"

# Without a number; only where no name is meant. What stands alone for other things too
# (economical with power, a value pack, Cher) is left out.
CHEAP: Final = (
    "cheap, cheaper, cheapest, inexpensive, affordable, low price, low-price, low priced, "
    "low-priced, budget friendly, budget-friendly, on a budget, "
    "gunstig, gunstige, gunstiger, gunstiges, gunstigen, gunstigste, gunstigsten, gunstigstes, "
    "billig, billige, billiger, billiges, billigen, billigste, billigsten, billigstes, "
    "preiswert, preiswerte, preiswerter, preiswertes, preiswerten, preisgunstig, preisgunstige, "
    "preisgunstiger, preisgunstiges, "
    "pas cher, pas chers, pas chere, pas cheres, pas trop cher, pas trop chere, moins cher, "
    "moins chere, moins chers, bon marche, a petit prix, petit prix, petits prix, "
    "barato, barata, baratos, baratas, economico, economica, economicos, economicas, "
    "buen precio, mas barato, mas barata, economici, economiche, a buon mercato, a poco prezzo, "
    "a buon prezzo, em conta, mais barato, mais barata, "
    "goedkoop, goedkope, goedkoopste, goedkopere, voordelig, voordelige, betaalbaar, betaalbare, "
    "billigt, billiga, billigare, billigaste, billigere, prisvard, prisvarda, rimelig, rimelige, "
    "halpa, halvat, halvin, edullinen, edulliset, tani, tanie, tanio, niedrogi, niedrogie, "
    "niedroga, ucuz, en ucuz, uygun fiyatli, olcso, ieftin, ieftina, ieftine, ieftini, "
    "дешевый, дешевая, дешевое, дешевые, дешево, недорогой, недорогая, недорогое, недорогие, "
    "недорого, бюджетный, бюджетная, бюджетные, رخيص, رخيصه, الرخيص, الرخيصه, ارخص"
)
DEAR: Final = (
    "high end, high-end, expensive, most expensive, teuer, teure, teurer, teures, teuren, "
    "teuerste, дорогой, дорогая, дорогие, дорого"
)
CJK_CHEAP: Final = "便宜的?|平价|低价|安い|格安|激安|저렴한|값싼|싼(?= )"
CJK_DEAR: Final = "高档|高価な|비싼"
SOFT_CHEAP: Final = rf"(?<!\w)(?:{_any_of(fold(CHEAP))})(?!\w)|{CJK_CHEAP}"
SOFT_DEAR: Final = rf"(?<!\w)(?:{_any_of(fold(DEAR))})(?!\w)|{CJK_DEAR}"
SOFT_CUES: Final = _first_words(fold(CHEAP), fold(DEAR))
SOFT_SIGNS: Final = re.compile(rf"{CJK_CHEAP}|{CJK_DEAR}")

# Behind the number. Chinese, Japanese, Korean:
CJK_MOST_BEFORE: Final = "不超过|低于|少于|最多|小于|预算"
CJK_LEAST_BEFORE: Final = "高于|超过|大于|最少|至少|不低于"
CJK_COIN: Final = fold(
    r"(?:美元|美金|欧元|英镑|港币|日元|日币|元|块钱?|人民币|円|ドル|ユーロ|ポンド|원|엔|달러|유로)"
)
# 元内 and 元起 are limits, but 元内衣 is underwear, and 元起泡酒 sparkling wine.
CJK_MOST: Final = (
    "(?:以下|以内|之内|内(?![衣裤存胆搭饰])|之下|未满|未満|まで|이하|이내|미만|까지|아래)[的の]?"
)
CJK_LEAST: Final = r"(?:以上|起(?![泡子重])|之上|から|이상|부터)[的の]?"
CJK_DASH: Final = r"\s?(?:-|~|—|〜|到|至|から|에서)\s?"
# Turkish and Hungarian: 100 tl altı, 100 liraya kadar, 100 forint alatt.
MOST_BEHIND: Final = r"(?:alti|altinda|altindaki|kadar|az|(?:daha )?ucuz|alatt)(?!\w)"
LEAST_BEHIND: Final = (
    r"(?:ustu|ustunde|ustundeki|uzeri|uzerinde|fazla|(?:daha )?pahali|felett|folott)(?!\w)"
)
AMONG_BEHIND: Final = r"arasi(?:nda)?(?!\w)"
CUES: Final = _last_words(_OR_LESS, _AT_MOST, _OR_MORE) | _first_words(
    _MOST, _LEAST, _ALSO_MOST, _ALSO_LEAST, _BETWEEN,
    "alti, altinda, altindaki, kadar, az, ucuz, daha, alatt, ustu, ustunde, ustundeki, uzeri, "
    "uzerinde, fazla, pahali, felett, folott, "
    "arasi, arasinda, price, priced, costing",
)  # fmt: skip
"""Words without which, and without a currency, no price is said with a number."""
CUE_SIGNS: Final = re.compile(
    r"[<>≤≥$€£¥₹₺₽₩元块人円日원]|以[下内上]|之[内下上间]|[过于多少至算]\s?\d|[万千百镑币]"
    r"|どる|ゆーろ|ぽんど|달러|유로|\d엔"
)
CASE: Final = r"(?:'?[a-z]{1,3})?"
"""Ending that Turkish puts at the number or its currency."""
