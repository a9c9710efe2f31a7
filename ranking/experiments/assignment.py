"""Who is served which variant: salted hashes, so that all workers agree and nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from ranking.experiments.experiment import BUCKETS, Experiment, Variant
from ranking.generation import Generation, Rival

DRAFTS: Final = 8
"""Orders of the coins of one query; each is an entry of the cache of its own."""
_WHOLE: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class Exposure:
    """variant: None where both are on one page. counted: not of those on a list of `allow`."""

    experiment: Experiment
    variant: Variant | None
    counted: bool = True


def exposures_of(
    experiments: Sequence[Experiment], user_id: str | None, session_id: str | None
) -> list[Exposure]:
    """At most one a layer. Who cannot be told from others is in none."""
    found = []
    for experiment in experiments:
        exposure = _exposure(experiment, user_id, session_id)
        if exposure is not None:
            found.append(exposure)
    forced = {each.experiment.layer for each in found if not each.counted}
    return [each for each in found if not each.counted or each.experiment.layer not in forced]


def _exposure(
    experiment: Experiment, user_id: str | None, session_id: str | None
) -> Exposure | None:
    for variant in experiment.variants:
        if variant.allow and (user_id in variant.allow or session_id in variant.allow):
            return Exposure(experiment, variant, counted=False)
    unit = user_id if experiment.unit == "user" else session_id
    if not unit:
        return None
    bucket = int(uniform("layer", experiment.layer, unit) * BUCKETS)
    if not experiment.begin <= bucket < experiment.end:
        return None
    if experiment.kind == "interleaved":
        return Exposure(experiment, None)
    return Exposure(experiment, _drawn(experiment, unit))


def _drawn(experiment: Experiment, unit: str) -> Variant:
    left = uniform("variant", experiment.salt, unit) * experiment.traffic
    for variant in experiment.variants:
        left -= variant.share
        if left < 0:
            return variant
    return experiment.variants[-1]


def uniform(what: str, salt: str, unit: str) -> float:
    """In [0, 1): the same for the same, independent for another salt."""
    raw = f"{what}\0{salt}\0{unit}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest()) / _WHOLE


def served(
    generation: Generation, user_id: str | None, session_id: str | None
) -> tuple[Generation, dict[str, str]]:
    """What answers this shopper, and experiment → variant of what is to be logged; the variant of
    an interleaved one is empty, as the page tells whose each product is.
    """
    exposures = exposures_of(generation.rules.experiments.running, user_id, session_id)
    if not exposures:
        return generation, {}
    policy: str | None = None
    model: str | None = None
    mixed: Exposure | None = None
    for exposure in exposures:
        if exposure.variant is None:
            mixed = exposure
        else:
            policy = exposure.variant.policy or policy
            model = exposure.variant.model or model
    logged = {
        each.experiment.id: "" if each.variant is None else each.variant.name
        for each in exposures
        if each.counted
    }
    if mixed is None:
        return generation.variant(policy, model), logged
    sides = [
        generation.variant(side.policy or policy, side.model or model)
        for side in mixed.experiment.variants
    ]
    unit = user_id if mixed.experiment.unit == "user" else session_id
    draft = int(uniform("draft", mixed.experiment.salt, unit or "") * DRAFTS)
    return interleaving(sides[0], sides[1], mixed.experiment, draft), logged


def interleaving(
    first: Generation, second: Generation, experiment: Experiment, draft: int
) -> Generation:
    """The control's generation with the other side's order mixed in."""
    names = experiment.variants[0].name, experiment.variants[1].name
    rival = Rival(second, experiment.id, names, f"{experiment.salt}{draft}")
    identity = f"{first.id}\0{second.id}\0{rival.salt}"
    made = blake2b(identity.encode(), digest_size=8).hexdigest()
    return replace(first, id=made, rival=rival)
