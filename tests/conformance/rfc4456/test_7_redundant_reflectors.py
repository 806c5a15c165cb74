"""RFC 4456, section 7, Redundant RRs: the CLUSTER_ID."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from tests.conformance.rfc4456.reflector import reflector, route
from tests.support.scripted_peer import eventually
from tests.support.speakers import prefixes

ONE, TWO = "10.1.0.0/16", "10.2.0.0/16"


@pytest.mark.rfc("4456", "7")
async def test_a_single_reflector_is_known_by_its_bgp_identifier() -> None:
    """The cluster is identified by the BGP Identifier of the reflector, unless a CLUSTER_ID is configured."""
    for options, expected in (({}, "10.0.0.1"), ({"cluster_id": "10.200.0.1"}, "10.200.0.1")):
        async with reflector(**options) as lab:
            sender, receiver = await lab.client(2), await lab.client(3)
            await sender.send(route(ONE))
            assert (await receiver.update()).cluster_list == (expected,)


@pytest.mark.rfc("4456", "7")
async def test_a_peer_may_have_a_cluster_of_its_own() -> None:
    """Routes to it carry that CLUSTER_ID; those to the others the speaker's."""
    async with reflector() as lab:
        sender, special = await lab.client(2), await lab.client(3, cluster_id=IPv4Address("10.200.0.3"))
        plain = await lab.client(4)
        await sender.send(route(ONE))
        assert (await special.update()).cluster_list == ("10.200.0.3",)
        assert (await plain.update()).cluster_list == ("10.0.0.1",)


@pytest.mark.rfc("4456", "7")
async def test_routes_of_another_reflector_of_the_cluster_are_discarded() -> None:
    """Reflectors with the same CLUSTER_ID discard what the other has reflected; other clusters' routes are taken."""
    async with reflector(cluster_id="10.200.0.1") as lab:
        twin, client = await lab.peer(2), await lab.client(3)
        await twin.send(route(ONE, originator_id="10.0.0.9", cluster_list=["10.200.0.1"]))
        await twin.send(route(TWO, originator_id="10.0.0.9", cluster_list=["10.200.0.2"]))
        assert (await client.update()).announced == (TWO,)
        assert prefixes(lab.speaker) == {TWO}


@pytest.mark.rfc("4456", "7")
@pytest.mark.rfc("4456", "8")
async def test_every_cluster_of_ours_counts_whatever_peer_a_route_comes_from() -> None:
    """A route that went out with one peer's CLUSTER_ID has been here, if it comes back from another peer."""
    async with reflector() as lab:
        other = await lab.peer(2)
        await other.send(route(ONE, originator_id="10.0.0.9", cluster_list=["10.200.0.3"]))
        await eventually(lambda: prefixes(lab.speaker) == {ONE}, "the route")
        special = await lab.client(3, cluster_id=IPv4Address("10.200.0.3"))
        await eventually(lambda: prefixes(lab.speaker) == set(), "the route is a looped one")
        config = lab.speaker.peer_config("127.0.0.3")
        await lab.speaker.update_peer(replace(config, cluster_id=IPv4Address("10.200.0.4")))
        await eventually(lambda: prefixes(lab.speaker) == {ONE}, "the route is good again")
        while not (heard := await special.update()).announced:
            pass
        assert heard.cluster_list == ("10.200.0.4", "10.200.0.3")
        await lab.speaker.update_peer(config)
        await eventually(lambda: prefixes(lab.speaker) == set(), "looped again")
        await lab.speaker.remove_peer("127.0.0.3")
        await eventually(lambda: prefixes(lab.speaker) == {ONE}, "the cluster is gone with its peer")
