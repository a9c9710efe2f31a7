from indexing.completions.phrases import title_phrases


def phrases(titles: list[str], least: int = 3) -> dict[str, int]:
    return dict(title_phrases(titles, frozenset(("with",)), least))


def test_words_in_a_row_but_not_over_stop_words_numbers_and_signs() -> None:
    found = phrases(["Red desk lamp", "red desk, lamp", "desk 2 lamp", "desk with lamp"], 2)
    assert found == {"desk": 4, "lamp": 4, "red": 2, "red desk": 2}


def test_chinese_pieces_of_phrases_are_no_phrases() -> None:
    # Cut into 嫩, 肤, 面膜, with 嫩 before 肤 always; before 女 stands something else each time.
    found = phrases(["嫩肤面膜", "补水嫩肤面膜", "白嫩肤面膜", "洗发水女", "面霜女", "口红女"])
    assert "面膜" in found
    assert "肤面膜" not in found


def test_an_end_is_another_neighbour_each_time() -> None:
    assert "面膜女" in phrases(["面膜女", "好面膜女", "面膜女 补水"])
    assert "年新款" not in phrases(["2021年新款", "2022年新款", "2023年新款"])


def test_what_asks_for_more_is_no_phrase() -> None:
    assert "保湿不" not in phrases(["保湿不油腻", "保湿不紧绷", "保湿不黏"])
