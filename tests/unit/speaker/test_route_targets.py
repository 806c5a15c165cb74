"""From the memberships in the table to what each peer is to be sent."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bgpkit.adj_rib_out import ExportKey, Interest
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.route_targets import RouteTargets
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_UNICAST, IPV4_VPN, IPV6_VPN
from bgpkit_rib import Source, SourceKind, Table, make_path
from tests.support import virtual_time
from tests.support.octets import attribute
from tests.support.speakers import settled

ONE, TWO = bytes.fromhex("0002fc0000000001"), bytes.fromhex("0002fc0000000002")
PEER, OTHER = Source("peer", SourceKind.CLIENT), Source("other", SourceKind.CLIENT)
FAMILIES = (IPV4_VPN, IPV4_ROUTE_TARGET)
KEY = ExportKey(
    family=IPV4_VPN, kind=SourceKind.CLIENT, local_asn=64512, cluster_id=1, next_hop=bytes(4), policy=ACCEPT_ALL
)


def nlri(target: bytes) -> bytes:
    """Return the membership of AS 64512 in a route target."""
    return b"\x60" + bytes.fromhex("0000fc00") + target


def run(steps: Iterator[None]) -> None:
    """Run steps at once."""
    for _ in steps:
        pass


class Lab:
    """The memberships of one speaker, and who has been asked to join again."""

    def __init__(self) -> None:
        """Start with empty tables."""
        self.tables = {family: Table(0) for family in (IPV4_UNICAST, IPV4_VPN, IPV6_VPN, IPV4_ROUTE_TARGET)}
        self.targets = RouteTargets(self.tables, run)
        self.joined: list[Source] = []

    def up(self, source: Source = PEER, *, complete: bool = True, marks: bool = True) -> None:
        """Bring a session up, its memberships told or not."""
        self.targets.session_up(source, FAMILIES, lambda: self.joined.append(source), marks=marks)
        if complete:
            self.targets.end_of_rib(source, IPV4_ROUTE_TARGET)

    def want(self, *targets: bytes, source: Source = PEER, reason: str = "") -> None:
        """Announce memberships, not eligible for a ``reason``."""
        path = make_path(source, b"", eligible=not reason, reason=reason)
        self.tables[IPV4_ROUTE_TARGET].announce(path, [nlri(target) for target in targets])

    def want_no_more(self, *targets: bytes, source: Source = PEER) -> None:
        """Withdraw memberships."""
        self.tables[IPV4_ROUTE_TARGET].withdraw(source, [nlri(target) for target in targets])

    def interest(self, source: Source = PEER) -> Interest | None:
        """Return what a peer asks for."""
        return self.targets.interest(source, IPV4_VPN)


async def test_a_peer_asks_for_what_it_announced() -> None:
    """Each for its own; what is withdrawn is asked for no more; other families are not concerned."""
    lab = Lab()
    lab.up()
    lab.up(OTHER)
    lab.want(ONE, TWO)
    lab.want(TWO, source=OTHER)
    assert lab.interest() == Interest(frozenset({ONE, TWO}))
    assert lab.interest(OTHER) == Interest(frozenset({TWO}))
    lab.want_no_more(TWO)
    assert lab.interest() == Interest(frozenset({ONE}))
    lab.want_no_more(ONE)
    assert lab.interest() == Interest()
    assert lab.targets.interest(PEER, IPV4_UNICAST) is None
    assert lab.targets.interest(PEER, IPV4_ROUTE_TARGET) is None


async def test_without_the_family_of_memberships_a_peer_gets_everything() -> None:
    """A session that did not agree on it has neither filter nor delay."""
    lab = Lab()
    lab.want(ONE)
    lab.targets.session_up(PEER, [IPV4_VPN], lambda: None, marks=True)
    assert (lab.interest(), lab.targets.holds_back(PEER, IPV4_VPN)) == (None, False)


async def test_a_refused_membership_does_not_count_a_looped_one_does() -> None:
    """RFC 4684, section 8: the import policy is a filter; section 6: what a peer has advertised counts."""
    lab = Lab()
    lab.up()
    lab.want(ONE, reason="import policy reject-all")
    lab.want(TWO, reason="our own cluster is in CLUSTER_LIST")
    assert lab.interest() == Interest(frozenset({TWO}))
    lab.want(ONE)
    assert lab.interest() == Interest(frozenset({ONE, TWO}))


async def test_changes_that_come_together_make_one_move() -> None:
    """Only peers whose memberships changed are asked to join again."""
    lab = Lab()
    lab.up()
    lab.up(OTHER)
    await settled()
    lab.joined.clear()
    lab.want(ONE)
    lab.want(TWO)
    assert lab.joined == []
    await settled()
    assert lab.joined == [PEER]
    lab.want(ONE)
    await settled()
    assert lab.joined == [PEER]


async def test_vpn_routes_wait_for_the_end_of_the_memberships() -> None:
    """RFC 4684, section 6; memberships that come meanwhile move nobody."""
    lab = Lab()
    lab.up(complete=False)
    lab.want(ONE)
    await settled()
    assert lab.joined == []
    assert lab.targets.holds_back(PEER, IPV4_VPN)
    assert not lab.targets.holds_back(PEER, IPV4_UNICAST)
    lab.targets.end_of_rib(PEER, IPV4_VPN)
    assert lab.targets.holds_back(PEER, IPV4_VPN)
    lab.targets.end_of_rib(PEER, IPV4_ROUTE_TARGET)
    assert not lab.targets.holds_back(PEER, IPV4_VPN)
    lab.targets.end_of_rib(PEER, IPV4_ROUTE_TARGET)
    await settled()
    assert lab.joined == [PEER]


@pytest.mark.parametrize(("marks", "delay"), [(True, 60), (False, 5)])
def test_the_wait_is_bounded_and_ends_with_the_session(marks: bool, delay: int) -> None:
    """A peer that never ends its memberships gets what they ask for by then: soon, if it never said it would."""

    async def main() -> None:
        lab = Lab()
        lab.up(complete=False, marks=marks)
        lab.up(OTHER, complete=False)
        lab.targets.session_lost(OTHER)
        lab.targets.session_lost(OTHER)
        await asyncio.sleep(delay - 0.1)
        assert lab.targets.holds_back(PEER, IPV4_VPN)
        await asyncio.sleep(0.2)
        assert not lab.targets.holds_back(PEER, IPV4_VPN)
        await asyncio.sleep(100)
        assert lab.joined == [PEER]

    virtual_time.run(main())


async def test_a_session_that_ends_before_its_move_is_left_alone() -> None:
    """Nobody is asked to join who is gone."""
    lab = Lab()
    lab.up()
    lab.targets.session_lost(PEER)
    await settled()
    assert lab.joined == []


async def test_a_change_of_interest_concerns_the_keys_with_the_targets_that_differ() -> None:
    """A change of anything else in the export key may concern every route, and so may a change from everything."""
    lab = Lab()
    for number, target in enumerate((ONE, TWO, bytes(8))):
        block = attribute(0xC0, 16, target)
        lab.tables[IPV4_VPN].announce(make_path(OTHER, block), [bytes((number,))])
    one, both = Interest(frozenset({ONE})), Interest(frozenset({ONE, TWO}))
    former, present = replace(KEY, route_targets=one), replace(KEY, route_targets=both)
    assert lab.targets.concerned(former, present) is None
    lab.up()
    assert lab.targets.concerned(former, present) == [b"\1"]
    assert lab.targets.concerned(present, former) == [b"\1"]
    assert lab.targets.concerned(KEY, present) is None
    assert lab.targets.concerned(former, KEY) is None
    assert lab.targets.concerned(former, replace(present, cluster_id=2)) is None


async def test_the_indexes_go_with_the_last_session_that_needs_them() -> None:
    """They cost memory for every VPN route."""
    lab = Lab()
    before = len(lab.tables[IPV4_VPN].consumers)
    lab.up()
    lab.up(OTHER)
    assert [len(lab.tables[family].consumers) - before for family in (IPV4_VPN, IPV6_VPN)] == [1, 1]
    lab.targets.session_lost(PEER)
    assert len(lab.tables[IPV4_VPN].consumers) == before + 1
    lab.targets.session_lost(OTHER)
    assert len(lab.tables[IPV4_VPN].consumers) == before
