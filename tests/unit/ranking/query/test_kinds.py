"""Which kinds of things a query means, in a shop that says notebook, washer and digital player."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import orjson
import pytest

from indexing.build import BuildOptions, build
from indexing.progress import Silent
from indexing.snapshot import Snapshot, open_snapshot
from ranking.query.predict import NOTHING, Prediction, with_kind
from ranking.query.query import Query
from ranking.query.type_wish import NO_WISH, TypeWish
from ranking.query.understand import understand
from ranking.search.request import SearchRequest

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BRANDS = ("Acer", "Asus", "Dell", "Medion", "Sony", "Lenovo")
TITLES = (
    "{} Notebook 15.6 4 GB",
    "{} Gaming Notebook 17.3 8 GB",
    "{} Notebook Case - Black",
    "{} Case for Tablets - Red",
    "{} 8 kg Washer - White",
    "{} Memory Card 64 GB",
    "{} Graphics Card 4 GB",
    "{} Pod Digital Player 32 GB",
    "{} Clock Radio with Pod Dock",
    "{} Case for iPod - Blue",
    "{} HDTV 40 LED 1080p",
    "{} HDTV 50 Plasma 720p",
    "{} Wall Mount for HDTV Sets",
    "{} Wall Mount Rack 6 U",
    "{} Fridge 200 l",
    "{} Mini Fridge 40 l",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("kinds")
    products = (
        [
            {"id": f"{brand}-{number}", "title": title.format(brand), "brand": brand}
            for brand in BRANDS
            for number, title in enumerate(TITLES)
        ]
        + [
            {
                "id": f"ipod{gb}",
                "title": f"Apple iPod Digital Media Player {gb} GB",
                "brand": "Apple",
            }
            for gb in (8, 16, 32, 64)
        ]
        + [
            {"id": f"rx{number}", "title": title, "brand": brand}
            for number, (title, brand) in enumerate(
                (
                    ("Sony RX210 Compact Camera", "Sony"),
                    ("Asus RX330 Compact Camera", "Asus"),
                    ("Acer Z50 Compact Camera", "Acer"),
                    ("Dell P950 Compact Camera", "Dell"),
                    ("Sony P70 Compact Camera", "Sony"),
                    ("Medion Vacuum", "Medion"),
                    ("Medion Brush for Lawnmower", "Medion"),
                    ("Medion Mower", "Medion"),
                    ("Sony Receipt Printer 80 mm", "Sony"),
                    ("Asus Laser Printer A4", "Asus"),
                    ("Acer Laser Printer A3", "Acer"),
                    ("Dell Laser Printer A3", "Dell"),
                    ("Case for Sony RX210", "Medion"),
                    ("Case with Strap for Sony RX210 and Asus RX330", "Lenovo"),
                )
            )
        ]
    )
    catalog = folder / "products.jsonl"
    catalog.write_bytes(b"\n".join(map(orjson.dumps, products)))
    summary = build(BuildOptions([catalog], folder / "index", "test"), NOW, Silent())
    return open_snapshot(folder / "index" / "snapshots" / summary.snapshot_id)


def asked(shop: Snapshot, text: str) -> Query:
    return understand(SearchRequest(text=text), shop)


def kinds(shop: Snapshot, text: str) -> list[str]:
    wish = asked(shop, text).kind
    likely = wish.types[wish.chances >= 0.9 * wish.chances.max()] if len(wish.types) else ()
    return sorted(shop.types.names[int(kind)] for kind in likely)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("memory card", ["memory card"]),
        ("card", ["card", "graphics card", "memory card"]),
        ("washing machine", ["washer"]),
        ("laptop", ["gaming notebook", "notebook"]),
        ("sony laptop", ["gaming notebook", "notebook"]),
        ("laptop case", ["case", "notebook case"]),
        ("tv wall bracket", ["wall mount"]),
        ("mini refrigerator", ["mini fridge"]),
        ("lap top", ["gaming notebook", "notebook"]),
        ("note book", ["gaming notebook", "notebook"]),
        ("camer", ["camera", "compact camera"]),
    ],
)
def test_a_query_names_a_kind(shop: Snapshot, text: str, meant: list[str]) -> None:
    assert set(kinds(shop, text)) <= set(meant)
    assert kinds(shop, text)


def test_a_brand_beside_a_kind_is_no_other_word(shop: Snapshot) -> None:
    alone, branded = asked(shop, "notebook").kind, asked(shop, "sony notebook").kind
    assert branded.others == 0
    assert branded.words == 2
    assert branded.focus == pytest.approx(alone.focus)
    assert asked(shop, "cheapish notebook").kind.focus < alone.focus


def test_a_thing_is_what_its_kind_is_generally_and_its_case_a_case(shop: Snapshot) -> None:
    assert all("player" in name for name in kinds(shop, "ipod"))
    assert all("case" in name for name in kinds(shop, "ipod case"))
    assert all("case" in name for name in kinds(shop, "blue ipod 4 case"))


def test_a_category_is_meant_by_where_the_kind_stands_too(shop: Snapshot) -> None:
    """Worked by hand: words say .6 and .4, the kind's products stand 1 and 3 of 4."""
    model = replace(
        shop.categories,
        classes=np.array([0, 1], dtype=np.int32),
        sizes=np.array([4, 4], dtype=np.float32),
        class_of=np.array([0, 1, 1, 1, 0, 0, 0, -1], dtype=np.int32),
    )
    types = replace(
        shop.types,
        members=np.array([0, 1, 2, 3, 7, 4], dtype=np.uint32),
        member_starts=np.array([0, 5, 6], dtype=np.uint32),
    )
    snapshot = replace(shop, categories=model, types=types)
    wish = TypeWish(np.array([0], dtype=np.int32), np.ones(1, dtype=np.float32), certainty=0.8)
    by_words = Prediction(np.array([0.6, 0.4], dtype=np.float32), 0.97, 0)
    found = with_kind(by_words, wish, snapshot)  # w = .4: .36 + .1, .24 + .3
    assert found.probabilities.tolist() == pytest.approx([0.46, 0.54])
    assert found.sure == 1
    assert with_kind(NOTHING, wish, snapshot).probabilities.tolist() == pytest.approx([0.25, 0.75])
    assert with_kind(by_words, NO_WISH, snapshot) is by_words


