"""What is refused before anything is trained, and who may know what."""

import numpy as np
import pytest
from simulated_clicks import simulated

from ranking.features.behaviour import BEHAVIOUR
from ranking.features.personal import PERSONAL
from ranking.learning.clicks.click_rows import Graded
from ranking.learning.clicks.click_training import (
    check_amount,
    check_queries,
    params_for_clicks,
    split_by_time,
)
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
