"""Words that deny what follows or precedes them, by language."""

from functools import lru_cache
from typing import Final

from indexing.analysis.folding import fold

_BEFORE: Final = {
    "en": "without no not non minus except excepting excluding sans lacking never neither "
    "don't dont doesn't doesnt isn't isnt aren't arent",
    "de": "ohne kein keine keinen keiner nicht außer ausser ausgenommen exkl weder",
    "fr": "sans aucun aucune pas hors sauf excepté hormis ni",
    "es": "sin no excepto exceptuando menos salvo ni",
    "it": "senza non no tranne eccetto escluso esclusa esclusi escluse né",
    "pt": "sem não exceto excepto menos salvo nem",
    "nl": "zonder geen niet behalve uitgezonderd noch",
    "sv": "utan inte ej förutom varken",
    "da": "uden ikke undtagen hverken",
    "no": "uten ikke unntatt verken hverken",
    "fi": "ilman ei paitsi",
    "ro": "fără nu exceptând nici",
    "hu": "nem kivéve sem",
    "ru": "без не кроме ни",
    "pl": "bez nie oprócz ani",
    "cs": "bez ne není kromě ani",
    "sk": "bez nie okrem ani",
    "uk": "без не крім окрім ні",
    "bg": "без не освен нито",
    "hr": "bez ne osim ni",
    "bs": "bez ne osim ni",
    "sr": "bez ne osim ni без не осим ни",
    "sl": "brez ne razen",
    "el": "χωρίς όχι εκτός δίχως",
    "ca": "sense no excepte llevat ni",
    "et": "ilma mitte",
    "lt": "be ne išskyrus",
    "lv": "bez ne izņemot",
    "ar": "بدون بلا غير ليس ليست دون عدا إلا",
}
LANGUAGES: Final = tuple(_BEFORE)
AMBIGUOUS: Final = frozenset(
    (
        "no",
        "not",
        "non",
        "pas",
        "nicht",
        "never",
        "don't",
        "dont",
        "не",
        "nu",
        "nem",
        "ei",
        "ej",
        "neither",
        "weder",
        "ni",
        "ne",
        "ani",
        "nie",
        "ни",
        "ні",
        "sem",
        "noch",
        "nici",
    )
)
"""Words that stand in names and titles as well: Not Your Uncle, batteries not included."""
_AFTER: Final = {
    "en": "free", "de": "frei", "nl": "vrij", "sv": "fri", "da": "fri", "no": "fri",
    "hu": "nélkül nélküli mentes kivételével", "tr": "olmayan hariç dışında içermeyen olmadan",
}  # fmt: skip
_TWO: Final = {
    "en": "free of, free from, other than, rather than, apart from, anything but, everything but, "
    "all but, colour but, color but, not made, not with",
    "de": "frei von, anders als",
    "fr": "exempt de, exempte de, autre que, autres que, à part",
    "es": "libre de, libres de, exento de, exenta de, aparte de, distinto de, distinta de",
    "it": "privo di, priva di, privi di, prive di, diverso da, diversa da",
    "pt": "livre de, livres de, isento de, isenta de, diferente de",
    "nl": "vrij van, anders dan",
    "sv": "fri från, fritt från, annat än", "da": "fri for, fri fra, andet end",
    "no": "fri for, fri fra, annet enn",
    "ar": "من غير, خالي من, خالية من, خال من, ما عدا",
}  # fmt: skip
"""Two words that deny what follows."""
_BETWEEN: Final = {
    "en": "any added extra artificial of from made containing contain having have has being "
    "want using use",
    "de": "zusatz zugesetzten künstliche jegliche jeglichen jegliches jede irgendein irgendeine "
    "gemacht enthält",
    "fr": "ajouté ajoutés d l aucun aucune de du des en contenant le la les",
    "es": "añadido añadidos ningún ninguna nada de que sea sean tenga tengan hecho hecha lleve",
    "it": "aggiunti aggiunto alcun alcuna di al alla con sia siano che in fatto fatta",
    "pt": "que seja sejam tenha de do da feito feita adição",
    "nl": "enige toegevoegde van gemaakt",
    "sv": "någon tillsatt tillsatta av",
    "da": "tilsat nogen af",
    "no": "tilsatt noen av",
    "ru": "содержащий содержит из",
    "ar": "اي من",
}
_OR: Final = {
    "en": "or nor", "de": "oder noch", "fr": "ou ni", "es": "o ni", "it": "o né", "pt": "ou nem",
    "nl": "of noch", "sv": "eller", "da": "eller", "no": "eller", "fi": "tai", "ru": "или ни",
    "pl": "lub albo ani", "cs": "nebo ani", "sk": "alebo ani", "uk": "або ні", "bg": "или нито",
    "hr": "ili ni", "bs": "ili ni", "sr": "ili ni или ни", "sl": "ali", "el": "ή ούτε",
    "ca": "o ni", "ro": "sau nici", "hu": "vagy sem", "tr": "veya",
    "ar": "او ولا",
}  # fmt: skip
_FREE: Final = {
    "en": "free less", "de": "frei freie freier freies freien freiem los lose loser loses losen",
    "nl": "vrij vrije loos loze",
    "sv": "fri fritt fria lös löst lösa", "da": "fri frit frie løs løst løse",
    "no": "fri fritt frie løs løst løse", "fi": "ton tön",
    "hu": "mentes", "tr": "siz sız suz süz",
}  # fmt: skip
_OFTEN_WORDS: Final = (
    "free less los lose loser loses losen loos loze lös löst lösa løs løst løse ton tön "
    "siz sız suz süz"
)
OFTEN_WORDS: Final = frozenset(map(fold, _OFTEN_WORDS.split()))
"""Endings of words that the catalogue has as what they are: handsfree, kabellos, kablosuz."""
_ENDS: Final = (
    "for with and or in on but by to plus mit und für oder avec pour et ou con para per e y o com "
    "met voor en och för og til med till но и для с или aus z من مع و please bitte prego "
    "alsjeblieft graag"
)
OF: Final = frozenset(("of", "from", "von", "van", "de", "di", "fran", "for", "fra", "من"))
"""Behind a word that denies what follows: free of, frei von, libre de."""
CJK_BEFORE: Final = (
    "不含有", "不含", "不带", "不帶", "不要", "没有", "沒有", "无", "無", "非", "不是", "除了",
    "不添加", "未添加", "无添加", "不加", "不想要", "免", "零",
)  # fmt: skip
"""Stand as words of their own before what they deny; the longest first."""
_CJK_BEGINS: Final = frozenset("무")
"""What titles' words begin with that say that something lacks the rest: 무설탕. Queries' words may
begin so and mean one thing (무선, wireless), which is then looked for as it is.
"""
CJK_SAID_AFTER: Final = (
    "なし", "無し", "抜き", "不使用", "無添加", "不添加", "フリー", "除外", "以外", "ゼロ",
    "없는", "없이", "제로",
)  # fmt: skip
"""Whose first two signs say it in a title, too; の and な may be of anything."""
CJK_AFTER: Final = (
    *CJK_SAID_AFTER, "ではない", "じゃない", "でない", "使わない", "使っていない",
    "使用していない", "入っていない", "入ってない", "除く", "のない", "の無い", "がない",
    "제외", "빼고", "아닌", "말고",
)  # fmt: skip
CJK_PARTICLES: Final = "のをがはも"
"""May end the denied word: 革を使わない."""
CJK_FILLERS: Final = ("添加", "含有", "含", "带", "帶", "加", "有", "的")
"""What may begin the denied word when a segmenter put it there."""


