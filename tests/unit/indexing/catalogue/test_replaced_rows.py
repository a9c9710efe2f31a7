"""What later lines of one id changed."""

from pathlib import Path

from indexing.catalogue.documents import DocumentsBuilder
from indexing.catalogue.product import Product


def test_what_later_lines_changed_is_counted_and_shown(tmp_path: Path) -> None:
    builder = DocumentsBuilder(tmp_path)
    for product in (
        Product(id="a", title="Mug", price=5.0, attributes={"colour": "red", "size": "L"}),
        Product(id="b", title="Cup"),
        Product(id="a", title="Mug", price=6.0, attributes={"colour": "blue", "size": "L"}),
        Product(id="c", title="Jug"),
        Product(id="c", title="Jug"),
        Product(id="a", title="Mug", price=7.0, attributes={"size": "L"}),
    ):
        builder.add(product)
    made = builder.replaced()
    builder.close()
    assert (made.count, made.compared, made.alike) == (3, 3, 1)
    assert made.fields == {"price": 2, "attributes.colour": 2}
    assert list(made.lines()) == [
        "look at: 3 lines replaced by a later one of the same id; 1 said the same",
        "changed by later lines: price (2), attributes.colour (2)",
        "  a: price: 5.0 → 6.0, attributes.colour: red → blue",
        "  a: price: 6.0 → 7.0, attributes.colour: blue → nothing",
    ]


def test_a_catalogue_without_them_says_nothing(tmp_path: Path) -> None:
    builder = DocumentsBuilder(tmp_path)
    builder.add(Product(id="a", title="Mug"))
    assert list(builder.replaced().lines()) == []
    builder.close()
