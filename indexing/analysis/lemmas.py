"""Words whose forms no stemmer brings together: knives, men, lápices, Museen."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexing.analysis.folding import fold

_LEAST_BEFORE: Final = 2  # letters before an ending: bookshelves, but not selves
# Regular in the language, but not for its stemmer, which sees words without accents.
_RULES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "fr": (
        (r"(?<=..[aou])s$", ""),
        (r"(?<=...)eres?$", "er"),
        (r"(?<=..[clrstv])ives?$", "if"),
        (r"(?<=...)ees?$", "e"),
    ),
    "es": (
        # Of words in -ce; the others in -ces are of words in -z.
        (
            r"^(dulc|bronc|enlac|indic|avanc|helic|lanc|alcanc|balanc|romanc|vertic|quinc)es$",
            r"\1e",
        ),
        (r"(?<=..)ces$", "z"),
        (r"(?<=...[lrnd])es$", ""),
    ),
    "it": (
        (r"(?<=..)(?<!c)([cg])hi$", r"\1o"),
        (r"(?<=..)(?<!c)([cg])he$", r"\1a"),
        (r"(?<=...)ai$", "aio"),
        (r"(?<=...)ieri$", "iere"),
        (r"(?<=...)ani$", "ano"),
    ),
    "pt": (
        (r"(?<=..)[oa]es$", "ao"),
        (r"(?<=..)ais$", "al"),
        (r"(?<=...)eis$", "el"),
        (r"(?<=..[aeiou])ns$", "m"),
        (r"(?<=.[aeo]u)s$", ""),
    ),
    "nl": (
        (r"(?<=..e[nlrm])s$", ""),
        (r"(?<=.)([lrn]d|[lrnktp]s)en$", r"\1"),
        (r"(?<=...)oze$", "oos"),
        (r"(?<=[aeiou][^aeiou])enen$", "een"),  # parabenen
        (r"(?<=...)bare$", "baar"),
        (r"(?<=...)(ig|isch|lijk|dicht)e$", r"\1"),
    ),
    "sv": ((r"(?<=..t)orer(na)?$", "or"), (r"(?<=...)ater(na)?$", "at")),
    "da": ((r"(?<=..u)er?$", ""), (r"(?<=.u)er$", "e"), (r"(?<=..[aeo])er$", "")),
    "no": (
        (r"(?<=..u)er?$", ""),
        (r"(?<=.u)er$", "e"),
        (r"(?<=..[aeo])er$", ""),
        (r"(?<=...)ere$", "er"),
    ),
    "fi": ((r"(?<=...)i(?:nen|set|sen|sia)$", "is"), (r"(?<=...)(?:nen|set)$", "s")),
    "ru": (
        (r"(?<=...)([ыои])и$", r"\1й"),  # folding takes the mark of the last letter
        (r"(?<=...)ок$", "к"),
        (r"(?<=..[жшчщц])ек$", "к"),
        (r"(?<=..)лек$", "льк"),
        (r"(?<=..)еек$", "еик"),
        (r"(?<=..)лец$", "льц"),
        (r"(?<=...)ец$", "ц"),
    ),
    "pl": (
        (r"(?<=..)ow$", ""),
        (r"(?<=..[^aeiouy])ek$", "k"),
    ),
    "cs": (
        (r"(?<=...)ych$", "y"),
        (r"(?<=..)ac(?:e|u|i|em|ich|um)$", "ac"),
    ),
    "tr": (
        (r"(?<=...)l[ae]r(?:[iae]|d[ae]n?|in|ini|l[ae])?$", ""),
        (r"(?<=...[aeiou])s[iu]$", ""),
        (r"(?<=...)g[iu]$", "k"),
        (r"(?<=...)b[iu]$", "p"),
    ),
}


class Lemmas:
    """The word to which each irregular form belongs, in some languages; the first one decides."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._words: dict[str, str] = {}
        self._endings: dict[str, str] = {}
        for language in languages:
            words, endings = _tables().get(language, ({}, {}))
            self._words = words | self._words
            self._endings = endings | self._endings
        self._longest = max(map(len, self._endings), default=0)
        rules = _RULES.get(languages[0], ()) if languages else ()
        self._rules = [(re.compile(pattern), instead) for pattern, instead in rules]

    def of(self, word: str) -> str:
        """The lemma of a folded word; the word itself if it is regular."""
        known = self._words.get(word)
        if known is not None:
            return known
        for size in range(min(self._longest, len(word) - _LEAST_BEFORE), 2, -1):
            lemma = self._endings.get(word[-size:])
            if lemma is not None:
                return word[:-size] + lemma
        for pattern, instead in self._rules:
            made, count = pattern.subn(instead, word)
            if count:
                return made
        return word


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Language → form → lemma, for whole words and for endings."""
    tables: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    words: dict[str, str] = {}
    endings: dict[str, str] = {}
    text = Path(__file__).with_name("irregular.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            words, endings = tables.setdefault(line.strip("[]"), ({}, {}))
        elif line and not line.startswith("#"):
            lemma, *forms = fold(line.lstrip("*")).split()
            # A lemma is its own, whatever the endings say: `iris` is no plural.
            words.update(dict.fromkeys((lemma, *forms), lemma))
            if line.startswith("*"):
                endings.update(dict.fromkeys(forms, lemma))
    return tables