def test_a_model_number_is_the_thing_that_has_it(shop: Snapshot) -> None:
    wish = asked(shop, "rx210").kind
    assert all("camera" in name for name in kinds(shop, "rx210"))
    assert (wish.single, wish.others, wish.focus) == (True, 0, pytest.approx(1.0))


def test_a_kind_under_other_names_of_two_words(shop: Snapshot) -> None:
    assert all("player" in name for name in kinds(shop, "music player"))
    assert "memory card" in kinds(shop, "sd card")


def test_a_word_that_tells_products_of_a_kind_apart_stays_one(shop: Snapshot) -> None:
    """HDTV sets are what `led tv` means, but each of them is no `led` one."""
    slots = {slot.text: slot.alternatives for slot in asked(shop, "led tv").slots}
    assert kinds(shop, "led tv") == ["hdtv"]
    assert [each.origin for each in slots["led"]] == ["literal"]
    assert [each.origin for each in slots["tv"]] == ["synonym"]


def test_a_word_without_a_kind_finds_what_it_is_generally_called(shop: Snapshot) -> None:
    """No product is called hoover, and one vacuum makes no kind."""
    query = asked(shop, "hoover")
    term = shop.index.lexicon.id_of("vacuum")
    assert not query.kind
    assert [each.term_ids for each in query.slots[0].alternatives] == [(term,)]
    assert [(each.said, each.also) for each in query.expansions] == [("hoover", "vacuum")]


def test_a_word_that_is_the_whole_query_does_too_though_something_belongs_to_it(
    shop: Snapshot,
) -> None:
    known, other = (shop.index.lexicon.id_of(stem) for stem in ("lawnmow", "mower"))
    query = asked(shop, "lawnmower")
    assert not query.kind.names
    assert [each.term_ids for each in query.slots[0].alternatives] == [(known,), (other,)]
    brush = asked(shop, "lawnmower brush").slots[0]
    assert [each.term_ids for each in brush.alternatives] == [(known,)]


def test_a_name_that_no_kind_has_is_what_titles_say_it_is(shop: Snapshot) -> None:
    """One receipt printer makes no kind; other printers come behind, as they do not say so."""
    query = asked(shop, "pos printer")
    assert query.kind.names == (("receipt", "printer"),)
    assert (query.kind.others, query.kind.phrase) == (0, ("pos", "printer"))
    assert all("printer" in shop.types.names[int(kind)] for kind in query.kind.types)
    terms = tuple(shop.index.lexicon.id_of(stem) for stem in ("receipt", "printer"))
    assert [each.alternatives[-1].term_ids for each in query.slots] == [terms, (terms[1],)]
    assert [(each.said, each.also) for each in query.expansions] == [
        ("pos printer", "receipt printer")
    ]


def test_where_no_title_says_a_name_the_nouns_of_its_other_names_are_meant(shop: Snapshot) -> None:
    """A label writer is a label printer; no printer says so, and nothing is a writer."""
    wish = asked(shop, "label writer").kind
    assert (wish.how, wish.phrase) == ("synonym", ("writer",))
    assert all("printer" in name for name in kinds(shop, "label writer"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("notebook cover", "notebook case"),
        ("wall bracket", "wall mount"),
    ],
)
def test_a_noun_stands_for_those_that_generally_stand_in_its_place(
    shop: Snapshot, text: str, meant: str
) -> None:
    wish = asked(shop, text).kind
    assert kinds(shop, text)[0] == meant
    assert (wish.how, wish.others) == ("synonym", 0)
    assert wish.phrase == tuple(slot.text for slot in asked(shop, text).slots)


def test_a_noun_that_says_the_kind_needs_no_other(shop: Snapshot) -> None:
    assert asked(shop, "notebook case").kind.how == "name"
    assert asked(shop, "garden cover").kind.word != "case"  # nothing is a garden case