@lru_cache(maxsize=16)
def words_before(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded words that deny what follows; English and Arabic ones are understood everywhere."""
    return _words(_BEFORE, languages)


@lru_cache(maxsize=16)
def words_after(languages: tuple[str, ...]) -> frozenset[str]:
    """Words that deny what stands before them: sugar free, zucker frei."""
    return _words(_AFTER, languages)


@lru_cache(maxsize=16)
def two_words(languages: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Pairs of folded words that deny what follows."""
    said = (_TWO.get(language, "").split(", ") for language in _with_everywhere(languages))
    pairs = (fold(pair).split() for each in said for pair in each if pair)
    return frozenset((first, second) for first, second in pairs)


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
    signs = {sign for word in CJK_BEFORE for sign in word} - {*"含带帶有要是除了添加想"}
    signs |= _CJK_BEGINS
    free = {first for first, second in two_words(languages) if second in OF}
    return words_before(languages) | signs, words_after(languages) | free


def _with_everywhere(languages: tuple[str, ...]) -> dict[str, None]:
    """With those that are understood in every index: English, and what has its own script."""
    return dict.fromkeys(["en", "ar", *languages])


def _words(by_language: dict[str, str], languages: tuple[str, ...]) -> frozenset[str]:
    said = (w for name in _with_everywhere(languages) for w in by_language.get(name, "").split())
    return frozenset(map(fold, said))
