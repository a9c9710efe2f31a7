"""A generation: a snapshot and a ranker that fit each other, and the policy they serve under."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from indexing.catalogue.policy_config import OWN
from indexing.current import Current
from indexing.snapshot import Snapshot, open_snapshot
from indexing.verified import Verify
from ranking.behaviour.facts import Facts, open_facts
from ranking.errors import FactsError, ModelError, UnknownPolicyError
from ranking.features.features import definition_hash
from ranking.policy import SHIPPED, Policy, policies_of
from ranking.rankers.model import ModelRanker, load_model
from ranking.rankers.model_store import model_folder
from ranking.rankers.ranker import HandWeightedRanker, Ranker
from ranking.rules.rules import Rules, read_rules

COLD_START = Path(__file__).parent / "models" / "cold_start"
"""The model that comes with Vitrina, for indexes without one of their own."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one request sees from its first line to its last: one variant of what is in force.

    id: changes whenever the same request could be answered otherwise.
    policy_name: what the index calls its policy; OWN if the request names none.
    others: the variants under the index's other policies, by name; one snapshot is under all.
    degraded: what this generation lacks for good, told in every answer.
    warm_up: queries that the ranker's model wants to be run before it serves.
    rules: what people decided.
    facts: what was learnt of behaviour, if anything.
    epoch: of the living index; changes when answers that are kept from before must not be given any
    more.
    parts: the segments that hold the products, where the snapshot does not hold all of them; its
    tables (statistics, lexicon, encoder, names) hold for all, and a term or a value has the same
    number in each. Groups never span segments.
    """

    id: str
    index: str
    snapshot: Snapshot = field(repr=False)
    ranker: Ranker
    policy: Policy
    degraded: tuple[str, ...] = ()
    warm_up: tuple[str, ...] = ()
    rules: Rules = field(default_factory=Rules)
    policy_name: str = OWN
    others: Mapping[str, "Generation"] = field(default_factory=dict)
    parts: tuple[Snapshot, ...] = field(default=(), repr=False)
    facts: Facts | None = field(default=None, repr=False)
    epoch: int = 0

    @property
    def segments(self) -> tuple[Snapshot, ...]:
        return self.parts or (self.snapshot,)

    def under(self, policy_name: str | None) -> "Generation":
        """The variant under a named policy; under the index's own for None.

        Raises UnknownPolicyError, which names those there are.
        """
        if policy_name is None or policy_name == self.policy_name:
            return self
        try:
            return self.others[policy_name]
        except KeyError:
            known = ", ".join((self.policy_name, *self.others))
            raise UnknownPolicyError(
                f"index {self.index!r} has no policy {policy_name!r}. It has: {known}."
            ) from None


def open_generation(
    index: Path,
    current: Current,
    code_version: str,
    before: Generation | None = None,
    verify: Verify = "once",
) -> Generation:
    """Open what CURRENT names. A model that does not fit is replaced and told, not an error.

    before: the generation served until now; its snapshot is taken over if it is still the one,
    so that other rules are in force at once.
    """
    if before is not None and before.snapshot.id == current.snapshot:
        snapshot = before.snapshot
    else:
        snapshot = open_snapshot(index / "snapshots" / current.snapshot, verify)
    rules = read_rules(index, current.rules, snapshot)
    facts, lacking = _facts_for(index, current.facts, snapshot, before)
    policies = policies_of(snapshot.config)
    models = {policy.model or current.model for policy in policies.values()}
    rankers = {model: ranker_for(index, model, snapshot) for model in models}
    variants = {}
    for name, policy in policies.items():
        model = policy.model or current.model
        ranker, degraded = rankers[model]
        identity = {
            "index": index.name,
            "snapshot": current.snapshot,
            "model": [model, ranker.name],  # an answer tells if the first was refused
            "rules": current.rules,
            "facts": [current.facts, facts is not None],
            "policy": [name, asdict(policy)],
            "features": definition_hash(),
            "code": code_version,
        }
        warm_up = ranker.manifest.warm_up if isinstance(ranker, ModelRanker) else ()
        variants[name] = Generation(
            _digest(identity), index.name, snapshot, ranker, policy, (*degraded, *lacking),
            warm_up, rules, name, facts=facts,
        )  # fmt: skip
    own = variants.pop(OWN)
    return replace(own, others=variants)


def _facts_for(
    index: Path, facts_id: str | None, snapshot: Snapshot, before: Generation | None
) -> tuple[Facts | None, tuple[str, ...]]:
    """The facts in force, and what is to be told as degraded where they do not fit."""
    if facts_id is None:
        return None, ()
    known = before.facts if before is not None and before.snapshot is snapshot else None
    if known is not None and known.id == facts_id:
        return known, ()
    try:
        return open_facts(index, facts_id, snapshot), ()
    except FactsError as error:
        return None, (f"facts_refused: {error}",)


def _digest(facts: dict[str, Any]) -> str:
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def ranker_for(
    index: Path, model_id: str | None, snapshot: Snapshot
) -> tuple[Ranker, tuple[str, ...]]:
    """The named model; the shipped one if none is named; and what is to be told as degraded."""
    if model_id is None or model_id == SHIPPED:
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
