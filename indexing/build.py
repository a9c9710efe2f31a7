"""Catalogue → published snapshot. Whatever fails, what is published stays as it was."""

import secrets
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import BoolArray, load_array, save_array
from indexing.catalogue.catalog_report import SourceReport
from indexing.catalogue.documents import Documents, DocumentsBuilder
from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.platform import Platform
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.rejects import RejectsFile
from indexing.catalogue.replaced_rows import ReplacedRows
from indexing.catalogue.row_order import group_order, is_among, order_keys
from indexing.catalogue.source_reading import ReadingOptions
from indexing.catalogue.sources import Given
from indexing.catalogue.values.currency import CurrencyRates
from indexing.columns import Columns, ColumnsBuilder
from indexing.columns.priors import best_liked, compute_liked, compute_priors
from indexing.columns.single_values import leaf_categories
from indexing.errors import BuildError, is_disk_full
from indexing.forms.compounds import find_forms
from indexing.forms.forms import FOLDER as FORMS
from indexing.forms.head_nouns import heads_at_end
from indexing.forms.joined import joined_pairs
from indexing.gc_pause import rare_collections
from indexing.manifest import Manifest, facts_of
from indexing.postings.inversion import invert
from indexing.postings.postings import FIELD_COUNT, Field, InvertedIndex
from indexing.postings.strict_match import hidden_products
from indexing.postings.token_stream import TermNumbers, TokenStream
from indexing.progress import Progress
from indexing.publication_gate import GateLimits, objections
from indexing.publish import keep, publish, stage, whole_current, writer_lock
from indexing.query_log.reading import LogRules, QueryLog, read_query_log
from indexing.query_log.table_build import QueryCounts, Shop, build_queries
from indexing.searchable import searchable_texts, unsearched_fields
from indexing.spelling.spelling import Spelling
from indexing.spelling.word_counts import WordCounter
from indexing.types.build import build_types
from indexing.types.companion_build import build_companions
from indexing.types.companions import COMPANIONS
from indexing.types.kind_column import KINDS, build_kinds
from indexing.types.signs import HEAD_FIRST
from indexing.types.type_model import FOLDER as TYPES
from indexing.understanding_build import build_understanding
from indexing.vectors.build import GivenVectors, build_meaning, sampled_titles
from indexing.vectors.encoder import load_encoder
from indexing.vectors.index import VectorIndex
from indexing.written.build import written_words
from indexing.written.written_words import WRITTEN, WrittenWords

