"""A generation: a snapshot and a ranker that fit each other, and the policy they serve under."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from indexing.catalogue.policy_config import OWN
from indexing.current import Current
from indexing.errors import IndexingError
from indexing.snapshot import Snapshot, open_snapshot
from indexing.verified import Verify
from ranking.behaviour.facts import Facts, open_facts
from ranking.behaviour.query_tables import are_of, with_tables
from ranking.errors import FactsError, ModelError, UnknownPolicyError
from ranking.experiments.experiment import Experiments
from ranking.features.features import definition_hash
from ranking.policy import SHIPPED, Policy, policies_of
from ranking.rankers.model import ModelRanker, load_model
from ranking.rankers.model_store import model_folder
from ranking.rankers.ranker import HandWeightedRanker, Ranker
from ranking.rules.rules import Rules, read_rules
from ranking.traffic.exposure import Exposure

COLD_START = Path(__file__).parent / "models" / "cold_start"
"""The model that comes with Vitrina, for indexes without one of their own."""


@dataclass(frozen=True, slots=True)
class Generation:
    """What one request sees from its first line to its last: one variant of what is in force.

    id: changes whenever the same request could be answered otherwise.
    policy_name: what the index calls its policy; OWN if the request names none.
    others: the other variants by `variant_name`: under the index's named policies, and under models
    that experiments name; one snapshot is under all.
    degraded: what this generation lacks for good, told in every answer.
    warm_up: queries that the ranker's model wants to be run before it serves.
    rules: what people decided.
    facts: what was learnt of behaviour, if anything.
    exposure: what new products were given so far, if they are to be given more.
    rival: whose order is mixed into this one's, page by page, if two rankers are compared.
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
    rival: "Rival | None" = field(default=None, repr=False)
    exposure: Exposure | None = field(default=None, repr=False)

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
            known = ", ".join((self.policy_name, *(n for n in self.others if JOINT not in n)))
            raise UnknownPolicyError(
                f"index {self.index!r} has no policy {policy_name!r}. It has: {known}."
            ) from None

    def variant(self, policy_name: str | None, model: str | None) -> "Generation":
        """Under a policy and with a model that a running experiment names; None: as it is."""
        return self.under(variant_name(policy_name, model))


@dataclass(frozen=True, slots=True)
class Rival:
    """The other side of a page that two rankers share (ranking/experiments/team_draft.py).

    names: of this generation's side and of the other. salt: of the coins.
    """

    generation: Generation
    experiment: str
    names: tuple[str, str]
    salt: str


JOINT: Final = "+"
"""In no name of a policy."""


def variant_name(policy_name: str | None, model: str | None) -> str | None:
    """What `Generation.others` calls it; None: the generation itself."""
    return policy_name if model is None else f"{policy_name or OWN}{JOINT}{model}"


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
    snapshot, facts, lacking = _with_queries(index, snapshot, facts, lacking, before)
    policies = policies_of(snapshot.config)
    named = _joint(rules.experiments, policies)
    models = {policy.model or current.model for policy in (*policies.values(), *named.values())}
    rankers = {model: ranker_for(index, model, snapshot) for model in models}
    refused = {model: told[0] for model, (_, told) in rankers.items() if told}
    experiments = runnable(rules.experiments, policies, refused)
    rules = replace(rules, experiments=experiments)
    variants = {}
    for name, policy in (policies | named).items():
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
            warm_up, rules, name.partition(JOINT)[0], facts=facts,
        )  # fmt: skip
    own = variants.pop(OWN)
    return replace(own, others=variants)


def _joint(experiments: Experiments, policies: dict[str, Policy]) -> dict[str, Policy]:
    """Policies with the models that running experiments name in place of their own."""
    variants = [variant for each in experiments.running for variant in each.variants]
    models = {variant.model for variant in variants if variant.model is not None}
    under = {OWN, *(variant.policy for variant in variants if variant.policy is not None)}
    return {
        f"{name}{JOINT}{model}": replace(policies[name], model=model)
        for name in sorted(under & policies.keys())
        for model in sorted(models)
    }


def runnable(
    experiments: Experiments, policies: Mapping[str, Policy], refused: Mapping[Any, str]
) -> Experiments:
    """Less those that name what the index lacks. refused: model → why it cannot be used."""
    broken = {}
    modelled = any("model" in each.varied for each in experiments.running)
    for experiment in experiments.running:
        for variant in experiment.variants:
            policy = policies.get(variant.policy or OWN)
            if policy is None:
                broken[experiment.id] = f"the index has no policy {variant.policy!r}"
            elif variant.model in refused:
                broken[experiment.id] = refused[variant.model]
            elif policy.model in refused:
                broken[experiment.id] = refused[policy.model]
            elif variant.policy and policy.model and modelled:
                broken[experiment.id] = (
                    f"policy {variant.policy} names a model, and so does a running experiment"
                )
    return experiments.less(broken) if broken else experiments


def _facts_for(
    index: Path, facts_id: str | None, snapshot: Snapshot, before: Generation | None
) -> tuple[Facts | None, tuple[str, ...]]:
    """The facts in force, and what is to be told as degraded where they do not fit."""
    if facts_id is None:
        return None, ()
    known = before.facts if before is not None and before.snapshot.id == snapshot.id else None
    if known is not None and known.id == facts_id:
        return known, ()
    try:
        return open_facts(index, facts_id, snapshot), ()
    except FactsError as error:
        return None, (f"facts_refused: {error}",)


def _with_queries(
    index: Path,
    snapshot: Snapshot,
    facts: Facts | None,
    lacking: tuple[str, ...],
    before: Generation | None,
) -> tuple[Snapshot, Facts | None, tuple[str, ...]]:
    """The snapshot with the tables of queries that are in force: the facts', else its own."""
    known = before.facts if before is not None and before.snapshot is snapshot else None
    if (known is facts) or not (are_of(known, snapshot) or are_of(facts, snapshot)):
        return snapshot, facts, lacking
    try:
        return with_tables(snapshot, facts, index), facts, lacking
    except (FactsError, IndexingError, OSError) as error:
        return with_tables(snapshot, None, index), None, (f"facts_refused: {error}",)


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
