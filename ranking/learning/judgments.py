"""Graded judgments: which product answers which query how well."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite, isnan

from ranking.learning.errors import JudgmentsError

GRADE_WORDS = {"exact": 3.0, "substitute": 2.0, "complement": 1.0, "irrelevant": 0.0}
"""ESCI's words for grades; their first letters are understood too."""

_LETTERS = {word[0]: grade for word, grade in GRADE_WORDS.items()}


@dataclass(frozen=True, slots=True)
class JudgmentRow:
    """One line of a judgments file, not yet checked. `line` is 1-based."""

    line: int
    query_id: str
    product_id: str
    grade: str


@dataclass(frozen=True, slots=True)
class Judgments:
    """What raters said.

    queries: query id → text. qrels: query id → product id → grade; every query of one is in
    the other and has at least one product. Grades may be fractional (means of several raters).
    """

    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, float]]

    def __len__(self) -> int:
        """Number of judged query-product pairs."""
        return sum(len(grades) for grades in self.qrels.values())

    def integer_grades(self) -> dict[str, dict[str, int]]:
        """Grades rounded half to even (2.5 → 2, 1.5 → 2): measures take whole grades."""
        return {
            query_id: {product_id: round(grade) for product_id, grade in grades.items()}
            for query_id, grades in self.qrels.items()
        }

    def subset(self, query_ids: Iterable[str]) -> "Judgments":
        """Only these queries, in the order given; unknown ids are an error."""
        chosen = list(query_ids)
        unknown = [query_id for query_id in chosen if query_id not in self.queries]
        if unknown:
            raise JudgmentsError(
                f"no judgments for query {unknown[0]!r} ({len(unknown)} such queries). "
                "Choose among the ids of the same judgments."
            )
        return Judgments(
            {query_id: self.queries[query_id] for query_id in chosen},
            {query_id: self.qrels[query_id] for query_id in chosen},
        )


@dataclass(frozen=True, slots=True)
class JudgmentsReport:
    """What was read, what was dropped, and what to be wary of.

    judged: distinct query-product pairs kept. repeated: further rows that agree with an
    earlier one. contradicting: pairs with rows that disagree (their mean is used).
    grade_counts: rounded grade → pairs. Each `*_rows` counts dropped rows.
    """

    rows: int
    queries: int
    judged: int
    repeated: int
    contradicting: int
    unknown_query_rows: int
    unknown_product_rows: int
    bad_grade_rows: int
    out_of_range_rows: int
    queries_without_rows: int
    equal_grade_queries: int
    grade_counts: Mapping[int, int]
    warnings: tuple[str, ...]


def parse_grade(text: str) -> float:
    """A number, or one of ESCI's words or letters; NaN if it is neither or not finite."""
    folded = text.strip().casefold()
    grade = GRADE_WORDS.get(folded, _LETTERS.get(folded))
    if grade is not None:
        return grade
    try:
        grade = float(folded)
    except ValueError:
        return float("nan")
    return grade if isfinite(grade) else float("nan")


def collect_judgments(
    queries: Mapping[str, str],
    rows: Iterable[JudgmentRow],
    where: str,
    grade_range: tuple[float, float] = (0.0, 4.0),
    known_products: Container[str] | None = None,
) -> tuple[Judgments, JudgmentsReport]:
    """Check rows and put them together.

    A row is dropped, and counted, if its query has no text, its product is not among
    `known_products` (None: all are known), its grade is not a finite number, or lies outside
    `grade_range` (both ends included). Rows of one pair that contradict each other count as
    raters: the grade is their mean. `where` names the source in messages.
    Errors: nothing usable is left.
    """
    votes: dict[str, dict[str, list[float]]] = {}
    dropped: Counter[str] = Counter()
    first: dict[str, JudgmentRow] = {}
    total = 0
    low, high = grade_range
    for row in rows:
        total += 1
        grade = parse_grade(row.grade)
        fault = None
        if row.query_id not in queries:
            fault = "query"
        elif known_products is not None and row.product_id not in known_products:
            fault = "product"
        elif isnan(grade):
            fault = "grade"
        elif not low <= grade <= high:
            fault = "range"
        if fault is None:
            votes.setdefault(row.query_id, {}).setdefault(row.product_id, []).append(grade)
        else:
            dropped[fault] += 1
            first.setdefault(fault, row)
    if not votes:
        raise JudgmentsError(
            f"{where}: none of {total} rows is usable "
            f"({'; '.join(_dropped_lines(dropped, first, grade_range)) or 'it is empty'}). "
            "Expected query id, product id and grade; see docs/evaluation.md."
        )
    kept = {query_id: text for query_id, text in queries.items() if query_id in votes}
    qrels = {
        query_id: {
            product_id: fsum(grades) / len(grades) for product_id, grades in votes[query_id].items()
        }
        for query_id in kept
    }
    judgments = Judgments(kept, qrels)
    return judgments, _report(judgments, votes, len(queries), total, dropped, first, grade_range)


def _report(
    judgments: Judgments,
    votes: Mapping[str, Mapping[str, list[float]]],
    query_count: int,
    rows: int,
    dropped: Mapping[str, int],
    first: Mapping[str, JudgmentRow],
    grade_range: tuple[float, float],
) -> JudgmentsReport:
    ballots = [grades for products in votes.values() for grades in products.values()]
    contradicting = sum(len(set(grades)) > 1 for grades in ballots)
    repeated = sum(len(grades) - 1 for grades in ballots if len(set(grades)) == 1)
    counts = Counter(round(g) for grades in judgments.qrels.values() for g in grades.values())
    equal = sum(len(set(grades.values())) == 1 for grades in judgments.qrels.values())
    without = query_count - len(judgments.queries)
    warnings = _dropped_lines(dropped, first, grade_range)
    if contradicting:
        warnings.append(f"{contradicting} pairs are judged in contradicting ways; means are used")
    if without:
        warnings.append(f"{without} queries have no usable judgment and are left out")
    if len(judgments.queries) == 1:
        warnings.append("only one query: no interval or test says anything about another one")
    if len({g for grades in judgments.qrels.values() for g in grades.values()}) == 1:
        warnings.append("all grades are equal: every order of judged products scores the same")
    elif equal:
        warnings.append(f"{equal} queries have equal grades only and cannot tell orders apart")
    return JudgmentsReport(
        rows=rows,
        queries=len(judgments.queries),
        judged=len(judgments),
        repeated=repeated,
        contradicting=contradicting,
        unknown_query_rows=dropped.get("query", 0),
        unknown_product_rows=dropped.get("product", 0),
        bad_grade_rows=dropped.get("grade", 0),
        out_of_range_rows=dropped.get("range", 0),
        queries_without_rows=without,
        equal_grade_queries=equal,
        grade_counts=dict(sorted(counts.items())),
        warnings=tuple(warnings),
    )


def _dropped_lines(
    dropped: Mapping[str, int], first: Mapping[str, JudgmentRow], grade_range: tuple[float, float]
) -> list[str]:
    lines = []
    for fault, count in sorted(dropped.items()):
        row = first[fault]
        what = {
            "query": f"name an unknown query, the first {row.query_id!r}",
            "product": f"name an unknown product, the first {row.product_id!r}",
            "grade": f"have no finite grade, the first {row.grade!r}",
            "range": f"have a grade outside {grade_range[0]:g}..{grade_range[1]:g}, "
            f"the first {row.grade}",
        }[fault]
        lines.append(f"{count} rows {what} on line {row.line}; dropped")
    return lines
