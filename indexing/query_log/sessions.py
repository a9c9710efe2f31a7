"""What shoppers clicked and asked next, between rows and documents that are here."""

from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import Int64Array
from indexing.catalogue.documents import Documents
from indexing.query_log.links import KeyedLinks, Links
from indexing.query_log.log_rows import QueryLog

_MOST: Final = 32
CLICKS_ADDED: Final = 5.0
"""Clicks on no product that every query is credited with, so that one click proves little."""


def save_sessions(folder: Path, log: QueryLog, row_of: Int64Array, documents: Documents) -> None:
    """Write clicked, clickers, followers, returns (`QueryTable`).

    row_of: int64[n], the row of each query of the log, below 0 without one.
    """
    size = int((row_of >= 0).sum())
    found = [documents.find(product) for product in log.products]
    doc_of = np.array([-1 if doc is None else doc for doc in found], dtype=np.int64)
    at, docs = row_of[log.clicked[:, 0]], doc_of[log.clicked[:, 1]]
    kept = (at >= 0) & (docs >= 0)
    at, docs, counts = at[kept], docs[kept], log.click_counts[kept]
    Links.of(size, at, docs, counts, _MOST).save(folder, "clicked")
    totals = np.bincount(at, counts, size) + CLICKS_ADDED
    clickers = Links.of(len(documents), docs, at, counts / totals[at], _MOST)
    clickers.save(folder, "clickers")
    at, after = row_of[log.followed[:, 0]], row_of[log.followed[:, 1]]
    kept = (at >= 0) & (after >= 0)
    followers = Links.of(size, at[kept], after[kept], log.follow_counts[kept], _MOST)
    followers.save(folder, "followers")
    at, docs = row_of[log.returned[:, 0]], doc_of[log.returned[:, 1]]
    after = row_of[log.returned[:, 2]]
    kept = (at >= 0) & (docs >= 0) & (after >= 0)
    keys = at[kept].astype(np.uint64) << np.uint64(32) | docs[kept].astype(np.uint64)
    KeyedLinks.of(keys, after[kept], log.return_counts[kept], _MOST).save(folder, "returns")


def save_no_sessions(folder: Path) -> None:
    """The same for a shop without a log."""
    none, nothing = np.zeros(0, dtype=np.int64), np.zeros(0)
    for name in ("clicked", "clickers", "followers"):
        Links.of(0, none, none, nothing, _MOST).save(folder, name)
    KeyedLinks.of(none.astype(np.uint64), none, nothing, _MOST).save(folder, "returns")
