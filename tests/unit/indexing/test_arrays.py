"""Arrays on disk: mapped as they were saved, without a descriptor, until nobody looks."""

import gc
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from indexing.arrays import SMALL, load_array, save_array
from indexing.errors import CorruptSnapshotError

SAVED = [
    np.arange(12, dtype=np.uint32),
    np.arange(6.0).reshape(2, 3),
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array(7, dtype=np.int64),
    np.zeros((0, 4), dtype=np.float32),
    np.array(["a", "bcd"]),
]


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def mapped(path: Path) -> int:
    return Path("/proc/self/maps").read_text().count(str(path))


@pytest.mark.parametrize("array", SAVED, ids=lambda array: f"{array.dtype}{array.shape}")
def test_what_is_loaded_is_what_was_saved(tmp_path: Path, array: npt.NDArray[np.generic]) -> None:
    path = tmp_path / "a.npy"
    np.save(path, array)  # as NumPy writes it, column order included
    loaded = load_array(path)
    assert type(loaded) is np.ndarray
    assert loaded.dtype == array.dtype
    assert loaded.shape == array.shape
    assert np.array_equal(loaded, array)
    assert not loaded.flags.writeable
    assert loaded.flags.f_contiguous == array.flags.f_contiguous


def test_a_map_keeps_no_descriptor_and_lasts_as_long_as_a_view_of_it(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    save_array(path, np.arange(10_000))
    gc.disable()  # whoever waits for the collector keeps a replaced snapshot mapped until then
    try:
        before = descriptors()
        loaded = load_array(path)
        assert (descriptors(), mapped(path)) == (before, 1)
        part = loaded[-3:].view(np.uint8)
        del loaded
        assert mapped(path) == 1
        assert part.sum() == np.arange(9_997, 10_000).view(np.uint8).sum()
        del part
        assert mapped(path) == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("more", [-129, -1, 0, 1, 129])
def test_small_files_are_read_and_others_mapped(tmp_path: Path, more: int) -> None:
    path, array = tmp_path / "a.npy", np.arange(SMALL + more).astype(np.uint8)
    save_array(path, array)
    loaded = load_array(path)
    assert mapped(path) == (more > 0)
    assert np.array_equal(loaded, array)
    assert not loaded.flags.writeable
    twice = np.arange((SMALL + more) // 8, dtype=np.float64)
    save_array(path, twice)
    assert load_array(path).flags.aligned
    assert np.array_equal(load_array(path), twice)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "version"])
@pytest.mark.parametrize("count", [100, SMALL])
def test_what_is_no_array_is_refused_by_name(tmp_path: Path, damage: str, count: int) -> None:
    path = tmp_path / "a.npy"
    save_array(path, np.arange(count))
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[:-1],
            "empty": b"",
            "text": b"not an array, whatever it is called",
            "version": whole[:6] + b"\x09\x00" + whole[8:],
        }[damage]
    )
    with pytest.raises(CorruptSnapshotError, match=r"a\.npy is not a readable array"):
        load_array(path)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(CorruptSnapshotError, match="objects"):
        load_array(path)


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptSnapshotError, match=r"a\.npy is missing"):
        load_array(tmp_path / "a.npy")
