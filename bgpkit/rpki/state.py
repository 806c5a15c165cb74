"""What RPKI says of a route's origin."""

from enum import Enum


class RpkiState(Enum):
    """The validation state of a route. RFC 6811, section 2."""

    VALID = "valid"
    """At least one ROA that covers the prefix matches origin and length."""
    INVALID = "invalid"
    """ROAs cover the prefix, and none of them matches."""
    NOT_FOUND = "not-found"
    """No ROA covers the prefix."""
