"""`vitrina train` and `vitrina evaluate` as a user runs them, on good and bad judgments."""

import json
import re
from pathlib import Path

import pytest
from demo_judgments import build_demo, demo_judgments, demo_shop, write_judgments
from typer.testing import CliRunner

from app.cli import app
from indexing.current import read_current
from indexing.errors import IndexingError
from ranking.errors import RankingError
from ranking.learning.errors import JudgmentsError, LearningError, TrainingError
from ranking.learning.judgments import Judgments

QUERIES = 24
FAST = ("--folds", "2", "--seeds", "1")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Judgments]:
    folder = tmp_path_factory.mktemp("shop")
    made = demo_shop(folder / "demo")
    build_demo(made, folder / "data" / "main")
    judgments = demo_judgments(made, QUERIES)
    write_judgments(judgments, folder / "good")
    return folder, judgments


def run(folder: Path, *arguments: str, ends: int = 0) -> str:
    """Everything it printed; errors of ours are raised, as `vitrina` itself would print them."""
    result = CliRunner().invoke(app, [*arguments, "--data", str(folder / "data")])
    if isinstance(result.exception, (RankingError, IndexingError)):
        raise result.exception
    assert result.exit_code == ends, result.output
    return result.output


def model_in_force(folder: Path) -> str | None:
    current = read_current(folder / "data" / "main")
    assert current is not None
    return current.model


def test_training_publishes_only_what_is_proven_better(shop: tuple[Path, Judgments]) -> None:
    folder, judgments = shop
    # grades by the throw of a die: there is nothing to learn
    nonsense = {
        query: {product: float(hash_of(query + product) % 4) for product in products}
        for query, products in judgments.qrels.items()
    }
    write_judgments(Judgments(judgments.queries, nonsense), folder / "nonsense")
    before = model_in_force(folder)
    arguments = (
        "train",
        "--judgments",
        str(folder / "nonsense"),
        "--measure",
        "zero results",
        *FAST,
    )
    printed = run(folder, *arguments, ends=3)
    assert "Nothing was published" in printed
    assert model_in_force(folder) == before
    published = run(folder, *arguments, "--force", "--report", str(folder / "report"))
    model_id = published.strip().splitlines()[-1]
    assert model_in_force(folder) == model_id
    report = json.loads((folder / "report" / "evaluation-full.json").read_text(encoding="utf-8"))
    assert report["about"]["model"] == model_id
    assert report["baseline"] == "hand"
    assert report["importance"][0]["feature"]
    explained = run(folder, "search", next(iter(judgments.queries.values())), "--explain")
    assert "contributions" in explained or model_id in explained


def hash_of(text: str) -> int:
    return sum(place * ord(sign) for place, sign in enumerate(text, start=1))


def test_evaluation_compares_side_by_side(shop: tuple[Path, Judgments]) -> None:
    folder, _ = shop
    out = folder / "evaluation"
    arguments = ("--judgments", str(folder / "good"), "--rankers", "random,bm25,hand")
    printed = run(folder, "evaluate", *arguments, "--report", str(out))
    assert "full lists" in printed
    assert "condensed lists" in printed
    assert {path.name for path in out.iterdir()} == {
        "evaluation-full.json", "evaluation-full.html",
        "evaluation-condensed.json", "evaluation-condensed.html",
    }  # fmt: skip
    with pytest.raises(LearningError, match="there is no ranker best"):
        run(folder, "evaluate", "--judgments", str(folder / "good"), "--rankers", "best")


def test_a_model_is_not_judged_by_what_it_learnt_from(shop: tuple[Path, Judgments]) -> None:
    folder, _ = shop
    good = str(folder / "good")
    run(folder, "train", "--judgments", good, "--force", *FAST)
    printed = " ".join(run(folder, "evaluate", "--judgments", good, "--rankers", "model").split())
    assert re.search(r"learnt from (2\d) of these \1 queries", printed)
    assert "unseen" in printed
    by_hand = run(folder, "evaluate", "--judgments", good, "--rankers", "bm25,hand")
    assert "learnt from" not in by_hand


def write(folder: Path, qrels: str, queries: str = "1\thair dryer\n2\tfan\n") -> str:
    folder.mkdir()
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    (folder / "queries.tsv").write_text(queries, encoding="utf-8")
    return str(folder)


def test_judgments_of_strangers_are_refused(shop: tuple[Path, Judgments], tmp_path: Path) -> None:
    folder, _ = shop
    products = write(tmp_path / "products", "1\t0\tno such product\t3\n")
    with pytest.raises(JudgmentsError, match="unknown product"):
        run(folder, "train", "--judgments", products)
    queries = write(tmp_path / "queries", "9\t0\tx\t3\n")
    with pytest.raises(JudgmentsError, match="unknown query"):
        run(folder, "evaluate", "--judgments", queries)


def test_grades_that_teach_nothing_are_refused(
    shop: tuple[Path, Judgments], tmp_path: Path
) -> None:
    folder, judgments = shop
    [first, second, *_] = next(iter(judgments.qrels.values()))
    wild = write(tmp_path / "wild", f"1\t0\t{first}\t99\n2\t0\t{second}\tnan\n")
    with pytest.raises(JudgmentsError, match=r"have a grade outside 0\.\.4, the first 99"):
        run(folder, "train", "--judgments", wild)
    one = write(tmp_path / "one", f"1\t0\t{first}\t3\n1\t0\t{second}\t0\n")
    with pytest.raises(TrainingError, match="nothing can be held out"):
        run(folder, "train", "--judgments", one)
    equal = write(tmp_path / "equal", f"1\t0\t{first}\t1\n2\t0\t{second}\t1\n")
    with pytest.raises(TrainingError, match="same grade"):
        run(folder, "train", "--judgments", equal, "--judged-only", *FAST)


def test_contradicting_judgments_are_told_and_averaged(
    shop: tuple[Path, Judgments], tmp_path: Path
) -> None:
    folder, judgments = shop
    [first, second, *_] = next(iter(judgments.qrels.values()))
    rows = f"1\t0\t{first}\t3\n1\t0\t{first}\t0\n1\t0\t{second}\t1\n2\t0\t{first}\t1\n"
    both = write(tmp_path / "both", rows)
    printed = run(folder, "evaluate", "--judgments", both, "--rankers", "bm25,hand")
    assert "judged in contradicting ways" in " ".join(printed.split())
