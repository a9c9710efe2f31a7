"""Shapes of `/v1/admin/rules`: what is sent, what is answered."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.api.parameters import SearchBody
from app.api.rules import RulesParameters
from app.api.schemas import MadeAnswer
from ranking.rules.rule import Rule, RuleId
from ranking.rules.rule_file import MOST_RULES

_FORBIDDEN = ConfigDict(extra="forbid")


class ListParameters(RulesParameters):
    q: str = Field("", max_length=200, description="Part of an id, a name or a query condition.")
    state: Literal["active", "scheduled", "ended", "off"] | None = None
    limit: int = Field(100, ge=1, le=1_000, description="Most rules of the answer.")
    offset: int = Field(0, ge=0, le=MOST_RULES, description="Rules to pass over.")


class HistoryParameters(RulesParameters):
    rule: str | None = Field(None, max_length=100, description="Only changes of this rule.")
    limit: int = Field(50, ge=1, le=500, description="Most changes of the answer.")


class WriteParameters(RulesParameters):
    by: str = Field("", max_length=100, description="Who changes it; kept with the change.")
    note: str = Field("", max_length=500, description="Why; kept with the change.")


class PutParameters(WriteParameters):
    version: int | None = Field(
        None, ge=0, description="That the rule must have now, 0 for a new one; else 409."
    )


class UndoParameters(WriteParameters):
    change: str | None = Field(None, max_length=100, description="From the history.")


class RuleBody(Rule):
    """A rule; its id may be left out, as the address says it."""

    id: RuleId = ""


class ExportParameters(RulesParameters):
    format: Literal["json", "csv"] = "json"


class RulesText(BaseModel):
    """text: of a file. whole: these are all rules; what the file lacks goes."""

    model_config = _FORBIDDEN

    format: Literal["json", "toml", "csv"] = "json"
    text: str = Field(max_length=50_000_000, examples=['{"rules": []}'])
    whole: bool = False


class ManyRules(BaseModel):
    model_config = _FORBIDDEN

    rules: Annotated[list[Rule], Field(max_length=MOST_RULES)]


class RulesBody(ManyRules):
    """whole: these are all rules; what is not among them goes."""

    whole: bool = False


class PreviewBody(SearchBody):
    """A search; at: when it would be, with a zone or in UTC. without: rules that are left out.
    draft: rules as they would be.
    """

    at: datetime | None = Field(None, examples=["2026-11-28T09:00:00Z"])
    without: list[str] = Field(default=[], max_length=100)
    draft: list[Rule] = Field(default=[], max_length=100)

    @field_validator("at")
    @classmethod
    def _with_zone(cls, at: datetime | None) -> datetime | None:
        return at.replace(tzinfo=UTC) if at is not None and not at.tzinfo else at


class RuleItem(BaseModel):
    """at, by, key, note: of its last change. version: grows with each."""

    rule: dict[str, Any]
    version: int
    at: str
    by: str = Field(description="As whoever changed it says.")
    key: str = Field(description="Name of the key that they showed; empty without one.")
    note: str
    state: Literal["active", "scheduled", "ended", "off"]
    problems: list[str] = Field(description="What of it is not in force, or may be a mistake.")


class RulesAnswer(BaseModel):
    rules: str | None = Field(description="Id of all rules in force.")
    total: int
    items: list[RuleItem]
    problems: list[str] = Field(description="Of the file as a whole.")


class RuleProblem(BaseModel):
    rule: str
    problem: str


class ProblemsAnswer(BaseModel):
    problems: list[RuleProblem]


class ChangedRules(BaseModel):
    """change: to take it back by; null where nothing differed."""

    rules: str | None
    change: str | None
    changed: list[str] = Field(description="Ids of the rules that differ now.")
    problems: list[RuleProblem] = Field(description="May be mistakes; nothing was refused.")


class ChangedRule(BaseModel):
    id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangeItem(BaseModel):
    id: str
    at: str
    by: str = Field(description="As whoever changed it says.")
    key: str = Field(description="Name of the key that they showed; empty without one.")
    note: str
    action: Literal["put", "delete", "import", "undo"]
    rules: list[ChangedRule]


class HistoryAnswer(BaseModel):
    items: list[ChangeItem]


class AskedRuleShape(BaseModel):
    id: str
    name: str
    fired: bool
    why_not: str | None


class PreviewAnswer(BaseModel):
    """rules: whose query, filters, context and the like hold, fired or not."""

    with_rules: MadeAnswer
    without_rules: MadeAnswer
    rules: list[AskedRuleShape]
