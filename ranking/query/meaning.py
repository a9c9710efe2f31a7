"""What of a query is searched by meaning: not what is denied, nor words that mean nothing."""

from collections.abc import Sequence, Set

from indexing.analysis.chunks import Kind
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from ranking.query.query import Slot
from ranking.query.words import QueryWords


def text_without(words: QueryWords, places: Set[int]) -> str:
    """The text without the words at these positions."""
    text = words.text
    for start, end in sorted({words.spans[place] for place in places}, reverse=True):
        text = text[:start] + " " + text[end:]
    return text


def meaning_of(
    words: QueryWords, aside: Set[int], slots: Sequence[Slot], snapshot: Snapshot
) -> str:
    """The text to encode; empty where no word of it has a meaning.

    aside: positions of prices and of what is denied. Any letters have a vector, which lies near
    some product: what neither the catalogue nor the encoder knows (`blorptang`) is left out, and
    what is left must be more than stop words and numbers.
    """
    unknown = _unknown(words, aside, slots)
    if not unknown:
        return text_without(words, aside)
    means = snapshot.encoder.means
    nothing = {place for place in unknown if not means(words.folded(place))}
    stops = snapshot.analyzer.stop_words
    left = [
        token
        for token in words.tokens
        if token.kind in (Kind.WORD, Kind.CHAR) and token.position not in nothing | aside
    ]
    if nothing and all(token.term in stops or token.term[0].isdecimal() for token in left):
        return ""
    return text_without(words, aside | nothing)


def _unknown(words: QueryWords, aside: Set[int], slots: Sequence[Slot]) -> set[int]:
    """Positions of words that no product holds, in no form."""
    unknown = {place for place, term in enumerate(words.primary) if term == UNKNOWN} - aside
    for slot in slots if unknown else ():
        if slot.alternatives:
            unknown.difference_update(range(slot.position, slot.position + slot.span))
    return unknown
