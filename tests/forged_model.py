"""Model texts that LightGBM did not write."""

import re

from ranking.rankers.tree_text import END


def with_sizes(text: str) -> str:
    """The same with sizes that fit its trees, as a forger would leave it."""
    head, gap, rest = text.partition("\n\n")
    trees, end, tail = rest.partition(END)
    sizes = [str(len(block)) for block in re.split(r"(?m)^(?=Tree=\d+$)", trees) if block]
    head = re.sub(r"(?m)^tree_sizes=.*$", f"tree_sizes={' '.join(sizes)}", head)
    return head + gap + trees + end + tail


def forged(text: str, key: str, value: str, *, at: int = 0) -> str:
    """One value of the first line `key=…` replaced, with sizes that fit."""
    before = next(each for each in text.splitlines() if each.startswith(f"{key}="))
    values = before.removeprefix(f"{key}=").split(" ")
    values[at] = value
    return with_sizes(text.replace(before, f"{key}={' '.join(values)}", 1))
