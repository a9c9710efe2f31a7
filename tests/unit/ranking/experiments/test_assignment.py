"""Who is served what: stable, in shares, layer by layer."""

from collections import Counter
from typing import Any

import pytest

from ranking.experiments.assignment import exposures_of
from ranking.experiments.estimates import sample_ratio
from ranking.experiments.experiment import (
    Design,
    Experiment,
    conflict,
    free_buckets,
    parse_experiments,
    written,
)

PEOPLE = [f"person-{number}" for number in range(20_000)]


def experiment(name: str = "one", *shares: float, **told: Any) -> Experiment:
    variants = [
        {"name": f"v{n}", "share": share, "policy": f"p{n}" if n else None}
        for n, share in enumerate(shares or (0.5, 0.5))
    ]
    given = {
        "id": name, "variants": variants, "smallest_effect": 0.1, "begin": 0,
        "salt": f"salt-of-{name}", "horizon": 100, "started_at": 1.0,
    }  # fmt: skip
    return Experiment.model_validate(given | told)


def variants_of(*running: Experiment) -> list[tuple[str | None, ...]]:
    """Of each person, the variant of every experiment."""
    found = []
    for person in PEOPLE:
        of = {e.experiment.id: e.variant for e in exposures_of(running, None, person)}
        told = [of.get(each.id) for each in running]
        found.append(tuple(None if each is None else each.name for each in told))
    return found


def test_the_same_person_is_served_the_same() -> None:
    assert variants_of(experiment()) == variants_of(experiment())
    assert variants_of(experiment()) != variants_of(experiment("two"))


def test_shares_are_right() -> None:
    counts = Counter(variants_of(experiment("e", 0.2, 0.1, 0.3)))
    observed = [counts[(name,)] for name in ("v0", "v1", "v2", None)]
    assert sample_ratio(observed, [0.2, 0.1, 0.3, 0.4])[1] > 0.001


def test_layers_are_independent() -> None:
    both = experiment("a"), experiment("b", layer="other")
    counts = Counter(variants_of(*both))
    assert len(counts) == 4
    assert sample_ratio(list(counts.values()), [0.25] * 4)[1] > 0.001


def test_experiments_of_a_layer_share_no_person_and_draw_anew() -> None:
    first, second = experiment("a", 0.25, 0.25), experiment("b", 0.2, 0.2, begin=5_000)
    for one, other in variants_of(first, second):
        assert one is None or other is None
    later = experiment("c", 0.25, 0.25)
    pairs = Counter(pair for pair in zip(variants_of(first), variants_of(later), strict=True)
                    if pair[0][0])  # fmt: skip
    assert sample_ratio(list(pairs.values()), [0.25] * 4)[1] > 0.001


def test_who_tells_nothing_is_in_none() -> None:
    assert exposures_of([experiment()], "user", None) == []
    assert exposures_of([experiment(unit="user")], None, "session") == []
    assert exposures_of([experiment()], None, "") == []


def test_lists_go_before_draws_and_are_not_counted() -> None:
    listed = experiment(variants=[
        {"name": "v0", "share": 0.5}, {"name": "v1", "share": 0.5, "allow": ["person-1", "me"]},
    ])  # fmt: skip
    for user, session in (("me", None), (None, "person-1"), ("me", "person-2")):
        (found,) = exposures_of([listed], user, session)
        assert found.variant is listed.variants[1]
        assert not found.counted
    elsewhere = experiment("b", 0.25, 0.25, begin=0)
    assert len(exposures_of([listed, elsewhere], "me", "person-3")) == 1


def test_files_are_read_as_they_were_written() -> None:
    known = [experiment(), experiment("b", layer="l", stopped_at=5.0)]
    there = parse_experiments(written(known))
    assert there.known == tuple(known)
    assert there.running == (known[0],)
    assert parse_experiments("").known == ()


@pytest.mark.parametrize("text", ["{", "[1]", '[{"id": "x"}]', "[[]]", "null"])
def test_files_that_cannot_be_used_are_told(text: str) -> None:
    there = parse_experiments(text)
    assert there.running == ()
    assert there.problems[0].startswith("experiments.json")


def test_what_overlaps_in_a_file_is_not_served() -> None:
    there = parse_experiments(written([experiment(), experiment("b"), experiment("c", layer="l")]))
    assert [each.id for each in there.running] == ["one"]
    assert len(there.problems) == 2


def test_room_in_a_layer() -> None:
    running = [experiment("a", 0.1, 0.1, begin=1_000), experiment("b", 0.2, 0.2, begin=5_000)]
    sizes = {0.05: 0, 0.1: 3_000, 0.15: None}
    for share, begin in sizes.items():
        design = Design.model_validate(
            {"id": "new", "smallest_effect": 0.1,
             "variants": [{"name": n, "share": share} for n in ("x", "y")]}
        )  # fmt: skip
        assert free_buckets(design, running) == begin
        assert conflict(design, running) is None
    assert conflict(running[0], running) is not None
