"""The table of docs/architecture.md that says where things are."""

import re

from source_tree import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_thirty_questions_lead_to_what_is_there() -> None:
    table = PAGE.partition("## Where is …?")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (\[.*) \|$", table, flags=re.M)
    assert len(rows) >= 30
    for question, answer in rows:
        for target in re.findall(r"\]\((.*?)\)", answer):
            assert (ROOT / "docs" / target).exists(), f"{question}: {target} is gone"
