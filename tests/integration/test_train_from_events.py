"""Logged searches and clicks → `vitrina train --from events` → a proven model, or why not."""

import asyncio
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import orjson
import pytest
from typer.testing import CliRunner

from app.cli import app
from app.commands.clicked import Clicked, open_clicked
from app.events.pseudonyms import event_key
from app.state.embedded import EmbeddedState
from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS, Row
from app.state.upkeep import Kept
from app.version import code_version
from indexing.current import read_current
from indexing.demo.grades import grade
from indexing.demo.queries import read_intents
from indexing.demo.shop import DemoShop
from ranking.features.features import NAMES, definition_hash
from ranking.generation import Generation, open_generation
from ranking.learning.errors import TrainingError
from ranking.learning.served import served

DAY = 86_400.0
QUERIES, SEARCHES, PAGE = 40, 2_000, 12


@pytest.fixture
def shop(demo_data: Path, tmp_path: Path) -> Path:
    data = tmp_path / "var"
    shutil.copytree(demo_data / "main", data / "main")
    return data


def generation_of(data: Path) -> Generation:
    current = read_current(data / "main")
    assert current is not None
    return open_generation(data / "main", current, code_version())


def lived(data: Path, demo: DemoShop, searches: int, seed: int = 0) -> None:
    """Twelve days of searches for known intents; what is looked at and fits is clicked."""
    generation = generation_of(data)
    ranked = served(generation, diversity=False)
    product_at, find = generation.snapshot.documents.product_at, generation.snapshot.documents.find
    chance = np.random.default_rng(seed)
    intents = [each for each in read_intents(demo.intents) if each.category][:QUERIES]
    lists = [ranked(each.query)[:PAGE] for each in intents]
    fits = [
        [grade(each, product_at(find(product) or 0)) / 3 for product in products]
        for each, products in zip(intents, lists, strict=True)
    ]
    impressions: list[Row] = []
    events: list[Row] = []
    keys = []
    now = time.time()
    for number in range(searches):
        which = int(chance.integers(len(intents)))
        order = np.arange(len(lists[which]))
        a, b = chance.integers(0, max(len(order), 1), 2) if len(order) else (0, 0)
        order[[a, b]] = order[[b, a]]
        shown = [lists[which][place] for place in order]
        at = now - 12 * DAY + 12 * DAY * number / searches
        told = {"of": f"q{number}", "definitions": definition_hash(),
                "rows": [[0.5] * len(NAMES)] * len(shown)}  # fmt: skip
        known = {
            "query_id": f"q{number}", "happened_at": at, "shop": "main",
            "query": intents[which].query, "user_key": f"u{number % 900}",
            "products": orjson.dumps(shown).decode(),
            "features": orjson.dumps(told).decode() if number == 7 else None,
        }  # fmt: skip
        numbers = {name: 0 for name, kind in IMPRESSION_COLUMNS.items() if "TEXT" not in kind}
        row = numbers | {"page": 1, "page_size": PAGE} | known
        impressions.append([row.get(name) for name in IMPRESSION_COLUMNS])
        for place, product in enumerate(shown):
            fit = fits[which][order[place]]
            if chance.random() < (0.04 + 0.8 * fit) / (1 + place):
                clicked = {
                    "key": event_key(f"{number}-{place}").hex(), "happened_at": at + 5,
                    "arrived": at + 5, "type": "click", "shop": "main", "trusted": 0, "bot": 0,
                    "query_id": f"q{number}", "product": product, "user_key": f"u{number % 900}",
                }  # fmt: skip
                events.append([clicked.get(name) for name in EVENT_COLUMNS])
                keys.append(event_key(f"{number}-{place}"))
    asyncio.run(kept(data / "state", impressions, events, keys, now))


async def kept(
    folder: Path, impressions: Sequence[Row], events: Sequence[Row], keys: list[bytes], now: float
) -> None:
    state = EmbeddedState(folder, Kept(365, 1 << 40), sync=False, most_waiting_bytes=1 << 30)
    state.start()
    state.log(impressions)
    await state.add(events, keys, now)
    assert await state.catch_up(20)
    await state.close()


def train(data: Path, *arguments: str, ends: int = 0) -> str:
    done = CliRunner().invoke(
        app, ["train", "--from", "events", "--data", str(data), "--state", str(data / "state"),
              *arguments],
    )  # fmt: skip
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == ends, done.output
    return done.output


def test_clicks_become_a_model_that_is_proven_on_later_ones(
    shop: Path, demo_shop: DemoShop
) -> None:
    lived(shop, demo_shop, SEARCHES)
    told = train(shop, "--force", "--report", str(shop / "report"))
    assert "nDCG-clicks@10" in told
    model = read_current(shop / "main").model  # type: ignore[union-attr] - it was published
    manifest = json.loads((shop / "main" / "models" / str(model) / "manifest.json").read_text())
    training = manifest["training"]
    assert training["searches"] == SEARCHES
    assert training["estimate"] == "ips"
    assert 0 < training["logged_feature_rows"] <= PAGE
    assert manifest["training"]["split"].startswith("the first 1,500 searches")
    assert not {"clicks_for_query", "clicks_anywhere"} & set(manifest["base"])
    assert list((shop / "report").glob("*.html"))
    # it serves, and says nothing is amiss
    assert generation_of(shop).degraded == ()
    assert generation_of(shop).ranker.name == model


def test_facts_beside_the_rankers_know_nothing_of_what_proves(
    shop: Path, demo_shop: DemoShop
) -> None:
    lived(shop, demo_shop, SEARCHES)

    def opened(proven_share: float) -> Clicked:
        return open_clicked(shop, "main", shop / "state", 90.0, 1_024, proven_share)

    assert opened(0.25).facts is None, "none are in force"
    done = CliRunner().invoke(
        app, ["learn", "--data", str(shop), "--state", str(shop / "state")]
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    facts = generation_of(shop).facts
    assert facts is not None
    known = {share: opened(share).facts for share in (0.25, 0.75)}
    pairs = {share: each.manifest["counts"]["clicks"] for share, each in known.items() if each}
    whole = facts.manifest["counts"]["clicks"]
    assert 0.65 < pairs[0.25] / whole < 0.9
    assert 0.15 < pairs[0.75] / whole < 0.4


def test_too_few_clicks_are_told_with_what_to_do(shop: Path, demo_shop: DemoShop) -> None:
    lived(shop, demo_shop, 60)
    with pytest.raises(TrainingError, match=r"60 searches .* 500 are needed .*--days"):
        train(shop)
    assert read_current(shop / "main").model is None  # type: ignore[union-attr] - it is there


def test_judgments_or_events_must_be_named(shop: Path) -> None:
    done = CliRunner().invoke(app, ["train", "--data", str(shop)])
    assert done.exit_code == 2
    assert "--from events" in done.output
