"""Counters of what new products were given: once a search, by day, from what was archived."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from app.state.archive import Archive, connect
from app.state.exposure import fold_exposure, last_fold, read_exposure
from app.state.journal import Journal
from app.state.rows import EVENT_COLUMNS, IMPRESSION_COLUMNS
from ranking.traffic.exposure import DAY_S

NOW = 20_000 * DAY_S + 43_200.0
PERIOD = 300.0


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path, sync=False)


def shown(query_id: str, at: float = NOW, **told: Any) -> list[Any]:
    given = dict.fromkeys(IMPRESSION_COLUMNS, 0) | {
        "query_id": query_id, "happened_at": at, "shop": "main", "query": "q", "page": 1,
        "page_size": 3, "products": '["a","b","c"]',
        "marks": '{"1":"little_known","2":"explored","3":"pinned"}',
        "exposures": None,
    } | told  # fmt: skip
    return [given[name] for name in IMPRESSION_COLUMNS]


def clicked(key: str, query_id: str, product: str, **told: Any) -> list[Any]:
    given = {
        "key": key, "happened_at": NOW, "arrived": NOW, "type": "click", "shop": "main",
        "query_id": query_id, "product": product, "trusted": 0, "bot": 0,
    } | told  # fmt: skip
    return [given.get(name) for name in EVENT_COLUMNS]


def add(archive: Archive, folder: Path, *, impressions: Any = (), events: Any = ()) -> None:
    journal = Journal(folder, "events", sync=False)
    rows = {"events": list(events), "impressions": list(impressions)}
    journal.append(orjson.dumps(rows))
    journal.close()
    archive.sweep()


def counts(folder: Path, at: float) -> dict[str, tuple[int, ...]]:
    db = connect(folder / "archive.sqlite")
    names = [name for (name,) in db.execute("SELECT product FROM exposure ORDER BY product")]
    db.close()
    exposure = read_exposure(folder, "main", at)
    return {n: tuple(r) for n, r in zip(names, exposure.counts.tolist(), strict=True)}


def test_what_was_given_and_clicked(tmp_path: Path, archive: Archive) -> None:
    assert last_fold(tmp_path / "nowhere") is None
    add(archive, tmp_path, impressions=[
        shown("q1"), shown("q2"), shown("bot", bot=1), shown("none", marks=None),
        shown("p2", page=2, marks='{"4":"explored"}'),
    ], events=[
        clicked("1", "q1", "b"), clicked("2", "q1", "b"), clicked("3", "q1", "a"),
        clicked("4", "q2", "b", bot=1), clicked("5", "elsewhere", "b"),
    ])  # fmt: skip
    assert fold_exposure(tmp_path, NOW, PERIOD)
    at = last_fold(tmp_path)
    assert at == NOW // PERIOD * PERIOD
    assert counts(tmp_path, at) == {"a": (1, 1, 0), "b": (2, 2, 1)}
    assert not fold_exposure(tmp_path, NOW + 100, PERIOD), "the same period"


def test_later_periods_and_days_add_up(tmp_path: Path, archive: Archive) -> None:
    add(archive, tmp_path, impressions=[shown("q1")])
    fold_exposure(tmp_path, NOW, PERIOD)
    add(archive, tmp_path, impressions=[shown("q2")], events=[clicked("1", "q1", "b")])
    assert counts(tmp_path, NOW) == {"b": (1, 1, 0)}, "the same for the whole period"
    fold_exposure(tmp_path, NOW + PERIOD, PERIOD)
    assert counts(tmp_path, NOW + PERIOD) == {"b": (2, 2, 1)}
    add(archive, tmp_path, impressions=[shown("q3", NOW + DAY_S), shown("late", NOW - DAY_S)],
        events=[clicked("2", "q1", "b"), clicked("3", "q2", "b")])  # fmt: skip
    fold_exposure(tmp_path, NOW + DAY_S, PERIOD)
    assert counts(tmp_path, NOW + DAY_S) == {"b": (1, 4, 2)}
    assert counts(tmp_path, NOW + 2 * DAY_S) == {"b": (0, 4, 2)}


def test_a_click_that_was_heard_of_before_its_search(tmp_path: Path, archive: Archive) -> None:
    add(archive, tmp_path, events=[clicked("1", "q1", "b"), clicked("2", "q2", "b")])
    fold_exposure(tmp_path, NOW, PERIOD)
    add(archive, tmp_path, impressions=[shown("q1"), shown("q2", NOW + 2 * PERIOD)])
    fold_exposure(tmp_path, NOW + PERIOD, PERIOD)
    assert counts(tmp_path, NOW) == {"b": (2, 2, 2)}
    fold_exposure(tmp_path, NOW + 2 * PERIOD, PERIOD)
    assert counts(tmp_path, NOW) == {"b": (2, 2, 2)}


def test_archives_of_older_code_gain_the_column(tmp_path: Path) -> None:
    old = Archive(tmp_path, sync=False)
    old.close()
    db = connect(tmp_path / "archive.sqlite")
    db.execute("ALTER TABLE impressions DROP COLUMN exposures")
    db.close()
    archive = Archive(tmp_path, sync=False)
    short = shown("q1")[: list(IMPRESSION_COLUMNS).index("exposures")]
    add(archive, tmp_path, impressions=[short, shown("q2", exposures='{"e":"a"}')])
    db = connect(tmp_path / "archive.sqlite")
    rows = db.execute("SELECT query_id, exposures FROM impressions ORDER BY query_id").fetchall()
    assert rows == [("q1", None), ("q2", '{"e":"a"}')]
