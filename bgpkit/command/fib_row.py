"""Routes of a kernel table as they go through the local socket, and as ``--json`` writes them."""

from collections.abc import Mapping

from bgpkit.fib import FibState, PresentRoute

PRESENT = "present"
"""The status of a route of which nobody knows whether it is wanted."""


def state_row(state: FibState) -> Mapping[str, object]:
    """Return what there is to say of a prefix."""
    return {
        "prefix": str(state.prefix),
        "status": state.status.value,
        "wanted": state.wanted_words,
        "present": list(state.present),
        "reason": state.reason,
    }


def present_row(route: PresentRoute, status: str = PRESENT) -> Mapping[str, object]:
    """Return a route of the kernel's, whosever it is."""
    words = f"{route.words} proto {route.protocol_name}".strip()
    return {"prefix": str(route.prefix), "status": status, "wanted": "", "present": [words], "reason": ""}
