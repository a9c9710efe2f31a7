"""Who is taken for a bot."""

import pytest

from app.events.bots import Rates, is_crawler

PEOPLE = (
    "",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1",
    "Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 Chrome/131.0 Mobile",
    "python-httpx/0.28.1",
    "curl/8.5.0",
    "okhttp/4.12.0",
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "GPTBot/1.2",
    "Baiduspider+(+http://www.baidu.com)",
    "Mozilla/5.0 (X11; Linux) HeadlessChrome/131.0",
    "facebookexternalhit/1.1",
    "Scrapy/2.11",
    "YandexBot",
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_and_shops(agent: str) -> None:
    assert not is_crawler(agent)


@pytest.mark.parametrize("agent", CRAWLERS)
def test_crawlers(agent: str) -> None:
    assert is_crawler(agent)


def test_rates_are_of_a_minute_and_of_somebody() -> None:
    rates = Rates(3)
    assert [rates.is_too_fast("s", 60.0 + n) for n in range(5)] == [False] * 3 + [True] * 2
    assert not rates.is_too_fast("s", 121.0), "the next minute"
    assert not rates.is_too_fast("other", 62.0)
    assert not any(rates.is_too_fast(None, 60.0) for _ in range(9))
