import json
import time
from pathlib import Path

import pytest
from rows_of import formats_of, records_of, rows_of

from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.product import RejectedLine
from indexing.errors import CatalogError

RSS = """<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
<title>Shop</title><item>%s</item><item><g:id>2</g:id><title>Cup</title></item></channel></rss>"""


def written(folder: Path, text: str | bytes, name: str = "a.xml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ("<g:id>1</g:id><title>Mug &amp; <![CDATA[<b>lid</b> & more &amp;]]></title>",
         {"id": "1", "title": "Mug & <b>lid</b> & more &amp;"}),
        ("<g:id>1</g:id><title>plain</title><g:title>Google's</g:title>",
         {"id": "1", "title": "Google's"}),
        ("<g:title>Google's</g:title><media:title>other</media:title><title>plain</title>",
         {"title": "Google's"}),
        ("<g:id>1</g:id><g:image_link>a</g:image_link><g:image_link>b</g:image_link><g:gtin/>",
         {"id": "1", "image_link": ["a", "b"], "gtin": ""}),
        ("<g:shipping><g:country>DE</g:country><g:price>5 EUR</g:price></g:shipping>",
         {"shipping": {"country": "DE", "price": "5 EUR"}}),
        ("<link>https://a.example/?a=1&b=2&amp;c=3</link><title>Caf&eacute;&nbsp;&foo;</title>",
         {"link": "https://a.example/?a=1&b=2&c=3", "title": "Café\u00a0&foo;"}),
        ("<title>a\x0b\x01b</title><d>line\n two</d>", {"title": "ab", "d": "line\n two"}),
        ("<description><p>One <b>two</b></p><ul><li>three</li></ul></description>",
         {"description": "One two\nthree"}),
        ('<price currency="EUR">5</price><link rel="alternate" href="https://a.example"/>',
         {"price": "5", "price@currency": "EUR", "link": "https://a.example"}),
        ('<param name="Size" unit="cm">5</param><param name="Colour">Red</param>',
         {"param": [{"name": "Size", "value": "5 cm"}, {"name": "Colour", "value": "Red"}]}),
        ("<categories><category>A &gt; B</category></categories>"
         "<tags><tag>x</tag><tag>y</tag></tags>",
         {"categories": ["A > B"], "tags": ["x", "y"]}),
        ('<g:params><g:param name="Size">5</g:param></g:params>'
         "<imageList><image>a</image></imageList>"
         "<imageList><image>b</image></imageList>",
         {"params": [{"name": "Size", "value": "5"}], "imageList": ["a", "b"]}),
        ("<prices><price>5</price></prices><Farben><Farbe>rot</Farbe></Farben><box><inner>1</inner></box>",
         {"prices": {"price": "5"}, "Farben": ["rot"], "box": {"inner": "1"}}),
    ],
)  # fmt: skip
def test_items(tmp_path: Path, item: str, row: dict[str, object]) -> None:
    path = written(tmp_path, RSS % item)
    first = rows_of(path)[0]
    first = {
        key: value.replace("\n\n", "\n").strip() if isinstance(value, str) else value
        for key, value in first.items()
    }
    assert first == row
    assert formats_of(path)[0].records_at == "rss/channel/item"


@pytest.mark.parametrize(
    ("text", "place", "ids"),
    [
        ("<feed><title>x</title><entry><id>1</id><a>x</a></entry><entry><id>2</id></entry></feed>",
         "feed/entry", ["1", "2"]),
        ("<shop><categories><category id='9' parent='8'>A</category><category id='7' parent='8'>"
         "B</category></categories><offers><offer id='1'><name>a</name><price>5</price></offer>"
         "<offer id='2'><name>b</name></offer></offers></shop>", "shop/offers/offer", ["1", "2"]),
        ("<Waren><Ware><id>1</id><Bilder><Bild>a</Bild><Bild>b</Bild></Bilder></Ware>"
         "<Ware><id>2</id></Ware></Waren>", "Waren/Ware", ["1", "2"]),
        ("<rows><row id='1' title='a'/><row id='2' title='b'/></rows>", "rows/row", ["1", "2"]),
        ("<catalog><product><id>1</id><name>a</name></product></catalog>",
         "catalog/product", ["1"]),
        ("<!DOCTYPE s SYSTEM 'shops.dtd'><s><item><id>1</id><b>x</b></item></s>", "s/item", ["1"]),
    ],
)  # fmt: skip
def test_which_element_is_a_product(tmp_path: Path, text: str, place: str, ids: list[str]) -> None:
    path = written(tmp_path, text)
    assert formats_of(path)[0].records_at == place
    assert [row["id"] for row in rows_of(path)] == ids


