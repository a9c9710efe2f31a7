"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from source_tree import KERNELS

from app.kernels import use_kernel_cache

if os.environ.get("CI") == "true":  # all is compiled once, for the tests and what they start
    use_kernel_cache(KERNELS)
os.environ["VITRINA_KERNEL_CACHE_DIR"] = str(KERNELS)  # of commands, which compile behind them


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", action="store_true", help="Take the pictures of docs/images anew."
    )
    parser.addoption(
        "--late", type=int, default=0, metavar="MS",
        help="Browsers hear of every answer so much later, on a third of a processor: shows what "
        "a test reads before it is there.",
    )  # fmt: skip


# Kernels are compiled inside the first example, so single examples have no deadline.
settings.register_profile("vitrina", deadline=None)
settings.load_profile("vitrina")


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Folder of real product-search sets, beside the checkout or named by VITRINA_SHARED."""
    folder = Path(os.environ.get("VITRINA_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (folder / "data").is_dir():
        message = f"needs the real data sets, and {folder}/data does not exist"
        if os.environ.get("VITRINA_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder
