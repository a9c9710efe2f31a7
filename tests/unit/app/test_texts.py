"""What the pages say: the same in every language, and nothing that is not there."""

import re

import pytest
from source_tree import ROOT

WEB = ROOT / "app" / "web"


def texts(page: str) -> dict[str, dict[str, str]]:
    """Language → name → text."""
    source = (WEB / page / "strings.js").read_text(encoding="utf-8")
    found = {}
    for language, part in re.findall(r"^  (\w\w): \{(.*?)^  \},", source, flags=re.M | re.S):
        pairs = re.findall(r'(?:"([^"\n]+)"|(\w+)): "((?:[^"\\]|\\.)*)"', part)
        found[language] = {quoted or plain: text for quoted, plain, text in pairs}
    return found


@pytest.mark.parametrize("page", ["shop", "console"])
def test_every_language_says_the_same(page: str) -> None:
    english, chinese = texts(page)["en"], texts(page)["zh"]
    assert english.keys() == chinese.keys()
    for name, text in english.items():
        assert text.count("{}") == chinese[name].count("{}"), name


@pytest.mark.parametrize("page", ["shop", "console"])
def test_what_is_said_is_there(page: str) -> None:
    known = texts(page)["en"].keys()
    sources = [
        *(WEB / page).glob("*.js"),
        WEB / ("index.html" if page == "shop" else "console.html"),
    ]
    for source in sources:
        text = source.read_text(encoding="utf-8")
        said = re.findall(r'\bsay\("([^"]+)"[,)]', text) + re.findall(r'data-text="([^"]+)"', text)
        assert set(said) <= known, f"{source.name}: {sorted(set(said) - known)}"
