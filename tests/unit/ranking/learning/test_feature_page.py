from source_tree import ROOT

from ranking.features.features import FEATURES, NAMES
from ranking.learning.feature_page import GROUPS, feature_page
from ranking.learning.lambdamart import FALLING, RISING


def test_the_page_of_features_is_up_to_date() -> None:
    page = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert page == feature_page(), "run `python -m ranking.learning.feature_page`"


def test_every_feature_is_told_once_in_its_group() -> None:
    page = feature_page()
    assert len(FEATURES) >= 45
    for name in NAMES:
        assert page.count(f"| `{name}` |") == 1
    assert {each.group for each in FEATURES} == set(GROUPS)


def test_directions_are_of_features_that_there_are() -> None:
    assert set(NAMES) >= RISING
    assert set(NAMES) >= FALLING
    assert not RISING & FALLING
