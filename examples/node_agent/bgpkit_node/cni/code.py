"""The error codes of CNI, and ours."""

from enum import IntEnum


class Code(IntEnum):
    """What went wrong. CNI specification 1.1.0, section "Error"; 100 and more are this plugin's own."""

    INCOMPATIBLE_VERSION = 1
    UNKNOWN_CONTAINER = 3
    INVALID_ENVIRONMENT = 4
    IO_FAILURE = 5
    DECODE_FAILURE = 6
    INVALID_NETWORK_CONFIG = 7
    TRY_AGAIN_LATER = 11
    NOT_AVAILABLE = 50
    INTERFACE_EXISTS = 100
    """The container has an interface of that name, or its pod has one on this network."""
    ROUTE_CONFLICT = 101
    """The node has another route for the pod's address."""
    KERNEL_REFUSED = 102
    """The kernel refused a part of the pod's network."""
    CHECK_FAILED = 103
    """CHECK found the pod's network damaged."""
    INTERNAL = 999
    """A fault of the agent itself."""
