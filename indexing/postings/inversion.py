"""Token streams → postings, by counting: no sort, time linear in the tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import (
    SMALL,
    BoolArray,
    Int64Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    new_mapped,
    save_array,
)
from indexing.forms.joined import JoinedPairs, pair_at
from indexing.postings.lexicon import Lexicon
from indexing.postings.postings import BITS, FIELD_COUNT, MAX_TF, Field, InvertedIndex
from indexing.postings.statistics import Statistics
from indexing.postings.token_stream import EXTRA, Tokens
from indexing.strings import StringTable


def invert(
    folder: Path,
    tokens: Tokens,
    order: UInt32Array,
    terms: Sequence[str],
    pairs: JoinedPairs | None = None,
    kept: frozenset[str] = frozenset(),
) -> InvertedIndex:
    """Write postings, statistics, lexicon and title terms into the folder.

    order: uint32[n], the row of each document. terms: by provisional id. The large arrays are
    written through memory maps. Terms that no row holds are left out, but those of `kept`. pairs:
    titles that hold one hold its whole, too.
    """
    encoded = [term.encode("utf-8", "surrogatepass") for term in terms]
    doc_freqs = np.zeros(len(encoded), dtype=np.uint32)
    lengths = np.zeros((len(order), FIELD_COUNT), dtype=np.uint16)
    last = np.full(len(encoded), -1, dtype=np.int64)
    pairs = JoinedPairs.none() if pairs is None else pairs
    firsts = np.zeros(len(encoded), dtype=np.bool_)
    firsts[(pairs.keys >> np.uint64(32)).astype(np.int64)] = True
    joined = firsts, pairs.keys, pairs.wholes
    _count(tokens.codes, tokens.bounds, order, *joined, last, doc_freqs, lengths)

    ordered = sorted(range(len(encoded)), key=encoded.__getitem__)
    by_bytes = [n for n in ordered if doc_freqs[n] or terms[n] in kept]
    final = np.zeros(len(encoded), dtype=np.uint32)
    final[by_bytes] = np.arange(len(by_bytes), dtype=np.uint32)
    freqs = doc_freqs[by_bytes]
    offsets = np.zeros(len(freqs) + 1, dtype=np.uint64)
    np.cumsum(freqs, out=offsets[1:])

    docs = _empty(folder / "docs.npy", int(offsets[-1]))
    tfs = _empty(folder / "tfs.npy", int(offsets[-1]))
    next_place = offsets[:-1].astype(np.int64)
    newest = np.full(len(freqs), -1, dtype=np.int64)
    _fill(
        tokens.codes, tokens.bounds, order, *joined, final, next_place, newest,
        docs.view(np.ndarray), tfs.view(np.ndarray),
    )  # fmt: skip
    _close(folder / "docs.npy", docs)
    _close(folder / "tfs.npy", tfs)

    Lexicon(StringTable.of([terms[number] for number in by_bytes])).save(folder)
    means = lengths.mean(axis=0, dtype=np.float64) if len(order) else np.zeros(FIELD_COUNT)
    Statistics(len(order), means, freqs).save(folder)
    save_array(folder / "offsets.npy", offsets)
    save_array(folder / "lengths.npy", lengths)
    _save_titles(folder, tokens, order, final)
    return InvertedIndex.load(folder)


def _empty(path: Path, size: int) -> UInt32Array:
    """To be filled, then closed: in memory if it is small, else written through a map."""
    made: UInt32Array = (
        np.zeros(size, dtype=np.uint32)
        if 4 * size <= SMALL
        else new_mapped(path, np.uint32, (size,))
    )
    return made


def _close(path: Path, made: UInt32Array) -> None:
    if isinstance(made, np.memmap):
        made.flush()
    else:
        save_array(path, made)


def _save_titles(folder: Path, tokens: Tokens, order: UInt32Array, final: UInt32Array) -> None:
    starts = tokens.bounds[Field.TITLE : -1 : tokens.fields]
    counts = tokens.bounds[Field.TITLE + 1 :: tokens.fields] - starts
    offsets = np.zeros(len(order) + 1, dtype=np.uint64)
    np.cumsum(counts[order], out=offsets[1:])
    titles = _empty(folder / "title_terms.npy", int(offsets[-1]))
    _reorder(tokens.codes, starts, order, final, offsets, titles.view(np.ndarray))
    _close(folder / "title_terms.npy", titles)
    save_array(folder / "title_offsets.npy", offsets)


@njit(nogil=True, cache=True)
def _count(
    codes: UInt32Array,
    bounds: Int64Array,
    order: UInt32Array,
    firsts: BoolArray,
    keys: UInt64Array,
    wholes: UInt32Array,
    last: Int64Array,
    doc_freqs: UInt32Array,
    lengths: UInt16Array,
) -> None:
    for doc in range(len(order)):
        for field in range(FIELD_COUNT):
            begin = np.int64(order[doc]) * FIELD_COUNT + field
            positions = 0
            before = np.int64(-1)
            for place in range(bounds[begin], bounds[begin + 1]):
                code = codes[place]
                positions += code < EXTRA
                term = code & ~np.uint32(EXTRA)
                if last[term] != doc:
                    last[term] = doc
                    doc_freqs[term] += 1
                if field == Field.TITLE and code < EXTRA:
                    if before >= 0 and firsts[before]:
                        pair = pair_at(before, np.int64(term), keys)
                        if pair >= 0 and last[wholes[pair]] != doc:
                            last[wholes[pair]] = doc
                            doc_freqs[wholes[pair]] += 1
                    before = np.int64(term)
            lengths[doc, field] = min(positions, 65535)


@njit(nogil=True, cache=True, inline="always")
def _add(
    doc: int,
    term: np.uint32,
    shift: np.uint32,
    next_place: Int64Array,
    newest: Int64Array,
    docs: UInt32Array,
    tfs: UInt32Array,
) -> None:
    """Count the term once more in one field of a document, whose posting is the term's last."""
    if newest[term] != doc:
        newest[term] = doc
        docs[next_place[term]] = doc
        tfs[next_place[term]] = 0
        next_place[term] += 1
    posting = next_place[term] - 1
    if (tfs[posting] >> shift) & np.uint32(MAX_TF) < MAX_TF:
        tfs[posting] += np.uint32(1) << shift


