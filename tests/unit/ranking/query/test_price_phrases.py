from dataclasses import replace

import pytest

from ranking.query.han_numbers import han_number
from ranking.query.price_phrases import PriceWish, find_price

MOST = """lamp max 100; lamp at most 100; lamp cheaper than 100; lamp <= 100; lampe bis 100;
    lampe bis 100,-;
    lampe höchstens 100; große lampe maximal 100; lampe jusqu'à 100; lampe en dessous de 100;
    lámpara hasta 100; lámpara no más de 100;
    lampada fino a 100; lampada sotto i 100; candeeiro até 100;
    lamp onder de 100; lamp tot 100; lampa upp till 100; lampa billigare än 100; lampe op til 100;
    lampe opptil 100; lamppu enintään 100; veioză până la 100; лампа до 100; лампа не дороже 100;
    مصباح اقل من 100; 灯 不超过100; 灯 100以内; 灯100元以下; ランプ 100円以下; ランプ 100円まで;
    램프 100원 이하; lamba 100 tl altı; lamba 100 liraya kadar; lámpa 100 ft alatt; lampe bis 100 €;
    lampa do 100 zł; lamp 100 or less; lamp 100 euros or less; Lampe 100 Euro oder weniger;
    lampe 100 € maximum; lámpara menor a 100 euros; Lampe nicht teurer als 100 €;
    lampa tańsza niż 100 zł; ランプ 百円以下; 灯 一百元以内; ランプ ¥100以下; 灯 ￥100以内;
    ランプ ~100円; ランプ 100ドル以下; 灯 100欧元以下; lamba 100 tl'den az; lamp under 100 US$;
    lamp under HK$100; lampa upp till 100:-; лампа до 0,1 тыс рублей; лампа до 100р;
    مصباح أقل من 100 ريال; lamp under Rs.100/-; lamp under 100 swiss francs; ランプ 100yen以下;
    ランプ JPY100以下; lamp under 100円"""
LEAST = """lamp over 100; lamp min 100; lampe ab 100; lampe à partir de 100; lámpara desde 100;
    lampada oltre 100; candeeiro acima de 100; lamp vanaf 100; lampa från 100 kr; лампа от 100;
    مصباح اكثر من 100; 灯100元以上; ランプ 100円以上; lamba 100 tl üstü;
    lamp $100+; lamp 100+ euros; lámpara mayor que 100; ランプ 百円以上; ランプ 100円~;
    lamp £100 plus; مصباح من 100 ريال"""
BETWEEN = """lamp from 50 to 100; lampe von 50 bis 100; lampe de 50 à 100 €; lámpara entre 50 y 100;
    lampada tra 50 e 100; lamp tussen 50 en 100; lampa mellan 50 och 100; lampe mellem 50 og 100;
    лампа от 50 до 100; 灯50到100元; ランプ 50円〜100円; 50-100 tl arası lamba"""


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


@pytest.mark.parametrize("text", MOST.split(";"))
def test_a_most_in_every_language(text: str) -> None:
    found = find_price(text.strip(), rated=("HUF",))
    assert found is not None
    assert found.limits == (None, 100.0)


@pytest.mark.parametrize("text", LEAST.split(";"))
def test_a_least_in_every_language(text: str) -> None:
    found = find_price(text.strip())
    assert found is not None
    assert found.limits == (100.0, None)


@pytest.mark.parametrize("text", BETWEEN.split(";"))
def test_a_range_in_every_language(text: str) -> None:
    found = find_price(text.strip())
    assert found is not None
    assert found.limits == (50.0, 100.0)


@pytest.mark.parametrize(
    ("text", "most"), [("до 1 000", 1000.0), ("bis 1.500 €", 1500.0), ("テント 1万円以下", 10000.0)]
)
def test_thousands(text: str, most: float) -> None:
    found = find_price(text, comma="円" not in text)
    assert found is not None
    assert found.limits == (None, most)


@pytest.mark.parametrize("text", ["wallet 50€", "$50 wallet", "50 dollar wallet", "wallet 50 eur"])
def test_an_amount_alone_is_about_the_price_if_no_name(text: str) -> None:
    found = find_price(text)
    assert found is not None
    assert (found.limits, found.certain) == ((40.0, 62.5), False)


def test_feet_are_no_forints_but_where_those_are_paid() -> None:
    for text in ("hose up to 50 ft", "50-100 ft hose", "cable 10ft max", "hose for 50 ft"):
        assert find_price(text, "USD") is None
    found = find_price("lámpa 50 ft alatt", "HUF")
    assert found is not None
    assert found.limits == (None, 50.0)
    rated = find_price("lamp up to 50 ft", "EUR", rated=("HUF",))
    assert rated is not None
    assert rated.currency == "HUF"


def test_about_a_price_is_a_fifth_around_it() -> None:
    found = find_price("lamp around 100 euros")
    assert found is not None
    assert found.limits == pytest.approx((80.0, 125.0))
    assert find_price("gift for 100 euros") == replace(found, end=18)


@pytest.mark.parametrize(
    ("text", "value"),
    [("千", 1_000), ("一千", 1_000), ("两百五十", 250), ("三万", 30_000), ("十五", 15),
     ("二十", 20), ("一万两千", 12_000), ("百", 100), ("零", 0)],
)  # fmt: skip
def test_numbers_in_chinese_characters(text: str, value: float) -> None:
    assert han_number(text) == value


