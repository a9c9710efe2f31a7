"""Changing merchandising rules: what is changed, by whom, why, and how to take it back.

Rules and the list of their changes are two files of one rules folder, so they are in force
together. Changes that are older than the newest 500, or beyond 4 MB, are forgotten.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from indexing.current import read_current
from ranking.errors import RuleConflictError, RuleRefusedError, UnknownRuleError
from ranking.rules.rule import Rule
from ranking.rules.rule_file import MOST_RULES, Kept, raw_rules, read_kept, written
from ranking.rules.store import CHANGES, MERCHANDISING, publish_rules, read_rules_file

MOST_CHANGES: Final = 500
MOST_BYTES: Final = 4_000_000

Raw = dict[str, Any]
ById = dict[str, Raw]
"""Rule id → its row of the file."""


@dataclass(frozen=True, slots=True)
class Author:
    """by, note: as they say themselves. key: name of the key that they showed, if any."""

    by: str = ""
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """id: to take it back by. action: put, delete, import or undo. rules: each that changed, with
    the JSON of before and after; None where there was or is none.
    """

    id: str
    at: str
    by: str
    note: str
    action: str
    rules: tuple[tuple[str, Raw | None, Raw | None], ...]
    key: str = ""

    def facts(self) -> dict[str, Any]:
        rules = [{"id": i, "before": before, "after": after} for i, before, after in self.rules]
        return {
            "id": self.id, "at": self.at, "by": self.by, "key": self.key, "note": self.note,
            "action": self.action, "rules": rules,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """rules: id of the folder in force. change: None where nothing differed, so nothing changed."""

    rules: str | None
    change: Change | None


def kept_rules(index: Path) -> tuple[Kept, ...]:
    """All rules in force, by id."""
    return tuple(sorted(read_kept(_text(index, MERCHANDISING))[0], key=lambda kept: kept.rule.id))


def changes_of(index: Path) -> tuple[Change, ...]:
    """The newest first."""
    return tuple(reversed(_changes(_text(index, CHANGES))))


def put_rules(
    index: Path,
    rules: Sequence[Rule],
    author: Author,
    now: datetime,
    *,
    action: str = "put",
    whole: bool = False,
    version: int | None = None,
) -> Published:
    """Put these rules in force beside or, if `whole`, in place of those there are.

    version: that the (one) rule must have now, 0 if it must be new; None for any.
    Raises RuleRefusedError for too many of them, RuleConflictError for another version.
    """

    def edit(before: ById) -> ById:
        for rule in rules if version is not None else ():
            has = int(before[rule.id].get("version", 1)) if rule.id in before else 0
            if has != version:
                raise RuleConflictError(
                    f"rule {rule.id!r} has version {has}, not {version}: somebody changed it. "
                    "Read it again, and put your change on top."
                )
        after = {} if whole else dict(before)
        for rule in rules:
            after[rule.id] = {**before.get(rule.id, {}), "rule": rule.facts()}
        return after

    return _publish(index, edit, action, author, now)


def delete_rules(index: Path, ids: Iterable[str], author: Author, now: datetime) -> Published:
    """Raises UnknownRuleError, and changes nothing then."""
    gone = set(ids)

    def edit(before: ById) -> ById:
        for name in sorted(gone - before.keys()):
            raise UnknownRuleError(f"there is no rule {name[:110]!r}.")
        return {name: raw for name, raw in before.items() if name not in gone}

    return _publish(index, edit, "delete", author, now)


def undo(index: Path, change_id: str | None, author: Author, now: datetime) -> Published:
    """Take back one change, the newest if none is named; the rules are as they were before it.

    Raises UnknownRuleError if there is no such change, RuleConflictError if a rule was changed
    again since.
    """

    def edit(before: ById) -> ById:
        known = changes_of(index)
        change = next((c for c in known if change_id in (None, c.id)), None)
        if change is None:
            raise UnknownRuleError(
                f"there is no change {change_id!r}. The newest {MOST_CHANGES} are kept."
                if known else "there is no change to take back."
            )  # fmt: skip
        after = dict(before)
        for name, was, became in change.rules:
            if after.get(name, {}).get("rule") != became:
                raise RuleConflictError(
                    f"rule {name!r} was changed again since. Take the later change back first."
                )
            if was is None:
                after.pop(name, None)
            else:
                after[name] = {**after.get(name, {}), "rule": was}
        return after

    return _publish(index, edit, "undo", author, now)


def _publish(
    index: Path, edit: Callable[[ById], ById], action: str, author: Author, now: datetime
) -> Published:
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    made: list[Change] = []

    def edit_rules(text: str) -> str:
        before = {str(raw["rule"].get("id")): raw for raw in raw_rules(text)}
        after = edit(before)
        if len(after) > MOST_RULES:
            raise RuleRefusedError(
                f"these would be {len(after):,} rules. An index has at most {MOST_RULES:,}."
            )
        rules = []
        for name in sorted(before.keys() | after.keys()):
            was, is_now = before.get(name, {}).get("rule"), after.get(name, {}).get("rule")
            if was != is_now:
                rules.append((name, was, is_now))
        if not rules:
            raise _NothingChangedError
        for name, _, is_now in rules:
            if is_now is not None:
                version = int(before.get(name, {}).get("version", 0)) + 1
                after[name] = {
                    "rule": is_now, "version": version, "at": at, "by": author.by,
                    "key": author.key, "note": author.note,
                }  # fmt: skip
        change_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        made.append(Change(change_id, at, author.by, author.note, action, tuple(rules), author.key))
        return written(after[name] for name in sorted(after))

    def edit_changes(text: str) -> str:
        lines = [*text.splitlines(), orjson.dumps(made[0].facts()).decode()][-MOST_CHANGES:]
        size = 0
        kept: list[str] = []
        for line in reversed(lines):  # the newest is kept, however large it is
            size += len(line)
            if kept and size > MOST_BYTES:
                break
            kept.append(line)
        return "".join(f"{line}\n" for line in reversed(kept))

    try:
        rules_id = publish_rules(index, {MERCHANDISING: edit_rules, CHANGES: edit_changes}, now)
    except _NothingChangedError:
        current = read_current(index)
        return Published(current.rules if current else None, None)
    return Published(rules_id, made[0])


class _NothingChangedError(Exception):
    """Leaves the publication as it was."""


def _changes(text: str) -> list[Change]:
    found = []
    for line in text.splitlines():
        raw = orjson.loads(line)
        rules = tuple((each["id"], each["before"], each["after"]) for each in raw.pop("rules"))
        found.append(Change(**raw, rules=rules))
    return found


def _text(index: Path, name: str) -> str:
    current = read_current(index)
    return read_rules_file(index, current.rules if current else None, name)
