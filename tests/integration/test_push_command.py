"""`vitrina push` against a running service, and `vitrina changes`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving
from typer.testing import CliRunner, Result

from app.changes.change_log import Change
from app.changes.pushing import BATCH_BYTES, Pusher, PushError, batches_of, put_line
from app.changes.sqlite_change_log import SqliteChangeLog
from app.cli import app
from indexing.catalogue.product import Product

LAMPS: list[dict[str, Any]] = [
    {"id": f"l{n}", "title": f"Lamp {n}", "price": 5 + n, "currency": "EUR"} for n in range(20)
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, httpx.Client]]:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    with serving(data, warm=False, max_body_bytes=16_384) as http:
        yield data, http


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def push(served: tuple[Path, httpx.Client], catalog: Path, *arguments: str) -> Result:
    data, http = served
    where = ("--url", str(http.base_url), "--data", str(data))
    return run("push", str(catalog), *where, *arguments)


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def log_of(data: Path) -> list[Change]:
    log = SqliteChangeLog(data, 1 << 30, "os", lambda: 0)
    try:
        return log.read("main", 0, 10_000)
    finally:
        log.close()


def test_a_file_is_read_as_a_build_reads_it(
    served: tuple[Path, httpx.Client], tmp_path: Path
) -> None:
    catalog = tmp_path / "export.csv"
    catalog.write_text(
        "Artikelnummer;Titel;Preis;Farbe\nx1;Tisch;1.299,00 €;rot\n;Stuhl;3;\n", "utf-8"
    )
    made = push(served, catalog)
    assert made.exit_code == 1, "a line was rejected"
    assert "1 changes taken, 0 refused, 0 stale, 1 lines rejected" in made.output
    (change,) = log_of(served[0])
    body = json.loads(change.body or b"")
    assert (change.product_id, body["title"], body["price"]) == ("x1", "Tisch", 1299.0)


def test_batches_that_are_too_large_are_halved(
    served: tuple[Path, httpx.Client], tmp_path: Path
) -> None:
    rows = [{"id": f"n{n}", "title": f"New {n}", "description": "word " * 50} for n in range(300)]
    made = push(served, written(tmp_path / "many.jsonl", rows))
    assert made.exit_code == 0, made.output
    assert [each.product_id for each in log_of(served[0])] == [row["id"] for row in rows]
    large = {"id": "large", "title": "x", "description": "word " * 20_000}
    made = push(served, written(tmp_path / "large.jsonl", [*rows[:3], large]))
    assert made.exit_code == 1
    assert "VITRINA_MAX_BODY_BYTES" in made.output
    assert "3 changes taken, 1 refused" in made.output


def test_only_what_changed(served: tuple[Path, httpx.Client], tmp_path: Path) -> None:
    data, http = served
    assert http.patch("/v1/products/l5", json={"price": 1}).status_code == 200
    rows = [dict(row) for row in LAMPS if row["id"] not in ("l7", "l8")]
    rows[3]["price"] = 99
    rows.append({"id": "new", "title": "New"})
    made = push(served, written(tmp_path / "lamps.jsonl", rows), "--changed-only")
    assert made.exit_code == 0, made.output
    sent = [(each.op, each.product_id) for each in log_of(data)][1:]
    assert sent == [
        ("put", "l3"), ("put", "l5"), ("put", "new"), ("delete", "l7"), ("delete", "l8"),
    ]  # fmt: skip


def test_what_was_deleted_before_is_not_deleted_again(
    served: tuple[Path, httpx.Client], tmp_path: Path
) -> None:
    data, http = served
    assert http.delete("/v1/products/l7").status_code == 200
    catalog = written(tmp_path / "lamps.jsonl", [row for row in LAMPS if row["id"] not in ("l7",)])
    for _ in range(2):
        made = push(served, catalog, "--changed-only")
        assert made.exit_code == 0, made.output
        assert "0 changes taken, 0 refused" in made.output
    assert http.put("/v1/products", json={"products": [LAMPS[7]]}).status_code == 200
    made = push(served, catalog, "--changed-only")
    assert made.exit_code == 0, made.output
    sent = [(each.op, each.product_id) for each in log_of(data)]
    assert sent == [("delete", "l7"), ("put", "l7"), ("delete", "l7")]


def test_much_that_is_missing_is_not_deleted_unasked(
    served: tuple[Path, httpx.Client], tmp_path: Path
) -> None:
    catalog = written(tmp_path / "few.jsonl", LAMPS[:5])
    made = push(served, catalog, "--changed-only")
    assert made.exit_code == 1
    assert "15 of 20 products are missing" in str(made.exception)
    assert log_of(served[0]) == []
    made = push(served, catalog, "--changed-only", "--force")
    assert made.exit_code == 0, made.output
    assert len(log_of(served[0])) == 15


def test_changes_tells_what_is_kept(served: tuple[Path, httpx.Client]) -> None:
    data, http = served
    http.patch("/v1/products/l5", json={"price": 1})
    facts = json.loads(run("changes", "--data", str(data), "--json").stdout)
    assert (facts["last"], facts["entries"], facts["replayed"], facts["whole"]) == (1, 1, 1, True)
    told = run("changes", "--data", str(data)).stdout
    assert "kept: 1 changes" in told


def test_a_service_that_is_not_there() -> None:
    waited: list[float] = []
    pusher = Pusher("http://127.0.0.1:1", "main", None, waited.append)
    with pytest.raises(PushError, match="does not answer"):
        list(pusher.push([b"{}"]))
    assert waited == sorted(waited)
    with pytest.raises(PushError, match="no address"):
        Pusher("localhost", "main", None)


def test_a_wrong_key(served: tuple[Path, httpx.Client]) -> None:
    with serving(served[0], warm=False, admin_key="sixteen characters") as http:
        pusher = Pusher(str(http.base_url), "main", "wrong")
        with pytest.raises(PushError, match="key is missing or wrong"):
            list(pusher.push([b"{}"]))
        pusher.close()


def test_batches_are_bounded() -> None:
    lines = [b"x" * 100] * 2_500 + [b"y" * (BATCH_BYTES + 1)] + [b"z"]
    batches = list(batches_of(lines, BATCH_BYTES))
    assert [len(batch) for batch in batches] == [1_000, 1_000, 500, 1, 1]
    assert [line for batch in batches for line in batch] == lines


def test_a_price_without_a_rate_goes_in_its_own_currency() -> None:
    product = Product(
        id="1", title="x", currency="EUR", price_original={"amount": 3.0, "currency": "GBP"}
    )
    assert json.loads(put_line(product))["product"] == {
        "id": "1", "title": "x", "price": 3.0, "currency": "GBP",
    }  # fmt: skip
