"""A published index, opened: every part memory-mapped, nothing changes."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.versions import analyzer_of
from indexing.arrays import (
    BoolArray,
    Float32Array,
    Float64Array,
    UInt8Array,
    UInt32Array,
    load_array,
)
from indexing.catalogue.documents import Documents
from indexing.catalogue.index_config import IndexConfig
from indexing.columns import Columns
from indexing.columns.columns import CORE_NUMBERS
from indexing.completions.completions import Completions
from indexing.entities.category_model import CategoryModel
from indexing.entities.names import EntityNames
from indexing.errors import CorruptSnapshotError, FormatVersionError
from indexing.forms.forms import FOLDER as FORMS
from indexing.forms.forms import WordForms
from indexing.live.shown_numbers import with_numbers
from indexing.manifest import Manifest, check_sizes
from indexing.parts import readable_parts
from indexing.postings.postings import InvertedIndex
from indexing.query_log.table import QueryTable
from indexing.ranges import check_ranges
from indexing.spelling.spelling import Spelling
from indexing.types.companions import COMPANIONS, Companions
from indexing.types.kind_column import KIND, KINDS, Kinds
from indexing.types.type_model import FOLDER as TYPES
from indexing.types.type_model import TypeModel
from indexing.vectors.encoder import Encoder, load_encoder
from indexing.vectors.index import VectorIndex
from indexing.verified import Verify, verify_contents
from indexing.written.written_words import WRITTEN, WrittenWords


@dataclass(frozen=True, slots=True)
class Snapshot:
    """priors: float32[n, len(PRIORS)]. liked: float32[n], query-independent liking.
    popular: uint32[≤ 1,000], best liked first. prices: float64[n], NaN where unknown.

    cosine_floor: least cosine at which a product is taken to mean what the query means.

    fresh: of the living index, uint8[n], bit i set where the number of CORE_NUMBERS[i] is newer
    than the document's line; None if none is.
    """

    id: str
    folder: Path
    manifest: Manifest
    config: IndexConfig
    analyzer: Analyzer
    index: InvertedIndex
    columns: Columns
    documents: Documents
    encoder: Encoder
    vectors: VectorIndex
    completions: Completions
    spelling: Spelling
    categories: CategoryModel
    entities: EntityNames
    queries: QueryTable
    forms: WordForms
    types: TypeModel
    companions: Companions
    kinds: Kinds
    written: WrittenWords
    priors: Float32Array
    liked: Float32Array
    popular: UInt32Array
    prices: Float64Array
    cosine_floor: float
    fresh: UInt8Array | None = None

    @property
    def doc_count(self) -> int:
        return self.columns.doc_count

    @property
    def gone(self) -> BoolArray | None:
        """See `InvertedIndex`."""
        return self.index.gone

    def there(self, doc_ids: UInt32Array) -> UInt32Array:
        """Those that are not gone."""
        return self.index.there(doc_ids)

    def all_there(self) -> UInt32Array:
        """All documents that are not gone, ascending."""
        return self.there(np.arange(self.doc_count, dtype=np.uint32))

    def find(self, product_id: str) -> int | None:
        """The document with this id, if it is not gone."""
        doc = self.documents.find(product_id)
        return None if doc is None or (self.gone is not None and self.gone[doc]) else doc

    def json_at(self, doc: int) -> bytes:
        """The product as it is shown now."""
        line = self.documents.json_at(doc)
        bits = 0 if self.fresh is None else int(self.fresh[doc])
        if not bits:
            return line
        at, numbers = np.array([doc], dtype=np.uint32), self.columns.numbers
        newer = [name for place, name in enumerate(CORE_NUMBERS) if bits >> place & 1]
        return with_numbers(line, [(name, float(numbers[name].at(at)[0])) for name in newer])


def open_snapshot(folder: Path, verify: Verify = "once") -> Snapshot:
    """Check manifest, formats, sizes and analyzer, then map everything. Well under a second.

    verify: whether contents are compared with their checksums first (indexing/verified.py).
    """
    manifest = Manifest.read(folder)
    check_sizes(folder, manifest)
    verify_contents(folder, manifest, verify)
    config = IndexConfig.from_facts(manifest.config)
    try:
        analyzer = analyzer_of(config.languages, manifest.analyzer["fingerprint"])
    except FormatVersionError as error:
        raise FormatVersionError(f"{folder}: {error} Build the index again.") from None
    try:
        snapshot = _mapped(folder, manifest, config, analyzer)
        check_ranges(snapshot)
    except CorruptSnapshotError as error:
        raise CorruptSnapshotError(f"{folder}: {error}") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise CorruptSnapshotError(
            f"{folder} does not hold what it should ({type(error).__name__}: {error}). Roll back "
            "with `vitrina snapshots rollback`, or build again."
        ) from error
    return snapshot


def _mapped(folder: Path, manifest: Manifest, config: IndexConfig, analyzer: Analyzer) -> Snapshot:
    columns = Columns.load(folder / "columns")
    parts = readable_parts(manifest.parts)
    kinds = Kinds.nothing(columns.doc_count)
    if KINDS in parts and TYPES in parts:
        kinds = Kinds.load(folder / KINDS)
        columns = replace(columns, keywords=columns.keywords | {KIND: kinds.column})
    return Snapshot(
        id=manifest.snapshot_id,
        folder=folder,
        manifest=manifest,
        config=config,
        analyzer=analyzer,
        index=InvertedIndex.load(folder / "postings"),
        columns=columns,
        documents=Documents.load(folder / "documents"),
        encoder=load_encoder(folder / "encoder"),
        vectors=VectorIndex.load(folder / "vectors"),
        completions=Completions.load(folder / "completions"),
        spelling=Spelling.load(folder / "spelling"),
        categories=CategoryModel.load(folder / "categories"),
        entities=EntityNames.load(folder / "entities"),
        queries=QueryTable.load(folder / "queries"),
        forms=WordForms.load(folder / FORMS) if FORMS in parts else WordForms.nothing(),
        types=TypeModel.load(folder / TYPES)
        if TYPES in parts
        else TypeModel.nothing(columns.doc_count),
        companions=Companions.load(folder / COMPANIONS)
        if COMPANIONS in parts
        else Companions.of({}),
        kinds=kinds,
        written=WrittenWords.load(folder / WRITTEN) if WRITTEN in parts else WrittenWords.of({}),
        priors=load_array(folder / "priors.npy"),
        liked=load_array(folder / "liked.npy"),
        popular=load_array(folder / "popular.npy"),
        prices=columns.dense("price"),
        cosine_floor=float(manifest.encoder["cosine_floor"]),
    )