@njit(nogil=True, cache=True)
def _fill(
    codes: UInt32Array,
    bounds: Int64Array,
    order: UInt32Array,
    firsts: BoolArray,
    keys: UInt64Array,
    wholes: UInt32Array,
    final: UInt32Array,
    next_place: Int64Array,
    newest: Int64Array,
    docs: UInt32Array,
    tfs: UInt32Array,
) -> None:
    for doc in range(len(order)):
        for field in range(FIELD_COUNT):
            begin = np.int64(order[doc]) * FIELD_COUNT + field
            shift = np.uint32(BITS * field)
            before = np.int64(-1)
            for place in range(bounds[begin], bounds[begin + 1]):
                term = final[codes[place] & ~np.uint32(EXTRA)]
                _add(doc, term, shift, next_place, newest, docs, tfs)
                if field == Field.TITLE and codes[place] < EXTRA:
                    number = np.int64(codes[place])
                    pair = np.int64(-1)
                    if before >= 0 and firsts[before]:
                        pair = pair_at(before, number, keys)
                    before = number
                    if pair >= 0:
                        _add(doc, final[wholes[pair]], shift, next_place, newest, docs, tfs)


@njit(nogil=True, cache=True)
def _reorder(
    codes: UInt32Array,
    starts: Int64Array,
    order: UInt32Array,
    final: UInt32Array,
    offsets: UInt64Array,
    out: UInt32Array,
) -> None:
    for doc in range(len(order)):
        start = starts[order[doc]]
        for place in range(offsets[doc], offsets[doc + 1]):
            code = codes[start + np.int64(place - offsets[doc])]
            out[place] = final[code & ~np.uint32(EXTRA)] | (code & np.uint32(EXTRA))
