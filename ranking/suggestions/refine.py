"""Chips after searching: the facet values and words that split this result set best."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexing.arrays import BoolArray, UInt32Array
from indexing.catalogue.attributes import text_of
from indexing.columns import Columns, KeywordColumn, KeywordTable
from indexing.columns.keyword import SEPARATOR, folded_value
from indexing.postings.strict_match import query_words
from indexing.snapshot import Snapshot
from indexing.types.kind_column import KIND
from ranking.facets.choice import count_sample
from ranking.facets.values import most_frequent
from ranking.filters.filters import AnyOf, Filter, evaluate, fields_of
from ranking.filters.url_text import escaped, filter_text
from ranking.generation import Generation
from ranking.search.match_set import MatchSet
from ranking.search.sorting import count_groups
from ranking.suggestions.follow_up import follow_ups
from ranking.suggestions.item import QueryItem
from ranking.suggestions.split import count_held, entropy, lift, sample_of

FACET, WORD, FILTER = "facet", "word", "filter"
_A_FIELD, _KINDS = 3, 5
_VALUES = 12
_LEAST_COVERAGE = 0.1
_NEARLY_ALL = 0.95
_ENOUGH = 10
_SAYS_NOTHING = frozenset(
    ("other", "others", "other/其他", "其他", "其它", "其他品牌", "其他/other", "other/其它", "无",
     "无品牌", "unknown", "unbranded", "none", "n/a", "various", "generic", "不详",
     "yes", "no", "true", "false", "是", "否")
)  # fmt: skip
_SAME = 0.8
"""Two chips that part the products so alike (Jaccard) are one."""


@dataclass(frozen=True, slots=True)
class Chip:
    """holders: uint32, ascending, documents that have it. field: empty for a word."""

    score: float
    field: str
    text: str
    value: str
    source: str
    holders: UInt32Array
    query: str = ""


def refine(
    text: str,
    answer: Sequence[MatchSet],
    own: Sequence[Filter],
    filters: Sequence[Filter],
    limit: int,
    generation: Generation,
) -> list[QueryItem]:
    """The shopper's own filters (`selected`), then at most `limit` chips, the best first.

    own: those of the request. filters: all in force, with what the words imply. answer: the
    products found, by segment; chips are judged on those of the first (it holds nearly all) that
    hold the whole query, if they are enough, as the others are seldom what is looked at. Score:
    coverage × entropy × lift (`split`), coverage being
    the share of the products that have the field at all. A facet chip's count is the total that a
    search with its filter has; a word chip's are products here with the word. Not offered are
    fields with a filter, values that nearly all or hardly any have, more than
    three of a field (five kinds of things), and what parts the products like a better chip. O(m) a
    chip shown.
    """
    snapshot = generation.snapshot
    columns = snapshot.columns
    first = answer[0]
    doc_ids = first.doc_ids[first.levels == 0]
    if len(doc_ids) < _ENOUGH:
        doc_ids = first.doc_ids
    sample = sample_of(doc_ids, columns)
    items = [_selected(clause) for clause in own if filter_text(clause) is not None]
    if len(sample) < 2:
        return items
    taken = {field for clause in filters for field in fields_of(clause)}
    clicks = _clicks(text, snapshot)
    found = [*_facet_chips(columns, sample, taken, clicks), *_word_chips(text, sample, generation)]
    found.sort(key=lambda chip: (-chip.score, chip.field, chip.value))
    chosen: list[tuple[Chip, BoolArray]] = []
    for chip in found:
        if len(chosen) == limit:
            break
        if generation.rules.blocklist.blocks(chip.text):
            continue
        holds = _held(sample, chip.holders)
        if _fits(chip, holds, chosen):
            chosen.append((chip, holds))
    return items + [
        _word_item(chip, holds, doc_ids, columns)
        if not chip.field
        else _filter_item(chip, answer, generation.segments)
        for chip, holds in chosen
    ]


def _fits(chip: Chip, holds: BoolArray, chosen: list[tuple[Chip, BoolArray]]) -> bool:
    """holds: bool[m], which products of the sample have it."""
    most = _KINDS if chip.field == KIND else _A_FIELD
    if sum(1 for other, _ in chosen if other.field == chip.field) >= most:
        return False
    for other, also in chosen:
        both, either = np.count_nonzero(holds & also), np.count_nonzero(holds | also)
        if both >= _SAME * either or folded_value(chip.text) == folded_value(other.text):
            return False
    return True


def _clicks(text: str, snapshot: Snapshot) -> list[tuple[int, float]]:
    """(document, clicks after this query), where a log knows them."""
    table = snapshot.queries
    row = table.row_of(text) if text.strip() else -1
    return table.clicked.to(row) if row >= 0 else []


@dataclass(frozen=True, slots=True)
class _Clicked:
    """by_value: clicks on products that have a value, by its ordinal. total: all clicks."""

    by_value: dict[int, float]
    total: float


def _clicked(table: KeywordTable, clicks: list[tuple[int, float]]) -> _Clicked:
    by_value: dict[int, float] = {}
    for doc, times in clicks:
        begin, end = int(table.offsets[doc]), int(table.offsets[doc + 1])
        for ordinal in table.ordinals[begin:end].tolist():
            by_value[ordinal] = by_value.get(ordinal, 0.0) + times
    return _Clicked(by_value, sum(times for _, times in clicks))


def _facet_chips(
    columns: Columns, sample: UInt32Array, taken: set[str], clicks: list[tuple[int, float]]
) -> Iterator[Chip]:
    for name in ("brand", "category", KIND):
        column = columns.keywords.get(name)
        if column is None:
            continue
        counts = np.zeros(len(column.table), dtype=np.int64)
        covered = count_held(sample, column.offsets, column.ordinals, counts)
        if name not in taken:
            yield from _of_field(column, counts, covered, sample, _clicked(column.table, clicks))
    names = columns.attribute_names
    if not names:
        return
    table = columns.keywords[names[0]].table
    counts = np.zeros(len(table), dtype=np.int64)
    covered_by = np.zeros(len(names), dtype=np.int64)
    count_sample(sample, table.offsets, table.ordinals, columns.attribute_of, counts, covered_by)
    clicked = _clicked(table, clicks)
    for place in np.flatnonzero(covered_by >= _LEAST_COVERAGE * len(sample)).tolist():
        column = columns.keywords[names[place]]
        if column.name not in taken:
            own = counts[column.first : column.last]
            yield from _of_field(column, own, int(covered_by[place]), sample, clicked)


def _of_field(
    column: KeywordColumn,
    counts: np.ndarray[tuple[int], np.dtype[np.int64]],
    covered: int,
    sample: UInt32Array,
    clicked: _Clicked,
) -> Iterator[Chip]:
    """counts: by place in the column. The most frequent values are considered."""
    size = len(sample)
    if covered < _LEAST_COVERAGE * size:
        return
    for place in most_frequent(counts, _VALUES):
        if folded_value(column.values[column.first + place]) in _SAYS_NOTHING:
            continue
        count = int(counts[place])
        if not 2 <= count <= _NEARLY_ALL * size:
            continue
        ordinal = column.first + place
        share = count / size
        raised = lift(clicked.by_value.get(ordinal, 0.0), clicked.total, share)
        score = covered / size * entropy(share) * raised
        value = column.values[ordinal]
        shown = value.rsplit(SEPARATOR, 1)[-1] if column.kind == "category" else value
        holders = column.table.holders_of(ordinal)
        yield Chip(score, column.name, shown, value, FACET, holders)


def _held(sample: UInt32Array, holders: UInt32Array) -> BoolArray:
    """bool[m], which documents are among the holders; both ascending."""
    places = np.searchsorted(holders, sample)
    places[places == len(holders)] = 0
    return holders[places] == sample if len(holders) else np.zeros(len(sample), dtype=np.bool_)


def _word_chips(text: str, sample: UInt32Array, generation: Generation) -> Iterator[Chip]:
    snapshot = generation.snapshot
    words = query_words(text, snapshot.analyzer) if text.strip() else frozenset()
    for follow in follow_ups(text, words, snapshot):
        holds = np.ones(len(sample), dtype=np.bool_)
        for term in follow.terms:
            holds &= _held(sample, snapshot.index.postings(term)[0])
        count = int(np.count_nonzero(holds))
        if 2 <= count < len(sample):
            score = entropy(count / len(sample)) * follow.lift
            word = follow.word
            yield Chip(score, "", word, word, follow.source, sample[holds], follow.query)


def _word_item(chip: Chip, holds: BoolArray, doc_ids: UInt32Array, columns: Columns) -> QueryItem:
    """doc_ids: the products that chips are judged on; holds: which of its sample have the word."""
    share = np.count_nonzero(holds) / len(holds)
    return QueryItem.of(
        "refine", chip.text, chip.source, kind=WORD, query=chip.query,
        count=max(1, round(share * count_groups(columns.group_of, doc_ids))),
        score=round(chip.score, 4), selected=False,
    )  # fmt: skip


def _filter_item(chip: Chip, answer: Sequence[MatchSet], segments: Sequence[Snapshot]) -> QueryItem:
    """answer: all products found."""
    clause, count = AnyOf(chip.field, (chip.value,)), 0
    for part, segment in zip(answer, segments, strict=True):
        passes = evaluate(clause, segment.columns, part.doc_ids)
        count += count_groups(segment.columns.group_of, part.doc_ids[passes])
    return QueryItem.of(
        "refine", chip.text, FACET, kind=FILTER, field=chip.field, value=chip.value,
        filter=f"{escaped(chip.field)}:{escaped(chip.value)}",
        count=count, score=round(chip.score, 4), selected=False,
    )  # fmt: skip


def _selected(clause: Filter) -> QueryItem:
    """A filter in force, to be shown and removed."""
    written = str(filter_text(clause))
    if isinstance(clause, AnyOf):
        text, field = ", ".join(map(text_of, clause.values)), clause.field
    else:
        text, field = written, next(iter(fields_of(clause)), "")
    return QueryItem.of(
        "refine", text, FACET, kind=FILTER, field=field, filter=written, selected=True
    )
