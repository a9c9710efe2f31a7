"""Compile all kernels where the tests look for them, before several processes want them at once."""

import logging
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from source_tree import KERNELS  # noqa: E402 - found by the line above

from app.kernels import ensure_compiled, use_kernel_cache  # noqa: E402 - the same

logging.basicConfig(level=logging.INFO)
folder = use_kernel_cache(KERNELS)
with tempfile.TemporaryDirectory() as nothing:
    ensure_compiled(folder, Path(nothing))
