"""The recall channels: one list, and a file each.

A new channel is a file with a function `(query, segment, least) -> Hits` and a line in `CHANNELS`:
its hits join the match set, its score and rank go with every candidate, are shown in answers, and
are there for features by its name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall import behaviour, kinds, semantic
from ranking.recall.hits import Hits
from ranking.recall.lexical import LEVELS

BY_MEANING: Final = len(LEVELS)
"""Level of products that none of the query's words found."""
POPULAR: Final = BY_MEANING + 1
"""Level of the last resort: popular products, when nothing matches at all."""


@dataclass(frozen=True, slots=True)
class Channel:
    """find: its hits in one segment, whatever the filters, of the least score that still counts if
    there is one (those below it may be told or not); None where the search itself calls it
    (identifiers first, words by level, popular products last). why_not: why it has nothing to do
    for a query (strict: only what was said is wanted), None if it has.

    level: relaxation level of products that it found and no word did. quota: the most hits over
    all segments, the best of them; None for all. worth: of its score in the coarse rank, beside
    the mix of words and meaning. ranked: its best hit is its first; else all of its hits are.
    meaning: its line in an explanation.
    """

    name: str
    meaning: str
    level: int
    find: Callable[[Query, Snapshot, float], Hits] | None = None
    why_not: Callable[[Query, bool], str | None] = lambda query, strict: None
    quota: int | None = None
    worth: float = 0.0
    ranked: bool = True


CHANNELS: Final = (
    Channel("identifier", "the query is its identifier", level=0, worth=10.0, ranked=False),
    Channel("lexical", "words of the query", level=0),
    Channel(
        "semantic", "near to the query in meaning", BY_MEANING, semantic.nearest, semantic.why_not,
        semantic.QUOTA,
    ),
    Channel("popular", "popular: nothing else matched", level=POPULAR),
    Channel(
        "kind", "of the kind of thing that is meant", BY_MEANING, kinds.members, kinds.why_not,
        kinds.QUOTA,
    ),
    Channel(
        "behaviour", "chosen by shoppers after the same query", BY_MEANING, behaviour.chosen,
        behaviour.why_not, behaviour.QUOTA, worth=0.5,
    ),
)  # fmt: skip
"""In the order of the columns of scores and ranks."""

NAMES: Final = tuple(channel.name for channel in CHANNELS)
MEANINGS: Final = {channel.name: channel.meaning for channel in CHANNELS}
COUNT: Final = len(CHANNELS)
IDENTIFIER, LEXICAL, SEMANTIC = map(NAMES.index, ("identifier", "lexical", "semantic"))
