"""What a shopper did just now: the queries and products that a request names."""

from collections.abc import Sequence
from dataclasses import dataclass

from ranking.generation import Generation

MOST = 10


@dataclass(frozen=True, slots=True)
class Recent:
    """Newest first. texts: as sent. rows: of the query table, those that are known. docs: of the
    products that are here.
    """

    texts: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    docs: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, queries: Sequence[str], products: Sequence[str], generation: Generation
    ) -> "Recent":
        """queries, products: newest last, as they happened; the newest ten of each count."""
        snapshot = generation.snapshot
        texts = tuple(reversed([text for text in queries if text.strip()]))[:MOST]
        rows = (snapshot.queries.row_of(text) for text in texts)
        docs = (snapshot.documents.find(product) for product in tuple(reversed(products))[:MOST])
        return cls(
            texts,
            tuple(dict.fromkeys(row for row in rows if row >= 0)),
            tuple(dict.fromkeys(doc for doc in docs if doc is not None)),
        )
