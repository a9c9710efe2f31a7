"""Explanations as lines for people."""

from app.commands.explained import explained_lines
from ranking.search.result import ChannelHit, Hit

TERM = {
    "term": "lamp", "documents": 1200, "idf": 1.0, "score": 1.5,
    "fields": {"title": {"count": 2, "score": 1.2}, "category": {"count": 1, "score": 0.3}},
}  # fmt: skip


def hit(**explanation: object) -> Hit:
    told = {
        "moved": "down 2: nearly identical to the product of rank 1",
        "lexical": {
            "score": 1.5,
            "counted": True,
            "terms": [{"slot": "lamps", "origin": "synonym", "boost": 0.5, "terms": [TERM]}],
            "missing": ["oak"],
        },
        "ranker": "hand",
        "contributions": [
            {"feature": "bm25", "meaning": "BM25F", "value": 0.5, "adds": 1.5},
            {"feature": "expected", "meaning": "the mean", "value": None, "adds": -0.25},
        ],
    }
    channels = (ChannelHit("lexical", 3, 1.5),)
    return Hit("L1", 1.25, 1.25, 0, channels, b"{}", 1, {}, {**told, **explanation})


def test_a_ranked_hit() -> None:
    assert list(explained_lines(hit())) == [
        "found by   lexical (rank 3, 1.500)",
        "words      lamp 1.50 = title 1.20 (×2), category 0.30; in 1,200 products, "
        "synonym of 'lamps' at 0.5",
        "           without oak",
        "score      1.250 by hand, the sum of",
        "             +1.500  bm25 = 0.5  (BM25F)",
        "             -0.250  expected  (the mean)",
        "place      down 2: nearly identical to the product of rank 1",
    ]


def test_many_parts_are_summed_up() -> None:
    part = {"feature": "bm25", "meaning": "BM25F", "value": 0.5, "adds": 0.1}
    lines = list(explained_lines(hit(contributions=[part] * 11)))
    assert "             +0.300  3 more" in lines


def test_a_hit_that_no_ranker_scored() -> None:
    lines = list(explained_lines(hit(ranker="sort", why="asked for", moved=None)))
    assert lines[-1] == "score      1.250 by sort: asked for"
