"""Identifiers as terms: whole, and apart from words.

Product 13 is no phone 13, and H2 says nothing of a query with a 2 in it. So an identifier is one
term behind a sign that no word has.
"""

import re
from typing import Final

from indexing.analysis.folding import fold

IDENTIFIER_SIGN: Final = "="
_SEPARATORS = re.compile(r"[\W_]+")
_SHAPED = re.compile(r"\d{6,}|(?=.*\d)(?=.*[^\W\d_])[^\W_]{4,}")


def bare(text: str) -> str:
    """Folded, without separators: `wh1000xm4` of WH-1000 XM4."""
    return _SEPARATORS.sub("", fold(text))


def is_shaped(word: str) -> bool:
    """Whether a folded word can be an identifier among other words: WK800, 4006381333931."""
    return _SHAPED.fullmatch(word) is not None
