"""Rules that are looked up are those that hold when each is asked; patterns read as they say."""

import random
from itertools import product
from typing import Any

import pytest

from indexing.analysis.analyzer import Analyzer
from ranking.filters.filters import AnyOf
from ranking.rules.conditions import Prepared
from ranking.rules.query_words import (
    Captured,
    Pattern,
    Words,
    pattern_of,
    reading,
    words_of,
)
from ranking.rules.rule import Rule
from ranking.rules.rule_index import RuleIndex
from ranking.rules.situation import Situation, chosen_values

WORDS = ("red", "lamp", "desk", "7", "acme")
PATTERNS = (
    "{any}", "{any} lamp", "{word} {number}", "red {any} lamp", "{brand} {word}",
    "{brand} lamp {any}",
    "{any} red {number} {brand}", "{number}", "desk {word}", "{any} {word} desk",
)  # fmt: skip
BRANDS = {"acme": "Acme", "red lamp": "Red Lamp"}
ANALYZER = Analyzer()


def values(name: str) -> dict[str, str]:
    return BRANDS if name == "brand" else {}


def text_of(draw: random.Random, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randrange(most)))


def spans_of(name: str, words: Words) -> list[tuple[int, int, str]]:
    """Where a placeholder may stand, and what it stands for then."""
    size, written = len(words), words.written
    if name == "any":
        pairs = [(a, b) for a in range(size + 1) for b in range(a, size + 1)]
        return [(a, b, " ".join(written[a:b])) for a, b in pairs]
    if name in ("word", "number"):
        wanted = [at for at in range(size) if name == "word" or written[at].isdigit()]
        return [(at, at + 1, written[at]) for at in wanted]
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size + 1)]
    keys = {(a, b): " ".join(words.terms[a:b]) for a, b in pairs}
    return [(a, b, BRANDS[keys[a, b]]) for a, b in pairs if keys[a, b] in BRANDS]


def twin(pattern: Pattern, words: Words) -> Captured | None:
    """Every choice of spans, in their order; the first that makes the pattern these words."""
    for spans in product(*(spans_of(name, words) for name in pattern.names)):
        left: list[tuple[int, int, str]] = list(spans)
        made: list[str | None] = []
        for part in pattern.parts:
            if part.startswith("{"):
                begin, end, _ = left.pop(0)
                made += [None] if begin != len(made) else list(words.terms[begin:end])
            else:
                made.append(part)
        if tuple(made) == words.terms:
            return dict(zip(pattern.names, (value for *_, value in spans), strict=True))
    return None


@pytest.mark.parametrize("seed", range(30))
def test_a_pattern_reads_as_its_twin(seed: int) -> None:
    draw = random.Random(seed)
    words = words_of(text_of(draw, 6), ANALYZER)
    for text in PATTERNS:
        pattern = pattern_of(text, ANALYZER)
        assert reading(pattern, words, values) == twin(pattern, words), (text, words)


def random_rule(draw: random.Random, number: int) -> Rule:
    """Of few values, so that many rules share each of their conditions."""
    texts: list[dict[str, str]] = [
        {"is": text_of(draw, 3) or "lamp"}, {"contains": text_of(draw, 3) or "desk"},
        {"matches": draw.choice(PATTERNS)},
    ]  # fmt: skip
    when: dict[str, Any] = {}
    if draw.random() < 0.7:
        when["query"] = draw.sample(texts, draw.choice((1, 1, 2)))
    if draw.random() < 0.4:
        when["context"] = draw.sample(["home", "sale", "new"], draw.choice((1, 2)))
    if draw.random() < 0.3:
        when["region"] = [draw.choice(("de", "fr"))]
    if draw.random() < 0.3:
        when["filter"] = [f"brand:{draw.choice(('Acme', 'Lumo'))}"]
    return Rule.model_validate({"id": f"r{number}", "when": when, "then": {"hide": ["p"]}})


@pytest.mark.parametrize("seed", range(10))
def test_what_holds_is_looked_up(seed: int) -> None:
    draw = random.Random(seed)
    rules = [random_rule(draw, number) for number in range(200)]
    index = RuleIndex.of([Prepared.of(rule, ANALYZER) for rule in rules])
    assert index.left_out == ()
    assert index.by_pair, "some conditions are shared by many"
    for _ in range(40):
        filters = [AnyOf("brand", (draw.choice(("Acme", "Lumo")),))] * draw.randrange(2)
        situation = Situation(
            context=tuple(draw.sample(["home", "sale", "new"], draw.randrange(3))),
            region=draw.choice(("de", "fr", None)),
        )
        words = words_of(text_of(draw, 5), ANALYZER)
        said = index.said(words, chosen_values(filters), situation, values)
        asked = [place for place, each in enumerate(index.prepared) if said.holds(each)[0]]
        found = [place for place in index.candidates(said) if said.holds(index.prepared[place])[0]]
        assert found == asked, words
