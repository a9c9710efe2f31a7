"""The one folder, and the addresses, that builds asked for over HTTP may read."""

from pathlib import Path, PurePosixPath

from app.catalogues.addresses import AllowList, parse_address
from app.jobs.errors import BadBuildRequestError
from indexing.errors import CatalogError

MAX_NAME_LENGTH = 1_024


def check_address(allowed: tuple[str, ...], url: str) -> None:
    """Before a build begins, which checks again what it resolves and is redirected to.

    Raises BadBuildRequestError.
    """
    if not allowed:
        raise BadBuildRequestError(
            "builds from addresses are off: set VITRINA_CATALOG_URLS to the beginnings of those "
            "that may be read, or use `vitrina build`"
        )
    try:
        AllowList.of(allowed).check(parse_address(url))
    except CatalogError as error:
        raise BadBuildRequestError(str(error).rstrip(".")) from error


def resolve_catalog(folder: Path | None, name: str) -> Path:
    """The file or folder `name` inside `folder`, with nothing in it that leads outside.

    Takes relative names with forward slashes. Refuses, before touching the disk, what could
    be anything else; then follows links and refuses what they lead out to. In O(files of the
    folder that is named). Raises BadBuildRequestError.
    """
    if folder is None:
        raise BadBuildRequestError(
            "builds over HTTP are off: no catalogue folder is set. Set VITRINA_CATALOG_DIR to the "
            "folder that holds the catalogue files, or use `vitrina build`"
        )
    _check_name(name)
    try:
        root = folder.resolve(strict=True)
        path = (root / name).resolve(strict=True)
        _check_inside(root, path, name)
        if path.is_dir():
            for entry in path.rglob("*"):
                _check_inside(root, entry.resolve(strict=True), name)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise BadBuildRequestError(
            f"catalogue {name!r} cannot be read in the catalogue folder: "
            f"{_reason(error)}. Names are relative to VITRINA_CATALOG_DIR"
        ) from error
    return path


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    if (
        not name
        or len(name) > MAX_NAME_LENGTH
        or not name.isprintable()
        or "\\" in name
        or ".." in parts
        or PurePosixPath(name).is_absolute()
        or any(part.startswith("-") for part in parts)  # would be read as an option
    ):
        raise BadBuildRequestError(
            f"{name[:80]!r} is not the name of a catalogue: use a path relative to "
            "VITRINA_CATALOG_DIR, with forward slashes, without '..' and without a leading '-'"
        )


def _check_inside(root: Path, path: Path, name: str) -> None:
    if not path.is_relative_to(root):
        raise BadBuildRequestError(
            f"catalogue {name!r} leads out of the catalogue folder through a link. "
            "Copy the file into VITRINA_CATALOG_DIR"
        )


def _reason(error: Exception) -> str:
    """Without the machine's paths, which are nobody's business over HTTP."""
    return error.strerror or "unreadable" if isinstance(error, OSError) else "links in a circle"
