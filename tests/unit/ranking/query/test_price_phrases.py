import pytest

from ranking.query.price_phrases import PriceWish, find_price


@pytest.mark.parametrize(
    ("text", "limits", "said"),
    [
        ("lamp under $50", (None, 50.0), "under $50"),
        ("lamp $20-$30", (20.0, 30.0), "$20-$30"),
        ("lamp 50-100 dollars", (50.0, 100.0), "50-100 dollars"),
        ("between 30 and 10 euros lamp", (10.0, 30.0), "between 30 and 10 euros"),
        ("lamp at least 20 bucks", (20.0, None), "at least 20 bucks"),
        ("watch over $1,299.50", (1299.5, None), "over $1,299.50"),
        ("laptop under $2k", (None, 2000.0), "under $2k"),
        ("手机300元以下", (None, 300.0), "300元以下"),
        ("100到200元的手机壳", (100.0, 200.0), "100到200元"),
        ("手机壳 至少50块", (50.0, None), "至少50块"),
        ("手机壳50元内", (None, 50.0), "50元内"),
        ("茶50元起", (50.0, None), "50元起"),
        ("lamp less than 40", (None, 40.0), "less than 40"),
    ],
)
def test_limits(text: str, limits: tuple[float | None, float | None], said: str) -> None:
    found = find_price(text)
    assert found is not None
    assert found.limits == limits
    assert text[found.start : found.end].strip() == said


@pytest.mark.parametrize("text", ["100元内衣", "50元内裤", "500元内存", "80元起泡酒"])
def test_the_first_character_of_the_noun_is_no_limit(text: str) -> None:
    found = find_price(text)
    assert found is None or text[found.start : found.end].endswith("元")


@pytest.mark.parametrize(
    "text",
    ["", "   ", "size 42", "at least 16gb", "50-100 cm", "iphone 12", "100% cotton", "5-in-1 tool",
     "under armour", "3元", "2023", "9" * 30],
)  # fmt: skip
def test_what_is_no_price(text: str) -> None:
    assert find_price(text) is None


@pytest.mark.parametrize(("text", "soft"), [("cheap lamp", -1), ("高档手机", 1), ("便宜的灯", -1)])
def test_words_without_a_number_only_lean(text: str, soft: int) -> None:
    found = find_price(text)
    assert isinstance(found, PriceWish)
    assert (found.soft, found.limits, found.certain) == (soft, (None, None), False)


def test_letters_that_grow_when_folded_do_not_move_the_place() -> None:
    found = find_price("Straße LAMP under $50")
    assert found is None or "under $50" in "Straße LAMP under $50"[found.start : found.end]
