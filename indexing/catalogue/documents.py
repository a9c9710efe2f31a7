"""Document → the product that a result page shows; product id → document."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from indexing.arrays import Int64Array, UInt32Array, UInt64Array, load_array, save_array
from indexing.catalogue.product import PRODUCT_FIELDS, Product
from indexing.catalogue.replaced_rows import ReplacedRows, replaced_rows
from indexing.catalogue.row_order import hash_of_group, hash_of_id
from indexing.strings import StringTable

_NAME = "products"
_ID_START = len(b'{"id":"')
_SPILL_BYTES = 1 << 22
_COPY_BYTES = 1 << 22


def shown_json(product: Product) -> bytes:
    """The product's non-empty fields, `id` first, without `vector`; dates in ISO 8601, UTC."""
    fields = {
        name: value
        for name, value in product.__dict__.items()
        if (value or value == 0) and name != "vector"  # 0 says something, "" and () do not
    }
    if "price_original" in fields and "price" not in fields:
        fields["price"] = fields["price_original"]["amount"]  # shown, in no column
        fields["currency"] = fields["price_original"]["currency"]
        fields = {name: fields[name] for name in PRODUCT_FIELDS if name in fields}
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)


@dataclass(frozen=True, slots=True)
class Documents:
    """products: JSON by document. id_hashes: uint64[n], ascending; by_hash: uint32[n],
    the document of each.
    """

    products: StringTable
    id_hashes: UInt64Array
    by_hash: UInt32Array

    @classmethod
    def load(cls, folder: Path) -> "Documents":
        return cls(
            StringTable.load(folder, _NAME),
            load_array(folder / "id_hashes.npy"),
            load_array(folder / "by_hash.npy"),
        )

    def __len__(self) -> int:
        return len(self.products)

    def json_at(self, doc_id: int) -> bytes:
        """One JSON object, as `shown_json` makes it."""
        return self.products.bytes_at(doc_id)

    def product_at(self, doc_id: int) -> dict[str, Any]:
        """The object of `json_at`; tuples are lists, created_at is text."""
        made: dict[str, Any] = orjson.loads(self.json_at(doc_id))
        return made

    def id_at(self, doc_id: int) -> str:
        json = self.json_at(doc_id)
        raw = json[_ID_START : json.index(b'"', _ID_START)]
        if b"\\" in raw:
            return str(orjson.loads(json)["id"])
        return raw.decode()

    def find(self, product_id: str) -> int | None:
        """The document with this id. O(log n)."""
        try:
            wanted = np.frombuffer(hash_of_id(product_id), dtype=np.uint64)[0]
        except UnicodeEncodeError:  # lone surrogates: no catalogue holds them
            return None
        place = int(np.searchsorted(self.id_hashes, wanted))
        if place == len(self.id_hashes) or self.id_hashes[place] != wanted:
            return None
        doc_id = int(self.by_hash[place])
        return doc_id if self.id_at(doc_id) == product_id else None

    def of_hashes(self, hashes: UInt64Array) -> Int64Array:
        """int64[k], the document of each hash of an id, −1 where there is none. O(k log n)."""
        if not len(self.id_hashes):
            return np.full(len(hashes), -1, dtype=np.int64)
        places = np.searchsorted(self.id_hashes, hashes)
        places[places == len(self.id_hashes)] = 0
        docs = self.by_hash[places].astype(np.int64)
        docs[self.id_hashes[places] != hashes] = -1
        return docs


class DocumentsBuilder:
    """Spills the JSON of every row; `finish` copies those that survive, in their order."""

    def __init__(self, scratch: Path) -> None:
        self._path = scratch / "products.json"
        self._file = self._path.open("wb", buffering=_SPILL_BYTES)
        self._sizes = array("I")
        self._ids = bytearray()
        self._groups = bytearray()

    def add(self, product: Product) -> None:
        json = shown_json(product)
        self._file.write(json)
        self._sizes.append(len(json))
        id_hash = hash_of_id(product.id)
        self._ids += id_hash
        self._groups += id_hash if product.group_id is None else hash_of_group(product.group_id)

    def close(self) -> None:
        """Needed only if `finish` is not reached."""
        self._file.close()

    @property
    def id_hashes(self) -> UInt64Array:
        """uint64[rows]; equal for equal ids."""
        return np.frombuffer(bytes(self._ids), dtype=np.uint64)

    @property
    def group_hashes(self) -> UInt64Array:
        """uint64[rows]; equal for rows of one group."""
        return np.frombuffer(bytes(self._groups), dtype=np.uint64)

    def replaced(self) -> ReplacedRows:
        """What later rows of the same id changed. Before `finish`."""
        self._file.flush()
        starts = np.zeros(len(self._sizes) + 1, dtype=np.int64)
        np.cumsum(np.frombuffer(self._sizes, dtype=np.uint32), out=starts[1:])
        with self._path.open("rb") as spilled:

            def json_at(row: int) -> bytes:
                spilled.seek(int(starts[row]))
                return spilled.read(self._sizes[row])

            return replaced_rows(self.id_hashes, json_at)

    def finish(self, folder: Path, order: UInt32Array) -> Documents:
        """order: uint32[m], document → row. Memory: 16 bytes a row; time: one copy on disk."""
        self._file.close()
        sizes = np.frombuffer(self._sizes, dtype=np.uint32)
        starts = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=starts[1:])
        offsets = np.zeros(len(order) + 1, dtype=np.uint64)
        np.cumsum(sizes[order], out=offsets[1:])
        self._copy(folder / f"{_NAME}.blob.npy", int(offsets[-1]), starts, order)
        save_array(folder / f"{_NAME}.offsets.npy", offsets)

        hashes = self.id_hashes[order]
        by_hash = np.argsort(hashes, kind="stable").astype(np.uint32)
        save_array(folder / "id_hashes.npy", hashes[by_hash])
        save_array(folder / "by_hash.npy", by_hash)
        self._path.unlink()
        return Documents.load(folder)

    def _copy(self, path: Path, size: int, starts: Int64Array, order: UInt32Array) -> None:
        """Write the blob as .npy, by plain writes: a full disk is an error, not a lost map."""
        with self._path.open("rb") as spilled, path.open("wb", buffering=_SPILL_BYTES) as blob:
            header = {"descr": "|u1", "fortran_order": False, "shape": (size,)}
            np.lib.format.write_array_header_1_0(blob, header)
            for first, last in _runs(order):
                spilled.seek(int(starts[first]))
                left = int(starts[last + 1] - starts[first])
                while left:
                    piece = spilled.read(min(left, _COPY_BYTES))
                    blob.write(piece)
                    left -= len(piece)


def _runs(order: UInt32Array) -> Iterator[tuple[int, int]]:
    """First and last row of each run of consecutive rows, in order."""
    breaks = np.flatnonzero(np.diff(order.astype(np.int64)) != 1) + 1
    firsts = order[np.r_[0, breaks]] if len(order) else order
    lasts = order[np.r_[breaks - 1, len(order) - 1]] if len(order) else order
    return zip(firsts.tolist(), lasts.tolist(), strict=True)
