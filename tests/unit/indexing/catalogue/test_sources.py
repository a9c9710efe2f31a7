import gzip
from pathlib import Path

import pytest
from catalog_lines import read_catalog

from indexing.catalogue.formats.byte_streams import MAX_LINE
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.source_reading import ReadingOptions
from indexing.errors import CatalogError

MUG = b'{"id": "1", "title": "Mug"}'
CUP = b'{"id": "2", "title": "Cup"}'


def written(folder: Path, content: bytes, name: str = "a.jsonl") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read(path: Path, **pairs: str) -> tuple[list[str], list[RejectedLine]]:
    """Titles of the products, and the rejected lines."""
    lines = list(read_catalog([path], FieldMapping.of(pairs)))
    titles = [line.title for line in lines if isinstance(line, Product)]
    return titles, [line for line in lines if isinstance(line, RejectedLine)]


def test_json_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbf" + MUG + b"\r\n\r\n \n" + CUP)
    assert read(path) == (["Mug", "Cup"], [])


def test_names_of_fields_are_mapped(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"nr": 5, "name": "Mug"}\n')
    reader = CatalogReader([path], FieldMapping.of({"id": "nr"}))
    assert list(reader) == [Product(id="5", title="Mug")]
    assert reader.mapping.used == {"nr → id": 1}
    assert reader.reports[0].columns["title"] == {"name": 1}


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b'{"id": "1", "title": "Mug", "price": NaN}', "price", "is not a finite number"),
        (b'{"id": "1", "title": "Mug"', None, "is not valid JSON: "),
        (b'["Mug"]', None, "must be a JSON object"),
        (b'{"id": "%s", "title": "Mug"}' % (b"x" * 1000), "id", "at most 256"),
        (b'{"id": "1", "title": "%s"}' % (b"x" * 1_000_000), "title", "at most 10000"),
        (b'{"id": "1", "title": "%s"}' % (b"x" * MAX_LINE), None, "longer than 2,000,000 bytes"),
        (b'{"title": "Mug"}', "id", "is missing"),
        (b"[" * 100_000, None, "is not valid JSON"),
        (b'{"a": NaN, "b": %s' % (b"[" * 100_000), None, "is not valid JSON"),
    ],
)  # fmt: skip
def test_bad_lines(tmp_path: Path, line: bytes, field: str | None, reason: str) -> None:
    path = written(tmp_path, MUG + b"\n" + line + b"\n" + CUP + b"\n")
    lines = list(CatalogReader([path], FieldMapping(), options=ReadingOptions(strict=True)))
    rejected = [each for each in lines if isinstance(each, RejectedLine)]
    assert [each.title for each in lines if isinstance(each, Product)] == ["Mug", "Cup"]
    assert len(rejected) == 1
    assert (rejected[0].source, rejected[0].line) == (str(path), 2)
    assert rejected[0].field == field
    assert reason in rejected[0].reason
    assert rejected[0].text == line.decode("utf-8", "replace")[:2000]


def test_not_a_number_in_other_fields_says_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"id": "1", "title": "Mug", "brand": NaN, "width": NaN}')
    assert list(read_catalog([path])) == [Product(id="1", title="Mug")]


@pytest.mark.parametrize("pad", [0, 300_000])
def test_json_arrays(tmp_path: Path, pad: int) -> None:
    blank = b" " * pad
    content = b"\xef\xbb\xbf [" + MUG + blank + b",\n5," + blank + CUP + b"]\n"
    titles, rejected = read(written(tmp_path, content, "a.json"))
    assert titles == ["Mug", "Cup"]
    assert [(line.line, line.text) for line in rejected] == [(2, "5")]


def test_json_files_may_hold_json_lines(tmp_path: Path) -> None:
    assert read(written(tmp_path, MUG + b"\n" + CUP, "a.json"))[0] == ["Mug", "Cup"]


@pytest.mark.parametrize("end", [b"", b",", b', {"id": ', b", 1" * 2, b', {"id": "x"; }]'])
def test_broken_json_arrays(tmp_path: Path, end: bytes) -> None:
    path = written(tmp_path, b"[" + MUG + end, "a.json")
    reader = iter(CatalogReader([path], FieldMapping()))
    assert isinstance(next(reader), Product)
    with pytest.raises(CatalogError, match=r"a\.json: element \d .*JSON Lines"):
        list(reader)


