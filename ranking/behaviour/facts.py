"""Facts: what `vitrina learn` made of behaviour, opened beside a snapshot.

They name products by the hashes of their ids, so they outlive a rebuild; a group's products share
a row. DIR/<index>/facts/<id>, in force by CURRENT.
"""

import json
import threading
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array, UInt64Array, load_array
from indexing.errors import IndexingError
from indexing.snapshot import Snapshot
from ranking.behaviour.clicked import NOT_CLICKED, Clicked
from ranking.behaviour.neighbours import Neighbours, arrays_of
from ranking.behaviour.new_arrivals import newest_of
from ranking.behaviour.query_key import hash_of, query_key
from ranking.errors import FactsError
from ranking.recall.hits import Hits

FOLDER: Final = "facts"
MANIFEST: Final = "manifest.json"
FORMAT, OLDEST_FORMAT = 4, 1
VALUES: Final = ("attraction", "conversion", "demand")
"""Columns of `values`: ln of clicks over expected clicks, ln of purchases a click over the shop's,
and the percentile of recent demand."""
_ARRAYS_OF_FORMAT_1: Final = {
    "product_hashes": "uint64", "product_rows": "uint32", "values": "float32",
    "query_hashes": "uint64", "pair_begins": "uint32", "pair_rows": "uint32",
    "pair_lifts": "float32",
}  # fmt: skip
LISTS: Final = ("related", "together", "popular", "trending")
_ARRAYS_OF_FORMAT_2: Final = (
    _ARRAYS_OF_FORMAT_1 | {"favourites": "uint64", "region_hashes": "uint64"} | arrays_of(LISTS)
)
_ARRAYS_OF_FORMAT_3: Final = _ARRAYS_OF_FORMAT_2 | {"pair_doubts": "float32"}
ARRAYS: Final = _ARRAYS_OF_FORMAT_3 | {"query_clicks": "float32"}
_ARRAYS_OF: Final = (_ARRAYS_OF_FORMAT_1, _ARRAYS_OF_FORMAT_2, _ARRAYS_OF_FORMAT_3, ARRAYS)
USUAL_PRICE: Final = 0.5
"""Percentile within its category of what is clicked, where facts do not tell."""
LEAST_KNOWN: Final = 0.01
"""Share of the facts' products that the snapshot must have, of a hundred or more."""
MOST_DOUBT: Final = 100.0
_MOST_SEGMENTS: Final = 64
RELEARN: Final = "Run `vitrina learn` again, or set `facts` in CURRENT to null."


