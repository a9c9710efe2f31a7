"""A generation: a snapshot and a ranker that fit each other, and the policy they serve under."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from indexing.current import Current
from indexing.rules import SYNONYMS, read_rules_file
from indexing.snapshot import Snapshot, open_snapshot
from ranking.bm25 import Bm25Weights
from ranking.errors import ModelError
from ranking.features.features import definition_hash
from ranking.query.synonyms import NO_SYNONYMS, Synonyms
from ranking.rankers.model import ModelRanker, load_model
from ranking.rankers.model_store import model_folder
from ranking.rankers.ranker import HandWeightedRanker, Ranker
from ranking.rerank.policy import DiversityPolicy
from ranking.rules.query_rules import QueryRules, read_query_rules

COLD_START = Path(__file__).parent / "models" / "cold_start"
"""The model that comes with Vitrina, for indexes without one of their own."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers that shape an answer; in force for a whole generation.

    coarse_pool, fine_pool, head: how many groups each stage of ranking takes in.
    min_matches: fewer products than this at one relaxation level open the next.
    """

    bm25: Bm25Weights = field(default_factory=Bm25Weights)
    diversity: DiversityPolicy = field(default_factory=DiversityPolicy)
    min_matches: int = 100
    coarse_pool: int = 1000
    fine_pool: int = 300
    head: int = 100
    budget_ms: float = 200.0


@dataclass(frozen=True, slots=True)
class Generation:
    """What one request sees from its first line to its last.

    id: changes whenever the same request could be answered otherwise.
    degraded: what this generation lacks for good, told in every answer.
    warm_up: queries that the ranker's model wants to be run before it serves.
    query_rules: what people decided about suggestions. synonyms: and about words.
    """

    id: str
    index: str
    snapshot: Snapshot
    ranker: Ranker
    policy: Policy
    degraded: tuple[str, ...] = ()
    warm_up: tuple[str, ...] = ()
    query_rules: QueryRules = field(default_factory=QueryRules)
    synonyms: Synonyms = NO_SYNONYMS


def open_generation(
    index: Path, current: Current, code_version: str, before: Generation | None = None
) -> Generation:
    """Open what CURRENT names. A model that does not fit is replaced and told, not an error.

    before: the generation served until now; its snapshot is taken over if it is still the one,
    so that other rules are in force at once.
    """
    if before is not None and before.snapshot.id == current.snapshot:
        snapshot = before.snapshot
    else:
        snapshot = open_snapshot(index / "snapshots" / current.snapshot)
    config = snapshot.config
    policy = Policy(
        bm25=Bm25Weights().with_weights(
            {str(name): weight for name, weight in config.weights.items()}
        ),
        min_matches=config.min_matches,
    )
    ranker, degraded = ranker_for(index, current.model, snapshot)
    facts = {
        "index": index.name,
        "snapshot": current.snapshot,
        "model": [current.model, ranker.name],  # an answer tells if the first was refused
        "rules": current.rules,
        "policy": asdict(policy),
        "features": definition_hash(),
        "code": code_version,
    }
    text = json.dumps(facts, sort_keys=True, default=str)
    generation_id = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    warm_up = ranker.manifest.warm_up if isinstance(ranker, ModelRanker) else ()
    rules = read_query_rules(index, current.rules, snapshot)
    synonyms = Synonyms.parse(read_rules_file(index, current.rules, SYNONYMS), snapshot)
    return Generation(
        generation_id, index.name, snapshot, ranker, policy, degraded, warm_up, rules, synonyms
    )


def ranker_for(
    index: Path, model_id: str | None, snapshot: Snapshot
) -> tuple[Ranker, tuple[str, ...]]:
    """The named model; the shipped one if none is named; and what is to be told as degraded."""
    if model_id is None:
        return shipped_ranker(snapshot), ()
    try:
        family, dimension = snapshot.encoder.family, snapshot.encoder.dimension
        return load_model(model_folder(index, model_id), family, dimension), ()
    except ModelError as error:
        return shipped_ranker(snapshot), (f"model_incompatible: {error}",)


def shipped_ranker(snapshot: Snapshot, folder: Path = COLD_START) -> Ranker:
    """The cold-start model where there is one that fits this snapshot, else weights by hand."""
    if not folder.is_dir():
        return HandWeightedRanker()
    try:
        return load_model(folder, snapshot.encoder.family, snapshot.encoder.dimension)
    except ModelError:
        return HandWeightedRanker()  # as with vectors that come with the catalogue
