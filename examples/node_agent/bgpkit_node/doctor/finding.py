"""What an examination finds: one line each."""

from dataclasses import dataclass
from enum import Enum

from bgpkit_node.doctor.look import Look


class Verdict(Enum):
    """How bad it is; the values are the words that are printed."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    UNKNOWN = "not looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at, where, how it is, and what to do about it."""

    verdict: Verdict
    what: str
    where: str
    said: str
    cure: str = ""
    look: Look | None = None
    """What was measured, where it was something between two nodes."""


def well(what: str, where: str, said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(verdict=Verdict.OK, what=what, where=where, said=said)


def warning(what: str, where: str, said: str, cure: str) -> Finding:
    """Return that something works, and may not for long."""
    return Finding(verdict=Verdict.WARNING, what=what, where=where, said=said, cure=cure)


def failure(what: str, where: str, said: str, cure: str) -> Finding:
    """Return that something does not work."""
    return Finding(verdict=Verdict.FAILURE, what=what, where=where, said=said, cure=cure)


def unknown(what: str, where: str, said: str, cure: str = "") -> Finding:
    """Return that something could not be looked at, and why."""
    return Finding(verdict=Verdict.UNKNOWN, what=what, where=where, said=said, cure=cure)
