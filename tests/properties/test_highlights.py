"""Highlights against a plain walk over the chunks of each text."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, Kind
from ranking.search.highlights import Highlighter, Spans, mark

ANALYZER = Analyzer()
WORDS = st.sampled_from(
    ["red", "Red", "reds", "usb-c", "USB", "c++", "15.6\"", "l'oréal", "wh-1000xm4", "红色手机",
     "红", "手机壳red", "&amp;", "<b>lamp</b>", "lamp,", "(lamp)", "lámp", "—", "½", "\u200bred",
     "re\u00add", "500ml", "500", "🎉", "ﬁn", "chair/desk", "x" * 60,
     "北欧风格,红色手机沙发,三人位。", "北欧风格，实木沙发，三人位大沙发。",
     "紅色傢俱紅色手機沙發套裝"]
)  # fmt: skip
GAPS = st.sampled_from([" ", "  ", "\n", "\t ", "\u00a0", "\u2028", "\x1c", "\u3000", "\x85"])
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=9).map(lambda pairs: "".join(map("".join, pairs)))
ANY = st.text(max_size=40)
TERMS = st.sets(
    st.sampled_from(["red", "lamp", "usbc", "usb", "c", "c++", "红色", "红", "手机", "500", "ml",
                     "1000xm4", "desk", "沙发", "发"]),
    max_size=4,
)  # fmt: skip


def plain_spans(text: str, terms: set[str]) -> Spans:
    by_pairs = any(len(term) == 2 and not term.isascii() for term in terms)
    found: Spans = []
    for chunk in CHUNK.finditer(text):
        hits = [
            token
            for token in ANALYZER.chunk_tokens(chunk.group())
            if token.term in terms and not (by_pairs and token.kind == Kind.CHAR)
        ]
        if not hits:
            continue
        if hits[0].kind not in (Kind.CHAR, Kind.BIGRAM):
            found.append(chunk.span())
            continue
        marked = {p for hit in hits for p in range(hit.position, hit.position + hit.span)}
        own: Spans = []
        for place in sorted(chunk.start() + p for p in marked):
            if own and own[-1][1] == place:
                own[-1] = (own[-1][0], place + 1)
            else:
                own.append((place, place + 1))
        found.extend(own)
    return found


@given(st.lists(st.one_of(TEXTS, ANY), min_size=1, max_size=4), TERMS)
def test_spans_equal_a_walk_over_the_chunks(texts: list[str], terms: set[str]) -> None:
    marker = Highlighter(frozenset(terms), ANALYZER)
    for text in texts:  # one marker for many texts: what it remembers must not change them
        assert marker.spans(text) == plain_spans(text, terms)


@given(TEXTS, TERMS)
def test_marked_text_is_the_text(text: str, terms: set[str]) -> None:
    spans = Highlighter(frozenset(terms), ANALYZER).spans(text)
    marked = mark(text, spans)
    assert marked.replace("<em>", "").replace("</em>", "") == escape(text)
    assert marked.count("<em>") == len(spans)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Red lamp", "<em>Red</em> lamp"),
        ("a <b>red</b> & blue", "a &lt;b&gt;<em>red</em>&lt;/b&gt; &amp; blue"),
        ("red,red  red", "<em>red,red</em>  <em>red</em>"),
        ("nothing", None),
    ],
)
def test_by_hand(text: str, marked: str | None) -> None:
    found = Highlighter(frozenset({"red"}), ANALYZER).highlights({"title": text, "brand": 7})
    assert (found["title"]["text"] if found else None) == marked


def test_long_texts_are_cut() -> None:
    found = Highlighter(frozenset({"red"}), ANALYZER).highlights(
        {"description": "red " + "x" * 300 + " red"}
    )
    assert found["description"]["offsets"] == [[0, 3]]
    assert found["description"]["text"].endswith("x…")
