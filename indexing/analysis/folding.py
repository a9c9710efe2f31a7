"""Unicode folding: the many spellings of one word become one."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Final

IGNORED: Final = (
    "\u00ad\u034f\u061c\u0640\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0100-\U000e01ef"
)
"""Signs that cannot be seen, and the Arabic stroke that only widens a word; of a regex class."""
VOWELS: Final = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u06d6-\u06ed"
"""Hebrew and Arabic signs above and below the letters, which most texts leave out."""

# Letters that Unicode does not decompose but shoppers type plain, and signs with one meaning.
_PLAIN: dict[str, str | None] = {
    "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i",
    "\u2044": "/", "\u2215": "/", "×": "-", "\u2715": "-", "\u2716": "-",
    "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2032": "'", "\uff07": "'",
    "\u201c": '"', "\u201d": '"', "\u2033": '"', "\uff02": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u30fb": None,
    # Arabic: one letter for what is typed as either; Persian and Urdu forms.
    "\u0629": "\u0647", "\u0649": "\u064a", "\u06cc": "\u064a", "\u06a9": "\u0643",
    "\u0671": "\u0627", "\u06c1": "\u0647", "\u06be": "\u0647",
}  # fmt: skip

_VULGAR = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")
# 30×40 and M6×20, but Nike×Supreme is two names.
_TIMES = re.compile(r"(?<=\d)\s?[×\u2715\u2716]\s?(?=\d)|^[×\u2715\u2716]$")
_LONGEST: Final = 64  # signs of texts that are likely to come again
_UNSEEN = re.compile(f"[{IGNORED}]")
_DROPPED = re.compile(f"[{IGNORED}{VOWELS}\u0300-\u036f]")
_ARTICLES: Final = ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")
_ENDINGS: Final = ("ات", "ون", "ين", "ه")
_ROOT: Final = 3  # letters that must remain


def fold(text: str) -> str:
    """NFKC, case folding, accents and vowel signs removed, one script for what has two.

    Katakana becomes hiragana (voicing marks stay), traditional Chinese simplified, and digits of
    any script ASCII. Signs that cannot be seen go.
    """
    if text.isascii():
        return text.lower()
    return _remembered(text) if len(text) <= _LONGEST else _folded(text)


def _folded(text: str) -> str:
    text = _VULGAR.sub("-", text)  # 1½ is 1-1/2, not 11/2
    text = _TIMES.sub("x", text)
    text = unicodedata.normalize("NFKC", text).casefold().translate(_table())
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _DROPPED.sub("", decomposed))


_remembered = lru_cache(maxsize=1 << 15)(_folded)


def visible(text: str) -> str:
    """Without signs that cannot be seen."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def arabic_root(word: str) -> str:
    """A folded Arabic word without article and the commonest endings; else unchanged.

    After the light stemmer of Larkey, Ballesteros and Connell (2002), its surest affixes only.
    """
    if not "\u0621" <= word[:1] <= "\u064a":
        return word
    # Twice, for the folded alif of a word's own beginning looks like the article: al-al'ab.
    for _ in range(2):
        word = next((rest for each in _ARTICLES if (rest := _cut(word, each, ""))), word)
    return next((rest for each in _ENDINGS if (rest := _cut(word, "", each))), word)


def _cut(word: str, before: str, after: str) -> str:
    """The word without both, empty if it has them not or too little would remain."""
    bare = word.removeprefix(before).removesuffix(after)
    left = len(word) - len(before) - len(after)
    return bare if len(bare) == left >= _ROOT else ""


@lru_cache(maxsize=1)
def _table() -> dict[int, str | None]:
    # Its 4,000 characters are read only where a text is not ASCII.
    path = Path(__file__).with_name("simplified.txt")
    traditional, simplified = path.read_text(encoding="utf-8").split()
    table: dict[int, str | None] = dict(zip(map(ord, traditional), simplified, strict=True))
    table |= {code: chr(code - 0x60) for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
    for first in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50):
        table |= {first + digit: str(digit) for digit in range(10)}
    return table | {ord(sign): plain for sign, plain in _PLAIN.items()}
