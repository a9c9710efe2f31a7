"""The quick way through an XML feed gives what the handlers give, on any feed and any cut."""

from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.catalogue.formats.xml_feed import handled_records, xml_records

NAMES = ["id", "g:id", "title", "g:title", "media:title", "price", "p", "b", "a", "link", "param"]
TEXTS = ["", " ", "x", " Mug & co", "a &amp; b", "&eacute;é", "<![CDATA[<i>a</i> & b]]>", "\n"]
ATTRIBUTES = ["", ' name="N"', ' name="N" unit="cm"', ' href="h"', ' currency="EUR"', ' g:x="1"',
              ' class="c"', ' xml:lang="en"', ' id="7"']  # fmt: skip


def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, text: f"<{name}{attributes}>{text}</{name}>",
        st.sampled_from(NAMES),
        st.sampled_from(ATTRIBUTES),
        inside,
    )


TEXT = st.sampled_from(TEXTS)
ELEMENTS = st.recursive(
    TEXT, lambda inner: st.lists(st.one_of(TEXT, element(inner)), max_size=5).map("".join)
)
ITEM = st.builds(
    lambda attributes, text: f"<item{attributes}>{text}</item>",
    st.sampled_from(ATTRIBUTES),
    ELEMENTS,
)
OTHER = st.sampled_from(["<title>Shop</title>", "\n", "<image><url>u</url></image>", "</c><c>"])


@settings(deadline=None)
@given(
    items=st.lists(st.one_of(ITEM, OTHER), max_size=8).map("".join),
    size=st.integers(1, 400),
    default=st.sampled_from(["", ' xmlns="http://www.w3.org/2005/Atom"']),
)
def test_two_ways_give_the_same(items: str, size: int, default: str) -> None:
    spaces = ' xmlns:g="http://base.google.com/ns/1.0" xmlns:media="http://m.example"'
    text = f"<rss{default}{spaces}><c>{items}</c></rss>".encode()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    path = ("rss", "c", "item")
    assert list(xml_records("a", lambda: pieces, path)) == list(handled_records("a", pieces, path))


def test_an_end_of_cdata_that_is_cut_anywhere_ends_it() -> None:
    text = b"<rss><c><item><b><![CDATA[x & y]]>&eacute;</b></item></c></rss>"
    path = ("rss", "c", "item")
    whole = list(handled_records("a", [text], path))
    for at in range(1, len(text)):
        for pieces in ([text[:at], text[at:]], [text[: at - 1], text[at - 1 : at], text[at:]]):
            assert list(handled_records("a", pieces, path)) == whole
