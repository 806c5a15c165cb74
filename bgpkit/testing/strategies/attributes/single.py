"""One path attribute with its flags (RFC 4271, section 4.3)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.wire import ATTRIBUTE_ROWS, Attribute, UpdateContext
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, OPTIONAL_TRANSITIVE, PARTIAL

_SHORT: Final = 255
_UNKNOWN: Final = range(200, 241)
"""Type codes that are not assigned."""


def interpreted(code: int, values: st.SearchStrategy[object], context: UpdateContext) -> st.SearchStrategy[Attribute]:
    """Return attributes of type ``code``, with the flags that it must have.

    The extended length bit is set where the value needs it, and sometimes where it does not; the Partial bit, in
    what is optional and transitive, too.
    """
    row = ATTRIBUTE_ROWS[code]

    def build(value: object, partial: bool, extended: bool) -> Attribute:
        flags = row.flags | (PARTIAL if partial and row.flags == OPTIONAL_TRANSITIVE else 0)
        long = extended or len(row.encode(value, context)) > _SHORT
        return Attribute(flags | (EXTENDED_LENGTH if long else 0), code, value)

    return st.builds(build, values, st.booleans(), st.booleans())


def unknown() -> st.SearchStrategy[Attribute]:
    """Return optional attributes that nobody interprets, transitive or not; their value is octets."""
    flags = st.sampled_from([OPTIONAL, OPTIONAL_TRANSITIVE, OPTIONAL_TRANSITIVE | PARTIAL])
    codes = st.sampled_from([code for code in _UNKNOWN if code not in ATTRIBUTE_ROWS])
    return st.builds(_unknown, flags, codes, st.binary(max_size=40) | st.binary(max_size=300), st.booleans())


def _unknown(flags: int, code: int, value: bytes, extended: bool) -> Attribute:
    return Attribute(flags | (EXTENDED_LENGTH if extended or len(value) > _SHORT else 0), code, value)