@dataclass(frozen=True, slots=True)
class RowMap:
    """Facts' rows of one segment's documents. of_doc: int64[n], −1 where nothing is known.

    docs: uint32[m], those with a row, in order of rows: those of row i stand at
    begins[i] … begins[i + 1], int64[rows + 1].
    newest: products that came within 30 days before the segment was made, see `newest_of`.
    """

    of_doc: Int64Array
    docs: UInt32Array
    begins: Int64Array
    newest: Hits
    _popular: dict[int, Hits] = field(default_factory=dict, init=False, repr=False)

    def hits_of(self, rows: UInt32Array, scores: Float32Array) -> Hits:
        """All products of these rows, each with the score of its row. rows: distinct."""
        begins = self.begins[rows]
        sizes = self.begins[rows + np.uint32(1)] - begins
        at = np.repeat(np.arange(len(rows)), sizes)
        first = np.cumsum(sizes) - sizes
        docs = self.docs[np.arange(len(at)) + (begins - first)[at]]
        order = np.argsort(docs)
        return Hits(docs[order], scores[at[order]].astype(np.float32))

    def popular(self, lists: Neighbours, region: int) -> Hits:
        """What is popular there, gone or not: the same for whoever asks, so it is made once."""
        known = self._popular.get(region)
        if known is None:
            known = self._popular[region] = self.hits_of(*lists.of(region))
        return known


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """product_hashes: uint64[p], ascending; product_rows: uint32[p], the row of each.
    values: float32[rows, len(VALUES)]. query_hashes: uint64[q], ascending; the products of query i
    stand at pair_begins[i] … pair_begins[i + 1], rows ascending. query_clicks: float32[q], that are
    known after each, of whatever product.
    favourites: uint64[rows], hash of the product of each that most people wanted, or 0.
    related, together: a list a row, of what the same people liked (Swing) and what is bought with
    it. region_hashes: uint64[r], ascending; popular, trending: a list a region, "" is everywhere.
    """

    id: str
    manifest: dict[str, Any]
    product_hashes: UInt64Array
    product_rows: UInt32Array
    values: Float32Array
    query_hashes: UInt64Array
    pair_begins: UInt32Array
    pair_rows: UInt32Array
    pair_lifts: Float32Array
    pair_doubts: Float32Array
    query_clicks: Float32Array
    favourites: UInt64Array
    region_hashes: UInt64Array
    related: Neighbours
    together: Neighbours
    popular: Neighbours
    trending: Neighbours
    _maps: dict[str, RowMap] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def clicked(self, text: str) -> Clicked:
        """What is known of a query. O(log q)."""
        key = query_key(text)
        if not key or not len(self.query_hashes):
            return NOT_CLICKED
        wanted = hash_of(key)
        place = int(np.searchsorted(self.query_hashes, wanted))
        if place == len(self.query_hashes) or self.query_hashes[place] != wanted:
            return NOT_CLICKED
        begin, end = int(self.pair_begins[place]), int(self.pair_begins[place + 1])
        return Clicked(
            self.pair_rows[begin:end], self.pair_lifts[begin:end], self.pair_doubts[begin:end],
            float(self.query_clicks[place]),
        )  # fmt: skip

    @property
    def doubt(self) -> float:
        """Standard deviation of a lift of which nothing is known; 0 where facts do not tell."""
        told = self.manifest.get("doubt")
        return told if isinstance(told, float) and 0 <= told <= MOST_DOUBT else 0.0

    @property
    def looks_below_click(self) -> float:
        """How often shoppers look at what stands below a click, beside where none is above; 1 where
        facts do not tell.
        """
        told = self.manifest.get("looked_at_below_click")
        return min(float(told), 1.0) if isinstance(told, float) and told >= 0 else 1.0

    @property
    def usual_price(self) -> float:
        """Mean percentile, within their categories, of the prices of what is clicked."""
        told = self.manifest.get("usual_price")
        return told if isinstance(told, float) and 0 <= told <= 1 else USUAL_PRICE

    def region(self, name: str | None) -> int | None:
        """The place of a region; of everywhere for one that is not known; None without any."""
        for key in (query_key(name or ""), ""):
            wanted = hash_of(key)
            place = int(np.searchsorted(self.region_hashes, wanted))
            if place < len(self.region_hashes) and self.region_hashes[place] == wanted:
                return place
        return None

    def knows_region(self, name: str) -> bool:
        """Whether it is told apart from everywhere."""
        return self.region(name) != self.region(None)

    def rows_in(self, segment: Snapshot) -> RowMap:
        """Made once a segment: a search of every id of it, 0.1 s for a million products."""
        name = f"{segment.folder}"
        known = self._maps.get(name)
        if known is None:
            known = self._mapped(segment)
        with self._lock:  # small segments come and go, the large one is to stay
            self._maps.pop(name, None)
            while len(self._maps) >= _MOST_SEGMENTS:
                self._maps.pop(next(iter(self._maps)))
            self._maps[name] = known
        return known

    def _mapped(self, segment: Snapshot) -> RowMap:
        hashes, by_hash = segment.documents.id_hashes, segment.documents.by_hash
        of_doc = np.full(len(hashes), -1, dtype=np.int64)
        if len(self.product_hashes):
            places = np.searchsorted(self.product_hashes, hashes)
            places[places == len(self.product_hashes)] = 0
            known = self.product_hashes[places] == hashes
            of_doc[by_hash[known]] = self.product_rows[places[known]]
        docs = np.flatnonzero(of_doc >= 0)
        docs = docs[np.argsort(of_doc[docs], kind="stable")]
        begins = np.searchsorted(of_doc[docs], np.arange(len(self.values) + 1))
        return RowMap(of_doc, docs.astype(np.uint32), begins, newest_of(segment))


