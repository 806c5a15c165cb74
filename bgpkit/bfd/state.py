"""The numbers of BFD that have names. RFC 5880, section 4.1."""

from enum import IntEnum


class BfdState(IntEnum):
    """Where a session stands. RFC 5880, section 6.2."""

    ADMIN_DOWN = 0
    DOWN = 1
    INIT = 2
    UP = 3

    @property
    def title(self) -> str:
        """The state as the RFC writes it."""
        return "AdminDown" if self is BfdState.ADMIN_DOWN else self.name.title()


class Diagnostic(IntEnum):
    """Why a session changed its state last. RFC 5880, section 4.1; 9: RFC 6428."""

    NO_DIAGNOSTIC = 0
    CONTROL_DETECTION_TIME_EXPIRED = 1
    ECHO_FUNCTION_FAILED = 2
    NEIGHBOR_SIGNALED_SESSION_DOWN = 3
    FORWARDING_PLANE_RESET = 4
    PATH_DOWN = 5
    CONCATENATED_PATH_DOWN = 6
    ADMINISTRATIVELY_DOWN = 7
    REVERSE_CONCATENATED_PATH_DOWN = 8
    MISCONNECTIVITY_DEFECT = 9


def diagnostic_name(code: int) -> str:
    """Return a diagnostic as IANA's registry names it, or its number."""
    try:
        return Diagnostic(code).name.replace("_", " ").title()
    except ValueError:
        return f"Diagnostic {code}"
