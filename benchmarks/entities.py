"""Does understanding recognise what a query names? Precision and recall, with the failures.

Demo queries with known intent (the shop is generated and built here), and the 99 ESCI queries
that were labelled by hand in tests/relevance/esci_entities.tsv.
`python -m benchmarks.entities DATA_FOLDER [--failures N]`
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from indexing.analysis.pinyin import has_han
from indexing.build import BuildOptions, build
from indexing.columns.keyword import SEPARATOR
from indexing.current import read_current
from indexing.demo.grades import Intent
from indexing.demo.queries import read_intents
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from indexing.snapshot import Snapshot, open_snapshot
from ranking.query.query import Query
from ranking.query.understand import understand
from ranking.search.request import SearchRequest

LABELS = Path(__file__).resolve().parents[1] / "tests" / "relevance" / "esci_entities.tsv"
PRODUCTS = 20_000
Fact = tuple[str, str]
"""Kind or field, and the value or words."""


@dataclass(slots=True)
class Tally:
    """right: facts found and meant. wrong: found, not meant. missed: meant, not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, query: str, found: set[Fact], meant: set[Fact]) -> None:
        self.right += len(found & meant)
        self.wrong += len(found - meant)
        self.missed += len(meant - found)
        if found != meant:
            wrong, missed = _told(found - meant), _told(meant - found)
            self.failures.append(f"{query!r}: wrong {wrong or '-'}, missed {missed or '-'}")

    def __str__(self) -> str:
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        return f"precision {precision:.3f}, recall {recall:.3f} of {self.right + self.missed}"


def _told(facts: set[Fact]) -> str:
    return ", ".join(f"{kind}={value}" for kind, value in sorted(facts))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--failures", type=int, default=15, help="printed of each group")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        shop = write_demo_shop(Path(scratch) / "shop", PRODUCTS, 1)
        snapshot = built(shop.products, Path(scratch) / "demo", shop.queries)
        demo(read_intents(shop.intents), snapshot, given.failures)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.data / "esci_us_150"
        esci(folder, built(folder / "products.jsonl.gz", Path(scratch) / "esci"), given.failures)


def built(catalog: Path, index: Path, queries: Path | None = None) -> Snapshot:
    options = BuildOptions([catalog], index, "benchmark", queries=queries)
    build(options, datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    return open_snapshot(index / "snapshots" / current.snapshot)


def demo(intents: Iterable[Intent], snapshot: Snapshot, shown: int) -> None:
    """Attribute values, brands and prices by field; categories as far as words name them."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for intent in intents:
        if intent.identifier is not None:
            continue
        query = understand(SearchRequest(text=intent.query), snapshot)
        found, meant = named_facts(query), meant_facts(intent)
        for facts in (found, meant):
            facts -= {(f, v) for f, v in facts if f == "category"}
        tallies[f"{intent.kind} queries"].add(intent.query, found, meant)
        script = "Chinese" if has_han(intent.query) else "English"
        tallies[script].add(intent.query, found, meant)
        for name in ("brand", "price"):
            kind = ({fact for fact in facts if fact[0] == name} for facts in (found, meant))
            tallies[name].add(intent.query, *kind)
        others = (
            {fact for fact in facts if fact[0] not in ("brand", "price")}
            for facts in (found, meant)
        )
        tallies["attributes"].add(intent.query, *others)
        category = meant_category(intent)
        if category is not None and intent.kind != "synonym":
            tallies["category"].add(
                intent.query, category_facts(query, category, snapshot), {category}
            )
    print(f"demo shop, {PRODUCTS:,} products")
    for name in ("brand", "attributes", "price", "category"):
        print(f"  {name}: {tallies.pop(name)}")
    for script in ("English", "Chinese"):
        print(f"  all of these but the category, {script}: {tallies.pop(script)}")
    for name, tally in tallies.items():
        print(f"  {name}: {tally}")
    for name, tally in tallies.items():
        for failure in tally.failures[:shown]:
            print(f"    {name}: {failure}")


def named_facts(query: Query) -> set[Fact]:
    """What the recogniser says without a doubt."""
    facts = {
        (entity.best.field.removeprefix("attributes."), _value(entity.best.value))
        for entity in query.entities
        if entity.clear
    }
    if query.price is not None and query.price.limits != (None, None):
        facts.add(("price", _limits(*query.price.limits)))
    return facts


def meant_facts(intent: Intent) -> set[Fact]:
    facts: set[Fact] = set()
    for name, value in intent.attributes.items():
        for each in value if isinstance(value, list) else [value]:
            facts.add((name, _value(each)))
    if intent.brand is not None:
        facts.add(("brand", _value(intent.brand)))
    if intent.price is not None:
        facts.add(("price", _limits(*intent.price)))
    return facts


def meant_category(intent: Intent) -> Fact | None:
    return None if intent.category is None else ("category", SEPARATOR.join(intent.category))


def category_facts(query: Query, meant: Fact, snapshot: Snapshot) -> set[Fact]:
    """The predicted category if it is sure, else the named one; right also if it lies below."""
    named = [str(e.best.value) for e in query.entities if e.kind == "category" and e.clear]
    if query.prediction.sure is not None:
        named = [snapshot.columns.keywords["category"].values[query.prediction.sure]]
    found: set[Fact] = set()
    for path in named:
        inside = path == meant[1] or path.startswith(meant[1] + SEPARATOR)
        found.add(meant if inside else ("category", path))
    return found


def _value(value: object) -> str:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return f"{float(value):g}"
    return str(value).casefold()


def _limits(low: float | None, high: float | None) -> str:
    return f"{'' if low is None else f'{low:g}'}..{'' if high is None else f'{high:g}'}"


def esci(folder: Path, snapshot: Snapshot, shown: int) -> None:
    """By words: the recogniser is right if it marks the labelled words as the labelled kind."""
    labels: dict[str, set[Fact]] = defaultdict(set)
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            query_id, kind, words = line.split("\t")
            labels[query_id].add((kind, words.casefold()))
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    tallies: dict[str, Tally] = defaultdict(Tally)
    for line in lines:
        query_id, text = line.split("\t")
        query = understand(SearchRequest(text=text), snapshot)
        found = {_said(entity.kind, entity.best.field, entity.text) for entity in query.entities}
        for kind in ("brand", "colour", "material", "size", "category"):
            of_kind = ({fact for fact in facts if fact[0] == kind} for facts in
                       (found, labels[query_id]))  # fmt: skip
            tallies[kind].add(text, *of_kind)
    print(f"\nESCI, {len(lines)} queries labelled by hand")
    for kind, tally in tallies.items():
        print(f"  {kind}: {tally}")
    for kind, tally in tallies.items():
        for failure in tally.failures[: 3 * shown]:
            print(f"    {kind}: {failure}")


def _said(kind: str, named: str, words: str) -> Fact:
    for label in ("colour", "material", "size"):
        if label.replace("colour", "color") in named.replace("colour", "color"):
            return label, words.casefold()
    return kind, words.casefold()


if __name__ == "__main__":
    main()
