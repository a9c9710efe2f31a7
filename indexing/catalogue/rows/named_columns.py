"""The columns that a file has, by what they are called and in which language or currency."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from indexing.catalogue.rows.column_patterns import pattern_of
from indexing.catalogue.rows.names import Qualified, name_key, qualified
from indexing.catalogue.rows.paths import Steps, steps_of


class Source(NamedTuple):
    """A column, and for a path the steps within it. told: how the report names it. among: the name
    whose languages it is one of.
    """

    column: str
    steps: Steps
    told: str
    currency: str | None = None
    locale: str | None = None
    among: str = ""


class Wishes(NamedTuple):
    """given: targets whose columns are named like them, because a mapping renamed them.
    first: target → the column to take before others. locale, languages, currency: which of
    several columns of one field to take. locales: that the file has its texts in.
    """

    given: frozenset[str] = frozenset()
    first: Mapping[str, str] = {}
    locale: str | None = None
    languages: tuple[str, ...] = ("en",)
    currency: str | None = None
    locales: tuple[str, ...] = ()


class NamedColumns:
    """The columns there are, by what they are called."""

    def __init__(self, names: Iterable[str], known: frozenset[str], wishes: Wishes) -> None:
        self.exact: dict[str, list[str]] = {}
        self.of_locale: dict[str, list[tuple[str, Qualified]]] = {}
        self.wishes = wishes
        for name in names:
            key = name_key(name)
            self.exact.setdefault(key, []).append(name)
            if key not in known and (found := qualified(name)) is not None:
                self.of_locale.setdefault(found.key, []).append((name, found))

    def sources(self, wanted: str) -> list[Source]:
        """Columns for one name of a rule, the best first."""
        if "{n}" in wanted:
            pattern = pattern_of(wanted)
            numbered = [
                (number, name)
                for names in self.exact.values()
                for name in names
                if (number := pattern.number_in(name)) is not None
            ]
            return [Source(name, (), name) for _, name in sorted(numbered, key=lambda e: int(e[0]))]
        first, steps = steps_of(wanted)
        if steps and (flat := self.exact.get(name_key(wanted))):  # a table's column of that name
            return [Source(name, (), name) for name in flat]
        key = name_key(first)
        exact = self.exact.get(key, ())
        if steps:
            return [Source(name, steps, wanted) for name in exact]
        qualified_ = [
            Source(name, (), name, currency=each.currency, locale=each.locale, among=key)
            for name, each in sorted(self.of_locale.get(key, ()), key=self._preference)
        ]
        return self._around(key, exact, qualified_) if exact else qualified_

    def _around(self, key: str, exact: Iterable[str], others: Sequence[Source]) -> list[Source]:
        """Columns of the very name; before them those of the language that was asked for, behind
        them the file's other ones.
        """
        texts = [each for each in others if self._is_language(each.locale)]
        first = [each for each in texts if self._is_asked(each.locale)]
        left = [each for each in texts if each not in first]
        among = key if texts else ""
        return [*first, *(Source(name, (), name, among=among) for name in exact), *left]

    def _is_asked(self, locale: str | None) -> bool:
        wanted = self.wishes.locale
        return None not in (wanted, locale) and str(locale)[:2] == str(wanted)[:2]

    def _is_language(self, locale: str | None) -> bool:
        """`category_id` is not Indonesian."""
        return locale in self.wishes.locales or self._is_asked(locale)

    def source_of(self, name: str) -> Source:
        told = qualified(name)
        if told is None:
            return Source(name, (), name)
        return Source(name, (), name, currency=told.currency, locale=told.locale, among=told.key)

    def preference(self, told: Qualified | None) -> tuple[int, ...]:
        return (0, 0, 0) if told is None else self._preference(("", told))

    def is_text(self, told: Qualified) -> bool:
        """Whether the column holds the text of its name in a language."""
        if told.locale is None or not self.exact.get(told.key):
            return told.locale is not None
        return self._is_language(told.locale)

    def is_second(self, name: str, told: Qualified | None) -> bool:
        """Whether another column of the name, in another language or in none, goes before it."""
        entries = self.of_locale.get(name_key(name) if told is None else told.key)
        if not entries or (told is not None and not self.is_text(told)):
            return False
        best, of_best = min(entries, key=self._preference)
        if told is None or self.exact.get(told.key):
            return best != name if self._is_asked(of_best.locale) else told is not None
        return best != name

    def _preference(self, entry: tuple[str, Qualified]) -> tuple[int, ...]:
        """Smaller is better: the asked-for currency, locale, then the index's languages."""
        _, each = entry
        wishes = self.wishes
        by_currency = 0 if each.currency == wishes.currency else 1
        if each.locale is None:
            return (by_currency, 0, 0)
        language = each.locale.split("_")[0]
        exact = 0 if each.locale == wishes.locale else 1
        wanted = (wishes.locale or "").split("_")[0]
        order = [wanted, *wishes.languages, "en"]
        return (by_currency, exact, order.index(language) if language in order else len(order))
