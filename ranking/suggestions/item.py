"""What every query surface answers with."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True)
class QueryItem:
    """source: where the text comes from: `query_log`, `brand`, `category`, `phrase`, `scheduled`,
    `facet`, `composed` (typed words with an ending that is known), `kind` (what goes with the kind
    of thing that is typed). more: what else the surface
    says of it, as JSON.
    """

    text: str
    source: str
    suggestion_id: str
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, surface: str, text: str, source: str, **more: Any) -> "QueryItem":
        return cls(text, source, suggestion_id(surface, source, text), more)

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        told = {"text": self.text, "source": self.source, "suggestion_id": self.suggestion_id}
        return told | self.more


def suggestion_id(surface: str, source: str, text: str) -> str:
    """The same suggestion has the same id in every generation; later events refer to it."""
    raw = f"{surface}\0{source}\0{text}".encode("utf-8", "replace")
    return blake2b(raw, digest_size=8).hexdigest()
