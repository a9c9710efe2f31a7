"""Before typing: what is searched for now, and what this shopper may want to search for."""

from collections import Counter

from indexing.query_log.trends import TAGS
from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.continuing import continuing
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import HOT, root_of
from ranking.suggestions.recent import Recent

FOR_YOU = "for_you"
_LOOKED_AT = 4


def discover(recent: Recent, limit: int, generation: Generation) -> list[QueryItem]:
    """At most `limit` hot queries with rank and tag, then at most as many for this shopper.

    Both spread over departments; no rewording of another or of what was just asked. Without
    anything recent there are only hot ones.
    """
    hot = _hot(limit, generation)
    chosen = Chosen("discover", limit, generation, apart=True)
    for text in (*recent.texts, *(item.text for item in hot)):
        chosen.avoid(text)
    if recent.rows or recent.docs:
        ranked = continuing(recent, generation.snapshot).ranked()
        reasons = {row: reason for row, _, reason in ranked}
        for row in spread([row for row, _, _ in ranked], limit, generation):
            chosen.offer_row(row, section=FOR_YOU, reason=reasons[row])
    return [*hot, *chosen.items]


def _hot(limit: int, generation: Generation) -> list[QueryItem]:
    table = generation.snapshot.queries
    chosen = Chosen("discover", limit, generation, apart=True)
    for row in spread(table.hot.tolist(), limit, generation):
        tag = TAGS[table.tags[row]]
        told = {"section": HOT, "rank": len(chosen.items) + 1}
        if tag:
            told |= {"tag": tag, "growth": round(float(table.growth[row]), 1)}
        chosen.offer_row(row, **told)
    return chosen.items


def spread(rows: list[int], limit: int, generation: Generation) -> list[int]:
    """The first rows, those beyond a department's part moved behind the others.

    A department's part is a third of the limit, rounded up. Rows without one are never moved.
    """
    rows = rows[: _LOOKED_AT * limit]
    most = -(-limit // 3)
    taken: Counter[str] = Counter()
    first: list[int] = []
    later: list[int] = []
    for row in rows:
        root = root_of(row, generation.snapshot)
        if root and taken[root] >= most:
            later.append(row)
        else:
            taken[root] += 1
            first.append(row)
    return first + later
