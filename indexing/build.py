"""Catalogue → published snapshot. Whatever fails, what is published stays as it was."""

import errno
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import fold
from indexing.arrays import UInt32Array, save_array
from indexing.catalog import Product, RejectedLine
from indexing.columns import Columns, ColumnsBuilder
from indexing.documents import Documents, DocumentsBuilder
from indexing.errors import BuildError, CatalogError
from indexing.index_config import IndexConfig
from indexing.inversion import invert
from indexing.manifest import Manifest, facts_of
from indexing.mapping import FieldMapping
from indexing.meaning import MeaningReport, build_meaning
from indexing.phrases import build_completions
from indexing.postings import FIELD_COUNT, InvertedIndex
from indexing.priors import compute_priors
from indexing.progress import Progress
from indexing.publish import publish, stage, writer_lock
from indexing.row_order import group_order
from indexing.sources import CatalogReader, RejectsFile
from indexing.token_stream import TermNumbers, TokenStream

_TOLD_EVERY = 1000


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """index: the index's folder. queries: optional query log for suggestions.

    max_reject_ratio: share of rejected lines above which nothing is published.
    vector_kind: `auto`, `flat`, `flat_sq8` or `hnsw`.
    """

    catalog: Sequence[Path]
    index: Path
    code_version: str
    queries: Path | None = None
    mapping: FieldMapping = field(default_factory=FieldMapping)
    config: IndexConfig = field(default_factory=IndexConfig)
    max_reject_ratio: float = 0.01
    vector_kind: str = "auto"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class BuildReport:
    snapshot_id: str
    counts: dict[str, int]
    aliases: dict[str, int]
    meaning: MeaningReport
    rejects: Path | None


def build(options: BuildOptions, now: datetime, progress: Progress) -> BuildReport:
    """Build and publish one snapshot. Raises IndexingError; leaves no half-written snapshot."""
    with writer_lock(options.index):
        snapshot_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        staging = stage(options.index, snapshot_id)
        try:
            return _build(options, snapshot_id, staging, now, progress)
        except OSError as error:
            if error.errno == errno.ENOSPC:
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
    scratch = staging / "scratch"
    scratch.mkdir()
    rejects_path = options.index / "rejects.jsonl"
    reader = _CatalogPass(options, scratch, rejects_path)
    reader.read(progress)

    progress.begin("documents", None, "products")
    order = group_order(reader.documents.id_hashes, reader.documents.group_hashes)
    documents = reader.documents.finish(_made(staging / "documents"), order)
    columns = reader.columns.finish(_made(staging / "columns"), order)
    save_array(staging / "priors.npy", compute_priors(columns))
    progress.begin("postings", None, "products")
    index = invert(_made(staging / "postings"), reader.tokens.close(), order, reader.terms)
    meaning = build_meaning(staging, documents, order, reader.vectors, options, progress)
    progress.begin("suggestions", None, "phrases")
    build_completions(_made(staging / "completions"), options, documents, columns, index, reader.analyzer)
    shutil.rmtree(scratch)

    counts = _counts(reader, order, columns, index)
    progress.begin("verify", None, "files")
    Manifest(
        snapshot_id=snapshot_id,
        created_at=now.astimezone(UTC).isoformat(),
        code_version=options.code_version,
        counts=counts,
        analyzer={"languages": list(reader.analyzer.languages), "fingerprint": reader.analyzer.fingerprint},
        encoder=meaning.encoder_facts,
        config=options.config.facts(),
        report=meaning.facts,
        files=facts_of(staging),
    ).write(staging)
    publish(options.index, staging, snapshot_id)
    return BuildReport(
        snapshot_id, counts, dict(options.mapping.used), meaning,
        rejects_path if counts["rejected"] else None,
    )  # fmt: skip
