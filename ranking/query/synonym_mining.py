"""Candidates for synonyms, for a person to approve: nothing here is put in force.

Two sources: words that mean alike by their vectors and stand in the same categories, and queries
after which shoppers opened the same products.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from indexing.analysis.chunks import Kind, is_cjk
from indexing.analysis.surface_words import surface_words
from indexing.arrays import Float32Array
from indexing.postings.lexicon import UNKNOWN
from indexing.query_log.log_rows import QueryLog
from indexing.snapshot import Snapshot
from indexing.spelling.spelling import has_digit
from ranking.query.synonyms import Synonyms, terms_of

VECTOR_WORDS: Final = 20_000
"""Most frequent words that are compared by vector."""
LEAST_COSINE: Final = 0.62
LEAST_SAME_PLACES: Final = 0.35
"""Cosine of two words' counts by category."""
NEAREST: Final = 5
LEAST_SHARED: Final = 0.3
"""Overlap of two queries' clicks: Σ min of their shares of each product."""
LEAST_CLICKS: Final = 3.0
MAX_PHRASE: Final = 3
_BLOCK: Final = 1_024
_MOST_QUERIES: Final = 50
"""Queries of one product that are compared with each other."""

Clicks = Sequence[tuple[str, Mapping[int, float]]]
"""Queries, and the clicks on each document after them."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """score: cosine, or overlap of clicks, 0 to 1. source: `vectors` or `clicks`.

    support: pairs of queries that say so, 1 for vectors.
    """

    left: str
    right: str
    source: str
    score: float
    support: int

    def __str__(self) -> str:
        pairs = f", {self.support} pairs of queries" if self.source == "clicks" else ""
        return f"{self.left}, {self.right}  # {self.source} {self.score:.2f}{pairs}"


def mine(
    snapshot: Snapshot, known: Synonyms, clicks: Clicks = (), most: int = 200
) -> tuple[Proposal, ...]:
    """At most `most` proposals, clicks first, then the surest; none that is a rule already."""
    found: dict[frozenset[str], Proposal] = {}
    for proposal in [*from_clicks(clicks, snapshot), *from_vectors(snapshot)]:
        pair = frozenset((proposal.left, proposal.right))
        if pair not in found and not _is_known(proposal, known, snapshot):
            found[pair] = proposal
    order = sorted(found.values(), key=lambda p: (p.source, -p.support * p.score, p.left, p.right))
    return tuple(order[:most])


def logged_clicks(snapshot: Snapshot) -> Clicks:
    """Of the query log that the snapshot was built with; empty if it had no clicks."""
    queries = snapshot.queries
    return [
        (queries.text(row), dict(queries.clicked.to(row)))
        for row in range(min(queries.logged, len(queries.clicked)))
    ]


def clicks_of_log(log: QueryLog, snapshot: Snapshot) -> Clicks:
    """Of a log, also of its queries that find nothing, which are those that need synonyms."""
    clicked: list[dict[int, float]] = [{} for _ in log.texts]
    docs = [snapshot.documents.find(product) for product in log.products]
    for (query, product), times in zip(log.clicked.tolist(), log.click_counts, strict=True):
        doc = docs[product]
        if doc is not None:
            clicked[query][doc] = float(times)
    return [(text, each) for text, each in zip(log.texts, clicked, strict=True) if each]


def from_clicks(clicks: Clicks, snapshot: Snapshot) -> list[Proposal]:
    """Of queries with the same clicked products, the words in which they differ."""
    of_doc: dict[int, list[int]] = defaultdict(list)
    shares: list[dict[int, float]] = []
    for number, (_, clicked) in enumerate(clicks):
        total = sum(clicked.values())
        shares.append({doc: times / total for doc, times in clicked.items()})
        if total >= LEAST_CLICKS:
            for doc in clicked:
                of_doc[doc].append(number)
    overlaps: dict[tuple[int, int], float] = defaultdict(float)
    for doc, numbers in of_doc.items():
        numbers.sort(key=lambda number: -shares[number][doc])
        for left, right in combinations(sorted(numbers[:_MOST_QUERIES]), 2):
            overlaps[left, right] += min(shares[left][doc], shares[right][doc])
    gathered: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (left, right), overlap in overlaps.items():
        if overlap >= LEAST_SHARED:
            differing = _difference(clicks[left][0], clicks[right][0])
            if differing is not None and not _named_apart(*differing, snapshot):
                gathered[differing].append(overlap)
    return [
        Proposal(left, right, "clicks", sum(each) / len(each), len(each))
        for (left, right), each in gathered.items()
    ]


def from_vectors(snapshot: Snapshot) -> list[Proposal]:
    """Frequent words whose vectors are near, and which products of the same categories hold.

    O(words² · dimension) in blocks; about 2 s for 20,000 words.
    """
    words = _frequent_words(snapshot)
    vectors = snapshot.encoder.encode(words)
    found = []
    for begin in range(0, len(words), _BLOCK):
        likeness = vectors[begin : begin + _BLOCK] @ vectors.T
        for row in range(len(likeness)):
            place = begin + row
            likeness[row, : place + 1] = -1.0
            near = np.argpartition(-likeness[row], NEAREST)[:NEAREST] if len(words) > NEAREST else (
                np.arange(len(words))
            )  # fmt: skip
            for other in near[likeness[row, near] >= LEAST_COSINE].tolist():
                cosine = float(likeness[row, other])
                if _interchangeable(words[place], words[other], snapshot):
                    found.append(Proposal(words[place], words[other], "vectors", cosine, 1))
    return found


def _frequent_words(snapshot: Snapshot) -> list[str]:
    spelling = snapshot.spelling
    order = np.argsort(-spelling.frequencies.astype(np.int64), kind="stable")
    stops = snapshot.analyzer.stop_words
    words: list[str] = []
    for number in order.tolist():
        if len(words) == VECTOR_WORDS or spelling.frequencies[number] < 2:
            break
        word = spelling.word(number)
        least = 2 if is_cjk(word) else 3
        if len(word) >= least and not has_digit(word) and word not in stops:
            words.append(word)
    return words


def _interchangeable(left: str, right: str, snapshot: Snapshot) -> bool:
    """Not the same word for the analyzer, not rivals, and at home in the same categories (where
    there are any).
    """
    if terms_of(left, snapshot.analyzer) == terms_of(right, snapshot.analyzer):
        return False
    if left in right or right in left or _are_rivals(left, right, snapshot):
        return False
    if is_cjk(left) and sorted(left) == sorted(right):
        return False  # cut from running text, not another word
    if not len(snapshot.categories):
        return True
    first, second = _places(left, snapshot), _places(right, snapshot)
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return size > 0 and float(first @ second) >= LEAST_SAME_PLACES * size


def _places(word: str, snapshot: Snapshot) -> Float32Array:
    """float32[classes]: titles with the word, by category."""
    model = snapshot.categories
    counts = np.zeros(len(model), dtype=np.float32)
    for term_id in _ids(word, snapshot):
        row = int(np.searchsorted(model.terms, term_id))
        if row < len(model.terms) and model.terms[row] == term_id:
            span = slice(int(model.starts[row]), int(model.starts[row + 1]))
            counts[model.places[span]] += model.counts[span]
    return counts


def _ids(text: str, snapshot: Snapshot) -> list[int]:
    tokens = snapshot.analyzer.tokens(text)
    pairs = [token for token in tokens if token.kind == Kind.BIGRAM]
    ids = [snapshot.index.lexicon.id_of(token.term) for token in pairs or tokens]
    return [term_id for term_id in ids if term_id != UNKNOWN]


def _named_apart(left: str, right: str, snapshot: Snapshot) -> bool:
    """Whether the two ask for different things by name: rivals, or one of them with a brand."""
    if _are_rivals(left, right, snapshot):
        return True
    names = snapshot.entities
    return any(
        names.field_names[names.fields[entry]] == "brand"
        for text in (left, right)
        for hit in names.find(_primary(text, snapshot))
        for entry in range(hit.first, hit.last)
    )


def _primary(text: str, snapshot: Snapshot) -> list[int]:
    return [
        snapshot.index.lexicon.id_of(token.term)
        for token in snapshot.analyzer.tokens(text)
        if token.kind in (Kind.WORD, Kind.CHAR)
    ]


def _are_rivals(left: str, right: str, snapshot: Snapshot) -> bool:
    """Whether both are values of one field: red is no other word for blue, nor Acme for Lumo."""
    first, second = _fields(left, snapshot), _fields(right, snapshot)
    return bool(first & second)


def _fields(text: str, snapshot: Snapshot) -> set[int]:
    """Fields of which the text is a value; the category is none: two names may mean one thing."""
    names = snapshot.entities
    ids = _primary(text, snapshot)
    return {
        int(names.fields[entry])
        for hit in names.find(ids)
        if hit.length == len(ids)
        for entry in range(hit.first, hit.last)
        if names.field_names[names.fields[entry]] != "category"
    }


def _difference(left: str, right: str) -> tuple[str, str] | None:
    """The phrases in which two queries differ, in order of text; None if that is no phrase each."""
    first = [word.word for word in surface_words(left)]
    second = [word.word for word in surface_words(right)]
    while first and second and first[0] == second[0]:
        first, second = first[1:], second[1:]
    while first and second and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    if not (0 < len(first) <= MAX_PHRASE and 0 < len(second) <= MAX_PHRASE):
        return None
    if set(first) & set(second) or any(map(has_digit, [*first, *second])):
        return None
    one, other = sorted((_written(first), _written(second)))
    return one, other


def _written(words: Iterable[str]) -> str:
    words = list(words)
    return ("" if all(map(is_cjk, words)) else " ").join(words)


def _is_known(proposal: Proposal, known: Synonyms, snapshot: Snapshot) -> bool:
    pairs = ((proposal.left, proposal.right), (proposal.right, proposal.left))
    return any(
        also.text == other
        for said, other in pairs
        for also in known.also.get(terms_of(said, snapshot.analyzer), ())
    )
