"""While building: how kinds are written, in whole words as their own titles have them.

Words are known by stems, and the shortest word of a stem may be seen once: `elektrische Zahnbürste`
is no `elektrisch zahnbürste`, though one title says `elektrisch`.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.memory import remember_chunk
from indexing.catalogue.documents import Documents
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.types.type_model import TypeModel
from indexing.written.written_words import WrittenWords, is_turkish, lowered

LOOKED_AT: Final = 24
"""Titles of a kind that are read."""
USUAL: Final = 0.34
"""Of how often the commonest form of a noun is seen, for a shorter one to be its name."""

_ZERO_ENDINGS: Final = frozenset(("ru", "uk", "pl", "cs", "sk", "hr", "sl", "sr", "bs"))
"""Languages in which a noun is shortest in the genitive of the plural: ламп of лампа."""


class KindWriting:
    """Names of a model's kinds; each reads some of its products' titles."""

    def __init__(
        self,
        model: TypeModel,
        lexicon: Lexicon,
        analyzer: Analyzer,
        documents: Documents,
        shown: WrittenWords,
        *,
        head_first: bool,
    ) -> None:
        self._model, self._lexicon = model, lexicon
        self._analyzer, self._documents, self._shown = analyzer, documents, shown
        self._head_first = head_first
        self._usual = 1.0 if analyzer.languages[0] in _ZERO_ENDINGS else USUAL
        self._turkish = is_turkish(analyzer)
        self._stems: dict[str, str] = {}
        self._nouns: dict[int, str] = {}

    def names(self) -> Iterator[str]:
        """A name a kind; kinds of one noun write it alike."""
        for kind, name in enumerate(self._model.names):
            noun, other = (int(t[kind]) for t in (self._model.head_terms, self._model.beside_terms))
            if noun == UNKNOWN or is_cjk(name) or name.count(" ") != (other != UNKNOWN):
                yield self._shown.shown(name)
                continue
            words = [self._noun(noun) or name.split(" ")[0 if self._head_first else -1]]
            if other != UNKNOWN:
                said = self._beside(kind, noun, other) or name.split(" ")[int(self._head_first)]
                words.insert(int(self._head_first), said)
            yield self._shown.capitalised(" ".join(words)) if all(words) else name

    def _noun(self, term: int) -> str:
        """The shortest of its usual forms, which is mostly the singular; its commonest form where
        that is none.
        """
        if term not in self._nouns:
            stem, forms = self._lexicon.terms[term], Counter[str]()
            for kind in self._model.of_noun(term).tolist():
                forms.update(
                    form for title in self._titles(kind) for form, root in title if root == stem
                )
            least = self._usual * max(forms.values(), default=0)
            usual = [form for form in forms if forms[form] >= least]
            best = min(usual, key=lambda form: (len(form), -forms[form], form), default="")
            self._nouns[term] = best
        return self._nouns[term]

    def _beside(self, kind: int, noun: int, other: int) -> str:
        """The commonest form of the describing word right beside the noun as it is named."""
        root, stem, named = self._lexicon.terms[noun], self._lexicon.terms[other], self._noun(noun)
        as_named, with_any = Counter[str](), Counter[str]()
        for title in self._titles(kind):
            words = title[::-1] if self._head_first else title
            for (form, first), (head, second) in pairwise(words):
                if (first, second) == (stem, root):
                    with_any[form] += 1
                    as_named[form] += head == named
        as_named += Counter()  # without those that are never seen so
        forms = as_named or with_any
        return min(forms, key=lambda form: (-forms[form], form), default="")

    def _titles(self, kind: int) -> Iterator[list[tuple[str, str]]]:
        """Words of some titles in small letters, with their stems ("" of those with several)."""
        members = np.sort(self._model.members_of(kind))
        for doc in members[:: max(1, len(members) // LOOKED_AT)][:LOOKED_AT].tolist():
            title = str(self._documents.product_at(doc).get("title", ""))
            words = (lowered(cut.group(), self._turkish) for cut in CHUNK.finditer(title))
            yield [(word, self._stem(word)) for word in words]

    def _stem(self, word: str) -> str:
        known = self._stems.get(word)
        if known is None:
            terms = [token.term for token in self._analyzer.chunk_tokens(word)]
            known = terms[0] if len(terms) == 1 else ""
            remember_chunk(self._stems, word, known)
        return known