@pytest.mark.parametrize(
    ("said", "own", "rated", "currency"),
    [
        ("under ¥50", "USD", (), "CNY"),
        ("under ¥50", "USD", ("JPY",), "JPY"),
        ("under ¥50", "JPY", ("CNY",), None),
        ("under $50", "EUR", (), "USD"),
        ("under $50", "EUR", ("CAD",), "CAD"),
        ("under C$50", "USD", (), "CAD"),
        ("under CA$50", "USD", (), "CAD"),
        ("under A$50", "USD", (), "AUD"),
        ("under S$50", "USD", (), "SGD"),
        ("under US$50", "USD", (), None),
        ("under 50 us$", "CAD", (), "USD"),
        ("50美元以下", "CNY", (), "USD"),
        ("50元以下", "CNY", (), None),
        ("50日元以下", "CNY", (), "JPY"),
        ("under 50 hkd", "USD", (), "HKD"),
    ],
)
def test_which_currency_is_said(
    said: str, own: str, rated: tuple[str, ...], currency: str | None
) -> None:
    found = find_price(f"lamp {said}", own, rated=rated)
    assert found is not None
    assert found.currency == currency
    assert found.limits == (None, 50.0)


def test_pounds_are_money_where_prices_are() -> None:
    pounds = find_price("rug under 50 pounds", "GBP")
    assert pounds is not None
    assert pounds.limits == (None, 50.0)
    assert find_price("dumbbell under 50 pounds", "USD") is None
    said = find_price("rug under 50 pounds", "USD", rated=("GBP",), pounds=True)
    assert said is not None
    assert (said.limits, said.currency) == ((None, 50.0), "GBP")


@pytest.mark.parametrize("text", ["100元内衣", "50元内裤", "500元内存", "80元起泡酒"])
def test_the_first_character_of_the_noun_is_no_limit(text: str) -> None:
    found = find_price(text)
    assert found is None or text[found.start : found.end].endswith("元")


@pytest.mark.parametrize(
    "text",
    ["", "   ", "size 42", "at least 16gb", "50-100 cm", "iphone 12", "100% cotton", "5-in-1 tool",
     "under armour", "3元", "2023", "9" * 30, "clamp up to 80 mm", "box up to 100 photos",
     "kabel bis 10 m", "de 50 a 100 horas", "for children from 3 to 6 years", "от 3 лет",
     "size 12 and up", "ages 3 and up", "kids 12 or under", "zephon 15 max", "about a boy",
     "ca 50 cm", "around 50", "万元户", "百年孤独", "千与千寻", "google play 12+"],
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("günstige Kamera", "günstige"), ("Kamera günstig", "günstig"), ("billige tält", "billige"),
        ("aspirateur pas cher", "pas cher"), ("canapé à petit prix", "à petit prix"),
        ("zapatillas baratas", "baratas"), ("scarpe economiche", "economiche"),
        ("goedkope fiets", "goedkope"), ("недорогой телефон", "недорогой"), ("tani laptop", "tani"),
        ("ucuz telefon", "ucuz"), ("olcsó táska", "olcsó"), ("حقيبة رخيصة", "رخيصة"),
        ("安い 財布", "安い"), ("저렴한 의자", "저렴한"),
    ],
)  # fmt: skip
def test_cheap_in_other_languages(text: str, said: str) -> None:
    wish = find_price(text)
    assert wish is not None
    assert (text[wish.start : wish.end], wish.soft) == (said, -1)


@pytest.mark.parametrize("text", ["cher believe", "cheapside map", "wirtschaftlichkeit"])
def test_names_that_are_no_price(text: str) -> None:
    assert find_price(text) is None


@pytest.mark.parametrize(
    ("text", "limits", "said"),
    [
        ("shoes under fifty", (None, 50.0), "under fifty"),
        ("laptop under a hundred", (None, 100.0), "under a hundred"),
        ("phone under one hundred and fifty", (None, 150.0), "under one hundred and fifty"),
        ("shoes under twenty-five dollars", (None, 25.0), "under twenty-five dollars"),
        ("jacket between twenty and fifty", (20.0, 50.0), "between twenty and fifty"),
        ("toys under five dollars", (None, 5.0), "under five dollars"),
        ("schuhe unter fünfzig euro", (None, 50.0), "unter fünfzig euro"),
        ("lampe moins de cinquante euros", (None, 50.0), "moins de cinquante euros"),
        ("bolso menos de cien euros", (None, 100.0), "menos de cien euros"),
        ("lampa levnější než 500 kč", (None, 500.0), "levnější než 500 kč"),
        ("λάμπα κάτω από 50 ευρώ", (None, 50.0), "κάτω από 50 ευρώ"),
        ("куртка дешевше 500 грн", (None, 500.0), "дешевше 500 грн"),
    ],
)
def test_numbers_in_words_and_more_languages(
    text: str, limits: tuple[float | None, float | None], said: str
) -> None:
    found = find_price(text)
    assert found is not None
    assert found.limits == limits
    assert text[found.start : found.end].strip() == said


@pytest.mark.parametrize(
    "text", ["toys under five", "tent for four", "twenty one pilots shirt", "book ten things"]
)
def test_small_numbers_in_words_are_no_price(text: str) -> None:
    assert find_price(text) is None
