"""Unicode folding: the many spellings of one word become one."""

import re
import unicodedata

# Letters that Unicode does not decompose but shoppers type plain, and signs with one meaning.
_PLAIN = str.maketrans(
    {
        "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i",
        "\u2044": "/", "\u2215": "/", "×": "x",
        "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2032": "'", "\uff07": "'",
        "\u201c": '"', "\u201d": '"', "\u2033": '"', "\uff02": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip

_VULGAR = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")


def fold(text: str) -> str:
    """NFKC, case folding, Latin/Greek/Cyrillic accents removed; kana voicing marks stay."""
    if text.isascii():
        return text.lower()
    text = _VULGAR.sub("-", text)  # 1½ is 1-1/2, not 11/2
    text = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(sign for sign in decomposed if not "\u0300" <= sign <= "\u036f")
    return unicodedata.normalize("NFC", bare)
