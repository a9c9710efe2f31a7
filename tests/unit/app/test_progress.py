import pytest

from app.progress import counted_so_far


@pytest.mark.parametrize(
    ("done", "total", "unit", "seconds", "told"),
    [
        (1_200, 20_000, "products", 3.0, "1,200 of 20,000 products, 400/s"),
        (5, None, "queries", 1.0, "5 queries, 5/s"),
        (1_500_000, 2_000_000, "bytes", 0.5, "1.5 of 2.0 MB, 3.0 MB/s"),
    ],
)
def test_what_is_done_is_told_with_its_rate(
    done: int, total: int | None, unit: str, seconds: float, told: str
) -> None:
    assert counted_so_far(done, total, unit, seconds) == told
