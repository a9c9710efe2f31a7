"""`filters`: `brand:"A B" AND (price:10 TO 20 OR NOT size:M) AND stock > 0` → a filter.

*not* binds closest, then *and*, then *or*; brackets may stand anywhere.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from app.api.algolia.clauses import any_of, between_clause, compared_clause
from app.errors import InvalidRequestError, refused
from ranking.filters.filters import And, AnyOf, Filter, Not
from ranking.filters.url_syntax import FilterBudget

WHERE: Final = "filters"
_TAGS = "_tags"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<sign><score=-?[0-9]{1,9}>|!=|>=|<=|[()=<>:])
    | (?P<bare>(?:\\.|[^\s()=<>:!"'\\])(?:\\.|[^\s()=<>:!\\])*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
_WORDS = frozenset({"AND", "OR", "NOT", "TO"})


@dataclass(frozen=True, slots=True)
class _Token:
    """bare: an unquoted word, which may be an operator."""

    text: str
    bare: bool
    sign: bool
    at: int


def parse_filter_text(text: str, budget: FilterBudget) -> Filter | None:
    """None for a blank text. Raises InvalidRequestError that says where, in characters."""
    if not text.strip():
        return None
    reader = _Reader(_tokens(text), budget)
    made = reader.any_of(1)
    if reader.place < len(reader.tokens):
        raise reader.refused("what follows is not joined by AND or OR")
    return made


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise refused(WHERE, f"cannot be read from character {at} on", _REMEDY)
        kind = str(match.lastgroup)
        raw = match[kind]
        plain = _ESCAPED.sub(r"\1", raw[1:-1] if kind == "quoted" else raw)
        found.append(_Token(plain, kind == "bare", kind == "sign", match.start(kind)))
        at = match.end()
    return found


_REMEDY = 'Write `brand:"A B" AND (price:10 TO 20 OR NOT size:M)`.'


@dataclass(slots=True)
class _Reader:
    tokens: list[_Token]
    budget: FilterBudget
    place: int = field(default=0)

    def any_of(self, depth: int) -> Filter:
        clauses = [self.all_of(depth)]
        while self._word("OR"):
            clauses.append(self.all_of(depth))
        return any_of(clauses)

    def all_of(self, depth: int) -> Filter:
        clauses = [self.one(depth)]
        while self._word("AND"):
            clauses.append(self.one(depth))
        return clauses[0] if len(clauses) == 1 else And(tuple(clauses))

    def one(self, depth: int) -> Filter:
        if depth > self.budget.limits.depth:
            raise self.refused(f"is nested deeper than {self.budget.limits.depth} levels")
        if self._word("NOT"):
            return Not(self.one(depth + 1))
        if self._sign("("):
            inner = self.any_of(depth + 1)
            if not self._sign(")"):
                raise self.refused("a bracket is not closed")
            return inner
        self.budget.spend(WHERE, 1)
        name = self._value("an attribute")
        if self._sign(":"):
            return self._facet(name)
        token = self._next()
        if token is not None and token.sign and token.text in _COMPARISONS:
            self.place += 1
            return compared_clause(WHERE, name, token.text, self._value("a number"))
        return AnyOf(_TAGS, (name,))

    def _facet(self, name: str) -> Filter:
        value = self._value("a value")
        if self._word("TO"):
            return between_clause(WHERE, name, value, self._value("a number"))
        token = self._next()
        if token is not None and token.sign and token.text.startswith("<score"):
            self.place += 1
        return AnyOf(name, (value,))

    def _next(self) -> _Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _word(self, word: str) -> bool:
        token = self._next()
        found = token is not None and token.bare and token.text == word
        self.place += found
        return found

    def _sign(self, sign: str) -> bool:
        token = self._next()
        found = token is not None and token.sign and token.text == sign
        self.place += found
        return found

    def _value(self, what: str) -> str:
        token = self._next()
        if token is None or token.sign or (token.bare and token.text in _WORDS) or not token.text:
            raise self.refused(f"{what} is missing")
        self.place += 1
        return token.text

    def refused(self, what: str) -> InvalidRequestError:
        token = self._next()
        at = "at its end" if token is None else f"at character {token.at} ({token.text[:20]!r})"
        return refused(WHERE, f"{at}: {what}", _REMEDY)
