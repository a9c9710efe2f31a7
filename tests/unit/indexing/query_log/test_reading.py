import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard

from indexing.errors import CatalogError
from indexing.query_log.counts import PairCounts
from indexing.query_log.reading import LogRules, QueryLog, read_log, read_query_log
from indexing.query_log.variants import corrections, leaders, merged
from indexing.spelling.build import build_spelling

DAY = 86_400
NOW = 20_000 * DAY + 3_600


def read(folder: Path, text: str, **rules: object) -> QueryLog:
    path = folder / "log.tsv"
    path.write_text(text, encoding="utf-8")
    return read_query_log([path], rules=LogRules(**rules))  # type: ignore[arg-type]


def merge_variants(log: QueryLog, correct: Callable[[str], str | None] | None = None) -> QueryLog:
    return merged(log, leaders(log.keys, log.decayed, correct))[0]


def events(rows: list[tuple[int, str, str, str]]) -> str:
    return "".join(f"{time}\t{user}\t{query}\t{product}\n" for time, user, query, product in rows)


def test_counts_merge_case_accents_and_spaces(tmp_path: Path) -> None:
    log = read(tmp_path, "Red Shoes\t3\nred  shoes\t10\nRED-SHOES\t1\ncafé\t2\nrare\t0\n")
    assert log.texts == ("red shoes", "café")
    assert log.keys == ("red shoes", "cafe")
    assert log.counts.tolist() == log.decayed.tolist() == [14.0, 2.0]
    assert log.dropped == {"rare": 1}
    assert list(log.weighted()) == [("red shoes", 14.0), ("café", 2.0)]


def test_one_query_a_line(tmp_path: Path) -> None:
    log = read(tmp_path, "手机壳\n手机壳\nlamp\n\n")
    assert dict(zip(log.texts, log.counts.tolist(), strict=True)) == {"手机壳": 2.0, "lamp": 1.0}


@pytest.mark.parametrize("suffix", ["tsv", "tsv.gz", "tsv.zst"])
def test_compressed_files_bom_and_crlf(tmp_path: Path, suffix: str) -> None:
    content = b"\xef\xbb\xbfquery\tcount\r\nlamp\t4\r\n"
    packed = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}
    path = tmp_path / f"log.{suffix}"
    path.write_bytes(packed.get(suffix[4:], bytes)(content))
    assert list(read_log(path)) == [("lamp", 4.0)]


def test_a_header_names_columns_in_any_order(tmp_path: Path) -> None:
    log = read(tmp_path, "frequency\tshop\tsearch_term\n7\tde\tlamp\n")
    assert (log.texts, log.counts.tolist()) == (("lamp",), [7.0])


def test_events_need_enough_users(tmp_path: Path) -> None:
    rows = [(NOW - n, f"u{n}", "lamp", "p1" if n < 3 else "") for n in range(5)]
    rows += [(NOW - n, f"u{n % 4}", "secret wish", "") for n in range(40)]
    log = read(tmp_path, events(rows))
    assert log.texts == ("lamp",)
    assert log.users.tolist() == [5]
    assert log.dropped == {"few_users": 1}
    assert log.clicks.tolist() == [3.0]
    assert log.products == ("p1",)
    assert (log.clicked.tolist(), log.click_counts.tolist()) == ([[0, 0]], [3.0])


def test_events_without_users_are_not_enough(tmp_path: Path) -> None:
    log = read(tmp_path, "".join(f"{NOW}\t\tlamp\n" for _ in range(9)))
    assert len(log) == 0


def test_age_halves_counts_and_days_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "log.tsv"
    rows = [(NOW - 10 * DAY, "a", "lamp", ""), (NOW, "b", "lamp", ""), (NOW, "b", "lamp", "")]
    path.write_text(events(rows))
    rules = LogRules(min_users=2, half_life_days=10.0, trend_days=11)
    log = read_query_log([path], now=NOW, rules=rules)
    assert log.decayed.tolist() == [2.5]
    assert log.daily[0].tolist() == [2.0] + [0.0] * 9 + [1.0]
    assert (log.users.tolist(), log.recent_users.tolist()) == ([2], [1])
    later = read_query_log([path], now=NOW + 10 * DAY, rules=rules)
    assert later.decayed.tolist() == [1.25]
    assert later.recent_users.tolist() == [0]


