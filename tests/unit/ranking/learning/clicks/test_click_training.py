"""What is refused before anything is trained, and who may know what."""

import numpy as np
import pytest
from simulated_clicks import simulated

from ranking.features.behaviour import BEHAVIOUR
from ranking.features.personal import PERSONAL
from ranking.learning.clicks.click_log import log_of_pages
from ranking.learning.clicks.click_rows import ClickRows, Graded
from ranking.learning.clicks.click_training import (
    check_amount,
    check_queries,
    params_for_clicks,
    propensities_of,
    split_by_time,
)
from ranking.learning.dataset import QueryRows
from ranking.learning.errors import TrainingError
from ranking.learning.judgments import Judgments


def test_the_later_part_is_later() -> None:
    log = simulated(400).log
    shuffled = log.take(np.random.default_rng(1).permutation(400))
    earlier, later = split_by_time(shuffled, 0.25)
    assert (len(earlier), len(later)) == (300, 100)
    assert earlier.times.max() < later.times.min()


@pytest.mark.parametrize("searches", [0, 1, 50])
def test_too_few_clicks_are_refused_with_the_remedy(searches: int) -> None:
    log = simulated(60).log.take(np.arange(searches))
    with pytest.raises(TrainingError, match=r"500 are needed .*--days.*--judgments"):
        check_amount(log, *split_by_time(log, 0.25))


def test_one_query_only_is_refused() -> None:
    log = simulated(900, queries=1).log
    check_amount(log, *split_by_time(log, 0.25))
    none = Graded([], Judgments({}, {}))
    with pytest.raises(TrainingError, match=r"0 queries .* 20 are needed in each"):
        check_queries(log, none, none)


@pytest.mark.parametrize("queries", [50, 5_000])
def test_models_do_not_look_at_what_their_grades_are_made_of(queries: int) -> None:
    params = params_for_clicks(queries)
    apart = {*BEHAVIOUR.names, *PERSONAL.names}
    assert apart <= set(params.masked)
    assert not apart & set(params.base)


def test_what_moved_by_a_profile_tells_no_propensities() -> None:
    """Half of the pages are in an order of chance, half have on top what this shopper likes."""
    chance, n = np.random.default_rng(2), 20_000
    personal = chance.random(n) < 0.5
    liked = chance.random((n, 6)) < 0.4
    order = np.argsort(chance.random((n, 6)) - liked * personal[:, None], axis=1)
    examined = 1.0 / np.arange(1, 7)
    likes = np.take_along_axis(liked, order, axis=1)
    clicked = chance.random((n, 6)) < examined * np.where(likes, 0.9, 0.05)
    log = log_of_pages(
        np.arange(n) % 20, order, clicked, tuple("abcdefghijklmnopqrst"), tuple("uvwxyz"),
        personal=personal,
    )  # fmt: skip
    docs, grades = np.arange(120, dtype=np.uint32), np.zeros(120, dtype=np.float32)
    seen, features = np.ones(120, dtype=np.bool_), chance.random((120, 1), dtype=np.float32)
    rows = QueryRows("q", "q", docs, features, grades, seen, seen, docs[:0])
    found = propensities_of(log, ClickRows((rows,), (np.arange(120),), 6), seed=0)
    assert found.examined == pytest.approx(examined, rel=0.1)
