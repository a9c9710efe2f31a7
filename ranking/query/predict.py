"""Which categories a query is about, and how surely."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from indexing.analysis.chunks import Kind
from indexing.analysis.units import CANONICAL
from indexing.arrays import Float32Array
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE
from ranking.query.type_wish import TypeWish
from ranking.query.words import QueryWords

SURE: Final = 0.5
"""Probability from which the likeliest category counts as the one that is meant."""
MAX_ENTROPY: Final = 4.0
"""Bits; a distribution over more than some sixteen categories says nothing."""
LEAST_KNOWN: Final = 0.6
"""Share of the query's words that the category model must know."""
TOLD: Final = 3
KIND_WORTH: Final = 0.5
"""Of where a kind's products stand beside the words, for a kind that is certain."""
MOST_KINDS: Final = 8
MEMBERS: Final = 1_000
LIKELIEST: Final = 3
"""Categories that decide together what is usual."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """probabilities: float32[classes] of the snapshot's category model, empty if unknown.

    entropy: of the distribution, in bits. sure: ordinal of the category that is meant, or None.
    """

    probabilities: Float32Array
    entropy: float
    sure: int | None

    @property
    def useful(self) -> bool:
        return len(self.probabilities) > 0 and self.entropy <= MAX_ENTROPY

    def likeliest(self, snapshot: Snapshot, most: int = LIKELIEST) -> list[tuple[int, float]]:
        """Ordinals of the likeliest categories, with their probabilities."""
        classes = snapshot.categories.classes
        return [
            (int(classes[place]), float(self.probabilities[place])) for place in self._first(most)
        ]

    def _first(self, most: int) -> list[int]:
        """Classes by falling probability, the first of equals first."""
        left, first = self.probabilities.copy(), []
        for _ in range(min(most, len(left))):
            first.append(int(left.argmax()))
            left[first[-1]] = -1.0
        return first

    def facts(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """The likeliest categories by path; none if the prediction says nothing."""
        if not self.useful:
            return []
        column = snapshot.columns.keywords["category"]
        return [
            {
                "value": column.values[int(snapshot.categories.classes[place])],
                "probability": round(float(self.probabilities[place]), 3),
            }
            for place in self._first(TOLD)
            if self.probabilities[place] >= 0.05
        ]


_NONE: Final[Mapping[int, tuple[int, ...]]] = {}
NOTHING: Final = Prediction(np.empty(0, dtype=np.float32), 0.0, None)


def predict(
    words: QueryWords,
    snapshot: Snapshot,
    taken: frozenset[int],
    also: Mapping[int, tuple[int, ...]] = _NONE,
) -> Prediction:
    """The category that the query's words mean; taken: positions that do not count (prices).

    Numbers and their units say little and are asked only when there is nothing else. Chinese is
    asked by its pairs of characters. NOTHING unless most of the words are known. also: position →
    term ids of a synonym of the word there, for words that the catalogue does not know.
    """
    stops = snapshot.analyzer.stop_words
    pairs = {t.position for t in words.tokens if t.kind == Kind.BIGRAM}
    alone = [
        token
        for token in words.tokens
        if token.position not in taken
        and token.term not in stops
        and not (token.kind == Kind.CHAR and ({token.position, token.position - 1} & pairs))
    ]
    numbers = {t.position for t in words.tokens if t.kind == Kind.WORD and t.term[0].isdigit()}
    texts = [
        token
        for token in alone
        if not any(sign.isdigit() for sign in token.term)
        and not (token.term in CANONICAL and token.position - 1 in numbers)
    ] or alone
    asked = [token for token in texts if token.kind != Kind.WHOLE]
    model = snapshot.categories
    known = [token for token in asked if words.ids[token.term] >= 0 or token.position in also]
    if not asked or len(known) < LEAST_KNOWN * len(asked):
        return NOTHING
    ids = {words.ids[token.term] for token in texts} - {UNKNOWN}
    for token in asked:
        if words.ids[token.term] == UNKNOWN:
            ids.update(also.get(token.position, ()))
    probabilities = model.predict(sorted(ids))
    if not len(probabilities):
        return NOTHING
    return _prediction(probabilities, snapshot)


def with_kind(prediction: Prediction, kind: TypeWish, snapshot: Snapshot) -> Prediction:
    """Together with where the products of the kinds that are meant stand.

    P(c) = (1 - w) P(c | words) + w Σ P(kind) n(kind, c) / n(kind), with w half the kind's
    certainty; the kinds alone where the words say nothing.
    """
    stand = _where_kinds_stand(kind, snapshot)
    total = float(stand.sum())
    if total <= 0:
        return prediction
    by_words = prediction.probabilities
    if not len(by_words):
        return _prediction(stand / np.float32(total), snapshot)
    worth = np.float32(KIND_WORTH * kind.certainty)
    both = (1 - worth) * by_words + worth * stand / np.float32(total)
    return _prediction(both.astype(np.float32), snapshot)


def _where_kinds_stand(kind: TypeWish, snapshot: Snapshot) -> Float32Array:
    """float32[classes], not normalised; of large kinds some products spread over all."""
    model, types = snapshot.categories, snapshot.types
    total = np.zeros(len(model), dtype=np.float32)
    if not kind or not len(model):
        return total
    chances = zip(kind.types[:MOST_KINDS].tolist(), kind.chances.tolist(), strict=False)
    for number, chance in chances:
        if number == NO_TYPE:
            continue
        members = types.members_of(number)
        classes = model.class_of[members[:: max(1, len(members) // MEMBERS)]]
        classes = classes[classes >= 0]
        if len(classes):
            shares = np.bincount(classes, minlength=len(model)).astype(np.float32)
            total += np.float32(chance / len(classes)) * shares
    return total


def _prediction(probabilities: Float32Array, snapshot: Snapshot) -> Prediction:
    best = int(probabilities.argmax())
    positive = probabilities[probabilities > 1e-6]
    entropy = float(-(positive * np.log2(positive)).sum())
    sure = int(snapshot.categories.classes[best]) if probabilities[best] >= SURE else None
    return Prediction(probabilities, entropy if math.isfinite(entropy) else 0.0, sure)
