"""Which changes a snapshot holds already; its build wrote it into the manifest."""

from typing import Any, Final

from indexing.manifest import Manifest

NAME: Final = "changes"
"""In the manifest's report."""


def folded_facts(identity: str, seq: int) -> dict[str, Any]:
    """log: ChangeLog.identity. seq: of the last change that the build folded in."""
    return {"log": identity, "seq": seq}


def folded_in(manifest: Manifest, identity: str) -> int:
    """The seq up to which the snapshot holds the log's changes; 0 if it knows another log."""
    facts = manifest.report.get(NAME)
    if not isinstance(facts, dict) or facts.get("log") != identity:
        return 0
    seq = facts.get("seq")
    return seq if type(seq) is int else 0
