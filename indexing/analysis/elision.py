"""Articles and prepositions that lose their vowel before the next word: l'école, dell'olio."""

from collections.abc import Sequence
from typing import Final

_ELIDED: Final = {
    "fr": "l d j m n s t c qu jusqu lorsqu puisqu quoiqu presqu quelqu",
    "it": "l d un c dell all nell dall sull coll quell quest bell sant gl degl agl negl dagl sugl",
    "ca": "l d m n s t",
}


def elided_words(languages: Sequence[str]) -> frozenset[str]:
    """What stands before an apostrophe without being a word of its own."""
    return frozenset(word for name in languages for word in _ELIDED.get(name, "").split())
