"""Chinese words as they are typed: pinyin without tones, and its first letters."""

import re
from functools import lru_cache

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_ALL_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")

# Sounds that many speakers do not tell apart: retroflex and flat, back and front nasals, n and l.
_BLURRED = (
    (re.compile(r"^(z|c|s)h"), r"\1"),
    (re.compile(r"^n(?!g?$)"), "l"),
    (re.compile(r"([aei])ng$"), r"\1n"),
)


def has_han(text: str) -> bool:
    return not text.isascii() and _HAN.search(text) is not None


def is_han(text: str) -> bool:
    """Whether every character is a Chinese one; false for the empty text."""
    return _ALL_HAN.fullmatch(text) is not None


def han_words(text: str) -> list[str]:
    """Cut a text into words; joined again they are the text."""
    import rjieba  # noqa: PLC0415 - its dictionary takes a tenth of a second

    return list(rjieba.cut(text))


@lru_cache(maxsize=1 << 17)
def syllables(word: str) -> tuple[str, ...]:
    """Pinyin of a word, one string a Chinese character; other characters stay together.

    Readings of characters with several depend on the word (重庆 chong qing, 重量 zhong liang),
    so give whole words. ü is v, as on a keyboard.
    """
    if not has_han(word):
        return (word,) if word else ()
    return tuple(_spoken(word))


@lru_cache(maxsize=1 << 17)
def initials(word: str) -> str:
    """First letters of the syllables of a Chinese word; any other word unchanged."""
    if not has_han(word):
        return word
    return "".join(_spoken(word, first_letters=True))


def _spoken(word: str, first_letters: bool = False) -> list[str]:
    # Its dictionaries take 60 MB, and half a second: only where there is Chinese to be read.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin(word, style=Style.FIRST_LETTER if first_letters else Style.NORMAL)


@lru_cache(maxsize=1 << 12)
def blurred(syllable: str) -> str:
    """One spelling for the sounds that speakers mix up, so that near-homophones meet."""
    for pattern, plain in _BLURRED:
        syllable = pattern.sub(plain, syllable)
    return syllable
