"""The parts of a snapshot, and which formats of each this code reads: docs/formats.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from indexing.errors import FormatVersionError


@dataclass(frozen=True, slots=True)
class Part:
    """formats: numbers that can be read, the one that is written first; at most two.

    optional: a snapshot without it, or with a format that is not known, is opened all the same,
    as if the part said nothing.
    """

    formats: tuple[int, ...] = (1,)
    optional: bool = False


PARTS: Final[Mapping[str, Part]] = {
    "postings": Part(),
    "columns": Part(),
    "documents": Part(),
    "encoder": Part(),
    "vectors": Part(),
    "spelling": Part(),
    "categories": Part(),
    "entities": Part(),
    "completions": Part(),
    "queries": Part(),
    "forms": Part(optional=True),
    "priors": Part(),
    "types": Part(formats=(3, 2), optional=True),
    "companions": Part(optional=True),
    "kinds": Part(optional=True),
    "written": Part(optional=True),
}
"""Name → how it is read; a part is a folder of its name, `priors` the arrays beside them.

A new part begins as optional, with 1.
"""

FIRST_PARTS: Final[Mapping[str, int]] = {
    "postings": 1, "columns": 1, "documents": 1, "encoder": 1, "vectors": 1, "spelling": 1,
    "categories": 1, "entities": 1, "completions": 1, "queries": 1, "priors": 1,
}  # fmt: skip
"""What snapshots of format 5 hold, whose manifests do not tell parts."""


def written_parts() -> dict[str, int]:
    """Name → format, of a snapshot that is built now."""
    return {name: part.formats[0] for name, part in PARTS.items()}


def readable_parts(parts: Mapping[str, int]) -> dict[str, int]:
    """Those of a snapshot's parts that this code reads, with their formats.

    Raises FormatVersionError if one is missing that it cannot do without.
    """
    readable = {
        name: parts[name]
        for name, part in PARTS.items()
        if name in parts and parts[name] in part.formats
    }
    for name, part in PARTS.items():
        if name not in readable and not part.optional:
            has = f"has format {parts[name]}" if name in parts else "is missing"
            reads = ", ".join(map(str, part.formats))
            raise FormatVersionError(f"its part {name} {has}; this code reads {reads}.")
    return readable


def outdated_parts(parts: Mapping[str, int]) -> list[str]:
    """What a snapshot that is built now would have, or have otherwise."""
    return [name for name, number in written_parts().items() if parts.get(name) != number]
