import pytest

from app.catalogues.addresses import AllowList, is_address, is_public, parse_address
from indexing.errors import CatalogError

ALLOWED = AllowList.of(
    ("https://feeds.example/shop/", "http://feeds.example:8080", "s3://bucket/exports")
)


@pytest.mark.parametrize(
    "url",
    [
        "https://feeds.example/shop/a.xml?key=1",
        "https://FEEDS.example:443/shop/b/c.csv",
        "https://feeds.example./shop/a%20b.csv",
        "http://feeds.example:8080/a.csv",
        "s3://bucket/exports/a.parquet",
    ],
)
def test_addresses_below_a_prefix(url: str) -> None:
    ALLOWED.check(parse_address(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://feeds.example/shop/a.xml",
        "https://feeds.example:444/shop/a.xml",
        "https://feeds.example.evil.example/shop/a.xml",
        "https://evil.example/https://feeds.example/shop/a.xml",
        "https://feeds.example/shopping/a.xml",
        "https://feeds.example/shop/../secret.xml",
        "https://feeds.example/shop/%2e%2e/secret.xml",
        "https://feeds.example/shop/%252e%252e/secret.xml",
        "https://feeds.example/shop/..%5csecret.xml",
        "https://feeds.example/",
        "s3://bucket2/exports/a.csv",
        "s3://bucket/exports-2/a.csv",
    ],
)
def test_addresses_outside(url: str) -> None:
    with pytest.raises(CatalogError, match="is not among the addresses"):
        ALLOWED.check(parse_address(url))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://feeds.example/a.csv",
        "https://user:secret@feeds.example/a.csv",
        "https://feeds.example@evil.example/a.csv",
        "zip://a.csv::https://feeds.example/a.zip",
        "https://feeds.example/a::b",
        "simplecache::s3://bucket/a",
        "https://",
        "https://feeds.example:99999/a",
        "https://feeds.example\\@evil.example/a",
        "https://feeds.example/a\nb",
        "https://[::1/a",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(CatalogError, match="is no address of a catalogue") as raised:
        parse_address(url)
    assert "secret" not in str(raised.value)


def test_names_and_addresses() -> None:
    assert is_address("https://a.example/b")
    assert not is_address("exports/a.csv")
    assert not is_address("C:\\exports\\a.csv")
    assert parse_address("https://[2001:db8::1]:8443/a").host == "2001:db8::1"
    assert parse_address("https://a.example/b?token=secret").told == "https://a.example/b"


@pytest.mark.parametrize(
    ("ip", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False), ("10.0.0.8", False), ("192.168.1.1", False), ("172.20.0.1", False),
        ("169.254.169.254", False), ("0.0.0.1", False), ("100.64.0.1", False), ("224.0.0.1", False),
        ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:127.0.0.1", False),
        ("64:ff9b::a00:1", False), ("2002:7f00:1::", False),
    ],
)  # fmt: skip
def test_addresses_of_the_internet(ip: str, public: bool) -> None:
    assert is_public(ip) is public
