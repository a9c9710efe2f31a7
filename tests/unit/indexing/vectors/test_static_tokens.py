import hashlib
import re

import numpy as np
import pytest

from indexing.vectors.embedding_bags import finish_half, quantise, unit_rows
from indexing.vectors.static_tokens import CHINESE, ENGLISH, MODELS, load_tokens
from indexing.vectors.title_words import normalised

TITLES = (
    "Women's Running-Shoes, size 7.5 (red/blue) — wide",
    "sony wh-1000xm4 wireless noise_cancelling headphones 30h",
    "韩国ahc黄金套盒正品 蜗牛玻尿酸水乳24K精华套装",
    "Café crème brûlée   500 ml",
    "Фотоаппарат 캐논 キヤノン EOS",
    "🎧 headphones 🎧",
)


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
@pytest.mark.parametrize("title", TITLES)
def test_cutting_piece_by_piece_gives_the_tokens_of_the_whole_title(name: str, title: str) -> None:
    tokens = load_tokens(name)
    text = " ".join(normalised(title).split())
    whole = tokens.tokenizer.encode(text, add_special_tokens=False).ids
    assert tokens.ids(text) == whole


def test_a_vector_is_the_sum_of_scaled_rows_without_skipped_tokens() -> None:
    tokens = load_tokens(ENGLISH)
    sums, lengths = tokens.sums(["red shoe", "\u4e00\u9fa5\u9fa5", ""])
    red, shoe = tokens.ids("red shoe")
    expected = tokens.scales[red] * tokens.codes[red].astype(np.float32)
    expected += tokens.scales[shoe] * tokens.codes[shoe].astype(np.float32)
    np.testing.assert_allclose(sums[0], expected, rtol=1e-5, atol=1e-6)
    assert lengths[0] == pytest.approx(np.linalg.norm(expected), rel=1e-5)
    assert tokens.scales[tokens.tokenizer.token_to_id("[UNK]")] == 0
    assert lengths[2] == 0


def test_a_table_is_opened_once_and_cannot_be_written() -> None:
    tokens = load_tokens(ENGLISH)
    assert load_tokens(ENGLISH) is tokens
    assert not tokens.codes.flags.writeable


@pytest.mark.parametrize("name", [ENGLISH, CHINESE])
def test_files_are_those_that_the_provenance_names(name: str) -> None:
    named = set(re.findall(r"`([0-9a-f]{64})`", (MODELS / "PROVENANCE.md").read_text()))
    for file in (MODELS / name).iterdir():
        assert hashlib.sha256(file.read_bytes()).hexdigest() in named, file.name


def test_quantising_keeps_a_row_within_half_a_step() -> None:
    rows = np.array([[1.27, -0.5, 0.004], [0, 0, 0]], dtype=np.float32)
    codes, scales = quantise(rows)
    assert codes.tolist() == [[127, -50, 0], [0, 0, 0]]
    assert scales.tolist() == pytest.approx([0.01, 0.0])


def test_a_finished_half_is_centred_and_unit_and_an_empty_one_is_zero() -> None:
    rows = np.array([[6, 8], [3, 4]], dtype=np.float32)
    finish_half(rows, np.array([2, 0], np.float32), np.array([0, 1], np.float32))
    # (6, 8) / 2 − (0, 1) = (3, 3)
    np.testing.assert_allclose(rows, [[0.5**0.5, 0.5**0.5], [0, 0]], rtol=1e-6)


def test_unit_rows_leave_zero_rows_zero() -> None:
    rows = np.array([[3, 4], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(unit_rows(rows), [[0.6, 0.8], [0, 0]], rtol=1e-6)


@pytest.mark.parametrize("word", ["couch", "lipstick", "spectacles", "saucepan"])
def test_words_of_the_language_mean_something(word: str) -> None:
    assert load_tokens(ENGLISH).means(word)


@pytest.mark.parametrize(
    "word", ["blorptang", "zzyvex", "asdfghjkl", "wqxj", "xx", "zapatos", "x2000", "口红", ""]
)
def test_letters_mean_nothing(word: str) -> None:
    assert not load_tokens(ENGLISH).means(word)


def test_chinese_signs_mean_something_in_the_chinese_table() -> None:
    assert load_tokens(CHINESE).means("口红")
    assert not load_tokens(CHINESE).means("テレビ")
    assert not load_tokens(CHINESE).means("blorptang")