def open_facts(index: Path, facts_id: str, snapshot: Snapshot) -> Facts:
    """Raises FactsError if they are damaged, of another format, index or catalogue."""
    folder = index / FOLDER / facts_id
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] not in range(OLDEST_FORMAT, FORMAT + 1):
            raise FactsError(
                f"facts {facts_id} are of format {manifest['format']}, this code reads "
                f"{OLDEST_FORMAT} to {FORMAT}. {RELEARN}"
            )
        names = _ARRAYS_OF[manifest["format"] - OLDEST_FORMAT]
        if manifest["index"] != index.name:
            raise FactsError(
                f"facts {facts_id} were learnt for index {str(manifest['index'])[:60]!r}, not "
                f"{index.name!r}. {RELEARN}"
            )
        arrays: dict[str, Any] = {name: load_array(folder / f"{name}.npy") for name in names}
        for name, array in arrays.items():
            if checksum(array) != manifest["checksums"][name]:
                raise FactsError(f"facts {facts_id}: {name}.npy was changed. {RELEARN}")
    except (OSError, ValueError, KeyError, TypeError, IndexingError) as error:
        raise FactsError(f"facts {facts_id} cannot be read: {error}. {RELEARN}") from error
    if manifest["format"] == OLDEST_FORMAT:
        arrays |= _no_lists(len(arrays["values"]))
    if "pair_doubts" not in arrays:
        arrays["pair_doubts"] = np.zeros_like(arrays["pair_lifts"])
    if "query_clicks" not in arrays:
        arrays["query_clicks"] = np.zeros(len(arrays["query_hashes"]), dtype=np.float32)
    lists = {name: Neighbours.taken(arrays, name) for name in LISTS}
    facts = Facts(facts_id, manifest, **(arrays | lists))
    check_shape(facts)
    check_catalogue(facts, snapshot)
    return facts


def _no_lists(rows: int) -> dict[str, Any]:
    """What facts of before November 27, 2026 do not tell."""
    arrays: dict[str, Any] = {
        "favourites": np.zeros(rows, dtype=np.uint64),
        "region_hashes": np.empty(0, dtype=np.uint64),
    }
    for name, count in zip(LISTS, (rows, rows, 0, 0), strict=True):
        arrays |= Neighbours.none(count).arrays(name)
    return arrays


def check_shape(facts: Facts) -> None:
    """Raises FactsError for arrays that do not belong together."""
    pairs = len(facts.pair_rows)
    rows = len(facts.values)
    whole = (
        facts.values.ndim == 2
        and facts.values.shape[1] == len(VALUES)
        and len(facts.product_rows) == len(facts.product_hashes)
        and len(facts.pair_begins) == len(facts.query_hashes) + 1
        and len(facts.pair_lifts) == pairs
        and int(facts.pair_begins[-1]) == pairs
        and bool((np.diff(facts.pair_begins.astype(np.int64)) >= 0).all())
        and int(facts.product_rows.max(initial=0)) < max(rows, 1)
        and int(facts.pair_rows.max(initial=0)) < max(rows, 1)
        and bool(np.isfinite(facts.pair_lifts).all())
        and len(facts.pair_doubts) == pairs
        and bool(((facts.pair_doubts >= 0) & (facts.pair_doubts <= MOST_DOUBT)).all())
        and len(facts.query_clicks) == len(facts.query_hashes)
        and bool((np.isfinite(facts.query_clicks) & (facts.query_clicks >= 0)).all())
        and len(facts.favourites) == rows
        and facts.related.fits(rows, rows)
        and facts.together.fits(rows, rows)
        and facts.popular.fits(len(facts.region_hashes), rows)
        and facts.trending.fits(len(facts.region_hashes), rows)
    )
    if not whole:
        raise FactsError(f"facts {facts.id}: its arrays do not fit each other. {RELEARN}")


def check_catalogue(facts: Facts, snapshot: Snapshot) -> None:
    """Raises FactsError if hardly any of the products is in the snapshot."""
    count = len(facts.values)
    known = int(np.count_nonzero(np.diff(facts.rows_in(snapshot).begins)))
    if count >= 100 and known < LEAST_KNOWN * count:
        raise FactsError(
            f"facts {facts.id} are of another catalogue: of their {count:,} products the snapshot "
            f"has {known:,}. {RELEARN}"
        )


def checksum(array: Any) -> str:
    return blake2b(np.ascontiguousarray(array).tobytes(), digest_size=16).hexdigest()
