import pytest

from indexing.query_log.personal import is_personal


@pytest.mark.parametrize(
    "text",
    [
        "john.doe@example.com",
        "send to John.Doe @ example.com please",
        "ｊｏｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        "joe (at) example",
        "joe gmail.com",
        "joe gmail dot com",
        "123456@qq.com",
        "+49 170 1234567",
        "(555) 123-4567",
        "555.123.4567",
        "06 12 34 56 78",
        "13812345678",
        "电话13812345678号",
        "１３８１２３４５６７８",
        "4111 1111 1111 1111",
        "order 1234567",
        "٠١٢٣٤٥٦٧٨٩",
        "call5551234567now",
        "555\u2013867\u20135309",
        "555\u2011867\u20115309",
        "555·867·5309",
    ],
)
def test_personal(text: str) -> None:
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "iphone 15 pro max",
        "iphone 12 13 14 15",
        "1920x1080 monitor",
        "wh-1000xm4",
        "screws 5 x 100 mm 200 pieces",
        "@home lamp",
        "lamp 220v 50hz 60w 3000k",
        "2 1/2 inch pipe 10 ft",
        "outlook calendar",
        "手机壳",
        "163 cm pole",
    ],
)
def test_not_personal(text: str) -> None:
    assert not is_personal(text)


def test_known_identifiers_are_not_personal() -> None:
    known = frozenset({"4006381333931", "ab1234567"})
    assert is_personal("4006381333931")
    assert not is_personal("4006381333931", known)
    assert not is_personal(" AB1234567 ", known)
    assert is_personal("4006381333931 13812345678", known)
