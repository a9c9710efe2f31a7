"""While building: what goes with a kind, from titles that name it beside or behind their head.

`Laptop Sleeve`, `Battery for Select Laptops`, `Laptoptasche`, 手机壳: the product is a sleeve, a
battery, and names a laptop.
"""

from collections import defaultdict
from pathlib import Path
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import BoolArray
from indexing.catalogue.documents import Documents
from indexing.forms.forms import WordForms
from indexing.postings.postings import InvertedIndex
from indexing.postings.strict_match import StrictMatch
from indexing.types.companion_choice import going_with
from indexing.types.companion_names import Writing, joined_names
from indexing.types.companion_titles import naming_of, said_in_compounds, titles_saying
from indexing.types.companions import Companions
from indexing.types.type_model import TypeModel
from indexing.written.written_words import WrittenWords

MOST: Final = 8
MOST_KINDS: Final = 8_192


def build_companions(
    folder: Path,
    documents: Documents,
    model: TypeModel,
    forms: WordForms,
    written: WrittenWords,
    index: InvertedIndex,
    analyzer: Analyzer,
    hidden: BoolArray | None,
) -> Companions:
    """Write them into the folder. O(words of all titles)."""
    naming = naming_of(model, index, analyzer)
    said, behind = titles_saying(naming)
    said.update(said_in_compounds(naming, forms))
    by_kind: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (kind, head), count in said.items():
        by_kind[kind].append((count, head))
    strict = StrictMatch(analyzer, index, hidden)
    writing = Writing(naming, documents, written)
    found: dict[str, list[str]] = {}
    largest = sorted(by_kind, key=lambda kind: (-sum(c for c, _ in by_kind[kind]), kind))
    for kind in largest[:MOST_KINDS]:
        heads = going_with(kind, sorted(by_kind[kind], key=_commonest), behind, naming)
        texts = (writing.text(kind, head, forms) for head in heads)
        good = list(dict.fromkeys(text for text in texts if _finds(text, strict)))
        if good:
            found[writing.key(kind)] = good[:MOST]
    for name, joined in joined_names(model).items():
        good = [text for text in joined if _finds(text, strict)]
        if good:
            found[name] = list(dict.fromkeys([*found.get(name, []), *good]))[:MOST]
    companions = Companions.of(found, analyzer)
    companions.save(folder)
    return companions


def _commonest(each: tuple[int, int]) -> tuple[int, int]:
    return -each[0], each[1]


def _finds(text: str, strict: StrictMatch) -> bool:
    terms = strict.terms(text) if text else []
    return bool(terms) and strict.finds(terms)
