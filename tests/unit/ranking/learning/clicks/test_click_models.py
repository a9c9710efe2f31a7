"""Click models: by hand, against enumeration, and on shoppers whose behaviour is known."""

from itertools import product as every

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_clicks import simulated

from ranking.learning.clicks.cascade import Cascade
from ranking.learning.clicks.click_log import ClickLog, log_of_pages
from ranking.learning.clicks.dynamic_bayes import DynamicBayes
from ranking.learning.clicks.pages import Pages
from ranking.learning.clicks.pair_values import PairValues
from ranking.learning.clicks.perplexity import ClickModel, foretold
from ranking.learning.clicks.position_based import Cells, PositionBased, em_step, posteriors

FITS = (PositionBased.fit, Cascade.fit, DynamicBayes.simplified, DynamicBayes.fit)


def log_of(*clicks: str, shown: int = 3) -> ClickLog:
    """Searches of one query for the same products; "010": the second was clicked."""
    clicked = np.array([[each == "1" for each in page] for page in clicks], dtype=np.bool_)
    pages = np.tile(np.arange(shown), (len(clicks), 1))
    ids = tuple(f"p{n}" for n in range(shown))
    return log_of_pages(np.zeros(len(clicks), dtype=np.int64), pages, clicked, ("q",), ids)


def test_an_em_step_by_hand() -> None:
    """Two searches, a over b: a clicked once. θ = 1, ½; α = ½, ½."""
    cells = Cells.of(log_of("10", "00", shown=2))
    theta, alpha = np.array([1.0, 0.5]), np.array([0.5, 0.5])
    examined, attractive = posteriors(cells, theta, alpha)
    # a: clicked once (1, 1), not once: examined 1·½/½ = 1, attractive ½·0/½ = 0
    # b: twice not: examined ½·½/¾ = ⅓, attractive ½·½/¾ = ⅓
    assert examined == pytest.approx([2.0, 2 / 3])
    assert attractive == pytest.approx([1.0, 2 / 3])
    theta, alpha = em_step(cells, theta, alpha)
    assert theta == pytest.approx([1.0, 1 / 3])
    mean = (1 + 2 / 3) / 4
    assert alpha == pytest.approx([(1 + 2 * mean) / 4, (2 / 3 + 2 * mean) / 4])


def test_em_never_lowers_the_likelihood() -> None:
    cells = Cells.of(simulated(3_000).log)
    theta = np.ones(10) * 0.5
    alpha = np.full(len(cells.pairs), 0.3)
    last = -np.inf
    for _ in range(8):
        chance = theta[cells.places] * alpha[cells.pair_of]
        told = cells.clicked @ np.log(chance) + (cells.shown - cells.clicked) @ np.log(1 - chance)
        assert told >= last - 1.0  # α is drawn to its mean, so not to the last digit
        last = told
        theta, alpha = em_step(cells, theta, alpha)


def test_the_cascade_by_hand() -> None:
    model = Cascade.fit(log_of("100", "010", "011", "000"))
    # read: a 4 times (1 click), b 3 (2 clicks), c 1 (none); mean 3/8 worth 2 showings
    assert model.attraction.values == pytest.approx([1.75 / 6, 2.75 / 5, 0.75 / 3])
    model = Cascade(PairValues(np.arange(3), np.array([0.5, 0.2, 0.4]), 0.0))
    assert model.marginal(log_of("010")) == pytest.approx([0.5, 0.5 * 0.2, 0.5 * 0.8 * 0.4])
    assert model.conditional(log_of("010")) == pytest.approx([0.5, 0.2, 0.0])


def test_the_simplified_dbn_by_hand() -> None:
    model = DynamicBayes.simplified(log_of("100", "110", "000"))
    # read: a 3 (2 clicks), b 2 (1 click), c 1 (none). Last clicks: a 1 of 2, b 1 of 1.
    assert model.attraction.values == pytest.approx([3 / 5, 2 / 4, 1 / 3])
    mean = 2 / 3
    assert model.satisfaction.values == pytest.approx(
        [(1 + 2 * mean) / 4, (1 + 2 * mean) / 3, mean]
    )
    assert model.perseverance == 1.0


