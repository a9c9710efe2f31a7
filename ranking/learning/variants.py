"""Variants count as one product: a list shows one of a group, whichever it comes to first."""

from dataclasses import dataclass, field

import numpy as np

from indexing.arrays import Int64Array, UInt32Array
from indexing.snapshot import Snapshot
from ranking.learning.judgments import Judgments


@dataclass(frozen=True, slots=True)
class VariantGroups:
    """first_of: int64[n], the first document of each document's group, which stands for it.

    names: product ids by document, as far as they were asked for: the same come in many lists.
    """

    snapshot: Snapshot
    first_of: Int64Array
    names: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> "VariantGroups":
        group_of = np.asarray(snapshot.columns.group_of)
        if not len(group_of):
            return cls(snapshot, np.empty(0, dtype=np.int64))
        _, first, place = np.unique(group_of, return_index=True, return_inverse=True)
        return cls(snapshot, first[place].astype(np.int64))

    def ids(self, doc_ids: UInt32Array | Int64Array) -> list[str]:
        """Product ids of what stands for these documents, in their order."""
        docs: list[int] = self.first_of[doc_ids].tolist()
        for doc in set(docs).difference(self.names):
            self.names[doc] = self.snapshot.documents.id_at(doc)
        return [self.names[doc] for doc in docs]

    def all_ids(self) -> list[str]:
        """One product id a group, in document order."""
        return self.ids(np.unique(self.first_of))

    def judged(self, judgments: Judgments) -> Judgments:
        """The same judgments of groups: the best grade of any variant counts for all of them.

        Products that are not in the snapshot keep their ids.
        """
        find, id_at = self.snapshot.documents.find, self.snapshot.documents.id_at
        qrels: dict[str, dict[str, float]] = {}
        for query_id, products in judgments.qrels.items():
            mine = qrels.setdefault(query_id, {})
            for product, grade in products.items():
                doc = find(product)
                name = product if doc is None else id_at(int(self.first_of[doc]))
                mine[name] = max(grade, mine.get(name, grade))
        return Judgments(judgments.queries, qrels)
