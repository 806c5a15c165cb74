"""RFC 4684, section 6, Operation: VPN routes go where their Route Targets are asked for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_VPN
from tests.conformance.rfc4684.vpn_peer import DEFAULT, Backbone, VpnPeer, backbone, membership
from tests.support import virtual_time

FIRST, SECOND, THIRD, LAST = "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.9.0.0/16"


@asynccontextmanager
async def three_routes() -> AsyncGenerator[tuple[Backbone, VpnPeer]]:
    """Run a reflector with a client that has announced three VPN routes, with the targets 1; 2; 1 and 2."""
    async with backbone() as lab:
        sender = await lab.peer(0, families=(IPV4_VPN,))
        await sender.hear_until_ended(IPV4_VPN)
        await sender.announce(FIRST, 1)
        await sender.announce(SECOND, 2)
        await sender.announce(THIRD, 1, 2)
        yield lab, sender


@pytest.mark.rfc("4684", "6")
async def test_routes_go_only_where_one_of_their_targets_is_asked_for() -> None:
    """A VPN route should be advertised to a peer that has advertised a membership with any of its targets."""
    async with three_routes() as (lab, sender):
        receiver = await lab.peer(1)
        await receiver.want(membership(1))
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert set(receiver.routes) == {FIRST, THIRD}
        await sender.announce(SECOND, 2, label=200)
        await sender.announce(LAST, 3, 1)
        assert (await receiver.hear()).announced != b""
        assert set(receiver.routes) == {FIRST, THIRD, LAST}


@pytest.mark.rfc("4684", "6")
async def test_the_default_membership_asks_for_everything() -> None:
    """The default route target: all VPN routes, those without any Route Target, too."""
    async with three_routes() as (lab, sender):
        await sender.announce(LAST)
        receiver = await lab.peer(1)
        await receiver.want(DEFAULT)
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert set(receiver.routes) == {FIRST, SECOND, THIRD, LAST}
        await receiver.want(membership(1))
        await receiver.want_no_more(DEFAULT)
        await receiver.hear_until(FIRST, THIRD)


@pytest.mark.rfc("4684", "6")
async def test_a_peer_without_the_family_gets_everything() -> None:
    """Only with a peer that participates in the exchange of memberships are these a filter."""
    async with three_routes() as (lab, _):
        other = await lab.peer(1, families=(IPV4_VPN,))
        await other.hear_until_ended(IPV4_VPN)
        assert set(other.routes) == {FIRST, SECOND, THIRD}


@pytest.mark.rfc("4684", "6")
async def test_a_peer_that_asks_for_nothing_gets_nothing() -> None:
    """Memberships complete and none there: no VPN route, but the End-of-RIB marker."""
    async with three_routes() as (lab, sender):
        receiver = await lab.peer(1)
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert receiver.routes == {}
        await sender.announce(LAST, 1)
        await receiver.want(membership(2))
        await receiver.hear_until(SECOND, THIRD)


@pytest.mark.rfc("4684", "4")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (membership(0, length=32), {FIRST, SECOND, THIRD}),
        (membership(0, length=48), {FIRST, SECOND, THIRD}),
        (membership(2, length=95), {SECOND, THIRD}),
        (membership(0, length=94), {FIRST, SECOND, THIRD}),
        (membership(2, origin=65001), {SECOND, THIRD}),
        (membership(1 << 16, length=80), set[str]()),
    ],
    ids=["an AS", "type and AS of targets", "all bits but one", "all bits but two", "from another AS", "others"],
)
async def test_a_membership_may_be_a_prefix(asked: bytes, expected: set[str]) -> None:
    """A prefix of 32 to 96 bits asks for all Route Targets that it covers, whatever AS it comes from."""
    async with three_routes() as (lab, _):
        receiver = await lab.peer(1)
        await receiver.want(asked)
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert set(receiver.routes) == expected


@pytest.mark.rfc("4684", "6")
async def test_a_change_of_interest_sends_and_withdraws_the_difference_only() -> None:
    """A speaker should generate the minimum set of VPN updates between the former and the present state."""
    async with three_routes() as (lab, sender):
        receiver = await lab.peer(1)
        await receiver.want(membership(1))
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        await receiver.want(membership(2))
        heard = await receiver.hear()
        while heard.family != IPV4_VPN:
            heard = await receiver.hear()
        assert (set(receiver.routes), heard.withdrawn) == ({FIRST, SECOND, THIRD}, b"")
        await receiver.want_no_more(membership(1))
        while heard.family != IPV4_VPN or not heard.withdrawn:
            heard = await receiver.hear()
        assert (set(receiver.routes), heard.announced) == ({SECOND, THIRD}, b"")
        await sender.announce(LAST, 2)
        await receiver.hear_until(SECOND, THIRD, LAST)


@pytest.mark.rfc("4684", "6")
async def test_a_route_that_changes_its_targets_comes_and_goes() -> None:
    """The targets of the route that is there count, not those it had."""
    async with three_routes() as (lab, sender):
        receiver = await lab.peer(1)
        await receiver.want(membership(1))
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        await sender.announce(FIRST, 2)
        await receiver.hear_until(THIRD)
        await sender.announce(SECOND, 1)
        await receiver.hear_until(SECOND, THIRD)
        await sender.withdraw(THIRD)
        await receiver.hear_until(SECOND)


@pytest.mark.rfc("4684", "6")
async def test_routes_wait_for_the_end_of_the_memberships() -> None:
    """Until the End-of-RIB marker of the memberships comes no VPN route is sent, though some are asked for already."""
    async with three_routes() as (lab, sender):
        receiver = await lab.peer(1)
        await receiver.want(membership(1))
        await receiver.hear_until_ended(IPV4_ROUTE_TARGET)
        while membership(1) not in receiver.memberships:  # so it has been taken in
            await receiver.hear()
        await sender.announce(LAST, 1)
        await receiver.want(membership(7))
        while membership(7) not in receiver.memberships:
            assert (await receiver.hear()).family == IPV4_ROUTE_TARGET
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert set(receiver.routes) == {FIRST, THIRD, LAST}


@pytest.mark.rfc("4684", "6")
def test_the_wait_has_an_upper_bound() -> None:
    """If a speaker delays VPN routes until the marker, it MUST limit that delay: to 60 seconds here."""

    async def main() -> float:
        async with three_routes() as (lab, _):
            receiver = await lab.peer(1, hold_time=0)
            await receiver.want(membership(2))
            began = receiver.time()
            await receiver.hear_until_ended(IPV4_ROUTE_TARGET)
            await asyncio.sleep(50)
            await receiver.hear_until_ended(IPV4_VPN)
            assert set(receiver.routes) == {SECOND, THIRD}
            return receiver.time() - began

    assert 59 <= virtual_time.run(main()) <= 61


@pytest.mark.rfc("4684", "6")
async def test_the_marker_follows_the_memberships_without_graceful_restart() -> None:
    """A speaker SHOULD generate End-of-RIB for the memberships, whether graceful restart is enabled or not."""
    async with backbone() as lab:
        first = await lab.peer(0, graceful_restart=False)
        await first.want(membership(1))
        second = await lab.peer(1, graceful_restart=False)
        await second.hear_until_ended(IPV4_ROUTE_TARGET)
        assert list(second.memberships) == [membership(1)]


@pytest.mark.rfc("4684", "6")
async def test_peers_that_ask_for_the_same_share_an_update_group() -> None:
    """What is asked for is part of what makes a group, the AS that it comes from is not."""
    async with three_routes() as (lab, _):
        first, second, third = [await lab.peer(number) for number in (1, 2, 3)]
        await first.want(membership(1), membership(2))
        await second.want(membership(2, origin=65001), membership(1))
        await third.want(membership(1))
        for each in (first, second, third):
            await each.complete()
            await each.hear_until_ended(IPV4_VPN)
        assert set(first.routes) == set(second.routes) == {FIRST, SECOND, THIRD}
        assert set(third.routes) == {FIRST, THIRD}


@pytest.mark.rfc("4684", "6")
async def test_a_refresh_sends_what_is_asked_for_only() -> None:
    """ROUTE-REFRESH does not go round the filter."""
    async with three_routes() as (lab, _):
        receiver = await lab.peer(1)
        await receiver.want(membership(2))
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        receiver.routes.clear()
        await receiver.ask_again(IPV4_VPN)
        await receiver.hear_until(SECOND, THIRD)
