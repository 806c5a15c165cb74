"""RFC 4684, section 3.2, Intra-AS VPN Route Distribution: what reflectors do with memberships."""

import pytest

from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_VPN
from tests.conformance.rfc4684.vpn_peer import backbone, membership
from tests.support.multiprotocol import PLAIN
from tests.support.octets import attribute
from tests.support.speakers import IDENTIFIERS, OURS

ONE, TWO = membership(1), membership(2)


def local_pref(value: int) -> bytes:
    """Return attributes that prefer a route by so much."""
    return PLAIN[: PLAIN.index(attribute(0x40, 5, bytes((0, 0, 0, 100))))] + attribute(0x40, 5, value.to_bytes(4))


@pytest.mark.rfc("4684", "3.2")
async def test_a_client_hears_of_a_membership_with_us_as_originator_and_next_hop() -> None:
    """To a client: ORIGINATOR_ID is the advertiser's router ID, the next hop the local address of the session."""
    async with backbone() as lab:
        client, other, outsider = await lab.peer(0), await lab.peer(1), await lab.peer(2, client=False)
        relayed = PLAIN + attribute(0x80, 9, bytes((10, 1, 1, 1))) + attribute(0x80, 10, bytes((10, 2, 2, 2)))
        await client.want(ONE)
        await outsider.want(TWO, block=relayed)
        for receiver in (client, other):
            while {ONE, TWO} != set(receiver.memberships):
                await receiver.hear()
            for heard in receiver.memberships.values():
                assert heard.originator_id == IDENTIFIERS[OURS]
                assert heard.next_hop == bytes((127, 0, 0, 1))
            assert receiver.memberships[ONE].cluster_list == (IDENTIFIERS[OURS],)
            assert receiver.memberships[TWO].cluster_list == (IDENTIFIERS[OURS], "10.2.2.2")


@pytest.mark.rfc("4684", "3.2")
async def test_a_client_gets_its_own_membership_back() -> None:
    """So the reflector signals the client that it should send routes with that target; and takes it back again."""
    async with backbone() as lab:
        client = await lab.peer(0)
        await client.hear_until_ended(IPV4_ROUTE_TARGET)
        await client.want(ONE)
        assert (await client.hear()).announced == ONE
        await client.want_no_more(ONE)
        assert (await client.hear()).withdrawn == ONE
        await client.want(TWO)
        await client.hear()
        await client.ask_again(IPV4_ROUTE_TARGET)
        assert (await client.hear()).announced == TWO


@pytest.mark.rfc("4684", "3.2")
async def test_another_internal_peer_gets_a_membership_as_it_came_and_not_back() -> None:
    """The rule is for clients: to others what RFC 4456 says."""
    async with backbone() as lab:
        client, outsider = await lab.peer(0), await lab.peer(1, client=False)
        await outsider.hear_until_ended(IPV4_ROUTE_TARGET)
        await outsider.want(TWO)
        await client.want(ONE)
        heard = await outsider.hear()
        assert (heard.announced, heard.next_hop, heard.originator_id) == (ONE, bytes((127, 0, 0, 2)), "10.0.0.2")


@pytest.mark.rfc("4684", "3.2")
async def test_another_internal_peer_gets_the_path_of_a_client_though_a_better_one_is_there() -> None:
    """To a non-client: is the best path from a non-client, and one from a client there, that one is advertised."""
    async with backbone() as lab:
        first, second = await lab.peer(0, client=False), await lab.peer(1, client=False)
        await second.hear_until_ended(IPV4_ROUTE_TARGET)
        client = await lab.peer(2)
        await first.want(ONE, block=local_pref(500))
        while ONE not in client.memberships:
            await client.hear()
        await client.want(ONE)
        heard = await second.hear()
        assert (heard.announced, heard.originator_id, heard.next_hop) == (ONE, "10.0.0.4", bytes((127, 0, 0, 4)))
        await client.want_no_more(ONE)
        assert (await second.hear()).withdrawn == ONE


@pytest.mark.rfc("4684", "3.2")
async def test_all_paths_of_a_membership_count_not_only_the_best() -> None:
    """From internal peers all available paths are considered for the outbound filter."""
    async with backbone() as lab:
        sender = await lab.peer(0, families=(IPV4_VPN,))
        await sender.announce("10.1.0.0/16", 1)
        first, second = await lab.peer(1), await lab.peer(2, client=False)
        await first.want(ONE, block=local_pref(500))
        await second.want(ONE)
        for receiver in (first, second):
            await receiver.complete()
            await receiver.hear_until_ended(IPV4_VPN)
            assert set(receiver.routes) == {"10.1.0.0/16"}


@pytest.mark.rfc("4684", "3.2")
async def test_a_membership_that_comes_round_through_our_cluster_counts() -> None:
    """A reflector above us echoes what our clients want; CLUSTER_LIST forbids to choose it, not to send VPN routes."""
    async with backbone() as lab:
        client = await lab.peer(0, families=(IPV4_VPN,))
        await client.announce("10.1.0.0/16", 1)
        above = await lab.peer(1, client=False)
        came_round = PLAIN + attribute(0x80, 9, bytes((10, 5, 5, 5))) + attribute(0x80, 10, bytes((10, 0, 0, 1)))
        await above.want(ONE, block=came_round)
        await above.complete()
        await above.hear_until_ended(IPV4_VPN)
        assert set(above.routes) == {"10.1.0.0/16"}
        assert [route.eligible for route in lab.speaker.routes(IPV4_ROUTE_TARGET, peer="127.0.0.3")] == [False]
