from pathlib import Path

import pytest
from catalogs import build_index, open_index
from typer.testing import CliRunner, Result

from app.cli import app
from indexing.errors import RulesError


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "var"
    build_index(folder / "main", [{"id": "1", "title": "Desk lamp"}])
    return folder


def run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data", str(shop)])


def test_a_blocklist_file_is_put_in_force_and_printed(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("\ufeff# bad\nlamp\n", encoding="utf-8")
    assert run(shop, "blocklist", "--file", str(file)).exit_code == 0
    assert run(shop, "blocklist").output == "# bad\nlamp\n"
    assert open_index(shop / "main").rules.blocklist.blocks("desk lamp")


def test_wrong_files_change_nothing(shop: Path, tmp_path: Path) -> None:
    good, wrong, binary = tmp_path / "good.tsv", tmp_path / "wrong.tsv", tmp_path / "binary"
    good.write_text("desk\n", encoding="utf-8")
    wrong.write_text("desk\nlamp\tsoon\n", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    assert run(shop, "hints", "--file", str(good)).exit_code == 0
    for command, file in (("hints", wrong), ("hints", binary), ("blocklist", binary)):
        assert isinstance(run(shop, command, "--file", str(file)).exception, RulesError)
    assert run(shop, "hints").output == "desk\n"
