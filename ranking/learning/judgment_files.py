"""Judgment files: TREC qrels with a queries file, CSV, JSONL; each may be gzipped."""

import csv
import gzip
import json
import zlib
from collections.abc import Container, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from ranking.learning.errors import JudgmentsError
from ranking.learning.judgments import (
    JudgmentRow,
    Judgments,
    JudgmentsReport,
    collect_judgments,
)

COLUMN_NAMES = {
    "query_id": ("query_id", "qid"),
    "query": ("query", "query_text", "q", "text"),
    "product_id": ("product_id", "doc_id", "docid", "id", "pid"),
    "grade": ("grade", "relevance", "rel", "label", "esci_label"),
}
"""Our name of a field → the names it may have in a CSV header or as a JSON key."""


def read_judgments(
    path: Path,
    queries: Path | None = None,
    grade_range: tuple[float, float] = (0.0, 4.0),
    known_products: Container[str] | None = None,
) -> tuple[Judgments, JudgmentsReport]:
    """Read judgments, the format chosen by the file name (`.gz` may follow it).

    `.csv`, `.jsonl`: one judgment a line with query (or query_id), product_id, grade.
    Else TREC qrels: query id, iteration, product id, grade, divided by tabs or blanks.
    `queries`: query id TAB text. Required for TREC qrels, and for files without a query column.
    A folder stands for its `qrels.tsv` and `queries.tsv`.
    Rows that cannot be used are dropped and counted, see `collect_judgments`.
    Errors: a file is missing or unreadable, has no such columns, or nothing usable is left.
    """
    if path.is_dir():
        path, queries = path / "qrels.tsv", queries or path / "queries.tsv"
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    texts = {} if queries is None else read_queries(queries)
    with _opened(path) as stream:
        try:
            if suffix == ".csv":
                rows = list(_csv_rows(path, stream, texts))
            elif suffix == ".jsonl":
                rows = list(_json_rows(path, stream, texts))
            elif queries is None:
                raise JudgmentsError(
                    f"{path} holds query ids only. Name the file with their texts too: "
                    "`--queries queries.tsv`, query id TAB text."
                )
            else:
                rows = list(_trec_rows(path, stream))
        except (UnicodeDecodeError, OSError, EOFError, zlib.error, csv.Error) as error:
            raise JudgmentsError(f"{path} cannot be read: {error}. Give it as UTF-8.") from error
    return collect_judgments(texts, rows, str(path), grade_range, known_products)


def read_queries(path: Path) -> dict[str, str]:
    """Query id → text, from lines of query id TAB text, in file order; blank lines are skipped."""
    texts: dict[str, str] = {}
    with _opened(path) as stream:
        try:
            for number, line in enumerate(stream, start=1):
                query_id, tab, text = line.strip("\r\n").partition("\t")
                if not query_id.strip() and not text.strip():
                    continue
                if not tab or not text.strip():
                    raise JudgmentsError(
                        f"{path} line {number}: expected query id TAB text, got {line[:60]!r}."
                    )
                if texts.setdefault(query_id.strip(), text.strip()) != text.strip():
                    raise JudgmentsError(
                        f"{path} line {number}: query {query_id!r} has two texts. Keep one."
                    )
        except (UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
            raise JudgmentsError(f"{path} cannot be read: {error}. Give it as UTF-8.") from error
    return texts


def _opened(path: Path) -> TextIO:
    try:
        if path.suffix == ".gz":
            return TextIOWrapper(gzip.open(path, "rb"), encoding="utf-8-sig", newline="")
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise JudgmentsError(f"{path} cannot be opened: {error.strerror}.") from error


def _trec_rows(path: Path, stream: TextIO) -> Iterator[JudgmentRow]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        parts = line.strip("\r\n").split("\t") if "\t" in line else line.split()
        if len(parts) != 4:
            raise JudgmentsError(
                f"{path} line {number}: expected query id, iteration, product id, grade; "
                f"got {len(parts)} columns."
            )
        yield JudgmentRow(number, parts[0].strip(), parts[2].strip(), parts[3])


def _csv_rows(path: Path, stream: TextIO, texts: dict[str, str]) -> Iterator[JudgmentRow]:
    reader = csv.DictReader(stream, strict=True)
    header = [name.strip().casefold() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    columns = _columns(path, header)
    for record in reader:
        yield _row(path, reader.line_num, record, columns, texts)


def _json_rows(path: Path, stream: TextIO, texts: dict[str, str]) -> Iterator[JudgmentRow]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise JudgmentsError(f"{path} line {number} is not JSON: {error.msg}.") from error
        if not isinstance(record, dict):
            raise JudgmentsError(f"{path} line {number}: expected an object, got {line[:60]!r}.")
        fields = {
            str(key).casefold(): None if value is None else str(value)
            for key, value in record.items()
        }
        yield _row(path, number, fields, _columns(path, list(fields), number), texts)


def _columns(path: Path, header: list[str], line: int = 1) -> dict[str, str]:
    columns = {
        ours: next(name for name in names if name in header)
        for ours, names in COLUMN_NAMES.items()
        if any(name in header for name in names)
    }
    missing = [ours for ours in ("product_id", "grade") if ours not in columns]
    if "query" not in columns and "query_id" not in columns:
        missing.insert(0, "query")
    if missing:
        raise JudgmentsError(
            f"{path} line {line}: no column for {', '.join(missing)} among "
            f"{', '.join(header) or 'none'}. Understood names: "
            + "; ".join(f"{ours}: {', '.join(names)}" for ours, names in COLUMN_NAMES.items())
            + "."
        )
    return columns


def _row(
    path: Path,
    line: int,
    record: dict[str, str | None],
    columns: dict[str, str],
    texts: dict[str, str],
) -> JudgmentRow:
    """One row; a text that comes with it is added to `texts`, and is the id if there is none."""
    text = (record.get(columns.get("query", "")) or "").strip()
    query_id = (record.get(columns.get("query_id", "")) or "").strip() or text
    if text and texts.setdefault(query_id, text) != text:
        raise JudgmentsError(f"{path} line {line}: query {query_id!r} has two texts. Keep one.")
    product_id = (record.get(columns["product_id"]) or "").strip()
    return JudgmentRow(line, query_id, product_id, record.get(columns["grade"]) or "")
