"""Writes docs/features.md from the list of features: `python -m ranking.learning.feature_page`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from ranking.features import FEATURES, Feature, definition_hash
from ranking.learning.lambdamart import FALLING, RISING
from ranking.ranker import HandWeightedRanker

PAGE = Path("docs/features.md")
GROUPS = {
    "text": "How the words of the query and of the product meet. A slot is one word of the query "
    "with its synonyms and corrections; shares are of the slots' idf weight.",
    "match": "What recall and the coarse rank know of the candidate.",
    "product": "Facts of the product that hold for every query, within its category where they "
    "could not be compared otherwise.",
    "result": "The candidate among the other candidates of this query; the best matches are the "
    "20 that recall would put first.",
    "asked": "How well the product fits what the query was understood to name.",
    "query": "Facts of the query: the same for all of its candidates.",
}
"""Groups in the order of the page."""

_HEAD = """# Features

Generated from `ranking/features.py` by `python -m ranking.learning.feature_page`; do not edit.
{count} features, definition hash `{digest}`. A model with another hash is refused.

Every feature is a number that can be compared across queries and shops: a share, a percentile, a
logarithm, or 1/(1 + rank); never a raw price or a raw BM25 score. `NaN` stands for what is not
known, and trees learn which way it goes. *Trees*: ↑ more of it never lowers the learned score,
↓ never raises it, all else equal. *By hand*: weight in the hand-weighted ranker.
"""


def feature_page() -> str:
    """The whole page, as Markdown. Errors: KeyError for a feature of an unknown group."""
    order = list(GROUPS)
    groups = sorted({each.group for each in FEATURES}, key=order.index)
    parts = [_HEAD.format(count=len(FEATURES), digest=definition_hash())]
    for group in groups:
        mine = [each for each in FEATURES if each.group == group]
        parts.append(_section(group, mine))
    return "\n".join(parts)


def _section(group: str, features: Sequence[Feature]) -> str:
    lines = [
        f"## {group} ({len(features)})",
        "",
        GROUPS[group],
        "",
        "| feature | meaning | range | missing | trees | by hand |",
        "|---|---|---|---|---|---|",
        *map(_row, features),
    ]
    return "\n".join(lines) + "\n"


def _row(each: Feature) -> str:
    trend = "↑" if each.name in RISING else "↓" if each.name in FALLING else ""
    weight = HandWeightedRanker.WEIGHTS.get(each.name)
    meaning = each.meaning.replace("|", "\\|")
    return (
        f"| `{each.name}` | {meaning} | {each.low:g} … {each.high:g} | {each.missing} | {trend} | "
        f"{'' if weight is None else f'{weight:g}'} |"
    )


if __name__ == "__main__":
    written = PAGE.write_text(feature_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}: {len(FEATURES)} features, {written:,} characters\n")
