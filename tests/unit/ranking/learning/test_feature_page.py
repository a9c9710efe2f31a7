from source_tree import ROOT

from ranking.features.features import GROUPS, NAMES
from ranking.learning.feature_page import feature_page


def test_the_page_of_features_is_up_to_date() -> None:
    page = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert page == feature_page(), "run `python -m ranking.learning.feature_page`"


def test_every_feature_is_told_once_in_its_group() -> None:
    page = feature_page()
    assert len(set(NAMES)) == len(NAMES) >= 45
    for group in GROUPS:
        section = page.partition(f"## {group.name} (")[2].partition("\n## ")[0]
        assert group.meaning in section
        for name in group.names:
            assert page.count(f"| `{name}` |") == section.count(f"| `{name}` |") == 1
