"""The synonyms file: what people decided that words mean, one rule a line.

`sofa, couch, settee`: each of them also finds the others. `telly => television`: who says the
left also finds the right, not the other way. `en: pants => trousers`: only in an index of this
language (`zh:`, `ja:`, `ko:` hold in any, for their script is known). What follows # is a comment.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexing.analysis.folding import fold

MAX_RULES: Final = 50_000
MAX_PHRASES: Final = 50
"""Phrases of one rule."""
MAX_WORDS: Final = 6
MAX_PROBLEMS: Final = 100
_LANGUAGE = re.compile(r"\s*([a-z]{2})\s*:(.*)", re.DOTALL)
_LANGUAGES = frozenset("en de fr es it pt nl sv da no fi ro hu tr ru zh ja ko".split())  # noqa: SIM905
_SHIPPED: Final = Path(__file__).parent / "shipped"
_WORD = re.compile(r"\w")
_ARROW = "=>"


@dataclass(frozen=True, slots=True)
class SynonymRule:
    """line: its number in the shop's file, 0 if it ships. said: phrases that find `also` too.
    both: and `also`, `said`.

    language: None for all.
    """

    line: int
    said: tuple[str, ...]
    also: tuple[str, ...]
    both: bool
    language: str | None

    def __str__(self) -> str:
        prefix = f"{self.language}: " if self.language else ""
        if self.both:
            return prefix + ", ".join(self.said)
        return f"{prefix}{', '.join(self.said)} {_ARROW} {', '.join(self.also)}"


def parse_synonyms(text: str) -> tuple[tuple[SynonymRule, ...], tuple[str, ...]]:
    """The rules, and what is wrong: `line 3: …`. A wrong line is left out, the others stand.

    Rules are never followed from one to the next, so loops (a => b, b => a) do no harm. Of a
    rule said twice the second is left out without a word.
    """
    rules: list[SynonymRule] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        made = _rule(number, content)
        if isinstance(made, str):
            problems.append(f"line {number}: {made}")
        elif len(rules) >= MAX_RULES:
            problems.append(f"line {number}: more than {MAX_RULES:,} rules. Merge some.")
            break
        elif str(made) not in seen:
            seen.add(str(made))
            rules.append(made)
        if len(problems) >= MAX_PROBLEMS:
            problems.append("and maybe more; correct these first.")
            break
    return tuple(rules), tuple(problems)


@lru_cache(maxsize=16)
def shipped_rules(languages: tuple[str, ...]) -> tuple[SynonymRule, ...]:
    """Rules of these languages that come with Vitrina."""
    rules: list[SynonymRule] = []
    for language in languages:
        path = _SHIPPED / f"{language}.txt"
        if path.exists():
            made, _ = parse_synonyms(path.read_text(encoding="utf-8"))
            rules += [replace(rule, line=0) for rule in made]
    return tuple(rules)


def _rule(number: int, content: str) -> SynonymRule | str:
    """A rule, or what is wrong with the line."""
    language = None
    prefixed = _LANGUAGE.fullmatch(content)
    if prefixed:
        language, content = prefixed.group(1), prefixed.group(2)
        if language not in _LANGUAGES:
            return (
                f"language {language!r} is not known. Use one of {', '.join(sorted(_LANGUAGES))}."
            )
    sides = content.split(_ARROW)
    if len(sides) > 2:
        return f"has more than one {_ARROW}. Write one rule a line."
    phrases = [_phrases(side) for side in sides]
    for place, side in enumerate(phrases):
        if not side:
            where = "" if len(sides) == 1 else (" left", " right")[place]
            return f"the{where} side is empty. Write phrases with commas between them."
        for phrase in side:
            if not _WORD.search(phrase):
                return f"{phrase!r} has no letter or digit."
            if len(phrase.split()) > MAX_WORDS or len(phrase) > 100:
                return f"{phrase[:40]!r} is too long; at most {MAX_WORDS} words."
    if sum(map(len, phrases)) > MAX_PHRASES:
        return f"has more than {MAX_PHRASES} phrases. Make it several rules."
    if len(sides) == 1:
        if len(phrases[0]) < 2:
            return f"says nothing: write two phrases with a comma, or `this {_ARROW} that`."
        return SynonymRule(number, phrases[0], phrases[0], True, language)
    also = tuple(phrase for phrase in phrases[1] if phrase not in phrases[0])
    if not also:
        return "says nothing: both sides are the same."
    return SynonymRule(number, phrases[0], also, False, language)


def _phrases(side: str) -> tuple[str, ...]:
    """Folded, without doubles."""
    made = (" ".join(fold(phrase).split()) for phrase in re.split(r"[,\uff0c\u3001;\uff1b]", side))
    return tuple(dict.fromkeys(phrase for phrase in made if phrase))


def written(rules: Sequence[SynonymRule]) -> str:
    """A file with these rules."""
    return "".join(f"{rule}\n" for rule in rules)
