import numpy as np
import pytest

from indexing.query_log.scopes import SCOPES, best_of, scopes_of

# 0 Home, 1 Home > Lamps, 2 Home > Outdoor, 3 Toys, 4 Home > Lamps > Desk
PARENTS = np.array([-1, 0, 0, -1, 1], dtype=np.int32)


def scopes(*held: list[int]) -> list[tuple[int, float]]:
    offsets = np.zeros(len(held) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in held], out=offsets[1:])
    ordinals = np.array([o for each in held for o in each], dtype=np.uint32)
    counts = np.zeros(len(PARENTS), dtype=np.int32)
    found, shares = np.zeros(SCOPES, dtype=np.int32), np.zeros(SCOPES, dtype=np.float32)
    docs = np.arange(len(held), dtype=np.uint32)
    size = scopes_of(docs, offsets, ordinals, PARENTS, counts, found, shares)
    assert not counts.any()
    return [
        (o, round(s, 3)) for o, s in zip(found[:size].tolist(), shares[:size].tolist(), strict=True)
    ]


def test_below_a_category_that_all_share() -> None:
    assert scopes([0, 1], [0, 1], [0, 1], [0, 2]) == [(1, 0.75), (2, 0.25)]


def test_departments_where_none_is_shared() -> None:
    assert scopes([0, 1], [3], [3], []) == [(3, 0.667), (0, 0.333)]


def test_down_to_the_leaf_where_all_agree() -> None:
    assert scopes([0, 1, 4], [0, 1, 4]) == [(4, 1.0)]


def test_equal_shares_are_in_order_of_the_tree() -> None:
    assert scopes([0, 2], [0, 1]) == [(1, 0.5), (2, 0.5)]


def test_without_categories_there_are_none() -> None:
    assert scopes([], []) == scopes() == []


@pytest.mark.parametrize("seed", range(20))
def test_the_best_equal_a_sort(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, 12, 30)).astype(np.uint32)
    merit = rng.integers(0, 6, 30).astype(np.float32)
    docs = np.flatnonzero(rng.random(30) < 0.7).astype(np.uint32)
    best = np.zeros(4, dtype=np.uint32)
    found = best[: best_of(docs, merit, groups, best)].tolist()
    of_group: dict[int, int] = {}
    for doc in docs.tolist():
        kept = of_group.get(int(groups[doc]))
        if kept is None or merit[doc] > merit[kept]:
            of_group[int(groups[doc])] = doc
    ranked = sorted(of_group.values(), key=lambda doc: (-merit[doc], doc))
    assert [merit[doc] for doc in found] == [merit[doc] for doc in ranked[:4]]
    assert len({int(groups[doc]) for doc in found}) == len(found)