@pytest.mark.parametrize("behind", [b"x" * 3_000_000, CUP])
def test_what_is_behind_a_json_array_is_not_passed_over(tmp_path: Path, behind: bytes) -> None:
    path = written(tmp_path, b"[" + MUG + b"]\n" + behind, "a.json")
    with pytest.raises(CatalogError, match="is followed by more"):
        read(path)
    assert read(written(tmp_path, b"[" + MUG + b"]\n[" + CUP + b"]", "b.json"))[0] == ["Mug", "Cup"]


def test_a_cut_off_compressed_array_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(b"[" + MUG + b"]" + b" " * 100_000)
    with pytest.raises(CatalogError):
        read(written(tmp_path, whole[:-9], "a.json.gz"))


def test_a_number_too_long_to_read_is_told(tmp_path: Path) -> None:
    path = written(
        tmp_path, b'[{"id": "1", "title": "M", "stock": ' + b"9" * 5_000 + b"}]", "a.json"
    )
    with pytest.raises(CatalogError, match="broken"):
        read(path)


def test_text_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    content = b'[{"id": "1", "title": "M\xfcg"}, ' + CUP + b"]"
    assert read(written(tmp_path, content, "a.json")) == (["Müg", "Cup"], [])
    content = b'{"id": "1", "title": "M\xfcg"}\n{"id": "2", "title": "T\xc3\xa4sse"}\n'
    assert read(written(tmp_path, content)) == (["Müg", "Tässe"], [])


def test_a_cut_off_file_fails_before_anything_is_read(tmp_path: Path) -> None:
    lines = b"".join(b'{"id": "%d", "title": "Mug %d"}\n' % (n, n * n) for n in range(50_000))
    packed = gzip.compress(lines)
    path = written(tmp_path, packed[: len(packed) * 3 // 4], "a.jsonl.gz")
    with pytest.raises(CatalogError, match="is cut off"):
        read_catalog([path])


def test_files_and_folders_in_order_each_once(tmp_path: Path) -> None:
    second = written(tmp_path, CUP, "shop/b.jsonl")
    written(tmp_path, MUG, "shop/a/x.jsonl")
    written(tmp_path, b"hello", "shop/README.md")
    written(tmp_path, MUG, "shop/.hidden/c.jsonl")
    written(tmp_path, MUG, "shop/_tmp.jsonl")
    written(tmp_path, b"query\tcount\nmug\t5\n", "shop/queries.tsv")
    written(tmp_path, b"sku,name\n3,Jug\n", "shop/c.csv")
    written(tmp_path, b'{"query": "mug"}\n', "shop/intents.jsonl")
    reader = CatalogReader([tmp_path / "shop", second], FieldMapping.of({"id": "sku"}))
    names = [source.path.name for source in reader.sources]
    assert names == ["x.jsonl", "b.jsonl", "c.csv"]
    assert [Path(source).name for source, _ in reader.passed_over] == [
        "README.md",
        "intents.jsonl",
        "queries.tsv",
    ]
    assert reader.mapping.used == {}
    twice = CatalogReader([second, second], FieldMapping())
    assert [source.path.name for source in twice.sources] == names[1:2]


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="does not exist"):
        read_catalog([tmp_path / "none.jsonl"])
    with pytest.raises(CatalogError, match=r"a\.pdf: is no catalogue but a PDF"):
        read_catalog([written(tmp_path, b"%PDF-1.7", "a.pdf")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogError, match="holds no catalogue file"):
        read_catalog([tmp_path / "empty"])
    written(tmp_path, b"row,name\n3,Jug\n", "named/a.csv")
    with pytest.raises(CatalogError, match="--map id=NAME"):
        read_catalog([tmp_path / "named"])


def test_damaged_files_in_folders_are_not_passed_over(tmp_path: Path) -> None:
    written(tmp_path, MUG, "shop/a.jsonl")
    written(tmp_path, b"\x1f\x8bnot gzip", "shop/b.jsonl.gz")
    with pytest.raises(CatalogError, match=r"b\.jsonl\.gz"):
        list(read_catalog([tmp_path / "shop"]))


def test_progress_in_bytes(tmp_path: Path) -> None:
    line = b'{"id": "%07d", "title": "Mug"}\n'
    paths = [
        written(tmp_path, b"".join(line % n for n in range(20_000)), name)
        for name in ("a.jsonl", "b.jsonl")
    ]
    reader = CatalogReader(paths, FieldMapping())
    assert reader.bytes_total == 2 * paths[0].stat().st_size
    seen = [reader.bytes_read for _ in reader]
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[20_000] < reader.bytes_total
    assert reader.bytes_read == reader.bytes_total
