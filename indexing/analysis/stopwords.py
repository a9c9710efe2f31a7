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
}
_EVERYWHERE: Final = "في من على و مع عن إلى أو"
"""Of a script that no other language here is written in."""

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(map(fold, f"{words} {_EVERYWHERE}".split()))
    for language, words in _LISTS.items()
}
"""Folded, by language."""
