"""While building: how kinds and what goes with them are written."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np

from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.folding import fold
from indexing.arrays import UInt32Array
from indexing.catalogue.documents import Documents
from indexing.forms.forms import WordForms
from indexing.types.companion_choice import LEAST_HEAD, LEAST_NOUN, goes_with
from indexing.types.companion_titles import Naming
from indexing.types.type_model import TypeModel
from indexing.written.written_words import WrittenWords, is_turkish, lowered

USUAL: Final = 0.1
"""Of the commonest way to write a word, for another to be one."""
LOOKED_AT: Final = 24
"""Titles that are read for how a word is written."""


class Writing:
    """How kinds are written: as types are named, else as titles write the word."""

    def __init__(self, naming: Naming, documents: Documents, written: WrittenWords) -> None:
        self._naming, self._documents, self._written = naming, documents, written
        self._turkish = is_turkish(naming.analyzer)
        self._known: dict[tuple[int, bool], str] = {}

    def key(self, kind: int) -> str:
        """The stems of a kind."""
        return " ".join(self._naming.index.lexicon.terms[term] for term in self._terms(kind))

    def text(self, kind: int, head: int, forms: WordForms) -> str:
        """What is searched for what goes with a kind; "" if no title says how it is written."""
        parts = forms.parts_of(head)
        if parts is not None and parts[0] == kind:
            return self._word(head, True)
        if self._naming.head_first:
            said = self._as_titles_say(kind, head)
            if said:
                return said
        words = [self._word(each, False) for each in self._terms(kind)]
        thing = self._word(head, True)
        whole = [thing, *words] if self._naming.head_first else [*words, thing]
        return " ".join(whole) if all(whole) else ""

    def _terms(self, kind: int) -> tuple[int, ...]:
        terms = len(self._naming.index.lexicon)
        if kind < terms:
            return (kind,)
        pair = int(self._naming.pairs[kind - terms])
        return pair >> 32, pair & 0xFFFFFFFF

    def _word(self, term: int, as_head: bool) -> str:
        """As most titles write it that have it for their head, or beside another one."""
        if (term, as_head) not in self._known:
            naming, stem = self._naming, self._naming.index.lexicon.terms[term]
            docs = naming.index.postings(term)[0]
            own = docs[(naming.head_of[docs] == term) == as_head]
            written = Counter(
                lowered(cut.group(), self._turkish)
                for title in self._titles(own if len(own) else docs)
                for cut in CHUNK.finditer(title)
                if [each.term for each in naming.analyzer.chunk_tokens(cut.group())] == [stem]
            )
            usual = [each for each in written if written[each] >= USUAL * max(written.values())]
            length = (lambda each: 0) if as_head else len  # `speaker cable`, though for speakers
            best = min(usual, key=lambda each: (length(each), -written[each], each), default="")
            self._known[term, as_head] = self._written.capitalised(best)
        return self._known[term, as_head]

    def _titles(self, docs: UInt32Array) -> Iterable[str]:
        step = max(1, len(docs) // LOOKED_AT)
        for doc in docs[::step][:LOOKED_AT].tolist():
            yield str(self._documents.product_at(doc).get("title", ""))

    def _as_titles_say(self, kind: int, head: int) -> str:
        """From the head to the kind, little between, as most titles have it: coque de téléphone."""
        terms, naming = self._terms(kind), self._naming
        docs = naming.index.postings(terms[-1])[0]
        wanted = {naming.index.lexicon.terms[term] for term in terms}
        noun = naming.index.lexicon.terms[head]
        said: Counter[str] = Counter()
        for title in self._titles(docs[naming.head_of[docs] == head]):
            begin, left, between = -1, set(wanted), 0
            for cut in CHUNK.finditer(title):
                stems = {each.term for each in naming.analyzer.chunk_tokens(cut.group())}
                if noun in stems:
                    begin, left, between = cut.start(), set(wanted), 0
                elif begin >= 0 and stems & left:
                    left -= stems
                    if not left:
                        said[lowered(title[begin : cut.end()], self._turkish)] += 1
                        break
                elif begin >= 0 and not stems <= naming.analyzer.stop_words:
                    between += 1
                    begin = begin if between <= 1 else -1
        good = [text for text in said if not any(sign.isdigit() for sign in text)]
        best = min(good, key=lambda text: (-said[text], len(text), text), default="")
        return self._written.capitalised(best)


def joined_names(model: TypeModel) -> dict[str, list[str]]:
    """Chinese kinds whose name begins with another's: 手机壳 of 手机. Of most products first."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    written = list(model.names)
    sizes = zip(map(fold, written), model.sizes, strict=True)
    large = {name for name, size in sizes if size >= LEAST_NOUN}
    for kind, spaced in enumerate(written):
        words = spaced.split(" ")
        name = fold("".join(words))
        ends = range(2, len(name)) if len(words) == 1 else (len(words[0]),)
        for end in ends if is_cjk(name) else ():
            named = model.named(name[:end])[0]
            theirs = np.array([kind], dtype=np.int64)
            if (
                (name[:end] in large or model.head_share(name[:end]) >= LEAST_HEAD)
                and kind not in named
                and goes_with(named, theirs, 1.0, False, model)
            ):
                found[name[:end]].append((-float(model.sizes[kind]), "".join(words)))
    return {name: [text for _, text in sorted(texts)] for name, texts in found.items()}