def test_the_element_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "<a><item><id>1</id><b>x</b></item><x><y><id>2</id></y></x></a>")
    assert rows_of(path, FormatOptions(records_at="x/y")) == [{"id": "2"}]
    with pytest.raises(CatalogError, match="holds no element 'z'; it has a, a/item"):
        rows_of(path, FormatOptions(records_at="z"))


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "declared",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "lol">{BOMB}]>',
        '<!DOCTYPE rss [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x"> %e;]>',
        "<!DOCTYPE rss [<!ATTLIST item a CDATA 'x'>]>",
    ],
)
def test_declarations_are_refused(tmp_path: Path, declared: str) -> None:
    text = declared + RSS[21:] % "<title>&l11;&e;</title>"
    begun = time.process_time()
    with pytest.raises(CatalogError, match=r"declares a document type of its own .*\(line 1\)"):
        rows_of(written(tmp_path, text))
    assert time.process_time() - begun < 5


def test_an_external_document_type_is_never_opened(tmp_path: Path) -> None:
    secret = written(tmp_path, "<!ENTITY e 'secret'>", "secret.dtd")
    text = f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">' + RSS[21:] % "<title>&e;</title>"
    assert rows_of(written(tmp_path, text))[0] == {"title": "&e;"}


def test_an_element_of_great_length_is_rejected_alone(tmp_path: Path) -> None:
    long = "<id>1</id><title>" + "x" * 30_000_000 + "</title>"
    made = records_of(written(tmp_path, RSS % long))
    assert isinstance(made[0], RejectedLine)
    assert "longer than 2,000,000" in made[0].reason
    assert not isinstance(made[1], RejectedLine)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (f'<a b="{"x" * 20_000_000}"/>', "tag or comment of more than"),
        (f"<!--{'x' * 20_000_000}-->", "tag or comment of more than"),
        ("<a>" * 100_000, "deeper than 64"),
        ("<a><b></a>", "mismatched tag"),
        ("<a", "cut off"),
    ],
)
def test_what_no_feed_needs_is_refused(tmp_path: Path, item: str, told: str) -> None:
    text = (RSS % item) if item != "<a" else (RSS % "<a/>")[:150]
    with pytest.raises(CatalogError, match=told):
        rows_of(written(tmp_path, text))


def test_many_elements_are_rejected(tmp_path: Path) -> None:
    made = records_of(written(tmp_path, RSS % ("<a/>" * 150_000)))
    assert [isinstance(row, RejectedLine) for row in made] == [True, False]


def test_pages_are_told_from_feeds(tmp_path: Path) -> None:
    for text in ("<!DOCTYPE html><html></html>", "\n<HTML><body>Log in</body>"):
        with pytest.raises(CatalogError, match="is a web page, no feed"):
            rows_of(written(tmp_path, text))


def test_any_cut_gives_the_same(tmp_path: Path) -> None:
    """Wherever a chunk ends: within an entity, a CDATA section, its end, a character."""
    from indexing.catalogue.formats.xml_feed import xml_records
    from indexing.catalogue.records import Record

    item = "<id>1</id><t>Ä&nbsp;&amp; & <![CDATA[a & &amp; ]] ]]><![CDATA[&eacute;]]>é</t>"
    text = (RSS % item).encode()
    whole = None
    for size in (len(text), 1, 2, 3, 5, 7, 11, 64):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        rows = [
            json.dumps(row.fields, ensure_ascii=False)
            for row in xml_records("a", lambda pieces=pieces: pieces, ("rss", "channel", "item"))
            if isinstance(row, Record)
        ]
        whole = whole or rows
        assert rows == whole
    assert whole is not None
    assert json.loads(whole[0])["t"] == "Ä\u00a0& & a & &amp; ]] &eacute;é"
