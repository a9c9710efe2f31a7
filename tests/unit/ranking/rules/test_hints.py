from math import inf

import pytest

from ranking.rules.hints import ScheduledHint, parse_hints

T = 1_795_737_600.0  # 2026-11-27T00:00Z


def both(text: str) -> tuple[tuple[ScheduledHint, ...], tuple[str, ...]]:
    made = parse_hints(text)
    return made.scheduled, made.problems


def test_lines_of_all_forms() -> None:
    hints, problems = both(
        "# sales\n\nlamp\nsofa\t2026-11-27\nbed\t\t2026-11-27T08:00+08:00\n"
        "  red   desk \t2026-11-27\t2026-11-28\n"
    )
    assert problems == ()
    assert hints == (
        ScheduledHint("lamp"),
        ScheduledHint("sofa", T, inf),
        ScheduledHint("bed", -inf, T),
        ScheduledHint("red desk", T, T + 86_400),
    )


def test_from_is_in_and_to_is_out() -> None:
    hint = ScheduledHint("lamp", 10.0, 20.0)
    assert [hint.at(now) for now in (9.9, 10.0, 19.9, 20.0)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("lamp\tsoon", "'soon' is no time"),
        ("lamp\t2026-11-28\t2026-11-27", "ends before it begins"),
        ("lamp\ta\tb\tc", "has 4 columns"),
        ("\t2026-11-27", "1 to 120 characters"),
        ("x" * 121, "1 to 120 characters"),
        ("call +49 171 5550199", "phone number"),
    ],
)
def test_other_lines_are_told_and_left_out(line: str, problem: str) -> None:
    hints, problems = both(f"lamp\n{line}\nsofa\n")
    assert [hint.text for hint in hints] == ["lamp", "sofa"]
    assert len(problems) == 1
    assert problems[0].startswith("line 2: ")
    assert problem in problems[0]
