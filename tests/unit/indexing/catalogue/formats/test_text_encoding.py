"""Which encoding a text is in: invented product lines of many languages."""

from pathlib import Path

import pytest
from rows_of import formats_of, rows_of

from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.formats.text_encoding import survey, utf8_chunks
from indexing.errors import CatalogError

CP1252 = {
    "de": "Schneebesen groß\nGusseisen-Bräter für Köche\nKüchenwaage weiß",
    "de_capital": "GRÖSSE ÜBERZUG",
    "fr": "Théière en grès\nBol à soupe émaillé\nÉcru façonné",
    "fr_ligature": "Œuvre d’été",
    "es": "Cafetera de émbolo niño\nPantalón pequeño\nCorazón",
    "pt": "Mão de pão\nCalça de algodão\nCafé solúvel",
    "it": "Caffè di qualità\nTazzina però",
    "sv": "Blå stövlar för män\nLjusstake i mässing",
    "da": "Blå støvler\nKøkkenkniv af stål\ntræske",
    "fi": "Pöytä ja tuoli\nLämmin villapaita",
    "is": "Rauð skál þung\nHandklæði hvítt",
    "signs": "Box 5 cm³\nArea 3 m²\n£5 or 2½\n™ ® 5 €",
    "quotes": "Café “deluxe” – 5 cm³\nJalapeño",
}
CP1250 = {
    "pl": "Żółty parasol składany\nSzalik wełniany\nNotes w kratkę",
    "pl_word": "Łóżko",
    "cs": "Kuchyňská linka\nPřívěsek na klíče\nDětské boty šedé",
    "cs_words": "židle dřevěná",
    "sk": "Kuchynský nôž veľký\nHračka pre deti žltá\nPoťah",
    "hu": "Kávéfőző gép\nFürdőruha női\nKözönséges tükör",
    "ro": "Cămaşă bărbaţi\nRochie lungă",
    "hr": "Čaša za vino šarena\nŽlica kuhača",
}
WIDE = {
    "gb18030": ["云麓 无线蓝牙耳机\n支持快充，佩戴舒适。", "金,银", "商品ID,标题"],
    "cp932": ["無線マウス ブラック\nステンレス製ボトル", "靴,赤", "日本製包丁 三徳"],
}
CASES = [
    *(("cp1252", text) for text in CP1252.values()),
    *(("cp1250", text) for text in CP1250.values()),
    *((encoding, text) for encoding, texts in WIDE.items() for text in texts),
]


@pytest.mark.parametrize(("encoding", "text"), CASES)
def test_older_encodings_are_told_apart(encoding: str, text: str) -> None:
    content = ("id,title\n" * 50 + text).encode(encoding)
    found = survey([content])
    assert (found.name, found.repaired) == (encoding, 0)
    assert b"".join(utf8_chunks([content], found)).decode() == "id,title\n" * 50 + text


@pytest.mark.parametrize(
    "text", ["Смартфон чёрный", "Ψωμί λευκό", "手機殼 黑色", "무선 이어폰 텀블러"]
)
def test_what_is_uncertain_is_told_with_what_else_it_may_be(text: str) -> None:
    encoding = {"С": "cp1251", "Ψ": "cp1253", "手": "big5", "무": "euc_kr"}[text[0]]
    found = survey([text.encode(encoding)])
    assert "--encoding" in found.notes[0]
    assert "cp1251" in found.notes[0]


def test_the_languages_of_the_index_are_a_prior() -> None:
    content = "Kůže è".encode("cp1250", "replace").replace(b"?", b"\xe8")
    assert survey([content], ["cs"]).name == "cp1250"


def test_few_lines_that_are_not_utf8_are_read_alone(tmp_path: Path) -> None:
    lines = [f"{number},Théière {number}\n".encode() for number in range(99)]
    lines[60] = "60,Bol émaillé\n".encode("cp1252")
    (tmp_path / "a.csv").write_bytes(b"id,title\n" + b"".join(lines))
    rows = rows_of(tmp_path / "a.csv")
    assert rows[60]["title"] == "Bol émaillé"
    assert rows[61]["title"] == "Théière 61"
    [found] = formats_of(tmp_path / "a.csv")
    assert (found.encoding, found.repaired, found.repaired_as) == ("utf-8", 1, "cp1252")
    assert found.notes == ()
    assert "1 lines read as cp1252" in found.told()


def test_two_halves_in_two_encodings(tmp_path: Path) -> None:
    text = "".join(f"{number},Küche {number}\n" for number in range(10))
    (tmp_path / "a.csv").write_bytes(b"id,title\n" + text.encode() + text.encode("cp1252"))
    assert [row["title"] for row in rows_of(tmp_path / "a.csv")] == [
        f"Küche {number % 10}" for number in range(20)
    ]
    assert "two encodings" in formats_of(tmp_path / "a.csv")[0].notes[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_marks(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    (tmp_path / "a.csv").write_bytes((mark + "id;title\r\n1;Żółw 龟\r\n").encode(encoding))
    assert rows_of(tmp_path / "a.csv") == [{"id": "1", "title": "Żółw 龟"}]


def test_utf16_without_a_mark_is_told_and_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,title\n1,Mug\n".encode("utf-16-le"))
    with pytest.raises(CatalogError, match="byte order mark, or --encoding"):
        rows_of(path)
    assert rows_of(path, FormatOptions(encoding="utf-16-le")) == [{"id": "1", "title": "Mug"}]


def test_a_named_encoding_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,title\n1,Чашка\n".encode("cp1251"))
    assert rows_of(path, FormatOptions(encoding="windows-1251")) == [{"id": "1", "title": "Чашка"}]
    with pytest.raises(CatalogError, match="encoding 'latin99' is not known"):
        rows_of(path, FormatOptions(encoding="latin99"))
    with pytest.raises(CatalogError, match="is not known"):
        rows_of(path, FormatOptions(encoding="zip"))


def test_what_xml_says_of_itself_is_believed_where_it_is_not_utf8(tmp_path: Path) -> None:
    text = "<?xml version='1.0' encoding='{}'?><a><b><id>1</id><title>Чашка</title></b></a>"
    for encoding in ("windows-1251", "utf-8"):  # the second lies
        (tmp_path / "a.xml").write_bytes(text.format("windows-1251").encode(encoding))
        assert rows_of(tmp_path / "a.xml") == [{"id": "1", "title": "Чашка"}]


def test_a_long_line_without_an_end(tmp_path: Path) -> None:
    text = "[" + ",".join(
        f'{{"id": "{number}", "title": "茶杯{number}"}}' for number in range(150_000)
    )
    (tmp_path / "a.json").write_text(text + "]", encoding="utf-8")
    rows = rows_of(tmp_path / "a.json")
    assert len(rows) == 150_000
    assert rows[77_777] == {"id": "77777", "title": "茶杯77777"}
