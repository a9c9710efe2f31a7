"""What the build makes of the log of tests/query_shop.py."""

from query_shop import PERSONAL

from indexing.query_log.table import UNKNOWN
from ranking.generation import Generation


def test_only_what_five_users_asked_and_what_finds_something(logged: Generation) -> None:
    table = logged.snapshot.queries
    assert sorted(table.text(row) for row in range(table.logged)) == [
        "desk lamp", "lamp", "oak desk", "office chair", "running shoes", "solar lamp",
        "sunglasses",
    ]  # fmt: skip
    assert table.source(table.row_of("path lamp")) == "phrase"  # four users; in a title


def test_personal_data_is_nowhere(logged: Generation) -> None:
    table = logged.snapshot.queries
    texts = " ".join(table.texts)
    for text in PERSONAL:
        assert table.row_of(text) == UNKNOWN
        assert text not in texts
    assert "@" not in texts


def test_variants_stand_for_one_row(logged: Generation) -> None:
    table = logged.snapshot.queries
    row = table.row_of("sunglasses")
    assert table.row_of("Sun  Glasses") == row
    assert table.clicked.to(row) == [(logged.snapshot.documents.find("shades"), 11.0)]
    assert table.signatures[table.row_of("lamp")] == table.signatures[table.row_of("Lamps")]


def test_sessions_are_between_rows(logged: Generation) -> None:
    table = logged.snapshot.queries
    lamp, garden = table.row_of("lamp"), logged.snapshot.documents.find("garden")
    assert garden is not None
    after = [(table.text(row), times) for row, times in table.followers.to(lamp)]
    assert after == [("desk lamp", 8.0), ("solar lamp", 6.0)]
    returned = table.returns.to(lamp << 32 | garden)
    assert [(table.text(row), times) for row, times in returned] == [("solar lamp", 6.0)]


def test_scopes_and_products(logged: Generation) -> None:
    snapshot = logged.snapshot
    table, names = snapshot.queries, snapshot.columns.keywords["category"].values
    lamp = table.row_of("lamp")
    assert [(names[o], round(share, 2)) for o, share in table.scopes.to(lamp)] == [
        ("Home", 0.6),
        ("Garden", 0.4),
    ]
    tops = [snapshot.documents.id_at(doc) for doc in table.tops_of(lamp)]
    assert tops == ["red", "path", "floor", "garden"]  # by popularity within their categories


def test_from_the_catalogue_alone(unlogged: Generation) -> None:
    table = unlogged.snapshot.queries
    assert table.logged == 0
    assert {table.source(row) for row in range(len(table))} == {"brand", "category", "phrase"}
    assert table.followers.to(0) == table.clicked.to(0) == table.returns.to(0) == []
