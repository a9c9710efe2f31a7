"""requirements.lock pins everything that pyproject.toml asks for, and names no place."""

import re
import tomllib
from importlib.metadata import packages_distributions

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from source_tree import PACKAGES, ROOT, sources

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

COMES_WITH = {"starlette", "pydantic-core"}
"""FastAPI and pydantic are layers over them, and name their versions."""
FOUND_BY_OTHERS = {"uvloop"}


def wanted() -> list[Requirement]:
    project = PROJECT["project"]
    lines = [*PROJECT["build-system"]["requires"], *project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        lines += extra
    return [Requirement(line) for line in lines]


def pinned(python: str) -> dict[str, str]:
    """Versions by canonical name, on Linux with this Python."""
    environment = {**default_environment(), "python_version": python}
    environment |= {"python_full_version": f"{python}.9", "sys_platform": "linux"}
    pins = {}
    for line in LOCK:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            [version] = requirement.specifier
            assert canonicalize_name(requirement.name) not in pins, line
            pins[canonicalize_name(requirement.name)] = version.version
    return pins


def test_plain_pins_only() -> None:
    for line in LOCK:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][^\s;@:/]*( ; [^@:/]+)?", line), line


def test_every_requirement_has_a_fitting_pin() -> None:
    for python in ("3.11", "3.12", "3.13"):
        pins = pinned(python)
        for requirement in wanted():
            name = canonicalize_name(requirement.name)
            assert name in pins, f"{requirement} is not in requirements.lock: make lock"
            assert requirement.specifier.contains(pins[name], prereleases=True), (
                f"{requirement} does not allow {pins[name]}: make lock"
            )


def test_lower_bounds_everywhere() -> None:
    for requirement in wanted():
        assert ">=" in str(requirement.specifier), f"{requirement} has no lower bound"


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_imported() -> None:
    """What comes with another library goes with it, too; what nobody imports is a cost."""
    origin = packages_distributions()
    imported = {
        canonicalize_name(distribution)
        for source in sources(*PACKAGES)
        for module in {name.partition(".")[0] for name in source.imports()}
        for distribution in origin.get(module, ())
        if module not in PACKAGES
    }
    asked = {
        canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]
    }
    assert imported - asked <= COMES_WITH
    assert asked - imported == FOUND_BY_OTHERS
