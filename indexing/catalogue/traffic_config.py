"""What index.toml may say of places that new products are given; docs/traffic.md."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class TrafficSettings(BaseModel):
    """impressions_a_day: that one new product is given; 0 gives none. new_days: how long it is new.

    share: of the places from first_place to depth, at most. evidence: impressions in all after
    which nothing more is given; the day's budget falls to 0 until then. usual_ctr: clicks an
    impression that a product must be able to have; belief: impressions that this is worth.

    little_known: whether places go to products of which clicks after the query say little.
    little_known_share: of the places from little_known_first to depth, at most: so many where
    shoppers never look below a click, none where they look there as elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    impressions_a_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    new_days: Annotated[float, Field(gt=0, le=3_650)] = 30.0
    share: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] = 0.34
    first_place: Annotated[int, Field(ge=1, le=100)] = 3
    depth: Annotated[int, Field(ge=1, le=100)] = 40
    evidence: Annotated[int, Field(ge=1, le=10_000_000)] = 1_000
    usual_ctr: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.05
    belief: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = 20.0

    little_known: bool = False
    little_known_share: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] = 0.5
    little_known_first: Annotated[int, Field(ge=1, le=100)] = 1

    @property
    def on(self) -> bool:
        return self.impressions_a_day > 0 or self.little_known
