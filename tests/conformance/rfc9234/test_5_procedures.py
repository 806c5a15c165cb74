"""RFC 9234, section 5: OTC on the way in and on the way out, at a speaker's sockets."""

from ipaddress import IPv6Address

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Speaker
from bgpkit.policy import ACCEPT_ALL
from bgpkit_fsm import BgpRole
from tests.support import octets
from tests.support.octets import HeardUpdate
from tests.support.speakers import (
    ASN,
    THEIRS,
    THIRD,
    holds,
    prefixes,
    route_to,
    scripted,
    speaker_at,
    towards_scripted,
)

THEIR_ASN, THIRD_ASN, ELSEWHERE = 64600, 64700, 64800
PREFIX = "10.1.0.0/16"
OTC = 35


def otc(asn: int) -> bytes:
    """Return the attribute."""
    return octets.attribute(0xC0, OTC, asn.to_bytes(4, "big"))


async def add(speaker: Speaker, role: BgpRole | None, address: str = THEIRS, asn: int = THEIR_ASN) -> None:
    """Add an external peer to which we are ``role``."""
    families = (IPV4_UNICAST, IPV6_UNICAST)
    options = {"import_policy": ACCEPT_ALL, "export_policy": ACCEPT_ALL, "families": families}
    await speaker.add_peer(towards_scripted(address, asn=asn, role=role, **options))


async def received(role: BgpRole | None, value: int | None) -> tuple[bool, int | None, str]:
    """Return whether a route with OTC ``value`` may be chosen, what OTC it has then, and the reason."""
    async with speaker_at() as speaker:
        await add(speaker, role)
        async with await scripted(speaker, asn=THEIR_ASN) as peer:
            block = octets.attributes(THEIR_ASN) + (b"" if value is None else otc(value))
            await peer.send(octets.update(block, PREFIX))
            await holds(speaker, {PREFIX}, peer=THEIRS)
            route = route_to(speaker, PREFIX, peer=THEIRS)
            assert (PREFIX in prefixes(speaker)) is route.path.eligible
            explained = speaker.explain(PREFIX).paths[0]
            assert explained.reason == route.path.reason
            return route.path.eligible, route.attributes.only_to_customer, explained.reason


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize(("role", "who"), [(BgpRole.PROVIDER, "a customer"), (BgpRole.RS, "a client")])
async def test_a_route_with_otc_from_a_customer_or_a_client_is_a_leak(role: BgpRole, who: str) -> None:
    """It MUST be considered ineligible; whoever asks why is told."""
    eligible, _, reason = await received(role, ELSEWHERE)
    assert not eligible
    assert f"OTC {ELSEWHERE} is on a route from {who}" in reason


@pytest.mark.rfc("9234", "5")
async def test_a_route_with_a_foreign_otc_from_a_lateral_peer_is_a_leak() -> None:
    """With the peer's own number it is none."""
    eligible, _, reason = await received(BgpRole.PEER, ELSEWHERE)
    assert (eligible, "route leak" in reason) == (False, True)
    assert await received(BgpRole.PEER, THEIR_ASN) == (True, THEIR_ASN, "")


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.CUSTOMER, BgpRole.PEER, BgpRole.RS_CLIENT])
async def test_a_route_from_a_provider_a_peer_or_a_route_server_gets_otc(role: BgpRole) -> None:
    """It MUST be added, with the AS number of the remote AS, when it is not there."""
    assert await received(role, None) == (True, THEIR_ASN, "")


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.CUSTOMER, BgpRole.RS_CLIENT])
async def test_otc_that_is_there_stays(role: BgpRole) -> None:
    """Once set it MUST be preserved unchanged."""
    assert await received(role, ELSEWHERE) == (True, ELSEWHERE, "")


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.PROVIDER, BgpRole.RS, None])
async def test_a_route_from_a_customer_a_client_or_nobody_in_particular_gets_none(role: BgpRole | None) -> None:
    """And without roles OTC is an attribute like others."""
    assert await received(role, None) == (True, None, "")
    if role is None:
        assert await received(role, ELSEWHERE) == (True, ELSEWHERE, "")


