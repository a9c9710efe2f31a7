"""The shopper opened a product and came back: queries that continue from (query, product)."""

from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.continuing import from_product, from_query
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import Pool
from ranking.suggestions.recent import Recent

RETURNED = "returned"
_SEEN = 2.0
_FROM_QUERY, _FROM_PRODUCT = 0.5, 1.0


def after_click(query: str, product: str, limit: int, generation: Generation) -> list[QueryItem]:
    """What others asked after the same query and product, then what either leads to.

    Never the query itself or a rewording; empty if neither is known.
    """
    snapshot = generation.snapshot
    table = snapshot.queries
    here = Recent.of([query], [product], generation)
    chosen = Chosen("after_click", limit, generation)
    chosen.avoid(query)
    pool = Pool()
    for row in here.rows:
        for doc in here.docs:
            found = table.returns.to(row << 32 | doc)
            total = sum(times for _, times in found) + 1.0
            shares = ((after, times / total) for after, times in found)
            pool.add_all(shares, _SEEN, RETURNED)
    if query.strip():
        from_query(query, _FROM_QUERY, pool, snapshot)
    for doc in here.docs:
        from_product(doc, _FROM_PRODUCT, pool, snapshot)
    for row, _, reason in pool.ranked():
        if chosen.full:
            break
        chosen.offer_row(row, reason=reason)
    return chosen.items