def enumerated(model: DynamicBayes, clicks: tuple[int, ...]) -> dict[str, float]:
    """Chances by adding up every hidden history of three products: read, satisfied."""
    a, s, gamma = model.attraction.values, model.satisfaction.values, model.perseverance
    found = {"whole": 0.0, "read2": 0.0, "satisfied0": 0.0}
    for read, satisfied in every(every((0, 1), repeat=3), every((0, 1), repeat=3)):
        chance = float(read[0])
        for k in range(3):
            if k:
                onward = gamma if read[k - 1] and not satisfied[k - 1] else 0.0
                chance *= onward if read[k] else 1 - onward
            click = a[k] if read[k] else 0.0
            chance *= click if clicks[k] else 1 - click
            ends = s[k] if clicks[k] else 0.0
            chance *= ends if satisfied[k] else 1 - ends
        found["whole"] += chance
        found["read2"] += chance * read[2]
        found["satisfied0"] += chance * satisfied[0]
    return found


@given(
    st.lists(st.floats(0.05, 0.95), min_size=7, max_size=7),
    st.tuples(*[st.integers(0, 1)] * 3),
)
def test_the_dbn_agrees_with_enumeration(values: list[float], clicks: tuple[int, ...]) -> None:
    pairs = np.arange(3)
    model = DynamicBayes(
        PairValues(pairs, np.array(values[:3]), 0.0),
        PairValues(pairs, np.array(values[3:6]), 0.0),
        values[6],
    )
    log = log_of("".join(map(str, clicks)))
    found = enumerated(model, clicks)
    chances = model.conditional(log)
    told = np.prod(np.where(np.array(clicks) > 0, chances, 1 - chances))
    assert told == pytest.approx(found["whole"])
    expected = model._expected(Pages.of(log), log.products)
    read2 = found["read2"] / found["whole"]
    a2 = values[2]
    assert expected.attractive[2] == pytest.approx(1.0 if clicks[2] else (1 - read2) * a2)
    assert expected.satisfied[0] == pytest.approx(found["satisfied0"] / found["whole"])
    whole = [enumerated(model, each)["whole"] for each in every((0, 1), repeat=3)]
    assert sum(whole) == pytest.approx(1.0)
    third = [w for w, each in zip(whole, every((0, 1), repeat=3), strict=True) if each[2]]
    assert model.marginal(log)[2] == pytest.approx(sum(third))


def test_perplexity_by_hand() -> None:
    model = PositionBased(np.array([1.0, 0.5]), PairValues(np.arange(2), np.array([0.5, 0.5]), 0.0))
    told = foretold(model, log_of("10", "00", shown=2))
    assert told.by_position[0] == pytest.approx(2.0)  # a coin
    assert told.by_position[1] == pytest.approx(1 / 0.75)
    assert told.mean == pytest.approx((2 + 4 / 3) / 2)
    assert told.log_likelihood == pytest.approx(np.log(0.5) + np.log(0.75))


def test_each_model_foretells_its_own_shoppers_best() -> None:
    shop = simulated(20_000, noise=0.5)
    known = shop.log.take(np.arange(15_000))
    unseen = shop.log.take(np.arange(15_000, 20_000))
    means = {fit: foretold(fit(known), unseen).mean for fit in FITS}
    assert min(means, key=lambda fit: means[fit]) == PositionBased.fit


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("clicks", [(), ("000", "000"), ("111", "111"), ("1",)])
def test_chances_are_chances(fit: object, clicks: tuple[str, ...]) -> None:
    log = (
        log_of(*clicks, shown=len(clicks[0]))
        if clicks
        else simulated(3).log.take(np.array([], int))
    )
    assert callable(fit)
    model: ClickModel = fit(log)
    for chances in (model.marginal(log), model.conditional(log)):
        assert len(chances) == log.rows
        assert np.all((chances >= 0) & (chances <= 1 + 1e-12))
    assert np.isnan(foretold(model, log).mean) == (not clicks)
