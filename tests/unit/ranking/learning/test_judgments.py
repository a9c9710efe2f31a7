import gzip
from pathlib import Path

import pytest

from ranking.learning.errors import JudgmentsError
from ranking.learning.judgment_files import read_judgments, read_queries
from ranking.learning.judgments import JudgmentRow, Judgments, collect_judgments, parse_grade
from ranking.learning.splits import split_queries


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def trec(folder: Path, qrels: str, queries: str = "1\tred shoes\n2\tmilk\n") -> tuple[Path, Path]:
    return write(folder, "qrels.tsv", qrels), write(folder, "queries.tsv", queries)


def test_trec_qrels_are_read_with_fractional_grades(tmp_path: Path) -> None:
    qrels, queries = trec(tmp_path, "1\t0\ta\t3\n1 0 b 2.33\n\n2\t0\ta b\t0\n")
    judgments, report = read_judgments(qrels, queries)
    assert judgments.queries == {"1": "red shoes", "2": "milk"}
    assert judgments.qrels == {"1": {"a": 3.0, "b": 2.33}, "2": {"a b": 0.0}}
    assert (report.rows, report.judged, report.queries, report.warnings[0]) == (
        3,
        3,
        2,
        "1 queries have equal grades only and cannot tell orders apart",
    )
    assert read_judgments(tmp_path)[0] == judgments  # the folder stands for both files


def test_csv_and_jsonl_say_the_same_as_trec(tmp_path: Path) -> None:
    expected = {"red shoes": {"a": 3.0, "b": 0.0}}
    table = write(
        tmp_path, "j.csv", 'Query,Product_ID,esci_label\n"red shoes",a,E\nred shoes,b,I\n'
    )
    assert read_judgments(table)[0].qrels == expected
    lines = (
        '{"query": "red shoes", "product_id": "a", "grade": 3}\n'
        '{"query": "red shoes", "product_id": "b", "grade": "irrelevant"}\n'
    )
    assert read_judgments(write(tmp_path, "j.jsonl", lines))[0].qrels == expected
    packed = tmp_path / "j.jsonl.gz"
    packed.write_bytes(gzip.compress(lines.encode()))
    assert read_judgments(packed)[0].qrels == expected


def test_ids_in_a_table_join_the_queries_file(tmp_path: Path) -> None:
    table = write(tmp_path, "j.csv", "qid,doc_id,grade\n1,a,2\n7,a,2\n")
    judgments, report = read_judgments(table, write(tmp_path, "queries.tsv", "1\tred shoes\n"))
    assert judgments.queries == {"1": "red shoes"}
    assert report.unknown_query_rows == 1
    assert "1 rows name an unknown query, the first '7' on line 3; dropped" in report.warnings


def test_bad_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    qrels, queries = trec(
        tmp_path,
        "1\t0\ta\t3\n1\t0\tb\t1\n9\t0\ta\t1\n1\t0\tghost\t1\n1\t0\tb\tnan\n1\t0\tb\tinf\n"
        "1\t0\tb\tgood\n1\t0\tb\t-1\n1\t0\tb\t5\n",
    )
    judgments, report = read_judgments(qrels, queries, known_products={"a", "b"})
    assert judgments.qrels == {"1": {"a": 3.0, "b": 1.0}}
    assert (
        report.unknown_query_rows,
        report.unknown_product_rows,
        report.bad_grade_rows,
        report.out_of_range_rows,
        report.queries_without_rows,
    ) == (1, 1, 3, 2, 1)
    assert any("outside 0..4, the first -1 on line 8" in text for text in report.warnings)
    assert any(text.startswith("only one query") for text in report.warnings)


def test_rows_that_contradict_count_as_raters() -> None:
    rows = [JudgmentRow(n, "q", p, g) for n, (p, g) in enumerate(["a3", "a2", "b1", "b1", "b1"], 1)]
    judgments, report = collect_judgments({"q": "milk"}, rows, "test")
    assert judgments.qrels == {"q": {"a": 2.5, "b": 1.0}}
    assert (report.contradicting, report.repeated) == (1, 2)
    assert judgments.integer_grades() == {"q": {"a": 2, "b": 1}}  # half to even


