import pytest

from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen, almost


@pytest.mark.parametrize(
    ("left", "right"),
    [("厨房物架", "厨房置物架"), ("floorlamps", "floorlamp"), ("runningshoes", "runingshoes")],
)
def test_almost_the_same(left: str, right: str) -> None:
    assert almost(left, right)
    assert almost(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [("手表", "手表男"), ("redlamp", "bedlamp"), ("iphone13case", "iphone12case"),
     ("men'sjeans", "women'sjeans"), ("厨房物架", "浴室物架")],
)  # fmt: skip
def test_short_numbered_or_more_than_one_edit(left: str, right: str) -> None:
    assert not almost(left, right)


def test_only_where_asked_to_keep_them_apart(logged: Generation) -> None:
    for apart, taken in ((True, 1), (False, 2)):
        chosen = Chosen("test", 9, logged, apart)
        chosen.offer("厨房物架", "query_log")
        chosen.offer("厨房置物架", "query_log")
        assert len(chosen.items) == taken
