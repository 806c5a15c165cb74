"""Messages that our encoder writes beside what tshark has to say of them."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, NamedTuple

from bgpkit.wire import ROWS, Attribute, Codec, MpReach, MpUnreach, NextHop, Nlri, UpdateContext, UpdateMessage
from bgpkit.wire import VpnAddress as Vpn
from bgpkit_fsm import Family
from bgpkit_rib import AsPath, Origin, RouteDistinguisher
from tests.support.tshark import complaints, missing, read_trees

_CODEC: Final = Codec(UpdateContext(families=frozenset(ROWS), four_octet_as=True, internal=True))
_BESIDE: Final = (Attribute(0x40, 1, Origin.IGP), Attribute(0x40, 2, AsPath()), Attribute(0x40, 5, 100))
_IPV4, _IPV6, _NO_RD = IPv4Address("192.0.2.99"), IPv6Address("2001:db8::99"), RouteDistinguisher(bytes(8))
_NEXT_HOPS: Final[Sequence[tuple[int, tuple[NextHop, ...], str]]] = (
    (0, (), ""),
    (4, (_IPV4,), "IPv4 Address: 192.0.2.99\n"),
    (12, (Vpn(_NO_RD, _IPV4),), "Route Distinguisher: 0:0\nIPv4 Address: 192.0.2.99\n"),
    (16, (_IPV6,), "IPv6 Address: 2001:db8::99\n"),
    (24, (Vpn(_NO_RD, _IPV6),), "Route Distinguisher: 0:0\nIPv6 Address: 2001:db8::99\n"),
)
"""The next hops that a row may allow by their length, and how tshark shows them."""


class Reading(NamedTuple):
    """A message and what tshark says of it."""

    name: str
    message: UpdateMessage
    facts: str
    """Lines in the order in which they come; what stands between them does not count."""


def of_nlri(
    family: Family, nlri: Sequence[Nlri], facts: str, *, announced: bool = True, withdrawn: bool = True
) -> Iterator[Reading]:
    """Yield a message that announces NLRI, which end with ``facts`` in tshark's words, and one that withdraws them."""
    if announced:
        lengths = ROWS[family].next_hop_lengths
        usable = [row for row in _NEXT_HOPS if row[0] in lengths and not (row[0] == 4 and family.afi == 2)]
        _, next_hop, address = usable[0]
        reach = Attribute(0x80, 14, MpReach(family, next_hop, tuple(nlri)))
        message = UpdateMessage(attributes=(reach, *_BESIDE))
        yield Reading(f"{family} announced", message, f"{address}{facts}")
    if withdrawn:
        unreach = Attribute(0x80, 15, MpUnreach(family, tuple(nlri)))
        yield Reading(f"{family} withdrawn", UpdateMessage(attributes=(unreach,)), facts)


def of_attribute(flags: int, code: int, value: object, facts: str) -> Reading:
    """Return a message that has one path attribute only, of which tshark says ``facts``."""
    return Reading(f"attribute {code}: {value}", UpdateMessage(attributes=(Attribute(flags, code, value),)), facts)


def differences(folder: Path, readings: Sequence[Reading]) -> list[str]:
    """Return what tshark says otherwise, or complains about; ``folder`` takes the capture."""
    encoded = [_CODEC.encode(reading.message) for reading in readings]
    assert all(len(messages) == 1 for messages in encoded)
    trees = read_trees(folder, [messages[0] for messages in encoded])
    found: list[str] = []
    for reading, tree in zip(readings, trees, strict=True):
        wrong = complaints(tree) + missing(reading.facts, tree)
        if wrong:
            found.append(f"{reading.name}: {wrong}")
    return found