def test_equal_grades_are_warned_of() -> None:
    rows = [JudgmentRow(1, "q", "a", "1"), JudgmentRow(2, "r", "a", "1")]
    _, report = collect_judgments({"q": "milk", "r": "tea"}, rows, "test")
    assert report.equal_grade_queries == 2
    assert report.warnings == (
        "all grades are equal: every order of judged products scores the same",
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("j.txt", "1 0 a 3\n", "holds query ids only"),
        ("j.csv", "query,grade\nmilk,3\n", "no column for product_id"),
        ("j.csv", "", "no column for query, product_id, grade among none"),
        ("j.jsonl", "{\n", "line 1 is not JSON"),
        ("j.jsonl", "[1]\n", "line 1: expected an object"),
        ("j.csv", "query,id,grade\nmilk,a,x\n", "none of 1 rows is usable"),
        ("j.csv", "qid,query,id,grade\n1,milk,a,1\n1,tea,a,1\n", "query '1' has two texts"),
    ],
)
def test_files_that_cannot_be_used_say_why(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(JudgmentsError, match=message):
        read_judgments(write(tmp_path, name, text))


def test_missing_and_broken_files_are_errors_of_ours(tmp_path: Path) -> None:
    with pytest.raises(JudgmentsError, match="cannot be opened"):
        read_judgments(tmp_path / "none.csv")
    (tmp_path / "j.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(JudgmentsError, match="cannot be read"):
        read_judgments(tmp_path / "j.csv.gz")
    (tmp_path / "j.csv").write_bytes(b"query,id,grade\n\xff,a,1\n")
    with pytest.raises(JudgmentsError, match="cannot be read"):
        read_judgments(tmp_path / "j.csv")
    qrels, queries = trec(tmp_path, "1\t0\ta\n")
    with pytest.raises(JudgmentsError, match="line 1: expected query id, iteration"):
        read_judgments(qrels, queries)
    with pytest.raises(JudgmentsError, match="line 2: expected query id TAB text"):
        read_queries(write(tmp_path, "q.tsv", "1\tmilk\nmilk\n"))


def test_grades_are_numbers_or_the_words_of_esci() -> None:
    assert [parse_grade(text) for text in ("2", " E ", "Substitute", "c", "1.5")] == [
        2,
        3,
        2,
        1,
        1.5,
    ]
    assert parse_grade("inf") != parse_grade("inf")  # NaN


def judged(texts: list[str]) -> Judgments:
    return Judgments(
        {str(n): text for n, text in enumerate(texts)},
        {str(n): {"a": 1.0} for n in range(len(texts))},
    )


def test_folds_are_even_stable_and_keep_one_text_together() -> None:
    judgments = judged([f"query {n}" for n in range(23)] + ["Query  3", "QUERY 4"])
    parts = split_queries(judgments, 5, seed=7)
    assert sorted(q for part in parts for q in part) == sorted(judgments.queries)
    assert parts == split_queries(judgments, 5, seed=7) != split_queries(judgments, 5, seed=8)
    distinct = [{judgments.queries[q].casefold().split()[1] for q in part} for part in parts]
    assert sorted(map(len, distinct)) == [4, 4, 5, 5, 5]
    assert any({"3", "23"} <= set(part) for part in parts)
    with pytest.raises(JudgmentsError, match="cannot be split into 3 folds"):
        split_queries(judged(["milk", "tea"]), 3, seed=0)


def test_a_subset_keeps_the_order_given() -> None:
    judgments = judged(["milk", "tea", "rice"])
    assert list(judgments.subset(["2", "0"]).queries.values()) == ["rice", "milk"]
    with pytest.raises(JudgmentsError, match="'9'"):
        judgments.subset(["9"])
