from pathlib import Path

import pytest

from app.jobs.catalog_folder import resolve_catalog
from app.jobs.errors import BadBuildRequestError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """catalogs/{shop.jsonl, 2026/{a.csv, b.csv}, links…} beside secret.jsonl."""
    catalogs = tmp_path / "catalogs"
    (catalogs / "2026").mkdir(parents=True)
    for name in ("shop.jsonl", "2026/a.csv", "2026/b.csv"):
        (catalogs / name).write_text("{}")
    (tmp_path / "secret.jsonl").write_text("{}")
    (tmp_path / "catalogs-old").mkdir()
    (tmp_path / "catalogs-old" / "x.jsonl").write_text("{}")
    return catalogs


@pytest.mark.parametrize("name", ["shop.jsonl", "2026", "2026/a.csv", "./shop.jsonl", "."])
def test_what_is_inside(folder: Path, name: str) -> None:
    path = resolve_catalog(folder, name)
    assert path.is_absolute()
    assert path.is_relative_to(folder.resolve())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../secret.jsonl",
        "2026/../../secret.jsonl",
        "2026/../shop.jsonl",
        "/etc/passwd",
        "..",
        "--map=title=x",
        "2026/-x.csv",
        "..\\secret.jsonl",
        "shop.jsonl\x00.csv",
        "shop.jsonl\n",
        "../catalogs-old/x.jsonl",
        "x" * 1_025,
    ],
)
def test_names_that_are_none(folder: Path, name: str) -> None:
    with pytest.raises(BadBuildRequestError, match="not the name of a catalogue"):
        resolve_catalog(folder, name)


def test_links_inside_are_followed(folder: Path) -> None:
    (folder / "today").symlink_to(folder / "2026")
    assert resolve_catalog(folder, "today/a.csv") == folder.resolve() / "2026" / "a.csv"


@pytest.mark.parametrize("name", ["out.jsonl", "out", "out/x.jsonl", "2026"])
def test_links_that_lead_out(folder: Path, name: str) -> None:
    (folder / "out.jsonl").symlink_to(folder.parent / "secret.jsonl")
    (folder / "out").symlink_to(folder.parent / "catalogs-old")
    (folder / "2026" / "deep").mkdir()
    (folder / "2026" / "deep" / "c.jsonl").symlink_to(folder.parent / "secret.jsonl")
    with pytest.raises(BadBuildRequestError, match="leads out"):
        resolve_catalog(folder, name)


def test_a_loop_of_links(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    with pytest.raises(BadBuildRequestError, match="cannot be read"):
        resolve_catalog(folder, "a")


def test_messages_do_not_tell_where_things_are(folder: Path) -> None:
    with pytest.raises(BadBuildRequestError) as missing:
        resolve_catalog(folder, "missing.jsonl")
    assert "No such file" in str(missing.value)
    assert str(folder.parent) not in str(missing.value)


def test_no_folder_configured() -> None:
    with pytest.raises(BadBuildRequestError, match="VITRINA_CATALOG_DIR"):
        resolve_catalog(None, "shop.jsonl")


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    (folder.parent / "mounted").symlink_to(folder)
    path = resolve_catalog(folder.parent / "mounted", "shop.jsonl")
    assert path == folder.resolve() / "shop.jsonl"
