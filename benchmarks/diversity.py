"""What the diversity rules bring and cost: brands, categories and meaning in the top 10, nDCG.

`python -m benchmarks.diversity DATA_FOLDER [--indexes DIR] [--queries N] [--hand]`. Catalogues
without judgments (BigBasket, Icecat) answer 200 seeded queries each: half names of categories,
where there are any, the others an attribute value, or a title word, and a noun of the same product.
Judged sets (ESCI, Home Depot) answer their own; at most N, drawn by seed. Each policy rearranges
the same lists of the whole search. --hand: ranked by hand weights, not by the shipped model, which
was trained on ESCI. --indexes: keep what is built there, and use it again.
"""

import argparse
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.progress import Silent
from ranking.generation import Generation, open_generation
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.list_measures import coverage, intra_list_diversity, largest_share
from ranking.learning.measures import Measured, measure_run
from ranking.learning.significance import paired_difference
from ranking.query.query import Query
from ranking.rankers.ranker import HandWeightedRanker
from ranking.rerank.head import head_key, rerank_head
from ranking.rerank.policy import NO_DIVERSITY, DiversityPolicy
from ranking.search.candidates import Ordered
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import rank

CATALOGUES, JUDGED = ("bigbasket", "chorus_icecat"), ("esci_us_150", "homedepot")
QUERIES, K, HEAD = 200, 10, 100
_WORD = re.compile(r"\w+")
_DEFAULT = DiversityPolicy()
_ALONE = replace(_DEFAULT, caps=(), twin_title=None, twin_cosine=None)
POLICIES: dict[str, DiversityPolicy] = {
    "default": _DEFAULT,
    "near-identical only": replace(_DEFAULT, caps=()),
    "caps only": replace(_ALONE, caps=_DEFAULT.caps),
    **{
        f"{spread.upper()} {weight:g} only": replace(_ALONE, spread=spread, relevance_weight=weight)
        for spread in ("mmr", "dpp")
        for weight in (0.95, 0.9, 0.8, 0.7)
    },
    "default + MMR 0.9": replace(_DEFAULT, spread="mmr"),
    "default + DPP 0.95": replace(_DEFAULT, spread="dpp", relevance_weight=0.95),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One query, and its list before the rules."""

    query_id: str
    query: Query
    ordered: Ordered


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--indexes", type=Path)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--hand", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.indexes or Path(scratch)
        for name in CATALOGUES:
            generation = opened(given.data / name, folder / name, hand=given.hand)
            show(name, generation, answers_of(generation, shop_queries(generation)), None)
        for name in JUDGED:
            generation = opened(given.data / name, folder / name, hand=given.hand)
            judgments = sampled(read_judgments(given.data / name)[0], given.queries)
            show(name, generation, answers_of(generation, judgments.queries), judgments)


def opened(catalogue: Path, index: Path, *, hand: bool) -> Generation:
    if read_current(index) is None:
        options = BuildOptions([catalogue / "products.jsonl.gz"], index, "benchmark")
        build(options, datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    generation = open_generation(index, current, "benchmark")
    return replace(generation, ranker=HandWeightedRanker()) if hand else generation


def sampled(judgments: Judgments, count: int, seed: int = 0) -> Judgments:
    ids = sorted(judgments.queries)
    if count >= len(ids):
        return judgments
    drawn = sorted(np.random.default_rng(seed).choice(ids, count, replace=False).tolist())
    return Judgments(
        {query_id: judgments.queries[query_id] for query_id in drawn},
        {query_id: judgments.qrels[query_id] for query_id in drawn},
    )


def shop_queries(generation: Generation, seed: int = 0) -> dict[str, str]:
    """Half names of leaf categories, the others a word and a noun that one product has."""
    documents, chance = generation.snapshot.documents, np.random.default_rng(seed)
    products = [documents.product_at(doc) for doc in range(generation.snapshot.doc_count)]
    brands = {word for p in products for word in _words(p.get("brand", ""))}
    nouns: Counter[str] = Counter()
    attributes: Counter[str] = Counter()
    for product in products:
        nouns.update(set(_nouns(product, brands)))
        attributes.update(_attributes(product))
    leaves = sorted({p["category"][-1] for p in products if p.get("category")})
    count = min(QUERIES // 2, len(leaves))
    texts = [str(leaf) for leaf in chance.choice(leaves, count, replace=False)] if leaves else []
    while len(texts) < QUERIES:
        product = products[int(chance.integers(len(products)))]
        usual = [noun for noun in _nouns(product, brands) if nouns[noun] >= 30]
        kinds = [value for value in _attributes(product) if attributes[value] >= 30] or usual
        if usual:
            kind, noun = str(chance.choice(kinds)), str(chance.choice(usual))
            if kind != noun:
                texts.append(f"{kind} {noun}")
    return {str(number): text for number, text in enumerate(texts)}


def _words(text: object) -> list[str]:
    return _WORD.findall(str(text).lower())


def _nouns(product: Mapping[str, Any], brands: set[str]) -> list[str]:
    words = dict.fromkeys(_words(product.get("title", "")))
    return [word for word in words if word.isalpha() and len(word) > 2 and word not in brands]


def _attributes(product: Mapping[str, Any]) -> list[str]:
    values = (product.get("attributes") or {}).values()
    texts = [value.lower() for value in values if isinstance(value, str) and len(value) < 20]
    return [text for text in texts if text.replace(" ", "").isalpha()]


def answers_of(generation: Generation, queries: Mapping[str, str]) -> list[Answer]:
    answers = []
    for query_id, text in queries.items():
        context = Context.unhurried(SearchRequest(text=text, diversity=False), generation)
        found = find(context)
        ordered = rank(found.query, found.answer, context)
        answers.append(Answer(query_id, found.query, ordered.top(HEAD)))
    return answers


def show(
    name: str, generation: Generation, answers: Sequence[Answer], judgments: Judgments | None
) -> None:
    print(
        f"\n{name}: {generation.snapshot.doc_count:,} products, {len(answers):,} queries, "
        f"ranker {generation.ranker.name}; top {K}"
    )
    plain = measured(generation, answers, judgments, NO_DIVERSITY)
    print(f"{'':<22}" + "".join(f"{column:>24}" for column in plain))
    values = "".join(f"{value.mean:>24.4f}" for value in plain.values())
    print(f"{'without':<22}{values}")
    for policy_name, policy in POLICIES.items():
        figures = measured(generation, answers, judgments, policy)
        cells = [_change(figures[column], plain[column]) for column in figures]
        print(f"{policy_name:<22}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


def _change(now: Measured, before: Measured) -> str:
    """Change of the mean in percent, with its paired 95 % interval."""
    if not before.mean:
        return "–"
    gap = paired_difference(now.values, before.values).difference
    low, high = (100.0 * end / before.mean for end in (gap.low, gap.high))
    return f"{100.0 * gap.mean / before.mean:+.1f} % [{low:+.1f} {high:+.1f}]"


def measured(
    generation: Generation,
    answers: Sequence[Answer],
    judgments: Judgments | None,
    policy: DiversityPolicy,
) -> dict[str, Measured]:
    """List measures of each answer, and nDCG where there are judgments."""
    generation = replace(generation, policy=replace(generation.policy, diversity=policy))
    lists = [rerank_head(answer.query, answer.ordered, generation) for answer in answers]
    rows = [_list_values(ordered, generation) for ordered in lists if len(ordered)]
    figures = {name: Measured(np.array([row[name] for row in rows])) for name in rows[0]}
    if judgments is not None:
        id_at = generation.snapshot.documents.id_at
        run = {
            answer.query_id: [id_at(int(doc)) for doc in ordered.candidates.doc_ids]
            for answer, ordered in zip(answers, lists, strict=True)
        }
        scores = measure_run(run, judgments)
        figures |= {name: value for name, value in scores.items() if name.startswith("nDCG")}
    return figures


def _list_values(ordered: Ordered, generation: Generation) -> dict[str, float]:
    snapshot, docs = generation.snapshot, ordered.candidates.doc_ids
    brand, category = (head_key(name, snapshot, docs) for name in ("brand", "category"))
    return {
        "largest brand": largest_share(brand, K),
        "brand coverage": coverage(brand, K),
        "category coverage": coverage(category, K),
        "intra-list diversity": intra_list_diversity(snapshot.vectors.vectors(docs[:K]), K),
    }


if __name__ == "__main__":
    begun = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - begun:.0f} s")
