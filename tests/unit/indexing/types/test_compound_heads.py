"""A Gartenstuhl is a chair; what only fits a bicycle is none."""

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.forms.forms import NONE, WordForms
from indexing.postings.lexicon import Lexicon
from indexing.strings import StringTable
from indexing.types.candidates import Lists, fitted
from indexing.types.compound_heads import LEAST_KNOWN, LEAST_OWN, compound_heads, together
from indexing.types.phrases import COLOUR, FILLER, FOR, Titles
from indexing.types.strangers import strangers


def forms_of(lexicon: Lexicon, **heads: str | None) -> WordForms:
    split = sorted((lexicon.id_of(whole), head) for whole, head in heads.items())
    none = np.zeros(0, dtype=np.uint32)
    return WordForms(
        np.zeros(0, dtype=np.uint64), none, none, np.zeros(1, dtype=np.int64), none,
        np.array([whole for whole, _ in split], dtype=np.uint32),
        np.array(
            [[NONE, NONE if head is None else lexicon.id_of(head)] for _, head in split],
            dtype=np.uint32,
        ),
    )  # fmt: skip


def test_rare_compounds_are_read_as_their_heads_and_known_by_both_names() -> None:
    titles = Titles(Analyzer(("de",)))
    often = ["Handtasche"] * LEAST_OWN + ["Trinkflasche"] * LEAST_KNOWN
    for title in ("Gartenstuhl", "Bürostuhl", "Stuhl", *often, "Tasche", "Flasche"):
        titles.add(title)
    words = sorted(titles.words)
    lexicon = Lexicon(StringTable.of(words))
    number = titles.words
    forms = forms_of(
        lexicon, gartenstuhl="stuhl", burostuhl="stuhl", handtasch="tasch", trinkflasch="flasch"
    )
    codes, _ = titles.arrays()
    heads = compound_heads(codes, titles, forms, lexicon, {"trinkflasch"})
    assert heads.several[number["stuhl"]]
    assert not heads.several[number["tasch"]]
    read = heads.read(codes)
    assert (read == number["stuhl"]).sum() == 3
    assert (read == number["handtasch"]).sum() == LEAST_OWN
    assert (read == number["trinkflasch"]).sum() == LEAST_KNOWN
    said = Lists.of([[(number["gartenstuhl"], 1.0)], [(number["handtasch"], 0.6)], []])
    also = heads.names(said)
    assert also.starts.tolist() == [0, 1, 2, 2]
    assert also.items.tolist() == [number["gartenstuhl"], number["tasch"]]
    both = together(Lists.of([[(number["stuhl"], 1.0)], [], []]), also)
    assert both.starts.tolist() == [0, 2, 3, 3]
    assert both.items.tolist() == [number["stuhl"], *also.items.tolist()]


def test_german_titles_put_the_noun_before_how_it_is_and_what_it_is_of() -> None:
    titles = Titles(Analyzer(("de",)))
    codes = titles.codes_of("Gartenstuhl klappbar Aluminium für Balkone")
    assert codes[:4] == [titles.words["gartenstuhl"], FILLER, COLOUR, FOR]
    assert titles.codes_of("gartenstuhl klappbar")[1] == titles.words["klappbar"]


def test_what_a_title_only_fits_is_no_candidate() -> None:
    # 7 pump, 8 bicycle; the category of both products is called bicycles.
    codes = np.array([7, FOR, 8, -1, 8, FOR, 8, -1], dtype=np.int32)
    starts = np.array([0, 4, 8], dtype=np.int64)
    own = Lists.of([[(7, 1.0)], [(8, 1.0)]])
    keys = fitted(codes, starts, own)
    assert keys.tolist() == [0 << 32 | 8]


def test_a_product_is_not_of_the_kind_that_it_only_fits() -> None:
    """A pump and bicycles; of cases (kind 1) most fit something, so one more may be a case."""
    nouns = np.array([5, 8], dtype=np.int64)
    labels = np.array([0, 0, 0, 1, 1, -1], dtype=np.int32)
    fitting = np.array([1, 0, 0, 1, 1, 1], dtype=np.bool_)
    fitted_words = np.array([0 << 32 | 5, 3 << 32 | 8, 5 << 32 | 5], dtype=np.int64)
    found = strangers(labels, nouns, fitted_words, fitting)
    assert found.tolist() == [True, False, False, False, False, False]
