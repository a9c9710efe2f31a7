"""Measures that must not change by accident: tests/relevance/golden.json says what they are.

Change it on purpose only: run with `VITRINA_GOLDEN=write`, read the difference, say in the commit
why it moved.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from catalogs import NOW, open_index
from demo_judgments import FOLDER, build_demo, demo_judgments, demo_shop

from indexing.build import BuildOptions, build
from indexing.progress import Silent
from ranking.generation import COLD_START, Generation
from ranking.learning.evaluate import run_rankers
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.measures import condensed, measure_run
from ranking.learning.served import served_rankers
from ranking.learning.variants import VariantGroups
from ranking.rankers.model import MODEL_FILE, ModelRanker

GOLDEN = Path(__file__).parent / "golden.json"
TOLERANCE = 0.01
"""Another processor or library rounds otherwise, and near ties change places."""
MEASURES = ("nDCG-linear@10", "nDCG-esci@10", "R@100", "pair order")
RANKERS = ("bm25", "hand", "model", "model+diversity")


def figures(
    generation: Generation, judgments: Judgments, *, only_judged: bool = False
) -> dict[str, dict[str, float]]:
    """only_judged: of condensed lists, where few products of a query were judged."""
    judgments = VariantGroups.of(generation.snapshot).judged(judgments)
    runs = run_rankers(served_rankers(generation, RANKERS), judgments)
    if only_judged:
        runs = {name: condensed(run, judgments) for name, run in runs.items()}
    measured = {name: measure_run(run, judgments) for name, run in runs.items()}
    return {
        name: {each: round(values[each].mean, 4) for each in MEASURES}
        for name, values in measured.items()
    }


def hold(name: str, found: Mapping[str, Mapping[str, float]]) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}
    if os.environ.get("VITRINA_GOLDEN") == "write":
        text = json.dumps({**golden, name: found}, indent=1, sort_keys=True)
        GOLDEN.write_text(text + "\n", encoding="utf-8")
        return
    for ranker, values in found.items():
        assert values == pytest.approx(golden[name][ranker], abs=TOLERANCE), f"{name}, {ranker}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Generation, Judgments]:
    folder = tmp_path_factory.mktemp("demo")
    shop = demo_shop(folder)
    build_demo(shop, folder / "index")
    generation = open_index(folder / "index")
    judgments, report = read_judgments(FOLDER)
    assert report.rows == len(judgments)
    assert judgments == demo_judgments(shop), "the demo shop changed: see demo_judgments.py"
    return generation, judgments


def test_the_demo_shop(demo: tuple[Generation, Judgments]) -> None:
    found = figures(*demo)
    hold("demo", found)
    assert found["hand"]["nDCG-linear@10"] > found["bm25"]["nDCG-linear@10"]


def test_a_new_shop_is_ranked_by_the_shipped_model(demo: tuple[Generation, Judgments]) -> None:
    ranker = demo[0].ranker
    assert isinstance(ranker, ModelRanker), "train it: python -m ranking.learning.cold_start DATA"
    assert ranker.name.startswith("cold-start-")
    assert not demo[0].degraded
    assert (COLD_START / MODEL_FILE).stat().st_size < 500_000


def test_esci(shared_folder: Path, tmp_path: Path) -> None:
    source = shared_folder / "data" / "esci_us_150"
    options = BuildOptions([source / "products.jsonl.gz"], tmp_path / "index", "test")
    build(options, NOW, Silent())
    judgments, _ = read_judgments(source)
    found = figures(open_index(tmp_path / "index"), judgments)
    hold("esci_us_150", found)
    assert found["hand"]["nDCG-esci@10"] >= 0.605
    assert found["hand"]["nDCG-linear@10"] >= 0.745


@pytest.mark.parametrize(
    ("name", "only_judged", "least"), [("crowdflower", False, 0.81), ("chorus_icecat", True, 0.76)]
)
def test_other_judged_sets(
    shared_folder: Path, tmp_path: Path, name: str, only_judged: bool, least: float
) -> None:
    source = shared_folder / "data" / name
    build(BuildOptions([source / "products.jsonl.gz"], tmp_path / "index", "test"), NOW, Silent())
    judgments, _ = read_judgments(source)
    found = figures(open_index(tmp_path / "index"), judgments, only_judged=only_judged)
    hold(name, found)
    assert found["model+diversity"]["nDCG-linear@10"] >= least
