import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexing.arrays import Float32Array
from indexing.errors import BuildError, CorruptSnapshotError, IndexingError
from indexing.progress import Silent
from indexing.vectors.embedding_bags import unit_rows
from indexing.vectors.index import Neighbours, VectorIndex
from indexing.vectors.index_build import KINDS, build_vectors, kind_for

EXACT_KINDS = ("flat", "flat_sq8")
REAL_KINDS = ("flat", "flat_sq8", "ivf")


def clustered(count: int, dimension: int = 32, seed: int = 0) -> Float32Array:
    """Unit rows around 50 centres, as titles are around product types."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(50, dimension))
    rows = centres[random.integers(0, 50, count)] + 0.6 * random.normal(size=(count, dimension))
    return unit_rows(rows.astype(np.float32))


def built(folder: Path, rows: Float32Array, kind: str, chunk: int = 1000) -> VectorIndex:
    folder.mkdir(exist_ok=True)
    chunks = (rows[start : start + chunk] for start in range(0, len(rows), chunk))
    return build_vectors(chunks, len(rows), folder, dimension=rows.shape[1], kind=kind, threads=1)


def names(found: Neighbours) -> list[int]:
    return [int(doc_id) for doc_id in found.doc_ids]


def test_flat_equals_numpy(tmp_path: Path) -> None:
    rows = clustered(500)
    index = built(tmp_path, rows, "flat")
    for query in clustered(20, seed=1):
        found = index.search(query, 10)
        expected = rows @ query
        order = np.lexsort((np.arange(500), -expected))[:10]
        assert names(found) == order.tolist()
        np.testing.assert_allclose(found.scores, expected[order], atol=1e-6)
        assert (found.doc_ids.dtype, found.scores.dtype) == (np.uint32, np.float32)


@pytest.mark.parametrize(("kind", "count"), [("flat", 300), ("flat", 2000), ("flat_sq8", 500)])
def test_what_is_wanted_is_found_whatever_is_not(tmp_path: Path, kind: str, count: int) -> None:
    index, rows = built(tmp_path, clustered(count), kind), np.arange(count)
    for query in clustered(10, seed=1):
        for k in (5, 50):
            every = index.search(query, k)
            for least in (every.scores[0] + 0.1, *every.scores[[0, k // 2, -1]], -1.0):
                for mask in (None, rows % 3 > 0):
                    found = index.search(query, k, mask, least=float(least))
                    whole = index.search(query, k, mask)
                    wanted = whole.scores >= least
                    assert names(found)[: wanted.sum()] == whole.doc_ids[wanted].tolist()
                    assert (found.scores[wanted.sum() :] < least).all()


@pytest.mark.parametrize("kind", ["flat_sq8", "ivf"])
def test_codes_cost_little(tmp_path: Path, kind: str) -> None:
    rows = clustered(2000)
    index = built(tmp_path, rows, kind)
    everything = np.arange(2000, dtype=np.uint32)
    assert np.abs(index.vectors(everything) - rows).max() < 0.01
    query = clustered(1, seed=1)[0]
    np.testing.assert_allclose(index.score(query, everything), rows @ query, atol=0.01)


def test_scores_of_search_and_score_agree(tmp_path: Path) -> None:
    rows = clustered(2000)
    query = clustered(1, seed=1)[0]
    for kind in REAL_KINDS:
        index = built(tmp_path / kind, rows, kind)
        found = index.search(query, 50)
        np.testing.assert_allclose(index.score(query, found.doc_ids), found.scores, atol=1e-5)


def test_the_lists_find_nearly_all_on_20_000(tmp_path: Path) -> None:
    rows = clustered(20_050)
    index = built(tmp_path, rows[:20_000], "ivf", chunk=8192)
    shares = []
    for query in rows[20_000:]:
        least = index.exact(query, 100).scores[-1] - 1e-6
        shares.append((index.search(query, 100).scores >= least).mean())
    assert np.mean(shares) >= 0.95


@pytest.mark.parametrize("kind", REAL_KINDS)
def test_equal_scores_are_in_document_order(tmp_path: Path, kind: str) -> None:
    rows = clustered(300)
    rows[100:160] = rows[100]
    found = built(tmp_path, rows, kind).search(rows[100], 60)
    assert names(found) == list(range(100, 160))


@pytest.mark.parametrize("kind", EXACT_KINDS)
def test_the_cut_through_equal_scores_keeps_the_first(tmp_path: Path, kind: str) -> None:
    rows = np.repeat(clustered(3), 40, axis=0)
    assert names(built(tmp_path, rows, kind).search(rows[50], 7)) == list(range(40, 47))


@pytest.mark.parametrize("kind", REAL_KINDS)
def test_same_rows_same_answers(tmp_path: Path, kind: str) -> None:
    rows = clustered(3000)
    first = built(tmp_path / "a", rows, kind)
    second = built(tmp_path / "b", rows, kind)
    for query in clustered(20, seed=2):
        np.testing.assert_array_equal(
            first.search(query, 50).doc_ids, second.search(query, 50).doc_ids
        )
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


@pytest.mark.parametrize("kind", REAL_KINDS)
@pytest.mark.parametrize("count", [1, 2, 10])
def test_tiny_catalogues(tmp_path: Path, kind: str, count: int) -> None:
    rows = clustered(count)
    found = built(tmp_path, rows, kind).search(rows[-1], 100)
    assert sorted(names(found)) == list(range(count))
    assert names(found)[0] == count - 1


@pytest.mark.parametrize("kind", REAL_KINDS)
def test_products_without_a_vector_are_never_found(tmp_path: Path, kind: str) -> None:
    rows = clustered(200)
    rows[::3] = 0
    index = built(tmp_path, rows, kind, chunk=64)
    without = set(range(0, 200, 3))
    found = index.search(rows[1], 200)
    assert len(found.doc_ids) == len(index) == 200 - len(without)
    assert not without & set(names(found))
    assert names(found)[0] == 1
    wanted = np.array([0, 1, 199, 3], dtype=np.uint32)
    assert np.isnan(index.score(rows[1], wanted)).tolist() == [True, False, False, True]
    np.testing.assert_allclose(index.vectors(wanted), rows[wanted], atol=0.01)
    assert not index.vectors(wanted)[0].any()


@pytest.mark.parametrize("kind", [*REAL_KINDS, "auto"])
@pytest.mark.parametrize("count", [0, 5])
def test_nothing_to_search(tmp_path: Path, kind: str, count: int) -> None:
    index = built(tmp_path, np.zeros((count, 8), dtype=np.float32), kind)
    query = clustered(1, 8)[0]
    assert len(index.search(query, 10).doc_ids) == 0
    assert len(index.search(query, 10, np.ones(count, dtype=bool)).doc_ids) == 0
    assert index.dimension == 8


@pytest.mark.parametrize("kind", REAL_KINDS)
def test_a_zero_query_or_no_places_find_nothing(tmp_path: Path, kind: str) -> None:
    index = built(tmp_path, clustered(20), kind)
    assert len(index.search(np.zeros(32, dtype=np.float32), 5).doc_ids) == 0
    assert len(index.search(clustered(1)[0], 0).doc_ids) == 0


def test_a_query_of_another_model_is_told(tmp_path: Path) -> None:
    index = built(tmp_path, clustered(20), "flat")
    with pytest.raises(IndexingError, match="32 components"):
        index.search(np.ones(3, dtype=np.float32), 5)
    with pytest.raises(IndexingError, match="finite"):
        index.search(np.full(32, np.nan, dtype=np.float32), 5)
    with pytest.raises(IndexingError, match="20 products"):
        index.search(clustered(1)[0], 5, np.ones(19, dtype=bool))


def test_rows_of_any_length_are_stored_as_unit(tmp_path: Path) -> None:
    rows = clustered(50)
    index = built(tmp_path, rows * np.float32(7), "flat")
    np.testing.assert_allclose(index.vectors(np.arange(50, dtype=np.uint32)), rows, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "count", "message"),
    [
        (np.ones((3, 4), np.float32), 3, "5 components"),
        (np.full((3, 5), np.inf, np.float32), 3, "document 0"),
        (np.ones((3, 5), np.float32), 4, "3 vectors came for 4 products"),
        (np.ones((3, 5), np.float32), 2, "more vectors"),
    ],
)
def test_bad_rows_stop_the_build(
    tmp_path: Path, rows: Float32Array, count: int, message: str
) -> None:
    with pytest.raises(BuildError, match=message):
        build_vectors([rows], count, tmp_path, dimension=5)


def test_an_unknown_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="flat_sq8"):
        build_vectors([], 0, tmp_path, dimension=5, kind="hnsw")


def test_auto_goes_by_size() -> None:
    sizes = (0, 25_000, 25_001, 100_000, 100_001)
    assert [kind_for(n) for n in sizes] == ["flat", "flat", "flat_sq8", "flat_sq8", "ivf"]
    assert {kind_for(n) for n in sizes} < set(KINDS)


def test_a_sample_sets_the_ranges_of_the_codes(tmp_path: Path) -> None:
    """The first shelf of a sorted catalogue must not decide what the last can look like."""
    rows = clustered(1000)
    rows = rows[np.argsort(rows[:, 0])]
    folders = [tmp_path / "with", tmp_path / "without"]
    for folder in folders:
        folder.mkdir()
    errors = []
    for folder, sample in zip(folders, (rows[::10], None), strict=True):
        chunks = [rows[:50], rows[50:]]
        index = build_vectors(chunks, 1000, folder, dimension=32, kind="flat_sq8", sample=sample)
        everything = np.arange(1000, dtype=np.uint32)
        errors.append(float(np.abs(index.vectors(everything) - rows).mean()))
    assert errors[0] < 0.002
    assert errors[0] < errors[1]


@pytest.mark.parametrize("file", ["vectors.json", "scale.npy", "lists.faiss"])
def test_a_missing_file_is_told(tmp_path: Path, file: str) -> None:
    built(tmp_path, clustered(50), "ivf")
    (tmp_path / file).unlink()
    with pytest.raises(CorruptSnapshotError, match=file):
        VectorIndex.load(tmp_path)


def test_a_cut_file_of_lists_is_told(tmp_path: Path) -> None:
    built(tmp_path, clustered(50), "ivf")
    file = tmp_path / "lists.faiss"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CorruptSnapshotError, match=r"lists\.faiss"):
        VectorIndex.load(tmp_path)


def test_progress_is_told(tmp_path: Path) -> None:
    told = Told()
    rows = clustered(250)
    chunks = [rows[:100], rows[100:]]
    build_vectors(chunks, 250, tmp_path, dimension=32, kind="ivf", progress=told)
    assert told.all == ["vectors of 250", 100, 250, "vector lists of 250", 250]


class Told(Silent):
    def __init__(self) -> None:
        self.all: list[str | int] = []

    def begin(self, stage: str, total: int | None, unit: str) -> None:
        self.all.append(f"{stage} of {total}")

    def advance(self, done: int) -> None:
        self.all.append(done)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("kind", REAL_KINDS)
def test_workers_share_the_pages(tmp_path: Path, kind: str) -> None:
    rows = clustered(30_000, 256)
    folder = tmp_path / "index"
    folder.mkdir()
    built(folder, rows, kind, chunk=8192)
    size = sum(file.stat().st_size for file in folder.iterdir())
    code = """
import json, sys
from pathlib import Path
import numpy as np
from indexing.vectors.index import VectorIndex

def anonymous():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024

folder = Path(sys.argv[1])
query = np.ones(256, dtype=np.float32) / 16
mask = np.arange(30_000) % 2 == 0

def search(index):
    for number in range(20):
        index.search(np.roll(query, number), 100)
        index.exact(query, 100)
        index.search(query, 100, mask)

search(VectorIndex.load(folder))  # kernels, libraries
before = anonymous()
search(VectorIndex.load(folder))
print(json.dumps(anonymous() - before))
"""
    root = str(Path(__file__).resolve().parents[4])
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert size > 7_000_000
    assert json.loads(done.stdout) < size / 5
