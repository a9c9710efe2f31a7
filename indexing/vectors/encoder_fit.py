"""Learning the default encoder from a sample of titles; calibrating the cosine floor."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from indexing.arrays import Float32Array
from indexing.errors import BuildError
from indexing.vectors.ppmi import learn_words, signed
from indexing.vectors.static_catalog import StaticCatalogEncoder, fit_id_of, join_halves
from indexing.vectors.static_tokens import CHINESE, ENGLISH, StaticTokens, load_tokens
from indexing.vectors.title_words import has_han, normalised, terms_of, words_of
from indexing.vectors.word_vectors import WordVectors

DIMENSION = 256
MAX_TITLES = 200_000
"""Titles that a fit looks at; more of them no longer change the neighbours."""
FLOOR_QUANTILE = 0.999
FLOOR_TITLES = 2_000
FLOOR_PARTNERS = 50
DEFAULT_FLOOR = 0.5
"""Used when a shop is too small to have pairs of titles without a common term."""
LEAST_FLOOR = 0.3
"""Few or uniform titles give a floor far too low (real shops measured 0.33 to 0.48)."""
_CHUNK = 4096


@threadpool_limits.wrap(limits=1)
def fit_encoder(titles: Sequence[str], seed: int) -> StaticCatalogEncoder:
    """Learn an encoder from titles of the shop; of more than 200,000 a seeded sample is used.

    The token table is Chinese + English if at least 5 % of the titles hold Han characters, else
    English. Same titles, seed and libraries: same fit; its linear algebra runs on one thread,
    which is also faster where cores are shared. About 5 s for 50,000 titles. Raises BuildError
    without any title.
    """
    if not titles:
        raise BuildError("the encoder needs titles to learn from, and the catalogue has none.")
    texts = [normalised(title) for title in sampled(titles, MAX_TITLES, seed)]
    tokens = load_tokens(CHINESE if has_han(texts) else ENGLISH)
    split = [words_of(text) for text in texts]
    words = WordVectors.of(learn_words(split, seed), split)
    static_mean = mean_static(tokens, texts)
    projection = principal_directions(tokens, words, static_mean, texts)
    encoder = StaticCatalogEncoder(
        tokens, words, static_mean, projection, DEFAULT_FLOOR,
        fit_id_of(tokens, words, static_mean, projection),
    )  # fmt: skip
    chosen = sampled(texts, 2 * FLOOR_TITLES, seed)
    floor = calibrate_floor(chosen, encoder.encode(chosen), seed)
    return replace(encoder, floor=max(floor, LEAST_FLOOR))


def sampled(titles: Sequence[str], limit: int, seed: int) -> Sequence[str]:
    """At most so many titles, in their order, chosen by the seed."""
    if len(titles) <= limit:
        return titles
    rows = np.random.default_rng(seed).choice(len(titles), limit, replace=False)
    return [titles[row] for row in np.sort(rows)]


def mean_static(tokens: StaticTokens, texts: Sequence[str]) -> Float32Array:
    """Mean of the unit static vectors: what all titles of the shop have in common."""
    total = np.zeros(tokens.dimension, dtype=np.float64)
    count = 0
    for start in range(0, len(texts), _CHUNK):
        rows, lengths = tokens.sums(texts[start : start + _CHUNK])
        full = lengths > 0
        total += (rows[full] / lengths[full, None]).sum(axis=0, dtype=np.float64)
        count += int(full.sum())
    # With a title or two the mean would be the titles themselves, and nothing would be left.
    return (total / (count + 8)).astype(np.float32)


def principal_directions(
    tokens: StaticTokens, words: WordVectors, static_mean: Float32Array, texts: Sequence[str]
) -> Float32Array:
    """The 256 directions that keep most of the titles' halves, float32[m, 256].

    Eigenvectors of the uncentred second moments, largest first, signs fixed, 0 beyond the rank.
    """
    width = len(static_mean) + len(words.mean)
    moments = np.zeros((width, width), dtype=np.float64)
    for start in range(0, len(texts), _CHUNK):
        rows = join_halves(tokens, words, static_mean, texts[start : start + _CHUNK])
        moments += rows.T @ rows
    values, vectors = np.linalg.eigh(moments)
    values, vectors = values[::-1][:DIMENSION], vectors[:, ::-1][:, :DIMENSION]
    vectors = signed(vectors.astype(np.float32))
    return np.ascontiguousarray(np.where(values > 1e-6 * values[0], vectors, np.float32(0.0)))


def calibrate_floor(titles: Sequence[str], vectors: Float32Array, seed: int) -> float:
    """The cosine that unrelated products reach once in a thousand pairs.

    2,000 of the titles are each paired with 50 random others; of the pairs that share no term
    (word, or two neighbouring Han characters), the 99.9th percentile of the cosines. vectors:
    float32[n, d], unit or zero, row i of title i; works for given vectors as well.
    """
    usable = np.flatnonzero(vectors.any(axis=1))
    if len(usable) < 2:
        return DEFAULT_FLOOR
    random = np.random.default_rng(seed)
    left = random.choice(usable, min(FLOOR_TITLES, len(usable)), replace=False)
    right = random.choice(usable, (len(left), FLOOR_PARTNERS))
    terms = {row: terms_of(normalised(titles[row])) for row in np.unique(right).tolist()}
    cosines: list[float] = []
    for row, partners in zip(left.tolist(), right, strict=True):
        own = terms.get(row) or terms_of(normalised(titles[row]))
        apart = [other for other in partners.tolist() if own.isdisjoint(terms[other])]
        cosines.extend((vectors[apart] @ vectors[row]).tolist())
    return float(np.quantile(cosines, FLOOR_QUANTILE)) if cosines else DEFAULT_FLOOR
