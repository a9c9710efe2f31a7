"""A segment: products that came or changed after a build, in the files of a snapshot.

Built by the same code as the snapshot that it stands beside, with what that froze: statistics are
not counted anew, attributes are columns if they were, vectors come from its encoder, and pairs of
words that its catalogue writes as one are joined. Terms and values are numbered within the segment;
`joined.py` gives them the numbers of all.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.arrays import (
    Float32Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt64Array,
    load_array,
    save_array,
)
from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.documents import Documents, DocumentsBuilder
from indexing.catalogue.product import Product
from indexing.columns import Columns, ColumnsBuilder
from indexing.forms.joined import JoinedPairs
from indexing.live.checksums import seal_files
from indexing.live.type_guess import type_guesses
from indexing.postings.inversion import invert
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import FIELD_COUNT, HeldTerms, InvertedIndex
from indexing.postings.token_stream import TermNumbers, TokenStream
from indexing.searchable import searchable_texts, unsearched_fields
from indexing.snapshot import Snapshot
from indexing.types.title_roles import TitleRoles
from indexing.types.type_model import load_roles
from indexing.vectors.build import encoded
from indexing.vectors.encoder import GivenEncoder
from indexing.vectors.index import VectorIndex
from indexing.vectors.index_build import build_vectors

_TYPE_OF: Final = "type_of.npy"
_SURENESS: Final = "sureness.npy"
_ROLES: Final = "title_roles.npy"
_KNOWN: Final = "known.npy"


@dataclass(frozen=True, slots=True)
class Segment:
    """Term ids and ordinals are its own. type_of, sureness, title_roles: as in the snapshot's
    TypeModel.

    known: int64[terms], the snapshot's term ids, UNKNOWN for those that it has not; new: those.
    """

    folder: Path
    index: InvertedIndex
    columns: Columns
    documents: Documents
    vectors: VectorIndex
    type_of: Int32Array
    sureness: UInt8Array
    title_roles: UInt64Array
    known: Int64Array
    new: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.documents)


def open_segment(folder: Path) -> Segment:
    """Raises CorruptSnapshotError."""
    index = InvertedIndex.load(folder / "postings")
    known = load_array(folder / _KNOWN)
    documents = Documents.load(folder / "documents")
    return Segment(
        folder,
        index,
        Columns.load(folder / "columns"),
        documents,
        VectorIndex.load(folder / "vectors"),
        load_array(folder / _TYPE_OF),
        load_array(folder / _SURENESS),
        load_roles(folder / _ROLES, len(documents)),
        known,
        _new_terms(index, known),
    )


def build_segment(
    folder: Path, products: Sequence[Product], keys: UInt64Array, base: Snapshot
) -> Segment:
    """Write the products into the folder, which is made. About a millisecond a product.

    products: by key, so that groups stand together. keys: uint64[n], ascending. base: as built.
    """
    scratch = _made(folder / "scratch")
    numbers = TermNumbers(base.analyzer)
    tokens = TokenStream(scratch / "tokens.u4", FIELD_COUNT)
    documents = DocumentsBuilder(scratch)
    columns = ColumnsBuilder(scratch, attribute_kinds(base.columns))
    unsearched = unsearched_fields(base.config)
    try:
        for product in products:
            tokens.add(numbers, searchable_texts(product, unsearched))
            documents.add(product)
            columns.add(product)
        order = np.arange(len(products), dtype=np.uint32)
        written = documents.finish(_made(folder / "documents"), order)
        ordered = columns.finish(_made(folder / "columns"), order, keys)
        pairs, terms = _pairs(numbers, base), list(numbers.ids)
        index = invert(_made(folder / "postings"), tokens.finish(), order, terms, pairs)
    finally:
        tokens.close()
        documents.close()
    vectors = _save_vectors(_made(folder / "vectors"), products, written, base)
    type_of, sureness = type_guesses(products, base)
    save_array(folder / _TYPE_OF, type_of)
    save_array(folder / _SURENESS, sureness)
    roles = TitleRoles(base.analyzer).all_of((each.title, each.brand or "") for each in products)
    save_array(folder / _ROLES, roles)
    shutil.rmtree(scratch)
    known = np.array([base.index.lexicon.id_of(term) for term in index.lexicon.terms], np.int64)
    save_array(folder / _KNOWN, known)
    seal_files(folder)
    parts = index, ordered, written, vectors, type_of, sureness, roles, known
    return Segment(folder, *parts, _new_terms(index, known))


def _new_terms(index: InvertedIndex, known: Int64Array) -> tuple[str, ...]:
    return tuple(index.lexicon[place] for place in np.flatnonzero(known == UNKNOWN).tolist())


def attribute_kinds(columns: Columns) -> dict[str, bool]:
    """Attributes that are columns: name → whether of text."""
    kinds = dict.fromkeys(columns.number_counts, False) | dict.fromkeys(
        columns.attribute_names, True
    )
    return {field.removeprefix(PREFIX): is_text for field, is_text in kinds.items()}


def _pairs(numbers: TermNumbers, base: Snapshot) -> JoinedPairs:
    """Pairs that the snapshot knows as one word, as far as the products have both parts."""
    forms, lexicon = base.forms, base.index.lexicon
    if not len(forms.pairs):
        return JoinedPairs.none()
    ids = np.array([lexicon.id_of(term) for term in numbers.ids], dtype=np.int64)
    own = HeldTerms(
        np.sort(ids[ids != UNKNOWN]),
        np.argsort(ids)[int(np.count_nonzero(ids == UNKNOWN)) :],
    )
    first = own.lists_of((forms.pairs >> np.uint64(32)).astype(np.int64))
    second = own.lists_of((forms.pairs & np.uint64(0xFFFFFFFF)).astype(np.int64))
    here = np.flatnonzero((first != UNKNOWN) & (second != UNKNOWN))
    wholes = [numbers.number(lexicon.terms[int(forms.wholes[place])]) for place in here]
    keys = (first[here] << 32 | second[here]).astype(np.uint64)
    order = np.argsort(keys)
    return JoinedPairs(keys[order], np.array(wholes, dtype=np.uint32)[order])


def _save_vectors(
    folder: Path, products: Sequence[Product], documents: Documents, base: Snapshot
) -> VectorIndex:
    encoder = base.encoder
    chunks = encoded(documents, encoder)
    if isinstance(encoder, GivenEncoder):
        chunks = iter([_given(products, encoder.dimension)])
    return build_vectors(chunks, len(products), folder, dimension=encoder.dimension, kind="flat")


def _given(products: Sequence[Product], dimension: int) -> Float32Array:
    """float32[n, d]: vectors that come with the products, zero where one has none that fits."""
    rows = np.zeros((len(products), dimension), dtype=np.float32)
    for place, product in enumerate(products):
        if product.vector is not None and len(product.vector) == dimension:
            rows[place] = product.vector
    return rows


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
