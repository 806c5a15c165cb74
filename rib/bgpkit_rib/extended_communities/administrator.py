"""Rows for the communities that an AS or an address owns: administrator, number.

RFC 4360, sections 3.1 and 3.2; RFC 5668, section 2; RFC 5701, section 2.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from bgpkit_rib.extended_communities.address_fields import Ipv4, Ipv6
from bgpkit_rib.extended_communities.fields import Number
from bgpkit_rib.extended_communities.row import Row

Value = TypeVar("Value")

TWO_OCTET_AS: Final = (Number("administrator", 32, 16), Number("number", 0, 32))
"""An AS number of two octets, a number of four. RFC 4360, section 3.1."""
IPV4: Final = (Ipv4("administrator", 16), Number("number", 0, 16))
"""An IPv4 address, a number of two octets. RFC 4360, section 3.2."""
IPV6: Final = (Ipv6("administrator", 16), Number("number", 0, 16))
"""An IPv6 address, a number of two octets. RFC 5701, section 2."""
SHORT: Final = (("four_octet_as", False),)
LONG: Final = (("four_octet_as", True),)


def two_octet_as(head: int, kind: Callable[..., Value], *names: str) -> Row[Value]:
    """Return the row of the form with an AS number of two octets; the first of ``names`` is written."""
    return Row(head.to_bytes(2, "big"), kind, TWO_OCTET_AS, names[0], names[1:], SHORT)


def ipv4(head: int, kind: Callable[..., Value], *names: str) -> Row[Value]:
    """Return the row of the form with an IPv4 address; the first of ``names`` is written."""
    return Row(head.to_bytes(2, "big"), kind, IPV4, names[0], names[1:], SHORT)


def four_octet_as(head: int, kind: Callable[..., Value], *names: str) -> tuple[Row[Value], ...]:
    """Return the rows of the form with an AS number of four octets and a number of two. RFC 5668, section 2.

    An AS number below 65536 in this form has no text, since that is the text of the form with two octets.
    """
    octets, number = head.to_bytes(2, "big"), Number("number", 0, 16)
    large, small = Number("administrator", 16, 32, low=1 << 16), Number("administrator", 16, 32, high=(1 << 16) - 1)
    return (
        Row(octets, kind, (large, number), names[0], names[1:], SHORT),
        Row(octets, kind, (small, number), fixed=LONG),
    )


def ipv6(head: int, kind: Callable[..., Value], *names: str) -> Row[Value]:
    """Return the row of the form with an IPv6 address; the first of ``names`` is written. RFC 5701, section 2."""
    return Row(head.to_bytes(2, "big"), kind, IPV6, names[0], names[1:], SHORT)
