"""Router advertisements and solicitations that count. RFC 4861, section 6.1."""

import socket
import sys

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import NeighborDiscovery
from bgpkit.transport.neighbor_discovery import ADVERTISED, ADVERTISEMENT, SOLICITATION, SOLICITED, heard

LINK = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, (255).to_bytes(4, sys.byteorder))
FAR = (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT, (254).to_bytes(4, sys.byteorder))


@pytest.mark.rfc("4861", "6.1.2")
@pytest.mark.parametrize(
    ("message", "ancillary", "kind"),
    [
        (ADVERTISED, [LINK], ADVERTISEMENT),
        (ADVERTISED + bytes(8), [LINK], ADVERTISEMENT),
        (SOLICITED, [LINK], SOLICITATION),
        (ADVERTISED, [FAR], 0),
        (ADVERTISED, [], 0),
        (ADVERTISED[:15], [LINK], 0),
        (SOLICITED[:7], [LINK], 0),
        (b"", [LINK], 0),
        (ADVERTISED[:1] + b"\1" + ADVERTISED[2:], [LINK], 0),
        (b"\x87" + ADVERTISED[1:], [LINK], 0),
    ],
)
def test_only_valid_messages_of_the_link_count(
    message: bytes, ancillary: list[tuple[int, int, bytes]], kind: int
) -> None:
    """Hop Limit 255, code 0, and as many octets as the message must have."""
    assert heard(message, ancillary) == kind


@pytest.mark.rfc("4861", "6.2.3")
def test_what_is_advertised_makes_nobody_a_default_router() -> None:
    """Router Lifetime 0, and no flag, prefix or timer."""
    assert bytes((134,)) + bytes(15) == ADVERTISED


async def test_an_interface_that_is_not_there_is_one_sentence() -> None:
    """Or the missing right to hear at all."""
    with pytest.raises(ConfigError, match=r"(there is no such interface here|CAP_NET_RAW)"):
        NeighborDiscovery("no-such", lambda _: None)
