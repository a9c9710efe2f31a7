"""Words that carry no meaning of their own in a query; kept in the index."""

_LISTS = {
    "en": "a an and are as at be by for from has have in into is it its of on or that the their "
    "this to was with your you my i me we our",
    "de": "der die das den dem des ein eine einer und oder mit für von im in am zu",
    "fr": "le la les un une des de du et ou avec pour en dans sur au aux",
    "es": "el la los las un una de del y o con para en por al",
    "it": "il lo la i gli le un una di del della e o con per in da al",
    "pt": "o a os as um uma de do da e ou com para em por ao",
    "nl": "de het een en of met voor van in op aan te",
}

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in _LISTS.items()
}
