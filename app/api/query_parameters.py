"""What the query surfaces take: an index, a limit, and what the shopper did just now."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.api.parameters import IndexName
from app.errors import refused
from ranking.generation import Generation
from ranking.suggestions.recent import Recent

_Text = Annotated[str, Field(max_length=512)]


class SurfaceParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    limit: int = Field(10, ge=1, le=50, description="Most items of an answer.")
    session_id: str | None = Field(None, max_length=200, description="Their session.")
    user_id: str | None = Field(None, max_length=200, description="Who asks.")
    region: str | None = Field(None, max_length=200, description="Where they are.")
    analytics: bool = Field(True, description="`off`: nothing is logged about this request.")


class RecentParameters(SurfaceParameters):
    recent_queries: list[_Text] = Field(
        default=[], max_length=50, examples=[["desk", "desk lamp"]],
        description="Repeatable: queries of this session, the newest last.",
    )  # fmt: skip
    recent_products: list[_Text] = Field(
        default=[], max_length=50,
        description="Repeatable: ids of products just looked at, the newest last.",
    )  # fmt: skip

    @property
    def has_recent(self) -> bool:
        return bool(self.recent_queries or self.recent_products)

    def recent(self, generation: Generation) -> Recent:
        queries = [text.encode("utf-8", "ignore").decode() for text in self.recent_queries]
        return Recent.of(queries, self.recent_products, generation)


def names_of(where: str, listed: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Comma separated names, each once. Raises InvalidRequestError for one that is not known."""
    names = [name.strip() for name in (listed or "").split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise refused(where, f"{name[:60]!r} is not known", f"Known are: {', '.join(known)}.")
    return tuple(dict.fromkeys(names))
