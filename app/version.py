"""The version of the installed code."""

from importlib.metadata import PackageNotFoundError, version


def code_version() -> str:
    try:
        return version("vitrina")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0+unknown"
