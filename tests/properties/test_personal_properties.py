"""Personal data in a log must not come out of any surface, however often it was searched."""

import random
import time
from pathlib import Path

import pytest
from catalogs import build_index, open_index
from query_shop import DAY, END, PRODUCTS

from indexing.query_log.personal import is_personal
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.after_click import after_click
from ranking.suggestions.beside import EXTRAS
from ranking.suggestions.discover import discover
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem
from ranking.suggestions.recent import Recent
from ranking.suggestions.suggest import suggest

_LOCAL = ("anna", "li.wei", "x_9", "jörg-müller", "王伟")
_HOSTS = ("example.com", "mail.example.org", "qq.com", "例子.测试")
_AROUND = ("{}", "lamp {}", "{} desk", "订单 {}", "send the red lamp to {} please")
_PHONES = (
    "+49 171 {:07}",
    "1380{:07}",
    "(020) {:04} {:04}",
    "0{:02}-{:04}-{:03}",
    "{:08}",
    "+1.{:03}.{:03}.{:04}",
)


def personal_texts(seed: int, count: int) -> list[str]:
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        if rng.random() < 0.4:
            said = f"{rng.choice(_LOCAL)}{rng.randrange(100)}@{rng.choice(_HOSTS)}"
        else:
            form = rng.choice(_PHONES)
            said = form.format(*(rng.randrange(10 ** int(w)) for w in _widths(form)))
        if rng.random() < 0.2:
            said = said.upper().translate({ord("@"): "＠"})
        made.append(rng.choice(_AROUND).format(said))
    return made


def _widths(form: str) -> list[str]:
    return [part.split("}")[0] for part in form.split("{:0")[1:]]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return personal_texts(7, 200)


@pytest.fixture(scope="module")
def shop(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Each personal text by nine users, between two searches of theirs, with a click."""
    folder: Path = tmp_path_factory.mktemp("personal")
    lines = []
    for user in range(9):
        for number, text in enumerate(texts):
            begun = END - DAY + 200 * number
            steps = (("lamp", "red"), (text, "red"), ("desk lamp", "blue"))
            lines += [
                f"{begun + 30 * place}\tu{user}-{number}\t{query}\t{product}\n"
                for place, (query, product) in enumerate(steps)
            ]
    log = folder / "events.tsv"
    log.write_text("".join(lines), encoding="utf-8")
    build_index(folder / "main", PRODUCTS, queries=log)
    return open_index(folder / "main")


def said(asked: str, shop: Generation) -> list[QueryItem]:
    """What every surface says when it is asked about a text."""
    recent = Recent.of([asked], ["red"], shop)
    items = [*hint(recent, 50, 0.0, shop), *discover(recent, 50, shop)]
    items += after_click(asked, "red", 50, shop)
    for length in (1, 2, 4, 7, len(asked)):
        typed = suggest(asked[:length], 50, shop, recent, True, 4, 4)
        items += [*typed.items, *typed.categories]
    found = search(SearchRequest(asked, extras=EXTRAS), shop, time.perf_counter)
    return [*items, *(found.related or ()), *(found.refinements or ())]


def test_all_of_it_is_known_as_personal(texts: list[str]) -> None:
    assert [text for text in texts if not is_personal(text)] == []


def test_no_surface_says_it(texts: list[str], shop: Generation) -> None:
    for asked in [*texts[::8], "lamp", "desk lamp"]:
        for item in said(asked, shop):
            assert not is_personal(item.text), item
            assert not any(is_personal(str(value)) for value in item.more.values()), item


def test_it_is_not_in_the_index_at_all(texts: list[str], shop: Generation) -> None:
    table = shop.snapshot.queries
    assert len(table) > 10
    assert not any(is_personal(table.text(row)) for row in range(len(table)))
    completions = shop.snapshot.completions
    assert not any(is_personal(completions.text(entry)) for entry in range(len(completions)))
