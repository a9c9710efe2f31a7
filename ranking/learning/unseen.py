"""Was a model trained on the judgments at hand, and how good is its like on queries unseen?"""

from collections.abc import Callable
from dataclasses import fields
from typing import Final

from ranking.generation import Generation
from ranking.learning.cross_validation import FOLDS, Sampling, cross_validate
from ranking.learning.dataset import training_rows
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import TreeParams
from ranking.learning.splits import SEEN, digests, text_key
from ranking.learning.training import ranked_ids
from ranking.rankers.manifest import ModelManifest

UNSEEN: Final = "model, unseen"
"""Name of the run by models that never saw the query that they rank."""
_ENOUGH: Final = 0.25
"""Share of the warm-up queries from which a model without digests was trained on judgments."""


def queries_seen(manifest: ModelManifest, judgments: Judgments) -> int:
    """How many of the judged queries the model learnt from.

    A model from before manifests told it: all, if a quarter of its warm-up queries, which come
    from its training, are among them.
    """
    told = manifest.training.get(SEEN)
    if isinstance(told, list):
        known = set(told)
        return sum(not known.isdisjoint(digests([t])) for t in judgments.queries.values())
    here = {text_key(text) for text in judgments.queries.values()}
    known = {text_key(text) for text in manifest.warm_up}
    return len(judgments.queries) if known and len(known & here) >= _ENOUGH * len(known) else 0


def unseen_run(
    judgments: Judgments,
    generation: Generation,
    manifest: ModelManifest,
    told: Callable[[int], None] = lambda done: None,
) -> dict[str, list[str]]:
    """Query id → product ids by models with the manifest's parameters, trained without the query.

    One round of 5 folds. Errors: JudgmentsError for fewer distinct queries.
    """
    rows = training_rows(judgments, generation)
    proof = cross_validate(rows, params_of(manifest), Sampling(), folds=FOLDS, seeds=1, told=told)
    return ranked_ids(rows, proof.scores(rows, 0), generation.snapshot)


def params_of(manifest: ModelManifest) -> TreeParams:
    """As the manifest tells them; what it does not tell is as `TreeParams` has it."""
    names = {each.name for each in fields(TreeParams)} - {"base"}
    given = {name: value for name, value in manifest.params.items() if name in names}
    given |= {name: tuple(given[name]) for name in ("masked", "hidden") if name in given}
    return TreeParams(
        **({"trees": 30, "leaves": 7, "min_rows": 30} | given), base=dict(manifest.base)
    )
