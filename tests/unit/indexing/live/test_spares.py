"""What is shown never changes, whoever holds it, and is what plain copies would be."""

import random
import threading

import numpy as np
import pytest

from indexing.live.spares import Spares

ROWS = 200


@pytest.mark.parametrize("shape", [(ROWS,), (ROWS, 3)])
@pytest.mark.parametrize("seed", range(6))
def test_as_if_everything_was_copied(shape: tuple[int, ...], seed: int) -> None:
    draw, spares = random.Random(seed), Spares()
    shown = np.zeros(shape, dtype=np.float32)
    plain = shown.copy()
    held: list[tuple[np.ndarray, np.ndarray]] = []
    places = set()
    for step in range(300):
        count = draw.choice((1, 3, 10, 60))
        rows = np.array(sorted(draw.sample(range(ROWS), count)), dtype=np.uint32)
        values = np.full((count, *shape[1:]), step, dtype=np.float32)
        before, kept = shown, plain
        shown = spares.written("a", shown, rows, values)
        plain = plain.copy()
        plain[rows] = values
        assert (shown == plain).all()
        assert (before == kept).all()
        assert not shown.flags.writeable
        assert shown.flags.c_contiguous
        if draw.random() < 0.2:
            part = slice(draw.randrange(ROWS), None)
            held.append((before[part][::2], kept[part][::2]))  # a view of a view is held
        if draw.random() < 0.3 and held:
            held.pop(draw.randrange(len(held)))
        for view, expected in held:
            assert (view == expected).all()
        places.add(shown.__array_interface__["data"][0])
        del before
    assert len(places) < 150, "places are used again"


def test_few_places_where_nobody_reads() -> None:
    spares, shown = Spares(), np.zeros(ROWS)
    rows = np.array([3], dtype=np.uint32)
    seen = set()
    for step in range(50):
        shown = spares.written("a", shown, rows, step)
        seen.add(shown.__array_interface__["data"][0])
    assert len(seen) == 2


def test_what_a_running_call_reads_stays() -> None:
    spares, shown = Spares(), np.zeros(ROWS)
    rows = np.arange(20, dtype=np.uint32)
    stop, wrong = threading.Event(), []
    current = [spares.written("a", shown, rows, 0.0)]

    def read() -> None:
        while not stop.is_set():
            array = current[0]
            first = float(array[0])
            for _ in range(20):
                if (array[:20] != first).any():
                    wrong.append(first)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(2_000):
        current[0] = spares.written("a", current[0], rows, float(step))
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong


def test_arrays_of_another_run_are_taken_as_they_are() -> None:
    spares = Spares()
    rows = np.array([1], dtype=np.uint32)
    first = spares.written("a", np.zeros(ROWS), rows, 5.0)
    other = spares.written("a", np.ones(ROWS), rows, 6.0)
    assert (first[0], first[1], other[0], other[1]) == (0, 5, 1, 6)
