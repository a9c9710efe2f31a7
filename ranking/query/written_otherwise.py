"""What the catalogue writes otherwise: C sharp is C#, Disney Plus is Disney+, and the reverse; a
size 9 1/2 is 9.5.
"""

import re
from typing import Final

from indexing.analysis.folding import fold
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot

_SIGNS: Final = {"sharp": "#", "plus plus": "++", "plusplus": "++", "pp": "++", "plus": "+"}
_SPELT = re.compile(
    r"(?<![^\W_])(?:(?P<name>[^\W\d_]+)[ -](?P<sign>sharp|plus ?plus|plus)|(?P<letter>[a-z])pp)"
    r"(?![^\W_]|\+)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"(?<![^\W_])(?P<name>[^\W\d_]+)\+(?![\w+])")

_HALF = re.compile(r"(?<![\w.,/-])(\d{1,3})(?:[ -]?½|[ -]1/2)(?![\w/\"″”'’])")


def as_written(text: str, snapshot: Snapshot) -> str:
    """The text in the catalogue's own way to write these, where it knows that way only."""
    lexicon, folded = snapshot.index.lexicon, fold(text)

    def known(term: str) -> bool:
        return lexicon.id_of(term) != UNKNOWN

    def signed(found: re.Match[str]) -> str:
        name, sign = (found["letter"], "pp") if found["letter"] else (found["name"], found["sign"])
        term = fold(name) + _SIGNS[sign.lower()]
        apart = snapshot.spelling.bigram(fold(name), fold(sign))
        said = known(fold(found.group())) or apart > 0
        return found.group() if said or not known(term) else term

    def spelt(found: re.Match[str]) -> str:
        name = fold(found["name"])
        said = known(found.group().lower()) or snapshot.spelling.bigram(name, "plus") == 0
        return found.group() if said else f"{found['name']} plus"

    def decimal(found: re.Match[str]) -> str:
        term = f"{found[1]}.5"
        return term if known(term) and not known("1/2") else found.group()

    if "½" in text or "1/2" in text:
        text = _HALF.sub(decimal, text)
    if "plus" in folded or "sharp" in folded or "pp" in folded:
        text = _SPELT.sub(signed, text)
    return _SIGNED.sub(spelt, text) if "+" in text else text
