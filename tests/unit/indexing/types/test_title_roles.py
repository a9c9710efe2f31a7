"""Titles by the order of their words: what may be the thing, and what it only fits."""

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.types.title_roles import MOST_POSITIONS, TitleRoles


def read(language: str, title: str, brand: str = "") -> tuple[str, str]:
    """The terms at the positions of heads, and of what the product fits."""
    analyzer = Analyzer((language,))
    heads, fits = TitleRoles(analyzer).of(title, brand)
    primary = {
        token.position: token.term
        for token in reversed(analyzer.tokens(title))
        if token.kind in (Kind.WORD, Kind.CHAR)
    }
    return tuple(
        " ".join(primary[place] for place in sorted(primary) if bits >> place & 1)
        for bits in (heads, fits)
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("language", "title", "heads", "fits"),
    [
        ("en", "Cordless drill Borel 18 V", "drill", ""),
        ("en", "Bit set for drill", "set", "drill"),
        ("en", "Drill chuck key", "key", ""),
        ("en", "Box of chocolates", "box", ""),
        ("en", "Bag to fit camera, black", "bag", "camera"),
        ("fr", "Aspirateur traîneau Vento", "aspir", ""),
        ("fr", "Sacs pour aspirateur, lot de 10", "sac", "aspir"),
        ("de", "Elektrische Zahnbürste Dento", "zahnburst dento", ""),
        ("de", "Lampe fürs Fahrrad", "lamp", "fahrrad"),
        ("sv", "Lås till cykel", "las", "cykel"),
        ("ru", "Горный велосипед Тропа", "горн велосипед", ""),
        ("ru", "Насадка на пылесос", "насадк", "пылесос"),
        ("tr", "Kulaklık için kılıf", "kilif", "kulaklik"),
        ("tr", "Kulaklık standı ahşap", "standi", ""),
        ("tr", "Kablosuz kulaklık Sesli", "kulaklik", ""),
        ("fi", "Suodatin pölynimurille", "suodat", "polynimur"),
        ("hu", "Szűrő porszívóhoz", "szur", "porsziv"),
        ("ja", "掃除機用フィルター", "ー", "扫 除 机"),
        ("ja", "コードレス掃除機", "机", ""),
        ("ko", "이어폰용 실리콘 팁", "팁", "이 어 폰"),
        ("ko", "이어폰 케이스", "스", ""),
        ("ko", "무선 이어폰 소리", "폰 리", ""),
        ("zh", "吸尘器专用尘袋", "袋", "吸 尘 器"),
        ("zh", "适用于吸尘器的吸头", "头", "吸 尘 器"),
    ],
)
def test_roles_follow_the_order_of_the_language(
    language: str, title: str, heads: str, fits: str
) -> None:
    assert read(language, title) == (heads, fits)


def test_a_brand_at_the_beginning_is_no_thing() -> None:
    assert read("fr", "Vento Aspirateur traîneau", "Vento") == ("aspir", "")


def test_what_stands_behind_the_sixty_fourth_position_is_not_told() -> None:
    title = "bag " * MOST_POSITIONS + "for drill"
    heads, fits = TitleRoles(Analyzer()).of(title)
    assert heads < 1 << MOST_POSITIONS
    assert fits == 0


def test_rows_stand_beside_their_titles() -> None:
    roles = TitleRoles(Analyzer()).all_of([("Bit set for drill", ""), ("", ""), ("Drill", "")])
    assert roles.tolist() == [[0b10, 0b1000], [0, 0], [0b1, 0]]


@pytest.mark.parametrize(
    ("language", "query", "thing", "fits"),
    [
        ("de", "dunkle jacke", "jack", ""),
        ("pl", "zielona sofa", "sof", ""),
        ("fr", "banc en métal", "banc", ""),
        ("en", "case for phone", "case", "phone"),
        ("en", "coat blue", "coat", ""),
        ("en", "ps4 pro", "", ""),
        ("ja", "赤い 椅子", "子", ""),
    ],
)
def test_a_query_asks_for_the_last_head_unless_it_says_nothing(
    language: str, query: str, thing: str, fits: str
) -> None:
    analyzer = Analyzer((language,))
    terms = {token.position: token.term for token in reversed(analyzer.tokens(query))}
    told = TitleRoles(analyzer).asked(query)
    assert [
        " ".join(terms[place] for place in sorted(terms) if bits >> place & 1) for bits in told
    ] == [thing, fits]
