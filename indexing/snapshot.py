"""A published index, opened: every part memory-mapped, nothing changes."""

from dataclasses import dataclass
from pathlib import Path

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.versions import analyzer_of
from indexing.arrays import Float32Array, Float64Array, UInt32Array, load_array
from indexing.catalogue.documents import Documents
from indexing.catalogue.index_config import IndexConfig
from indexing.columns import Columns
from indexing.completions.completions import Completions
from indexing.entities.category_model import CategoryModel
from indexing.entities.names import EntityNames
from indexing.errors import FormatVersionError
from indexing.manifest import Manifest, check_sizes
from indexing.postings.postings import InvertedIndex
from indexing.query_log.table import QueryTable
from indexing.spelling.spelling import Spelling
from indexing.types.type_model import FOLDER as TYPES
from indexing.types.type_model import TypeModel
from indexing.vectors.encoder import Encoder, load_encoder
from indexing.vectors.index import VectorIndex


@dataclass(frozen=True, slots=True)
class Snapshot:
    """priors: float32[n, len(PRIORS)]. liked: float32[n], query-independent liking.
    popular: uint32[≤ 1,000], best liked first. prices: float64[n], NaN where unknown.

    cosine_floor: least cosine at which a product is taken to mean what the query means.
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
    types: TypeModel
    priors: Float32Array
    liked: Float32Array
    popular: UInt32Array
    prices: Float64Array
    cosine_floor: float

    @property
    def doc_count(self) -> int:
        return self.columns.doc_count


def open_snapshot(folder: Path) -> Snapshot:
    """Check manifest, formats, sizes and analyzer, then map everything. Well under a second.

    Contents are checked when a snapshot is published and by `verify`, not here.
    """
    manifest = Manifest.read(folder)
    check_sizes(folder, manifest)
    config = IndexConfig.from_facts(manifest.config)
    try:
        analyzer = analyzer_of(config.languages, manifest.analyzer["fingerprint"])
    except FormatVersionError as error:
        raise FormatVersionError(f"{folder}: {error} Build the index again.") from None
    columns = Columns.load(folder / "columns")
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
        types=_types(folder / TYPES, columns.doc_count),
        priors=load_array(folder / "priors.npy"),
        liked=load_array(folder / "liked.npy"),
        popular=load_array(folder / "popular.npy"),
        prices=columns.dense("price"),
        cosine_floor=float(manifest.encoder["cosine_floor"]),
    )


def _types(folder: Path, doc_count: int) -> TypeModel:
    """None of them in a snapshot that was built before there were types."""
    return TypeModel.load(folder) if folder.is_dir() else TypeModel.nothing(doc_count)
