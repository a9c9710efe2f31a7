import pytest

from ranking.rules.synonym_edits import with_rules, without_rules
from ranking.rules.synonyms import MAX_PROBLEMS, parse_synonyms, written


def test_both_ways_one_way_phrases_and_languages() -> None:
    text = (
        "# what we call things\n"
        "Sofa, Couch , settee  # three words\n"
        "telly => television, tv set\n"
        "zh: 手机 ，移动电话\n"
    )
    rules, problems = parse_synonyms(text)
    assert problems == ()
    both, one_way, chinese = rules
    assert (both.line, both.said, both.both, both.language) == (
        2, ("sofa", "couch", "settee"), True, None,
    )  # fmt: skip
    assert (one_way.said, one_way.also, one_way.both) == (
        ("telly",), ("television", "tv set"), False,
    )  # fmt: skip
    assert (chinese.said, chinese.language) == (("手机", "移动电话"), "zh")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("=> sofa", "the left side is empty"),
        ("sofa =>", "the right side is empty"),
        (",, ,", "side is empty"),
        ("sofa", "says nothing: write two phrases"),
        ("sofa, SOFA", "says nothing"),
        ("sofa => sofa", "both sides are the same"),
        ("a => b => c", "more than one =>"),
        ("sofa, !!!", "'!!!' has no letter or digit"),
        ("xx: sofa, couch", "language 'xx' is not known"),
        ("sofa, a b c d e f g", "too long"),
        (", ".join(f"w{n}" for n in range(51)), "more than 50 phrases"),
    ],
)
def test_a_wrong_line_is_told_and_left_out(line: str, told: str) -> None:
    rules, problems = parse_synonyms(f"cot, crib\n{line}\nrug, carpet\n")
    assert [str(rule) for rule in rules] == ["cot, crib", "rug, carpet"]
    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert told in problems[0]


def test_a_rule_said_twice_counts_once_and_problems_end() -> None:
    rules, problems = parse_synonyms("sofa, couch\nSOFA,couch\n" + "=>\n" * 500)
    assert len(rules) == 1
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1] == "and maybe more; correct these first."


def test_combining_accents_and_wide_letters_are_folded() -> None:
    composed, _ = parse_synonyms("caf\u00e9, ＣＡＦＥＴＥＲＩＡ")
    decomposed, _ = parse_synonyms("cafe\u0301, cafeteria")
    assert [str(rule) for rule in composed] == [str(rule) for rule in decomposed]


def test_what_is_written_is_read_again() -> None:
    rules, _ = parse_synonyms("en: sofa, couch\ntelly => television\n")
    assert parse_synonyms(written(rules))[0] == rules


def test_rules_are_added_once_at_the_end() -> None:
    rules, _ = parse_synonyms("Sofa,couch\ntelly => television")
    after, added = with_rules("# ours\nsofa, couch", rules)
    assert after == "# ours\nsofa, couch\ntelly => television\n"
    assert [str(rule) for rule in added] == ["telly => television"]
    assert with_rules(after, rules) == (after, ())


def test_a_rule_is_removed_however_it_is_spaced_and_comments_stay() -> None:
    unwanted, _ = parse_synonyms("sofa, couch\nrug, mat")
    after, removed = without_rules("# ours\nSofa ,Couch # old\nbin, box\n", unwanted)
    assert after == "# ours\nbin, box\n"
    assert [str(rule) for rule in removed] == ["sofa, couch"]
