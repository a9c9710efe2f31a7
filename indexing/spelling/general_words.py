"""Words of the language at large: a word that this shop lacks is not a typo for that."""

from functools import lru_cache

from indexing.analysis.pinyin import is_han
from indexing.vectors.static_tokens import ENGLISH, load_tokens


def is_general_word(word: str) -> bool:
    """Whether a folded word is English or Chinese; 20,000 frequent ones, and jieba's dictionary."""
    if is_han(word):
        import rjieba  # noqa: PLC0415 - its dictionary takes a tenth of a second

        return bool(rjieba.has_word(word))
    return word in _english()


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The whole words of the shipped English token table (its pieces inside words begin with #)."""
    known = load_tokens(ENGLISH).tokenizer.get_vocab()
    return frozenset(word for word in known if len(word) > 2 and word.isalpha() and word.isascii())
