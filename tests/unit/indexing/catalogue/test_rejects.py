import json
from pathlib import Path

import orjson
import pytest

from indexing.catalogue.product import RejectedLine
from indexing.catalogue.rejects import RejectsFile
from indexing.errors import CatalogError


def test_rejects_are_written_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    path.write_text("of an earlier build")
    with RejectsFile(path) as rejects:
        assert not path.exists()
        rejects.add(RejectedLine("a.jsonl", 3, "price", "is not a finite number", "{…}"))
        rejects.add(RejectedLine("a.jsonl", 4, None, "must be a JSON object", "5"))
    assert rejects.count == 2
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == [
        {"source": "a.jsonl", "line": 3, "field": "price", "reason": "is not a finite number",
         "text": "{…}"},
        {"source": "a.jsonl", "line": 4, "field": None, "reason": "must be a JSON object",
         "text": "5"},
    ]  # fmt: skip


def test_too_many_rejects_stop_the_build(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "rejects.jsonl") as rejects:
        rejects.check_ratio(0.01, accepted=1)
        rejects.add(RejectedLine("a.jsonl", 3, "price", "must be a number", ""))
        rejects.check_ratio(0.01, accepted=99)
        with pytest.raises(
            CatalogError, match=r"1 of 99 lines .*1\.0%.*price: must be a number \(1\).*--map"
        ):
            rejects.check_ratio(0.01, accepted=98)
        assert orjson.loads((tmp_path / "rejects.jsonl").read_bytes())["line"] == 3


def test_catalogues_without_a_product_stop_the_build(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "rejects.jsonl") as rejects:
        with pytest.raises(CatalogError, match="catalogue is empty"):
            rejects.check_ratio(1.0, accepted=0)
        rejects.add(RejectedLine("a.jsonl", 1, None, "must be a JSON object", "5"))
        with pytest.raises(CatalogError, match="1 of 1 lines"):
            rejects.check_ratio(1.0, accepted=0)
