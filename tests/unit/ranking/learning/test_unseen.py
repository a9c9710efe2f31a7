"""Whether a model learnt from the judgments at hand."""

from dataclasses import replace

from tiny_model import tiny_manifest

from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import TreeParams
from ranking.learning.splits import SEEN, digests
from ranking.learning.unseen import params_of, queries_seen

JUDGED = Judgments({"1": "Red lamp", "2": "oak  desk", "3": "sofa"}, {})


def test_digests_know_a_query_however_it_is_written() -> None:
    assert digests(["red lamp", "RED  LAMP"]) == digests(["Red lamp"])
    assert len(digests(["a", "b"])) == 2


def test_a_manifest_tells_which_queries_were_seen() -> None:
    seen = replace(tiny_manifest(), training={SEEN: digests(["red lamp", "oak desk", "rug"])})
    assert queries_seen(seen, JUDGED) == 2
    assert queries_seen(replace(seen, training={SEEN: digests(["rug"])}), JUDGED) == 0


def test_an_older_manifest_tells_it_by_its_warm_up_queries() -> None:
    older = replace(tiny_manifest(), warm_up=("red lamp", "sofa", "rug", "vase"))
    assert queries_seen(older, JUDGED) == 3
    assert queries_seen(replace(older, warm_up=("rug", "vase")), JUDGED) == 0
    assert queries_seen(tiny_manifest(), JUDGED) == 0


def test_parameters_are_those_of_the_manifest() -> None:
    params = TreeParams(trees=12, leaves=5, min_rows=9, base={"bm25": 1.0}, masked=("level",))
    told = replace(tiny_manifest(), params=params.facts() | {"trees": 12}, base={"bm25": 1.0})
    assert params_of(told) == params