def test_times_may_be_iso_or_epoch_or_milliseconds(tmp_path: Path) -> None:
    times = ["2024-10-04T01:00:00Z", "2024-10-04 03:00:00+02:00", "1728003600", "1728003600000"]
    log = read(tmp_path, "".join(f"{t}\tu\tlamp\n" for t in times), min_users=1, trend_days=1)
    assert log.now == 1_728_003_600.0
    assert log.daily.tolist() == [[4.0]]


def test_what_follows_in_a_session(tmp_path: Path) -> None:
    rows = [
        (NOW, "a", "lamp", ""),
        (NOW + 60, "a", "lamp", ""),
        (NOW + 120, "a", "led lamp", ""),
        (NOW + 7200, "a", "lamp", ""),
        (NOW + 130, "b", "desk", ""),
        (NOW + 140, "b", "lamp", ""),
    ]
    log = read(tmp_path, events(rows), min_users=1)
    pairs = {(log.texts[a], log.texts[b]) for a, b in log.followed.tolist()}
    assert pairs == {("lamp", "led lamp"), ("desk", "lamp")}
    assert log.follow_counts.tolist() == [1.0, 1.0]


def test_what_follows_a_clicked_product(tmp_path: Path) -> None:
    rows = []
    for user in "abc":
        rows += [(NOW, user, "lamp", "p1"), (NOW + 60, user, "led lamp", "p2")]
    rows += [(NOW, "d", "lamp", "p2"), (NOW + 9, "d", "desk", ""), (NOW + 20, "d", "chair", "")]
    rows += [(NOW, "e", "lamp", "p1"), (NOW + 7200, "e", "desk", "")]  # another session
    log = read(tmp_path, events(rows), min_users=1)
    told = {
        (log.texts[query], log.products[product], log.texts[after]): count
        for (query, product, after), count in zip(
            log.returned.tolist(), log.return_counts.tolist(), strict=True
        )
    }
    assert told == {("lamp", "p1", "led lamp"): 3.0, ("lamp", "p2", "desk"): 1.0}


def test_steps_to_forgotten_queries_are_dropped(tmp_path: Path) -> None:
    rows = [(NOW + n, f"u{n}", f"w{n}", "p") for n in range(60)]
    rows += [(NOW + 100 + n, "a", text, "p") for n, text in enumerate(["lamp", "desk"] * 9)]
    log = read(tmp_path, events(rows), min_users=1, max_queries=10)
    steps = {(log.texts[a], log.products[p], log.texts[b]) for a, p, b in log.returned.tolist()}
    assert {("lamp", "p", "desk"), ("desk", "p", "lamp")} <= steps


def test_personal_data_is_never_a_row(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        "joe@example.com\t900\n555-123-4567\t900\n4006381333931\t9\nlamp\t1\n",
        known_identifiers={"4006381333931"},
    )
    assert log.texts == ("4006381333931", "lamp")
    assert log.dropped == {"personal": 2}


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("lamp\t-3", "count", "negative"),
        ("lamp\tnan", "count", "negative or not finite"),
        ("lamp\tinf", "count", "not finite"),
        ("lamp\tmany", "count", "not a number"),
        ("lamp\t1\t2\t3\t4\t5", "", "6 columns, not 2"),
        ("\t5", "query", "empty"),
        ("x" * 1001 + "\t5", "query", "longer than"),
    ],
)
def test_wrong_lines_are_counted_with_their_place(
    tmp_path: Path, line: str, field: str, reason: str
) -> None:
    log = read(tmp_path, f"desk\t1\n{line}\n", max_reject_ratio=0.5)
    assert log.texts == ("desk",)
    assert log.dropped == {"rejected": 1}
    (rejected,) = log.rejected
    assert (rejected.source, rejected.line, rejected.field) == ("log.tsv", 2, field)
    assert reason in rejected.reason
    assert "lamp" not in rejected.reason


def test_wrong_times_are_rejected(tmp_path: Path) -> None:
    wrong = ("yesterday", "-5", "nan", "0001-01-01T00:00:00", "1969-12-31")
    text = f"{NOW}\tu\tlamp\n" + "".join(f"{time}\tu\tlamp\n" for time in wrong)
    log = read(tmp_path, text, max_reject_ratio=0.9, min_users=1)
    assert [rejected.field for rejected in log.rejected] == ["time"] * len(wrong)


def test_a_wrong_clock_does_not_make_all_others_old(tmp_path: Path) -> None:
    text = f"{NOW}\tu\tlamp\n2099-01-01T00:00:00\tu\tlamp\n"
    log = read(tmp_path, text, min_users=1, latest=NOW + DAY)
    assert log.dropped == {"future": 1}
    assert log.now == NOW


