import json
from pathlib import Path

import numpy as np
import pytest

from indexing.errors import BuildError, CorruptSnapshotError, FormatVersionError
from indexing.vectors.encoder import Encoder, GivenEncoder, load_encoder
from indexing.vectors.encoder_fit import DEFAULT_FLOOR, calibrate_floor, fit_encoder
from indexing.vectors.static_catalog import StaticCatalogEncoder

NOUNS = {
    "running shoes": ("mesh", "lace", "sole", "marathon"),
    "wireless headphones": ("bluetooth", "noise", "battery", "earpads"),
    "kitchen knife": ("steel", "blade", "chef", "carbon"),
    "garden hose": ("rubber", "nozzle", "metre", "brass"),
}
TITLES = [
    f"{colour} {noun} {first} {second}"
    for colour in ("red", "blue", "black", "green", "white")
    for noun, traits in NOUNS.items()
    for first in traits
    for second in traits
    if first != second
]


@pytest.fixture(scope="module")
def encoder() -> StaticCatalogEncoder:
    return fit_encoder(TITLES, seed=0)


def nearest_title(encoder: Encoder, query: str) -> str:
    return TITLES[int(np.argmax(encoder.encode(TITLES) @ encoder.encode_query(query)))]


def test_rows_are_unit_or_zero(encoder: StaticCatalogEncoder) -> None:
    rows = encoder.encode([*TITLES[:3], "", "   ", "!?"[:0]])
    assert rows.shape == (6, 256)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 0, 0, 0], atol=1e-5)


@pytest.mark.parametrize("query", ["", " ", "\x00", "\u200b"])
def test_a_query_that_means_nothing_is_zero(encoder: StaticCatalogEncoder, query: str) -> None:
    assert not encoder.encode_query(query).any()


def test_a_query_of_known_words_points_where_the_title_points(
    encoder: StaticCatalogEncoder,
) -> None:
    title = TITLES[17]
    query = encoder.encode_query(title)
    assert query @ encoder.encode([title])[0] == pytest.approx(np.linalg.norm(query), abs=1e-5)
    assert 0.5 < np.linalg.norm(query) <= 1 + 1e-5


def test_meaning_is_found_without_a_common_word(encoder: StaticCatalogEncoder) -> None:
    assert "headphones" in nearest_title(encoder, "music earphones")


def test_a_mistyped_word_borrows_from_the_nearest_known_words(
    encoder: StaticCatalogEncoder,
) -> None:
    words = encoder.words
    assert words.known("blutooth") == -1
    (row, weight), *_ = words.borrowed("blutooth")
    assert words.words[row] == "bluetooth"
    assert weight == pytest.approx((2 * 6 / 17) ** 4)  # 6 of 8 and 9 trigrams are shared
    assert words.borrowed("bluetooth") == ((words.known("bluetooth"), 1.0),)


def test_words_with_digits_never_borrow() -> None:
    fitted = fit_encoder(["sony wh1000xm3 headphones", "case for wh1000xm3"], seed=0)
    assert fitted.words.known("wh1000xm3") >= 0
    assert fitted.words.borrowed("wh1000xm4") == ()


def test_same_titles_same_fit(encoder: StaticCatalogEncoder) -> None:
    again = fit_encoder(TITLES, seed=0)
    assert again.fingerprint == encoder.fingerprint
    assert again.floor == encoder.floor
    np.testing.assert_array_equal(again.encode(TITLES[:9]), encoder.encode(TITLES[:9]))


def test_other_titles_other_fit_of_the_same_family(encoder: StaticCatalogEncoder) -> None:
    other = fit_encoder(TITLES[:100], seed=0)
    assert other.fingerprint != encoder.fingerprint
    assert (other.family, other.dimension) == (encoder.family, encoder.dimension)


