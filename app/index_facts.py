"""What is known of an index as it is served now: fields, segments, changes, model, size."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.changes.change_log import ChangeLog, ChangeLogError
from app.live.seen import Seen
from indexing.catalogue.attributes import PREFIX
from indexing.columns.fill import FieldFill, added, fill_of
from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.rankers.model import ModelRanker

FEW_PRODUCTS: Final = 20
FEW_SHARE: Final = 0.01
"""An attribute on fewer products than both is of little use."""
SAME_SHARE: Final = 0.95
OWN_SHARE: Final = 0.9


def index_facts(generation: Generation, data: Path, log: ChangeLog) -> dict[str, Any]:
    """One pass over the columns. Reads file sizes."""
    main = generation.snapshot
    segments = [_segment(part) for part in generation.segments]
    there = [_there(part) for part in generation.segments]
    products = int(sum(each.sum() for each in there))
    fills = added([fill_of(p.columns, t) for p, t in zip(generation.segments, there, strict=True)])
    manifest = main.manifest
    return {
        "index": generation.index,
        "snapshot": {
            "id": main.id,
            "created_at": manifest.created_at,
            "code_version": manifest.code_version,
            "outdated": manifest.outdated(),
            "bytes": sum(facts.size for facts in manifest.files.values()),
            "counts": manifest.counts,
        },
        "languages": list(manifest.analyzer["languages"]),
        "currency": main.config.currency,
        "products": products,
        "segments": segments,
        "changes": _changes(generation.index, data, log),
        "fields": [asdict(each) | {"doubt": doubt_of(each, products)} for each in fills],
        "models": [_model(each) for each in (generation, *generation.others.values())],
        "degraded": list(generation.degraded),
    }


def doubt_of(field: FieldFill, products: int) -> str | None:
    """Why an attribute helps nobody: `empty`, `few`, `same` value everywhere, `own` for each."""
    if not field.filled:
        return "empty"
    if not field.name.startswith(PREFIX):
        return None
    if field.filled < min(FEW_PRODUCTS, max(1, FEW_SHARE * products)):
        return "few"
    if field.distinct is None or field.largest is None:
        return None
    if field.largest >= SAME_SHARE * products:
        return "same"
    if field.filled >= FEW_PRODUCTS and field.distinct >= OWN_SHARE * field.filled:
        return "own"
    return None


def _there(segment: Snapshot) -> Any:
    """bool[n]: products that are not gone."""
    if segment.gone is None:
        return np.ones(segment.doc_count, dtype=np.bool_)
    return ~np.asarray(segment.gone, dtype=np.bool_)


def _segment(segment: Snapshot) -> dict[str, Any]:
    gone = 0 if segment.gone is None else int(np.count_nonzero(segment.gone))
    return {"id": segment.id, "products": segment.doc_count - gone, "gone": gone}


def _changes(index: str, data: Path, log: ChangeLog) -> dict[str, Any]:
    """kept: entries that no build has folded in. behind: accepted, and not shown by every worker
    yet; null where nothing is told (no live changes, or no worker of this machine).
    """
    try:
        last, size = log.last(index), log.size(index)
    except ChangeLogError as error:
        return {"last": None, "behind": None, "kept": None, "bytes": None, "problem": error.detail}
    shown = Seen.of(data, index).shown()
    behind = None if shown is None else max(0, last - shown)
    return {
        "last": last, "behind": behind, "kept": size.entries, "bytes": size.bytes, "problem": None,
    }  # fmt: skip


def _model(variant: Generation) -> dict[str, Any]:
    """measures: held-out figures of the model's training, beside baselines."""
    ranker = variant.ranker
    told: dict[str, Any] = {"policy": variant.policy_name, "name": ranker.name}
    if not isinstance(ranker, ModelRanker):
        return told | {"created_at": None, "training": {}, "measures": {}, "features": None}
    manifest = ranker.manifest
    return told | {
        "created_at": manifest.created_at,
        "training": manifest.training,
        "measures": manifest.measures,
        "features": len(manifest.features),
    }
