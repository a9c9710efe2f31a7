"""What each product is, learnt from a few dozen of them."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import pytest

from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import IndexConfig
from indexing.progress import Silent
from indexing.snapshot import Snapshot, open_snapshot
from indexing.types.type_model import NO_TYPE, TypeModel, types_by_noun

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BRANDS = ("Acer", "Asus", "Dell", "Medion", "Sony")
MODELS = dict(zip(BRANDS, ("Aspira", "Zenor", "Latia", "Akoya", "Vaira"), strict=True))
COLOURS = ("Black", "Silver", "Red")


def built(folder: Path, products: list[dict[str, object]], languages: tuple[str, ...]) -> Snapshot:
    catalog = folder / "products.jsonl"
    catalog.write_bytes(
        b"\n".join(orjson.dumps(p | {"id": f"p{i}"}) for i, p in enumerate(products))
    )
    options = BuildOptions(
        [catalog], folder / "index", "test", config=IndexConfig(languages=languages)
    )
    return open_snapshot(folder / "index" / "snapshots" / build(options, NOW, Silent()).snapshot_id)


def type_of(snapshot: Snapshot, title: str) -> str | None:
    for doc in range(snapshot.doc_count):
        if snapshot.documents.product_at(doc)["title"] == title:
            kind = int(snapshot.types.type_of[doc])
            return None if kind == NO_TYPE else snapshot.types.names[kind]
    raise AssertionError(title)


@pytest.fixture(scope="module")
def computers(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Laptops without a category, and what belongs to them."""
    titles = [
        form.format(brand=brand, colour=colour, size=size)
        for brand in BRANDS
        for colour in COLOURS
        for size, form in enumerate(
            (
                "{brand} - Aspira Laptop / 4GB Memory / 15.{size} Display - {colour}",
                "{brand} - Laptop Sleeve for 15.{size} Notebooks - {colour}",
                "{brand} - Leather Sleeve - {colour}",
                "{brand} - Lithium Battery for Select Laptops",
                "{brand} - 4GB DDR Laptop Memory",
                "{brand} - Washer/Dryer Pedestal - {colour}",
                "{brand} - 3.6 Cu. Ft. Washer - {colour}",
            )
        )
    ]
    products: list[dict[str, object]] = [
        {"title": title, "brand": title.split(" - ")[0]} for title in sorted(set(titles))
    ]
    products += [
        {"title": f"Lumo LX-{n} car light bulb Halogen", "brand": "Lumo"} for n in range(6)
    ]
    products += [{"title": f"Nylon Sleeve {brand}", "brand": "Wrap"} for brand in BRANDS]
    return built(tmp_path_factory.mktemp("computers"), products, ("en",))


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Acer - Aspira Laptop / 4GB Memory / 15.0 Display - Black", "aspira laptop"),
        ("Dell - Laptop Sleeve for 15.1 Notebooks - Red", "laptop sleeve"),
        ("Dell - Leather Sleeve - Red", "leather sleeve"),
        ("Dell - Lithium Battery for Select Laptops", "lithium battery"),
        ("Asus - 4GB DDR Laptop Memory", "laptop memory"),
        ("Sony - Washer/Dryer Pedestal - Silver", "dryer pedestal"),
        ("Sony - 3.6 Cu. Ft. Washer - Silver", "washer"),
        ("Lumo LX-1 car light bulb Halogen", "light bulb"),
        ("Nylon Sleeve Acer", "sleeve"),
    ],
)
def test_a_product_is_what_the_head_of_its_title_says(
    computers: Snapshot, title: str, kind: str
) -> None:
    assert type_of(computers, title) == kind


def test_a_word_names_the_types_whose_head_it_is(computers: Snapshot) -> None:
    types, chances = computers.types.named("laptop")
    assert computers.types.names[int(types[0])] == "aspira laptop"
    assert chances[0] > 0.9
    assert not len(computers.types.named("nothing")[0])


def test_two_words_name_a_kind_of_their_own(computers: Snapshot) -> None:
    model, lexicon = computers.types, computers.index.lexicon
    types, _ = model.named("laptop sleev")
    assert [model.names[kind] for kind in types.tolist()] == ["laptop sleeve"]
    assert model.head_terms[types[0]] == lexicon.id_of("sleev")
    assert model.beside_terms[types[0]] == lexicon.id_of("laptop")
    sleeves = {model.names[kind] for kind in model.named("sleev")[0].tolist()}
    assert sleeves == {"sleeve", "laptop sleeve", "leather sleeve"}


def test_sizes_add_up(computers: Snapshot) -> None:
    model = computers.types
    assert model.sizes.sum() == np.count_nonzero(model.type_of != NO_TYPE)
    assert np.isnan(model.price_levels).all()  # nothing has a price


