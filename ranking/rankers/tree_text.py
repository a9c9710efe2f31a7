"""LightGBM's model text: refuse what its reader would take without complaint."""

import math

from ranking.errors import ModelError

_RETRAIN = "Retrain with `vitrina train`, or publish another model."


def check_text(text: str, name: str) -> None:
    """Raises ModelError for a cut text, leaves or thresholds that are no numbers, and kinds of
    trees that Vitrina does not use (categorical splits, linear leaves, several outputs).

    Its `name` stands in messages.
    """
    if not text.startswith("tree\n") or "\nend of trees\n" not in text:
        raise ModelError(f"model {name}: model.txt is truncated. {_RETRAIN}")
    trees = text.partition("\nend of trees\n")[0]
    for line in trees.splitlines():
        key, _, value = line.partition("=")
        fault = _fault(key, value)
        if fault:
            raise ModelError(f"model {name}: model.txt {fault}. {_RETRAIN}")


def _fault(key: str, value: str) -> str | None:
    if key == "leaf_value" and not _finite(value):
        return "has a leaf that is not a finite number"
    if key == "threshold" and not _numbers(value):
        return "splits at a value that is not a number"
    if key == "num_cat" and value.strip() != "0":
        return "splits on categories, which Vitrina's features do not have"
    if key == "is_linear" and value.strip() != "0":
        return "has linear leaves, which cannot be explained"
    if key in ("num_class", "num_tree_per_iteration") and value.strip() != "1":
        return "gives several scores a product"
    return None


def _values(text: str) -> list[float]:
    try:
        return [float(value) for value in text.split()]
    except ValueError:
        return [math.nan]


def _finite(text: str) -> bool:
    return all(math.isfinite(value) for value in _values(text))


def _numbers(text: str) -> bool:
    return not any(math.isnan(value) for value in _values(text))
