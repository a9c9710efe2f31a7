import numpy as np
import pytest

from indexing.arrays import UInt64Array
from indexing.catalogue.row_order import (
    group_order,
    hash_of_group,
    hash_of_id,
    is_among,
    last_rows,
    order_keys,
)


def hashes(*numbers: int) -> UInt64Array:
    return np.array(numbers, dtype=np.uint64)


def test_of_equal_ids_the_last_row_survives() -> None:
    assert last_rows(hashes(7, 5, 7, 9, 5, 7)).tolist() == [3, 4, 5]
    assert last_rows(hashes()).tolist() == []


def test_groups_stand_where_their_first_row_stands() -> None:
    order = group_order(hashes(1, 2, 3, 4, 5), hashes(80, 20, 60, 80, 20))
    assert order.tolist() == [0, 3, 1, 4, 2]
    assert order.dtype == np.uint32


def test_groups_are_those_of_surviving_rows() -> None:
    # row 0 is replaced by row 3, which is in another group
    order = group_order(hashes(1, 2, 3, 1), hashes(90, 20, 90, 20))
    assert order.tolist() == [3, 1, 2]  # its place is still that of row 0, and so its group's
    keys = order_keys(hashes(1, 2, 3, 1), hashes(90, 20, 90, 20), order)
    assert [divmod(int(key), 2**32) for key in keys] == [(0, 0), (0, 1), (2, 2)]


def test_no_rows() -> None:
    assert group_order(hashes(), hashes()).tolist() == []


@pytest.mark.parametrize("seed", range(20))
def test_order_equals_a_plain_loop(seed: int) -> None:
    random = np.random.default_rng(seed)
    ids = random.integers(0, 30, 60).astype(np.uint64)
    groups = random.integers(0, 12, 60).astype(np.uint64)
    last = {int(name): row for row, name in enumerate(ids)}  # in order of first appearance
    by_group: dict[int, list[int]] = {}
    for row in last.values():
        by_group.setdefault(int(groups[row]), []).append(row)
    expected = [row for rows in by_group.values() for row in rows]
    order = group_order(ids, groups)
    assert order.tolist() == expected
    assert (np.diff(order_keys(ids, groups, order).astype(np.int64)) > 0).all()


def test_hashes_tell_ids_from_groups() -> None:
    assert len({hash_of_id("a"), hash_of_id("b"), hash_of_group("a")}) == 3


def test_hashes_are_the_same_on_every_machine() -> None:
    assert hash_of_id("a").hex() == "40f89e395b66422f"


def test_whether_an_id_is_among_others() -> None:
    ids = [f"p{n}" for n in range(50)]
    there = np.sort(np.frombuffer(b"".join(map(hash_of_id, ids)), dtype=np.uint64))
    assert all(is_among(there, each) for each in ids)
    assert not any(is_among(there, f"q{n}") for n in range(50))
    assert not is_among(there[:0], "p1")
