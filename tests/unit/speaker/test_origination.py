"""Routes of our own: of any family, with what is beside their keys, and the default route that single peers get."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from bgpkit import ChangePlan, Community, ConfigError, PathAttributes, Prefix
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL
from bgpkit.speaker.origination import Origination
from bgpkit.wire.families import (
    FlowComponent,
    FlowPrefix,
    FlowSpecRule,
    LabeledPrefix,
    LabeledVpnPrefix,
    MacIpAdvertisementRoute,
    label_stack,
)
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import AsPath, MacAddress, RouteDistinguisher, Source, SourceKind, Table
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    OURS,
    THEIRS,
    THIRD,
    connect,
    holds,
    scripted,
    speaker_at,
    towards_scripted,
)

LABELED, VPNV4, EVPN, FLOWSPEC = Family(1, 4), Family(1, 128), Family(25, 70), Family(1, 133)
DISTINGUISHER = RouteDistinguisher.parse("64512:1")
DEFAULT, SOME = "0.0.0.0/0", "10.1.0.0/16"
VALUES: Sequence[Any] = [
    (LABELED, LabeledPrefix(Prefix.parse("10.1.0.0/16"), label_stack(100))),
    (VPNV4, LabeledVpnPrefix(DISTINGUISHER, Prefix.parse("10.1.0.0/16"), label_stack(200, 300))),
    (
        EVPN,
        MacIpAdvertisementRoute(
            route_distinguisher=DISTINGUISHER,
            mac_address=MacAddress.parse("02:00:00:00:00:01"),
            ip_address=IPv4Address("10.1.0.1"),
            label=400,
        ),
    ),
    (FLOWSPEC, FlowSpecRule((FlowPrefix(FlowComponent.DESTINATION_PREFIX, Prefix.parse("10.1.0.0/16")),))),
]


@pytest.mark.parametrize(("family", "value"), VALUES, ids=[str(family) for family, _ in VALUES])
@pytest.mark.parametrize("asn", [ASN, 64513], ids=["internal", "external"])
async def test_values_of_any_family_reach_the_peer_as_they_are(family: Family, value: object, asn: int) -> None:
    """With labels and all that is beside the key; and they go again."""
    open_policies: dict[str, Any] = {
        "families": (family,),
        "import_policy": ACCEPT_ALL,
        "export_policy": ACCEPT_ALL,
    }
    async with speaker_at(families=[family]) as one, speaker_at(THEIRS, asn=asn, families=[family]) as other:
        await connect(one, other, open_policies, open_policies)
        await one.announce(value, family=family, attributes=PathAttributes(communities=(Community(7),)))
        await eventually(lambda: [*other.routes(family)] != [], "the route")
        [route] = other.routes(family)
        assert route.nlri == value
        assert route.attributes.communities == (Community(7),)
        assert route.attributes.as_path == (AsPath() if asn == ASN else AsPath.of(ASN))
        if family != FLOWSPEC:
            assert str(route.attributes.next_hop) == OURS
        assert [each.nlri for each in one.paths(value, family)] == [value]
        await one.withdraw(value, family=family)
        await eventually(lambda: [*other.routes(family)] == [], "no route")


async def test_several_paths_of_our_own_have_identifiers() -> None:
    """Each is withdrawn by its own; the lowest is the best among equals."""
    async with speaker_at() as speaker:
        for path_id in (2, 1):
            await speaker.announce(SOME, path_id=path_id, attributes=PathAttributes(med=path_id))
        assert [route.path.path_id for route in speaker.paths(SOME)] == [1, 2]
        await speaker.withdraw(SOME)
        assert len(speaker.paths(SOME)) == 2
        await speaker.withdraw(SOME, path_id=1)
        assert [route.path.path_id for route in speaker.paths(SOME)] == [2]


async def test_all_or_nothing_is_announced() -> None:
    """One destination that cannot be, or attributes that do not fit its family, and none is."""
    origination = Origination(Source("local", SourceKind.LOCAL), {IPV4_UNICAST: Table(32)})
    with pytest.raises(ConfigError, match="no table for ipv6-unicast"):
        await origination.announce([SOME, "2001:db8::/32"], family=None, next_hop=None, attributes=None)
    with pytest.raises(ValueError, match="ten"):
        await origination.announce([SOME, "ten"], family=None, next_hop=None, attributes=None)
    with pytest.raises(ValueError, match="not a next hop for IPv4 prefixes"):
        await origination.announce([SOME], family=None, next_hop="2001:db8::1", attributes=None)
    assert next(iter(origination.group([SOME], None))).keys == [Prefix.parse(SOME).key]


def test_a_path_of_our_own_says_what_its_attributes_say() -> None:
    """What decides between our own paths, and the next hop in octets."""
    origination = Origination(Source("local", SourceKind.LOCAL), {})
    values = PathAttributes(as_path=AsPath.parse("1 {2,3}"), med=5, local_pref=200, next_hop=IPv6Address("2001:db8::1"))
    path = origination.path(values, IPV6_UNICAST, b"rest", 9)
    assert (path.as_path_length, path.neighbor_as, path.med, path.local_pref) == (2, 1, 5, 200)
    assert (path.next_hop, path.rest, path.path_id) == (IPv6Address("2001:db8::1").packed, b"rest", 9)


class Listener:
    """A scripted peer, and the routes that it has been sent."""

    def __init__(self, peer: ScriptedPeer) -> None:
        """Hold nothing yet."""
        self.peer = peer
        self.held: dict[str, octets.HeardUpdate] = {}

    async def until(self, *wanted: str) -> None:
        """Take UPDATEs until exactly these prefixes are held."""
        while set(self.held) != set(wanted):
            await self.take()

    async def take(self) -> None:
        """Take one UPDATE."""
        update = await self.peer.update()
        self.held.update(dict.fromkeys(update.announced, update))
        for prefix in update.withdrawn:
            self.held.pop(prefix, None)


@pytest.mark.parametrize("policy", [EVERYTHING, REJECT_ALL], ids=["all", "none"])
async def test_a_default_route_goes_to_those_who_are_to_get_one(policy: Any) -> None:
    """Whatever the table holds and the policy says; it comes and goes without a new session."""
    async with speaker_at() as speaker:
        await speaker.announce(SOME)
        shown = (SOME,) if policy is EVERYTHING else ()
        plain = towards_scripted(asn=65001, export_policy=policy)
        granted = towards_scripted(asn=65001, export_policy=policy, default_originate=True)
        await speaker.add_peer(granted)
        async with await scripted(speaker, asn=65001) as peer:
            listener = Listener(peer)
            await listener.until(DEFAULT, *shown)
            assert listener.held[DEFAULT].as_path == (ASN,)
            assert listener.held[DEFAULT].next_hop == OURS
            assert await speaker.update_peer(plain) is ChangePlan.SOFT
            await listener.until(*shown)
            await speaker.update_peer(granted)
            await listener.until(DEFAULT, *shown)
            await peer.send(octets.route_refresh())
            listener.held.clear()
            await listener.until(DEFAULT, *shown)
        assert DEFAULT not in {str(route.prefix) for route in speaker.routes()}


async def test_the_default_route_of_our_own_goes_before_that_of_the_table() -> None:
    """While it is sent, that of the table may come, change and go unheard; when it ends, that of the table is sent."""
    async with speaker_at() as speaker:
        plain = towards_scripted(THIRD, asn=65001, export_policy=EVERYTHING)
        granted = towards_scripted(THIRD, asn=65001, export_policy=EVERYTHING, default_originate=True)
        await speaker.add_peer(granted)
        await speaker.add_peer(towards_scripted(asn=65002, import_policy=EVERYTHING))
        async with (
            await scripted(speaker, asn=65002) as feeder,
            await scripted(speaker, address=THIRD, asn=65001) as peer,
        ):
            listener = Listener(peer)
            await listener.until(DEFAULT)
            await feeder.send(octets.update(octets.attributes(65002), DEFAULT, SOME))
            await listener.until(DEFAULT, SOME)
            assert listener.held[DEFAULT].as_path == (ASN,)
            await speaker.update_peer(plain)
            while listener.held[DEFAULT].as_path != (ASN, 65002):
                await listener.take()
            await speaker.update_peer(granted)
            while listener.held[DEFAULT].as_path != (ASN,):
                await listener.take()
            await feeder.send(octets.withdraw(DEFAULT, SOME))
            await listener.until(DEFAULT)
            assert listener.held[DEFAULT].as_path == (ASN,)
            await speaker.update_peer(plain)
            await listener.until()
            await holds(speaker, [])


@pytest.mark.parametrize("path_id", [-1, 2**32])
async def test_a_path_identifier_has_four_octets(path_id: int) -> None:
    """RFC 7911, section 3; nothing is announced then."""
    async with speaker_at() as speaker:
        with pytest.raises(ValueError, match=f"^path_id {path_id} does not fit 4 octets"):
            await speaker.announce(SOME, path_id=path_id)
        assert not [*speaker.routes()]