async def sent(role: BgpRole | None, value: int | None) -> HeardUpdate | None:
    """Return how a route with OTC ``value`` goes out to a peer to which we are ``role``; None when it does not."""
    async with speaker_at() as speaker:
        await add(speaker, None)
        await add(speaker, role, THIRD, THIRD_ASN)
        async with await scripted(speaker, asn=THEIR_ASN) as peer:
            block = octets.attributes(THEIR_ASN) + (b"" if value is None else otc(value))
            await peer.send(octets.update(block, PREFIX))
            await holds(speaker, {PREFIX})
            async with await scripted(speaker, address=THIRD, asn=THIRD_ASN) as other:
                heard = (await other.routes()).get(PREFIX)
            (export,) = speaker.explain(PREFIX, THIRD).exports
            assert export.sent is (heard is not None)
            assert export.sent or "for customers only" in export.reason
            return heard


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.PROVIDER, BgpRole.PEER, BgpRole.RS])
async def test_what_goes_to_a_customer_a_peer_or_a_client_gets_otc(role: BgpRole) -> None:
    """It MUST be added with the AS number of the local AS when it is not there."""
    heard = await sent(role, None)
    assert heard is not None
    assert heard.values[OTC] == ASN.to_bytes(4, "big")


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.CUSTOMER, BgpRole.PEER, BgpRole.RS_CLIENT])
async def test_what_has_otc_does_not_go_to_a_provider_a_peer_or_a_route_server(role: BgpRole) -> None:
    """It MUST NOT be propagated to them."""
    assert await sent(role, ELSEWHERE) is None


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.PROVIDER, BgpRole.RS, None])
async def test_what_has_otc_goes_to_customers_and_clients_as_it_is(role: BgpRole | None) -> None:
    """Once set it MUST be preserved unchanged."""
    heard = await sent(role, ELSEWHERE)
    assert heard is not None
    assert heard.values[OTC] == ELSEWHERE.to_bytes(4, "big")


@pytest.mark.rfc("9234", "5")
@pytest.mark.parametrize("role", [BgpRole.CUSTOMER, BgpRole.RS_CLIENT, None])
async def test_what_goes_to_a_provider_or_a_route_server_gets_no_otc(role: BgpRole | None) -> None:
    """It goes as it is."""
    heard = await sent(role, None)
    assert heard is not None
    assert OTC not in heard.values


@pytest.mark.rfc("9234", "5")
async def test_a_route_of_a_provider_does_not_go_to_another_one() -> None:
    """The leak that the roles are for is prevented here, without a policy."""
    async with speaker_at() as speaker:
        await add(speaker, BgpRole.CUSTOMER)
        await add(speaker, BgpRole.CUSTOMER, THIRD, THIRD_ASN)
        await speaker.announce("192.0.2.0/24")
        async with await scripted(speaker, asn=THEIR_ASN) as peer:
            await peer.send(octets.update(octets.attributes(THEIR_ASN), PREFIX))
            await holds(speaker, {PREFIX, "192.0.2.0/24"})
            async with await scripted(speaker, address=THIRD, asn=THIRD_ASN) as other:
                assert set(await other.routes()) == {"192.0.2.0/24"}


@pytest.mark.rfc("9234", "5")
async def test_ipv6_unicast_is_treated_alike() -> None:
    """The procedures are for AFI 1 and 2 with SAFI 1."""
    async with speaker_at() as speaker:
        await add(speaker, BgpRole.PROVIDER)
        async with await scripted(speaker, octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY, asn=THEIR_ASN) as peer:
            hop, prefix = IPv6Address("2001:db8::1").packed, octets.nlri("2001:db8:1::/48")
            reach = octets.attribute(0x80, 14, bytes.fromhex("0002 01 10") + hop + b"\0" + prefix)
            await peer.send(octets.update(reach + octets.attributes(THEIR_ASN, next_hop=None) + otc(ELSEWHERE)))
            await holds(speaker, {"2001:db8:1::/48"}, IPV6_UNICAST, peer=THEIRS)
            assert speaker.size(IPV6_UNICAST) == 0
            assert "route leak" in speaker.explain("2001:db8:1::/48").paths[0].reason


@pytest.mark.rfc("9234", "4.1")
async def test_our_role_is_in_our_open() -> None:
    """As it is configured."""
    async with speaker_at() as speaker:
        await add(speaker, BgpRole.CUSTOMER)
        async with await scripted(speaker, bytes.fromhex("090100"), asn=THEIR_ASN) as peer:
            assert octets.read_capabilities(peer.heard_open)[9] == [b"\3"]
