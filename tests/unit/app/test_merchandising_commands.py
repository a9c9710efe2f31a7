from pathlib import Path

import pytest
from catalogs import build_index, open_index
from typer.testing import CliRunner, Result

from app.cli import app
from ranking.errors import RuleConflictError, RuleRefusedError, UnknownRuleError

TOML = """
[[rules]]
id = "week"
name = "Lamps"
when.query = { contains = "lamp" }
then.pin = ["1", "unknown"]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "var"
    build_index(folder / "main", [{"id": "1", "title": "Desk lamp"}])
    return folder


def run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments, "--data", str(shop)])


def test_a_file_from_git_is_checked_imported_listed_and_taken_back(
    shop: Path, tmp_path: Path
) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(TOML, encoding="utf-8")
    checked = run(shop, "check", str(file))
    assert checked.exit_code == 0
    assert "week: no product here has the id unknown" in checked.output
    assert run(shop, "list").output == ""

    made = run(shop, "import", str(file), "--by", "ann", "--whole")
    assert "1 rules changed" in made.output
    assert run(shop, "list").output.split("\t")[:3] == ["week", "active", "v1"]
    assert open_index(shop / "main").rules.merchandising.rules[0].id == "week"
    assert "nothing differs" in run(shop, "import", str(file)).output

    out = tmp_path / "out.csv"
    assert run(shop, "export", str(out)).exit_code == 0
    assert "nothing differs" in run(shop, "import", str(out), "--whole").output
    assert '"id": "week"' in run(shop, "export").output
    assert run(shop, "history").output.split("\t")[2:5] == ["ann", "import", "week"]
    assert "1 rules changed" in run(shop, "undo").output
    assert run(shop, "list").output == ""
    assert isinstance(run(shop, "undo", "no-such-change").exception, UnknownRuleError)


def test_what_is_wrong_changes_nothing(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    for text in (
        "{",
        '{"rules": [{"id": "a", "then": {"redirect": "https://evil.example/"}}]}',
        '{"rules": [{"id": "a", "when": {"query": {"matches": "{any} a"}}, '
        '"then": {"query": "{any} b a"}}]}',
    ):
        file.write_text(text, encoding="utf-8")
        before = run(shop, "export").output
        assert isinstance(run(shop, "import", str(file)).exception, RuleRefusedError)
        assert isinstance(run(shop, "check", str(file)).exception, RuleRefusedError)
        assert run(shop, "export").output == before
    file.write_bytes(b"\xff\xfe\x00")
    assert isinstance(run(shop, "import", str(file)).exception, RuleRefusedError)
    assert run(shop, "import", str(tmp_path / "rules.xml")).exit_code == 2


def test_a_change_under_a_later_one_is_not_taken_back(shop: Path, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    for product in ("a", "b"):
        rule = f'{{"rules": [{{"id": "x", "then": {{"hide": ["{product}"]}}}}]}}'
        file.write_text(rule, encoding="utf-8")
        run(shop, "import", str(file))
    first = run(shop, "history").output.splitlines()[1].split("\t")[0]
    assert isinstance(run(shop, "undo", first).exception, RuleConflictError)
