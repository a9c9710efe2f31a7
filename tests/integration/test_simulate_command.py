"""`vitrina simulate`, whole and small: shoppers over HTTP, learn, build, a page that improves."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from source_tree import KERNELS
from typer.testing import CliRunner

from app.cli import app
from indexing.demo.shop import DemoShop


def simulate(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["simulate", "--data", str(data), *arguments])


def demo_folder(demo_data: Path, demo_shop: DemoShop, folder: Path) -> Path:
    shutil.copytree(demo_data / "main", folder / "main")
    shutil.copytree(demo_shop.products.parent, folder / "demo-shop")
    return folder


def test_shoppers_teach_the_shop_though_it_is_killed_once(
    demo_data: Path, demo_shop: DemoShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VITRINA_KERNEL_CACHE_DIR", str(KERNELS))
    data = demo_folder(demo_data, demo_shop, tmp_path / "var")
    small = ("--fast", "--hours", "6", "--searches", "900", "--intents", "30", "--seed", "3")
    done = simulate(data, *small, "--no-train", "--kill", "1")
    assert done.exit_code == 0, done.output
    told = dict(re.findall(r"^(.{16}) (.*)$", done.output, re.MULTILINE))
    told = {what.strip(): how for what, how in told.items()}
    low = re.search(r"true nDCG@10 \+\S+ \[(\S+) ", told["all of it"])
    assert low is not None
    assert float(low[1]) > 0
    assert "300 searches" in told["hour 0 to 2"]
    assert "events once in every archive" in told["kept"]
    assert "served" in told["build"]
    sessions = re.search(r"; (\d+) of \d+ sessions$", told["experiment"])
    assert sessions is not None
    assert int(sessions[1]) > 50, "shoppers are answered by their variants"
    assert "winner" not in told, "nothing was trained: what ships is in force already"
    assert told["kill -9"].startswith("1 times")
    again = simulate(data, *small)
    assert again.exit_code == 1
    assert "was simulated before" in str(again.exception)


def test_a_folder_that_is_no_demo_shop_is_refused(demo_data: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_data / "small", tmp_path / "main")
    done = simulate(tmp_path)
    assert done.exit_code == 1
    assert "is no demo shop" in str(done.exception)
    assert "--data" in str(done.exception)


def test_another_seed_than_the_shops_is_refused(
    demo_data: Path, demo_shop: DemoShop, tmp_path: Path
) -> None:
    done = simulate(demo_folder(demo_data, demo_shop, tmp_path), "--seed", "4")
    assert done.exit_code == 1
    assert "--seed" in str(done.exception)


@pytest.mark.parametrize(
    "wrong", [("--hours", "0"), ("--searches", "2"), ("--click-model", "x"), ("--products", "5")]
)
def test_what_cannot_be_simulated_is_refused(tmp_path: Path, wrong: tuple[str, str]) -> None:
    done = simulate(tmp_path / "none", *wrong)
    assert done.exit_code == 2
    assert wrong[0] in done.output
    assert not (tmp_path / "none").exists()


def test_a_redis_url_that_is_none_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = simulate(tmp_path / "none", "--redis", "http://localhost")
    assert done.exit_code == 1
    assert "VITRINA_REDIS_URL" in str(done.exception)
    assert not (tmp_path / "none").exists()
