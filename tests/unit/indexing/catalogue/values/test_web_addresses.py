import pytest

from indexing.catalogue.field_values import FieldValueError
from indexing.catalogue.values.web_addresses import checked


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/a.jpg",
        "HTTP://shop.example",
        "//cdn.example/a.png",
        "/a/b.webp",
        "a.jpg",
    ],
)
def test_addresses_of_the_web_and_paths_are_kept(address: str) -> None:
    assert checked(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "\x01javascript:a()",
        " \n javascript:a()", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://a.b",
    ],
)  # fmt: skip
def test_what_would_run_or_read_at_the_shopper_s_is_refused(address: str) -> None:
    with pytest.raises(FieldValueError, match="scheme"):
        checked(address)
