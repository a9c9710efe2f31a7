"""Word vectors learnt from the shop's own titles: PPMI of co-occurrence, then a truncated SVD.

After Levy and Goldberg, "Neural Word Embedding as Implicit Matrix Factorization" (2014), and
Levy, Goldberg, Dagan, "Improving Distributional Similarity with Lessons Learned from Word
Embeddings" (2015) for context smoothing and the square root of the eigenvalues.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from indexing.arrays import Float32Array

DIMENSION = 256
MIN_TITLES = 2
"""A word of one title has no company to be known by (measured: worse with 1)."""
MAX_WORDS = 100_000
MAX_TITLE_WORDS = 64
"""Co-occurrence is quadratic in a title's words; more than this is a keyword dump."""
SMOOTHING = 0.75
_ITERATIONS = 3
_OVERSAMPLING = 10


@dataclass(frozen=True, slots=True)
class LearntWords:
    """words: sorted. vectors: float32[v, 256], zero-padded from a lower rank. idf: float32[v]."""

    words: list[str]
    vectors: Float32Array
    idf: Float32Array


def learn_words(titles: Sequence[Sequence[str]], seed: int) -> LearntWords:
    """Vectors of the words of at least two titles; the 100,000 most frequent at most.

    Seconds: about 10 for 150,000 titles. idf = ln(1 + (N − n + 0.5) / (n + 0.5)).
    """
    bags = [list(dict.fromkeys(title))[:MAX_TITLE_WORDS] for title in titles]
    counts = Counter(word for bag in bags for word in bag)
    known = [(word, count) for word, count in counts.items() if count >= MIN_TITLES]
    known.sort(key=lambda pair: (-pair[1], pair[0]))
    words = sorted(word for word, _ in known[:MAX_WORDS])
    frequency = np.array([counts[word] for word in words], dtype=np.float64)
    idf = np.log1p((len(bags) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
    rows = {word: row for row, word in enumerate(words)}
    vectors = np.zeros((len(words), DIMENSION), dtype=np.float32)
    matrix = positive_pmi(
        cooccurrence([[rows[w] for w in bag if w in rows] for bag in bags], len(words))
    )
    if matrix.nnz:
        left, values = leading_directions(matrix, min(DIMENSION, len(words)), seed)
        vectors[:, : len(values)] = left * np.sqrt(values)
    return LearntWords(words, vectors, idf)


def cooccurrence(bags: Sequence[Sequence[int]], size: int) -> sparse.csr_matrix:
    """How often two different words share a title, float32[size, size], symmetric.

    A title of L words gives each of its pairs 1 / (L − 1): every title counts each of its words
    once, however long it is.
    """
    lengths = np.array([len(bag) for bag in bags], dtype=np.int64)
    starts = np.zeros(len(bags) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    columns = np.fromiter(
        (row for bag in bags for row in bag), dtype=np.int32, count=int(starts[-1])
    )
    weights = (1.0 / np.sqrt(np.maximum(lengths - 1, 1))).astype(np.float32)
    titles = sparse.csr_matrix(
        (np.repeat(weights, lengths), columns, starts), shape=(len(bags), size)
    )
    pairs = (titles.T @ titles).tocoo()
    apart = pairs.row != pairs.col
    return sparse.csr_matrix(
        (pairs.data[apart], (pairs.row[apart], pairs.col[apart])), shape=(size, size)
    )


def positive_pmi(pairs: sparse.csr_matrix) -> sparse.csr_matrix:
    """max(0, ln(p(w, c) / (p(w) · p'(c)))), with p'(c) ∝ count(c)^0.75: rare contexts say less."""
    totals = np.asarray(pairs.sum(axis=1), dtype=np.float64).ravel()
    whole = totals.sum()
    if whole == 0:
        return pairs
    contexts = totals**SMOOTHING
    contexts /= contexts.sum()
    cells = pairs.tocoo()
    ratio = cells.data / (totals[cells.row] * contexts[cells.col])
    values = np.log(ratio).astype(np.float32)
    keep = values > 0
    return sparse.csr_matrix((values[keep], (cells.row[keep], cells.col[keep])), shape=pairs.shape)


def leading_directions(
    matrix: sparse.csr_matrix, rank: int, seed: int
) -> tuple[Float32Array, Float32Array]:
    """Left singular vectors float32[v, rank] and values float32[rank], largest first.

    Randomised SVD after Halko, Martinsson, Tropp, "Finding Structure with Randomness" (2011). The
    last step takes the eigenvectors of the small Gram matrix instead of the SVD of a wide one
    (twenty times as fast at 12,000 words). Values that are numerically 0 are 0; signs are fixed.
    """
    size = min(rank + _OVERSAMPLING, matrix.shape[0])
    basis = _leading_basis(matrix, size, seed)
    small = np.asarray(matrix.T @ basis, dtype=np.float64)
    squares, turns = np.linalg.eigh(small.T @ small)
    squares, turns = squares[::-1][:rank], turns[:, ::-1][:, :rank]
    values = np.sqrt(np.where(squares > 1e-10 * squares[0], squares, 0.0))
    return signed((basis @ turns).astype(np.float32)), values.astype(np.float32)


def _leading_basis(matrix: sparse.csr_matrix, size: int, seed: int) -> Float32Array:
    """float32[v, size], orthonormal, near the span of the leading directions: algorithm 4.4, with
    LU between the powers, which is enough to keep them apart and sooner done than QR.
    """
    from scipy import linalg  # noqa: PLC0415  only builds need it; a service starts without

    basis = np.random.RandomState(seed).normal(size=(matrix.shape[1], size)).astype(matrix.dtype)
    for _ in range(_ITERATIONS):
        basis, _ = linalg.lu(matrix @ basis, permute_l=True, check_finite=False)
        basis, _ = linalg.lu(matrix.T @ basis, permute_l=True, check_finite=False)
    orthonormal: Float32Array = linalg.qr(matrix @ basis, mode="economic", check_finite=False)[0]
    return orthonormal


def signed(columns: Float32Array) -> Float32Array:
    """The columns, each with the sign that makes its largest component positive.

    Singular vectors are defined up to their sign; libraries differ in which they return.
    """
    if not columns.size:
        return columns
    largest = np.abs(columns).argmax(axis=0)
    signs = np.where(columns[largest, np.arange(columns.shape[1])] < 0, -1.0, 1.0)
    return (columns * signs).astype(np.float32)
