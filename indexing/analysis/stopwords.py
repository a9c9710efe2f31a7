"""Words that carry no meaning of their own in a query; kept in the index."""

from typing import Final

from indexing.analysis.folding import fold

_LISTS: Final = {
    "en": "a an and are as at be by for from has have in into is it its of on or that the their "
    "this to was with your you my i me we our",
    "de": "der die das den dem des ein eine einer einem einen eines und oder mit für von vom im in "
    "am an auf aus bei beim zu zum zur",
    "fr": "le la les un une des de du et ou avec pour en dans sur au aux à par chez",
    "es": "el la los las un una unos unas de del y e o u con para en por al a",
    "it": "il lo la i gli le un uno una di del dello della dei degli delle e ed o con per in nel "
    "nella da dal dalla al allo alla ai agli alle sul sulla",
    "pt": "o a os as um uma de do da dos das e ou com para em no na nos nas por pelo pela ao à",
    "nl": "de het een en of met voor van in op aan te bij uit om",
    "sv": "och eller i på av för med till en ett den det de som från vid",
    "da": "og eller i på af for med til en et den det de som fra ved",
    "no": "og eller i på av for med til en et ei den det de som fra ved",
    "fi": "ja tai sekä",
    "ru": "и или в во на с со к ко о об для из по от при у",
    "ro": "și sau cu de la pentru în din pe un o ale al",
    "hu": "a az és vagy egy",
    "tr": "ve veya ile için bir",
    "pl": "i oraz lub albo a w we z ze na do dla od po pod przy o u za",
    "cs": "a i nebo v ve s se z ze na do pro od po pod při o u k ke za",
    "sk": "a i alebo v vo s so z zo na do pre od po pod pri o u k ku za",
    "uk": "і й та або в у на з із зі до для від по під при за о",
    "bg": "и или в във на с със от до за по при под",
    "hr": "i ili u na s sa od do za po pri iz o",
    "bs": "i ili u na s sa od do za po pri iz o",
    "sr": "i ili u na s sa od do za po pri iz o и или у на с са од до за по при из о",
    "sl": "in ali v na s z od do za po pri iz o k",
    "el": "ο η το οι τα του της των και ή με για σε στο στη στην από ένα μια",
    "ca": "el la els les un una uns unes de del dels i o amb per a en al als",
    "et": "ja või",
    "lt": "ir ar su į iš be nuo iki ant",
    "lv": "un vai ar no uz līdz pie par",
}
_EVERYWHERE: Final = "في من على و مع عن إلى أو"
"""Of a script that no other language here is written in."""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(map(fold, f"{words} {_EVERYWHERE}".split()))
    for language, words in _LISTS.items()
}
"""Folded, by language."""
