from app.api.algolia.facets import declared_order


def test_the_shop_orders_its_facets() -> None:
    counts = {"brand": {}, "colour": {}, "hierarchicalCategories.lvl0": {}, "price": {}}
    fields = ("price", "category", "attributes.colour", "attributes.gone")
    assert declared_order(fields, counts) == ["price", "hierarchicalCategories.lvl0", "colour"]
