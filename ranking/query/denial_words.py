"""Words that deny what follows or precedes them, by language."""

from functools import lru_cache
from typing import Final

from indexing.analysis.folding import fold

_BEFORE: Final = {
    "en": "without no not non minus except excluding sans lacking",
    "de": "ohne kein keine keinen keiner nicht außer exkl",
    "fr": "sans aucun aucune pas hors sauf excepté",
    "es": "sin no excepto menos salvo",
    "it": "senza non no tranne eccetto",
    "pt": "sem não exceto menos",
    "nl": "zonder geen niet behalve",
    "sv": "utan inte ej förutom",
    "da": "uden ikke undtagen",
    "no": "uten ikke unntatt",
    "fi": "ilman ei",
    "ro": "fără",
    "hu": "nélkül nem",
    "ru": "без не кроме",
}
LANGUAGES: Final = tuple(_BEFORE)
AMBIGUOUS: Final = frozenset(("no", "not", "non", "pas", "nicht"))
"""Words that stand in names and titles as well: Not Your Uncle, batteries not included."""
_AFTER: Final = {"en": "free", "de": "frei", "nl": "vrij", "sv": "fri", "da": "fri", "no": "fri"}
_BETWEEN: Final = {
    "en": "any added extra artificial of from",
    "de": "zusatz zugesetzten künstliche jegliche jeglichen jegliches jede irgendein irgendeine",
    "fr": "ajouté ajoutés d l aucun aucune de en",
    "es": "añadido añadidos ningún ninguna nada de",
    "it": "aggiunti aggiunto alcun alcuna di al alla con",
    "nl": "enige toegevoegde van",
    "sv": "någon tillsatt tillsatta av",
}
_OR: Final = {
    "en": "or nor", "de": "oder noch", "fr": "ou ni", "es": "o ni", "it": "o né", "pt": "ou nem",
    "nl": "of noch", "sv": "eller", "da": "eller", "no": "eller", "fi": "tai",
}  # fmt: skip
_FREE: Final = {
    "en": "free", "de": "frei freie freier freies freien freiem", "nl": "vrij vrije",
    "sv": "fri fritt fria", "da": "fri frit frie", "no": "fri fritt frie",
}  # fmt: skip
_ENDS: Final = (
    "for with and or in on but by to plus mit und für oder avec pour et ou con para per e y o com "
    "met voor en och för og til med till но и для с или"
)
OF: Final = frozenset(("of", "from", "von", "van"))
"""Behind a word that denies what stands before it: free of, frei von, vrij van."""
CJK_BEFORE: Final = (
    "不含有", "不含", "不带", "不帶", "不要", "没有", "沒有", "无", "無", "非", "不是", "除了",
)  # fmt: skip
"""Stand as words of their own before what they deny; the longest first."""
CJK_AFTER: Final = ("なし", "無し", "抜き", "不使用", "フリー", "除外", "以外")
CJK_FILLERS: Final = ("含有", "含", "带", "帶", "有", "的")
"""What may begin the denied word when a segmenter put it there."""


@lru_cache(maxsize=16)
def words_before(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words that deny what follows; English ones are understood everywhere."""
    return _words(_BEFORE, languages)


@lru_cache(maxsize=16)
def words_after(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that deny what stands before them: sugar free, zucker frei."""
    return _words(_AFTER, languages)


@lru_cache(maxsize=16)
def words_between(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that may stand between a denial and what it denies: without added sugar, free of."""
    return _words(_BETWEEN, languages)


@lru_cache(maxsize=16)
def words_or(languages: tuple[str, ...]) -> frozenset[str]:
    """Words behind which the next word is denied, too: without nuts or milk."""
    return _words(_OR, languages)


@lru_cache(maxsize=16)
def free_endings(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Endings of words that say that something lacks what stands before: zuckerfreie, sugarfree."""
    return tuple(sorted(_words(_FREE, languages), key=len, reverse=True))


ENDS: Final = frozenset(map(fold, _ENDS.split()))
"""Words that end what is denied: without lid for kids."""


@lru_cache(maxsize=16)
def spoken(languages: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """What a title may say before and after the word that it lacks; Chinese signs one by one."""
    signs = {sign for word in CJK_BEFORE for sign in word} - {*"含带帶有要是除了"}
    return words_before(languages) | signs, words_after(languages)


def _words(by_language: dict[str, str], languages: tuple[str, ...]) -> frozenset[str]:
    chosen = dict.fromkeys(["en", *languages])
    said = (word for language in chosen for word in by_language.get(language, "").split())
    return frozenset(map(fold, said))