def test_a_category_names_what_titles_do_not(tmp_path: Path) -> None:
    """`Aspira 300` is a model; its category says that it is a laptop."""
    products: list[dict[str, object]] = [
        {"title": f"{brand} {MODELS[brand]} {number}", "brand": brand,
         "category": "Computers > Laptops", "price": 900 + number}
        for brand in BRANDS for number in (300, 310, 320)
    ] + [
        {"title": f"{brand} laptop bag {colour}", "brand": brand, "category": "Computers > Bags",
         "price": 30}
        for brand in BRANDS for colour in COLOURS
    ]  # fmt: skip
    snapshot = built(tmp_path, products, ("en",))
    assert type_of(snapshot, "Acer Aspira 300") == "laptop"
    assert type_of(snapshot, "Acer laptop bag Red") == "laptop bag"
    levels = dict(zip(snapshot.types.names, snapshot.types.price_levels.tolist(), strict=True))
    assert levels["laptop"] == pytest.approx(np.log(1210), abs=0.02)
    assert levels["laptop bag"] == pytest.approx(np.log(30), abs=0.01)


def test_french_heads_stand_first(tmp_path: Path) -> None:
    products: list[dict[str, object]] = [
        {"title": title.format(brand), "brand": brand}
        for brand in BRANDS
        for title in (
            "Coque téléphone souple {}", "Coque téléphone rigide {}", "Chaise bureau cuir {}",
            "Chaise bureau pliante {}", "Téléphone portable {}", "Bureau bois massif {}",
        )
    ]  # fmt: skip
    snapshot = built(tmp_path, products, ("fr",))
    assert type_of(snapshot, "Coque téléphone souple Dell") == "coque téléphone"
    assert type_of(snapshot, "Chaise bureau cuir Acer") == "chaise bureau"
    assert type_of(snapshot, "Téléphone portable Sony") == "téléphone portable"


def test_chinese_heads_are_words(tmp_path: Path) -> None:
    products: list[dict[str, object]] = [
        {"title": title.format(brand), "brand": brand}
        for brand in ("自然堂", "欧莱雅", "佰草集", "妮维雅")
        for title in ("{}补水保湿面膜", "{}深层清洁洗面奶", "{}滋润护手霜", "{}美白面膜 补水保湿")
    ]
    snapshot = built(tmp_path, products, ("zh",))
    assert type_of(snapshot, "自然堂补水保湿面膜") == "面膜"
    assert type_of(snapshot, "欧莱雅深层清洁洗面奶") == "洗面奶"


def test_the_same_catalogue_makes_the_same_model(tmp_path: Path, computers: Snapshot) -> None:
    products = [
        {key: value for key, value in computers.documents.product_at(doc).items() if key != "id"}
        for doc in range(computers.doc_count)
    ]
    again = built(tmp_path, products, ("en",))
    for file in sorted((computers.folder / "types").iterdir()):
        assert file.read_bytes() == (again.folder / "types" / file.name).read_bytes(), file.name


def test_a_snapshot_without_types_has_none() -> None:
    none = TypeModel.nothing(5)
    assert len(none) == 0
    assert (none.type_of == NO_TYPE).all()
    assert not len(none.named("laptop")[0])


def test_types_by_noun() -> None:
    heads = np.array([4, 7, -1, 4], dtype=np.int32)
    assert {term: kinds.tolist() for term, kinds in types_by_noun(heads).items()} == {
        4: [0, 3], 7: [1],
    }  # fmt: skip
    assert types_by_noun(np.empty(0, dtype=np.int32)) == {}


@pytest.mark.parametrize(
    ("language", "titles", "names"),
    [
        (
            "de",
            ["Elektrische Zahnbürste {}", "Elektrischer Rasierer {}", "Sessel elektrisch {}"],
            {"elektrische zahnbürste", "elektrischer rasierer", "zahnbürste", "rasierer"},
        ),
        (
            "ru",
            ["Настольная лампа {} {} Вт", "Настольная лампа {}", "Настольных ламп {}"],
            {"настольная лампа"},
        ),
        ("fr", ["Chaises pliantes {}", "Chaises pliantes {} bois"], {"chaises pliantes"}),
        ("en", ["{} running shoes", "Running Shoes {}", "Shoe Horn {}"], {"running shoes"}),
    ],
)
def test_kinds_are_named_in_whole_words_as_their_titles_write_them(
    language: str, titles: list[str], names: set[str], tmp_path: Path
) -> None:
    products: list[dict[str, object]] = [
        {"title": form.format(brand, number), "brand": brand}
        for form in titles
        for number, brand in enumerate((*BRANDS, "Nexor"))
    ]
    found = {name.lower() for name in built(tmp_path, products, (language,)).types.names}
    assert names <= found
    assert "elektrisch zahnbürste" not in found