def test_a_file_of_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"2 of 2 lines .* log.tsv line 1: .*Expected: query"):
        read(tmp_path, "a\tb\tc\td\te\n" * 2)


def test_missing_and_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        read_query_log([tmp_path / "none.tsv"])
    broken = tmp_path / "log.tsv.gz"
    broken.write_bytes(gzip.compress(b"lamp\t3\n" * 1000)[:40])
    with pytest.raises(CatalogError):
        read_query_log([broken])


def test_an_empty_log_is_no_error(tmp_path: Path) -> None:
    assert len(read(tmp_path, "")) == 0
    assert merge_variants(read(tmp_path, "\n \n")).texts == ()


def test_the_rarest_are_forgotten_when_there_are_too_many(tmp_path: Path) -> None:
    lines = ["hot lamp\t50\n", *(f"w{n}\t1\n" for n in range(100)), "hot lamp\t50\n"]
    log = read(tmp_path, "".join(lines), max_queries=10)
    assert (log.texts[0], log.counts[0]) == ("hot lamp", 100.0)
    assert len(log) <= 10
    assert log.dropped["forgotten"] == 101 - len(log)


def test_pair_counts_equal_a_dictionary() -> None:
    rng = np.random.default_rng(3)
    pairs, expected = PairCounts(), {}
    for query, key, value in rng.integers(0, 9, (500, 3)).tolist():
        pairs.add(query, key, float(value))
        expected[query, key] = expected.get((query, key), 0.0) + value
    numbers = np.array([0, -1, 1, 1, 2, 2, -1, 3, 4])
    pairs.renumber(numbers)
    joined: dict[tuple[int, int], float] = {}
    for (query, key), value in expected.items():
        if numbers[query] >= 0:
            place = int(numbers[query]), key
            joined[place] = joined.get(place, 0.0) + value
    found = zip(*(column.tolist() for column in pairs.rows()), strict=True)
    assert [((query, key), value) for query, key, value in found] == sorted(joined.items())


def test_variants_in_spacing_order_and_spelling_are_merged(tmp_path: Path) -> None:
    text = "sunglasses\t50\nmilk chocolate\t40\nchocolate milk\t30\nred shoes\t20\nsun glasses\t9\n"
    text += "shoes red\t2\nsunglases\t2\nsize 1 2\t2\nsize 12\t1\n"
    log = read(tmp_path, text)
    words = {"sunglasses": 500, "milk": 300, "chocolate": 300, "red": 400, "shoes": 400, "size": 9}
    correct = corrections(build_spelling(words.items(), [], tmp_path), known={"size"})
    shown = merge_variants(log, correct)
    assert dict(zip(shown.texts, shown.counts.tolist(), strict=True)) == {
        "sunglasses": 61.0,
        "milk chocolate": 40.0,
        "chocolate milk": 30.0,
        "red shoes": 22.0,
        "size 1 2": 2.0,
        "size 12": 1.0,
    }
    assert shown.decayed.tolist() == sorted(shown.decayed.tolist(), reverse=True)


def test_merging_moves_clicks_days_users_and_sessions(tmp_path: Path) -> None:
    rows = [(NOW + n, f"u{n}", "red shoes", "p1") for n in range(10)]
    rows += [(NOW + 20, "u1", "shoes red", "p1"), (NOW + 30, "u1", "boots", "p2")]
    shown = merge_variants(read(tmp_path, events(rows), min_users=1))
    assert (shown.returned.tolist(), shown.return_counts.tolist()) == ([[0, 0, 1]], [1.0])
    assert shown.texts == ("red shoes", "boots")
    assert shown.users.tolist() == [10, 1]
    assert shown.clicks.tolist() == [11.0, 1.0]
    assert shown.daily[:, 0].tolist() == [11.0, 1.0]
    assert shown.clicked.tolist() == [[0, 0], [1, 1]]
    assert shown.click_counts.tolist() == [11.0, 1.0]
    assert (shown.followed.tolist(), shown.follow_counts.tolist()) == ([[0, 1]], [1.0])


def test_leaders_lead_themselves() -> None:
    keys = ["a b c", "c b a", "b a c", "abc", "d"]
    leader = leaders(keys, np.array([100.0, 10.0, 5.0, 4.0, 3.0]))
    assert leader.tolist() == [0, 0, 0, 0, 4]
    assert (leader[leader] == leader).all()
