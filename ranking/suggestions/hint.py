"""The grey query in the empty box."""

from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.continuing import continuing
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import HOT
from ranking.suggestions.recent import Recent

SCHEDULED = "scheduled"


def hint(recent: Recent, limit: int, now: float, generation: Generation) -> list[QueryItem]:
    """Scheduled hints first, then what continues from the recent, then hot queries.

    Never a query that was just asked, nor a rewording of one. now: epoch seconds.
    """
    chosen = Chosen("hint", limit, generation)
    for text in recent.texts:
        chosen.avoid(text)
    for scheduled in generation.rules.hints.scheduled:
        if scheduled.at(now):
            chosen.offer(scheduled.text, SCHEDULED, reason=SCHEDULED)
    for row, _, reason in continuing(recent, generation.snapshot).ranked():
        if chosen.full:
            break
        chosen.offer_row(row, reason=reason)
    for row in generation.snapshot.queries.hot.tolist():
        if chosen.full:
            break
        chosen.offer_row(row, reason=HOT)
    return chosen.items