def test_what_is_saved_is_what_is_loaded(encoder: StaticCatalogEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = load_encoder(tmp_path)
    assert loaded.fingerprint == encoder.fingerprint
    assert loaded.floor == encoder.floor
    np.testing.assert_array_equal(loaded.encode(TITLES), encoder.encode(TITLES))
    for query in ("red shoes", "blutooth hedphones", "颜色"):
        np.testing.assert_array_equal(loaded.encode_query(query), encoder.encode_query(query))


@pytest.mark.parametrize("count", [1, 2, 10])
def test_tiny_shops_have_vectors(count: int) -> None:
    titles = TITLES[:: len(TITLES) // 10][:count]
    fitted = fit_encoder(titles, seed=0)
    rows = fitted.encode(titles)
    assert fitted.dimension == 256
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    query = fitted.encode_query(titles[-1])
    assert int(np.argmax(rows @ query)) == count - 1


def test_an_unrelated_query_is_not_near_in_a_tiny_shop() -> None:
    titles = TITLES[:: len(TITLES) // 10]
    fitted = fit_encoder(titles, seed=0)
    query = fitted.encode_query("quarterly tax declaration form")
    assert float((fitted.encode(titles) @ query).max()) < 0.35


def test_the_table_is_chosen_for_the_index() -> None:
    mixed = [*TITLES[:90], *["黄金套盒 精华", "玻尿酸 水乳 套装"] * 5]
    chinese = fit_encoder(mixed, seed=0)
    assert chinese.tokens.name == "static_zh_en"
    assert fit_encoder(TITLES, seed=0).tokens.name == "static_en"
    rows = chinese.encode(mixed)
    assert int(np.argmax(rows @ chinese.encode_query("玻尿酸水乳"))) == 91


def test_a_shop_without_titles_cannot_be_learnt_from() -> None:
    with pytest.raises(BuildError, match="titles"):
        fit_encoder([], seed=0)


def test_titles_of_nothing_give_zero_vectors() -> None:
    assert not fit_encoder(["", "  "], seed=0).encode(["", "shoe"]).any()


def test_the_floor_is_what_unrelated_titles_hardly_reach(encoder: StaticCatalogEncoder) -> None:
    assert 0.3 <= encoder.floor < 0.9
    shoes = encoder.encode([t for t in TITLES if "shoes" in t])
    assert np.quantile(shoes @ shoes.T, 0.1) > np.quantile(
        shoes @ encoder.encode(["steel kitchen knife", "brass garden hose"]).T, 0.9
    )


def test_the_floor_by_hand() -> None:
    # the first two share a term, so only the third makes pairs: cosines 0 and 0.6
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    floor = calibrate_floor(["red shoe", "red boot", "knife"], vectors, seed=0)
    assert floor == pytest.approx(0.6)


def test_without_unrelated_titles_the_floor_is_a_default() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert calibrate_floor(["red a", "red b", "red c"], vectors, seed=0) == DEFAULT_FLOOR
    assert calibrate_floor(["a", "b", "c"], 0 * vectors, seed=0) == DEFAULT_FLOOR


def test_given_vectors_encode_nothing(tmp_path: Path) -> None:
    given = GivenEncoder(dimension=3, floor=0.4)
    assert given.encode(["a", "b"]).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert not given.encode_query("a").any()
    given.save(tmp_path)
    loaded = load_encoder(tmp_path)
    assert isinstance(loaded, GivenEncoder)
    assert (loaded.family, loaded.dimension, loaded.floor, loaded.fingerprint) == (
        "given",
        3,
        0.4,
        given.fingerprint,
    )


def test_an_unknown_family_is_refused(tmp_path: Path) -> None:
    (tmp_path / "encoder.json").write_text(json.dumps({"family": "neural-9"}))
    with pytest.raises(FormatVersionError, match="neural-9"):
        load_encoder(tmp_path)


def test_another_token_table_is_refused(encoder: StaticCatalogEncoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    file = tmp_path / "encoder.json"
    file.write_text(file.read_text().replace(encoder.tokens.digest, "0" * 16))
    with pytest.raises(FormatVersionError, match="token table"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_missing_or_broken_fit_is_told(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "encoder.json").write_text(content)
    with pytest.raises(CorruptSnapshotError, match=r"encoder\.json"):
        load_encoder(tmp_path)