REJECTS = "rejects.jsonl"
_CLOCKS_DIFFER_S = 86_400.0
_PHRASE_SAMPLE = 200_000
_TOLD_EVERY = 1000


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """index: the index's folder. queries: optional query log for suggestions.

    max_reject_ratio: share of rejected lines above which nothing is published.
    vector_kind: `auto`, `flat`, `flat_sq8` or `ivf`. stage_only: keep the snapshot beside the one
    in force, to be looked at. force: publish also what the gate objects to. locale: of a catalogue
    in several languages. map_file: the shop's own rules. strict: a value that cannot be meant
    rejects its line. encoding, records_at: see FormatOptions. beside: asked for further products
    (without a catalogue, all) when it has been read, with whether that has an id; changes: asked
    then, what the manifest's report tells of them.
    """

    catalog: Sequence[Path | Given]
    index: Path
    code_version: str
    queries: Path | None = None
    mapping: FieldMapping = field(default_factory=FieldMapping)
    config: IndexConfig = field(default_factory=IndexConfig)
    max_reject_ratio: float = 0.01
    vector_kind: str = "auto"
    min_count: int = 1
    seed: int = 0
    stage_only: bool = False
    force: bool = False
    locale: str | None = None
    strict: bool = False
    encoding: str | None = None
    records_at: str | None = None
    map_file: Platform | None = None
    beside: Callable[[Callable[[str], bool]], Iterable[Product]] | None = None
    changes: Callable[[], dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class BuildReport:
    """published: whether the snapshot is in force. objections: why the gate kept it back.
    replaced: what later lines of the same id changed.
    """

    snapshot_id: str
    counts: dict[str, int]
    aliases: dict[str, int]
    meaning: dict[str, Any]
    rejects: Path | None
    sources: tuple[SourceReport, ...]
    published: bool = True
    objections: tuple[str, ...] = ()
    replaced: ReplacedRows = field(default_factory=ReplacedRows)


def build(options: BuildOptions, now: datetime, progress: Progress) -> BuildReport:
    """Build and publish one snapshot. Raises IndexingError; leaves no half-written snapshot."""
    with writer_lock(options.index):
        # Ids sort by time, also of two small builds within a second.
        moment = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{now.microsecond:05x}"
        snapshot_id = moment + secrets.token_hex(2)
        staging = stage(options.index, snapshot_id)
        try:
            return _build(options, snapshot_id, staging, now, progress)
        except OSError as error:
            if is_disk_full(error):
                raise BuildError(
                    f"the disk of {options.index} is full; nothing was published. Free some space "
                    "(a build needs about three times the catalogue's size) and build again."
                ) from error
            raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _build(
    options: BuildOptions, snapshot_id: str, staging: Path, now: datetime, progress: Progress
) -> BuildReport:
    scratch = _made(staging / "scratch")
    read = _builders(options, scratch)
    try:
        with rare_collections():
            _read_all(read, options, now, progress)
        if options.config.currency is None and read.rates.currency is not None:
            config = options.config.model_copy(update={"currency": read.rates.currency})
            options = replace(options, config=config)
        return _publish(read, options, snapshot_id, staging, now, progress)
    finally:
        for builder in (read.tokens, read.documents, read.vectors):
            builder.close()


def _publish(
    read: "_Read",
    options: BuildOptions,
    snapshot_id: str,
    staging: Path,
    now: datetime,
    progress: Progress,
) -> BuildReport:
    ids, groups = read.documents.id_hashes, read.documents.group_hashes
    order = group_order(ids, groups)
    keys = order_keys(ids, groups, order)
    progress.begin("documents", None, "products")
    replaced = read.documents.replaced()
    documents = read.documents.finish(_made(staging / "documents"), order)
    columns = read.columns.finish(_made(staging / "columns"), order, keys)
    _save_priors(staging, columns)
    progress.begin("postings", None, "products")
    analyzer, tokens = read.numbers.analyzer, read.tokens.finish()
    compounds = "compounds" in options.config.word_forms
    ends = heads_at_end(read.words.words(), analyzer) if compounds else {}
    for head in ends.values():
        read.numbers.number(head)
    terms = list(read.numbers.ids)
    leaves = leaf_categories(columns, np.arange(len(order), dtype=np.uint32))
    pairs = joined_pairs(tokens, order, read.numbers, read.words, leaves)
    index = invert(
        _made(staging / "postings"), tokens, order, terms, pairs, frozenset(ends.values())
    )
    forms = find_forms(index, pairs, terms, analyzer, leaves, compounds, ends)
    forms.save(_made(staging / FORMS))
    meaning = build_meaning(
        staging, documents, read.vectors, order, options.vector_kind, options.seed, progress
    )
    log = _query_log(options, now)
    progress.begin("understanding", None, "products")
    build_understanding(staging, documents, columns, index, analyzer, read.words, log)
    written = written_words(read.words.written, analyzer)
    written.save(_made(staging / WRITTEN))
    progress.begin("types", None, "products")
    types = build_types(
        _made(staging / TYPES), documents, columns, index, analyzer,
        load_encoder(staging / "encoder"), VectorIndex.load(staging / "vectors"),
        load_array(staging / "liked.npy"), forms, options.config.general_kinds, written,
    )  # fmt: skip
    build_kinds(_made(staging / KINDS), types, analyzer.languages[0] in HEAD_FIRST)
    hidden = hidden_products(columns, options.config)
    build_companions(
        _made(staging / COMPANIONS), documents, types, forms, written, index, analyzer, hidden
    )
    queries = _queries(staging, log, documents, columns, index, analyzer, written, hidden, progress)
    shutil.rmtree(staging / "scratch")

    counts = {
        "products": len(order),
        "groups": len(columns.groups),
        "terms": len(index.lexicon),
        "postings": len(index.docs),
        "rejected": read.rejected,
        "duplicates": read.rows - len(order),
        "suggestions": queries.logged + queries.catalogue,
        "queries": queries.logged,
    }
    progress.begin("verify", None, "files")
    Manifest(
        snapshot_id=snapshot_id,
        created_at=now.astimezone(UTC).isoformat(),
        code_version=options.code_version,
        counts=counts,
        analyzer=_analyzer_facts(analyzer),
        encoder=meaning.encoder,
        config=options.config.facts(),
        report=meaning.report | (options.changes() if options.changes else {}),
        files=facts_of(staging),
    ).write(staging)
    why = _objections(options, staging)
    published = not (why or options.stage_only)
    (publish if published else keep)(options.index, staging, snapshot_id)
    return BuildReport(
        snapshot_id, counts, dict(options.mapping.used), meaning.report,
        options.index / REJECTS if read.rejected else None, tuple(read.sources), published, why,
        replaced,
    )  # fmt: skip


def _objections(options: BuildOptions, staging: Path) -> tuple[str, ...]:
    """What the gate says against the snapshot that was built, compared with the one in force."""
    current = None if options.force else whole_current(options.index)
    if current is None:
        return ()
    limits = GateLimits(options.config.most_lost, options.config.most_price_change)
    return objections(options.index / "snapshots" / current.snapshot, staging, limits)


@dataclass(slots=True)
class _Read:
    """The builders after one pass over the catalogue."""

    numbers: TermNumbers
    tokens: TokenStream
    documents: DocumentsBuilder
    columns: ColumnsBuilder
    vectors: GivenVectors
    words: WordCounter
    rates: CurrencyRates
    sources: list[SourceReport] = field(default_factory=list)
    rows: int = 0
    rejected: int = 0

    def add(self, product: Product, unsearched: Sequence[Field]) -> None:
        self.tokens.add(self.numbers, searchable_texts(product, unsearched))
        self.documents.add(product)
        self.columns.add(product)
        self.vectors.add(product)
        self.words.add(product)
        self.rows += 1


def _builders(options: BuildOptions, scratch: Path) -> _Read:
    analyzer = Analyzer(options.config.languages)
    return _Read(
        TermNumbers(analyzer),
        TokenStream(scratch / "tokens.u4", FIELD_COUNT),
        DocumentsBuilder(_made(scratch / "documents")),
        ColumnsBuilder(_made(scratch / "columns")),
        GivenVectors(scratch / "vectors.f4"),
        WordCounter(),
        options.config.currency_rates(),
    )


def _read_all(read: _Read, options: BuildOptions, now: datetime, progress: Progress) -> None:
    """One pass over the catalogue, if there is one, then over what comes beside it."""
    unsearched = unsearched_fields(options.config)
    if options.catalog:
        _read_catalog(read, options, unsearched, now, progress)
    if options.beside is not None:
        progress.begin("changes", None, "products")
        ids = np.sort(read.documents.id_hashes)
        for number, product in enumerate(options.beside(lambda each: is_among(ids, each)), 1):
            read.add(product, unsearched)
            if number % _TOLD_EVERY == 0:
                progress.advance(number)
    if not read.rows:
        raise BuildError("there is no product, so nothing was published.")


def _read_catalog(
    read: _Read,
    options: BuildOptions,
    unsearched: Sequence[Field],
    now: datetime,
    progress: Progress,
) -> None:
    """Rejected lines go to their file."""
    how = ReadingOptions(
        locale=options.locale,
        languages=options.config.languages,
        now=now.astimezone(UTC),
        strict=options.strict,
        mine=options.map_file,
    )
    formats = FormatOptions(options.encoding, options.records_at, options.config.languages)
    reader = CatalogReader(options.catalog, options.mapping, read.rates, how, formats)
    for source, why in reader.passed_over:
        progress.note(f"passed over {source}: it {why}")
    progress.begin("read", reader.bytes_total, "bytes")
    with RejectsFile(options.index / REJECTS) as rejects:
        for line in reader:
            if isinstance(line, RejectedLine):
                rejects.add(line)
            else:
                read.add(line, unsearched)
            if (read.rows + rejects.count) % _TOLD_EVERY == 0:
                progress.advance(reader.bytes_read)
        read.rejected, read.rates, read.sources = rejects.count, reader.rates, reader.reports
        _check_mapping(options.mapping, progress)
        rejects.check_ratio(options.max_reject_ratio, read.rows)
    progress.advance(reader.bytes_total)


def _check_mapping(mapping: FieldMapping, progress: Progress) -> None:
    """A mistyped name must not publish a shop without its brands."""
    for target, told in mapping.unused():
        if target in mapping.required:
            raise BuildError(f"the mapping {told} Correct it, or leave it out.")
        progress.note(f"the mapping {told}")


def _query_log(options: BuildOptions, now: datetime) -> QueryLog | None:
    if options.queries is None:
        return None
    latest = now.timestamp() + _CLOCKS_DIFFER_S
    return read_query_log(
        [options.queries], rules=LogRules(min_count=options.min_count, latest=latest)
    )


def _queries(
    staging: Path,
    log: QueryLog | None,
    documents: Documents,
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
    written: WrittenWords,
    hidden: BoolArray | None,
    progress: Progress,
) -> QueryCounts:
    progress.begin("queries", None, "queries")
    shop = Shop(
        documents,
        columns,
        index,
        analyzer,
        Spelling.load(staging / "spelling"),
        load_encoder(staging / "encoder"),
        load_array(staging / "priors.npy"),
        written,
        hidden,
    )
    titles = sampled_titles(documents, _PHRASE_SAMPLE)
    return build_queries(staging, log, titles, shop)


def _analyzer_facts(analyzer: Analyzer) -> dict[str, object]:
    return {"languages": list(analyzer.languages), "fingerprint": analyzer.fingerprint}


def _save_priors(staging: Path, columns: Columns) -> None:
    priors = compute_priors(columns)
    liked = compute_liked(priors)
    save_array(staging / "priors.npy", priors)
    save_array(staging / "liked.npy", liked)
    save_array(staging / "popular.npy", best_liked(liked))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
