"""Why a hit stands where it stands, as lines for people."""

from collections.abc import Iterator
from typing import Any

from ranking.search.result import Hit

MOST = 8
"""Contributions shown; the JSON answer has them all."""


def explained_lines(hit: Hit) -> Iterator[str]:
    """Found by, words, score, place: one or more plain lines each."""
    told = hit.explanation or {}
    found = ", ".join(
        f"{channel.name} (rank {channel.rank}, {channel.score:.3f})" for channel in hit.channels
    )
    yield f"found by   {found or 'its place in the catalogue'}"
    yield from _words(told["lexical"])
    yield from _score(hit.score if hit.rank_score is None else hit.rank_score, told)
    if told["moved"] is not None:
        yield f"place      {told['moved']}"


def _words(lexical: dict[str, Any]) -> Iterator[str]:
    label = "words"
    for part in lexical["terms"]:
        for term in part["terms"]:
            fields = ", ".join(
                f"{name} {facts['score']:.2f}" + (f" (×{facts['count']})" * (facts["count"] > 1))
                for name, facts in term["fields"].items()
            )
            rarity = f"in {term['documents']:,} products"
            if part["origin"] != "literal":
                rarity += f", {part['origin']} of {part['slot']!r} at {part['boost']:g}"
            yield f"{label:<11}{term['term']} {term['score']:.2f} = {fields}; {rarity}"
            label = ""
    if lexical["missing"]:
        yield f"{label:<11}without {', '.join(lexical['missing'])}"


def _score(score: float, told: dict[str, Any]) -> Iterator[str]:
    if "why" in told:
        yield f"score      {score:.3f} by {told['ranker']}: {told['why']}"
        return
    parts = told["contributions"]
    yield f"score      {score:.3f} by {told['ranker']}, the sum of"
    for part in parts[:MOST]:
        value = "" if part["value"] is None else f" = {part['value']:g}"
        yield f"{'':<11}{part['adds']:+8.3f}  {part['feature']}{value}  ({part['meaning']})"
    rest = parts[MOST:]
    if rest:
        yield f"{'':<11}{sum(part['adds'] for part in rest):+8.3f}  {len(rest)} more"
