"""`vitrina keys`, and what doctor says of keys."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands.key_checks import key_checks, key_warnings
from app.keys.audit import AuditLog


def run(data: Path, *arguments: str) -> tuple[str, str]:
    """What is printed, and on stderr."""
    told = CliRunner().invoke(app, ["keys", *arguments, "--data", str(data)])
    assert told.exit_code == 0, told.output
    return told.stdout, told.stderr


def test_make_list_and_revoke(tmp_path: Path) -> None:
    made, told = run(
        tmp_path, "create", "--name", "acme", "--scope", "search", "--filter", "seller:acme",
        "--per-minute", "60", "--origin", "https://shop.example", "--days", "1", "--signing",
    )  # fmt: skip
    key, signing = made.split()
    key_id = key.split("_")[1]
    assert signing.startswith("vs_") and "this once" in told
    listed, _ = run(tmp_path, "list")
    assert key_id in listed and "seller:acme" in listed and "never" in listed
    assert key not in listed and signing not in listed
    assert "revoked" in run(tmp_path, "revoke", key_id)[0]
    assert "revoked" in run(tmp_path, "list")[0]
    whats = [each["what"].split()[-1] for each in AuditLog(tmp_path, lambda: 0.0).read(10)]
    assert whats == ["revoke", "create"]
    whos = {each["who"].split(",")[0] for each in AuditLog(tmp_path, lambda: 0.0).read(10)}
    assert whos == {"command line"}


@pytest.mark.parametrize(
    "wrong",
    [
        ["create", "--name", "a", "--scope", "everything"],
        ["create", "--name", "a", "--scope", "search", "--expires", "soon"],
        ["create", "--name", "a", "--scope", "search", "--expires", "2001-01-01"],
        ["create", "--name", "a", "--scope", "search", "--filter", "seller"],
        ["create", "--name", "a", "--scope", "events", "--filter", "seller:a"],
        ["create", "--name", "a", "--scope", "search", "--origin", "shop.example"],
        ["create", "--name", "a", "--scope", "search", "--per-minute", "0"],
        ["create", "--name", "a", "--scope", "rules", "--signing"],
        ["create", "--name", "a", "--scope", "admin", "--index", "main"],
        ["revoke", "0000000000"],
        ["revoke", "../keys"],
    ],
)
def test_what_cannot_be_made_or_revoked(tmp_path: Path, wrong: list[str]) -> None:
    told = CliRunner().invoke(app, ["keys", *wrong, "--data", str(tmp_path)])
    assert told.exit_code != 0 and told.exception is not None
    assert not (tmp_path / "keys" / "keys.json").exists()


def test_doctor_says_what_is_open_and_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(key_warnings(tmp_path)) == list(key_checks(tmp_path)) == []
    monkeypatch.setenv("VITRINA_HOST", "0.0.0.0")  # noqa: S104 - what is warned of
    (warning,) = key_warnings(tmp_path)
    assert "VITRINA_ADMIN_KEY" in warning
    run(tmp_path, "create", "--name", "console", "--scope", "admin")
    assert list(key_warnings(tmp_path)) == []
    run(tmp_path, "create", "--name", "acme", "--scope", "search", "--filter", "seller:acme")
    (warning,) = key_warnings(tmp_path)
    assert "VITRINA_REQUIRE_KEY" in warning
    assert list(key_checks(tmp_path)) == [("2 keys", None)]
    (tmp_path / "keys" / "keys.json").write_text("{", encoding="utf-8")
    ((_, problem),) = key_checks(tmp_path)
    assert problem is not None and list(key_warnings(tmp_path)) == []
