"""RFC 4456, section 8, Avoiding Routing Information Loops: the two attributes, as a speaker makes and reads them."""

import pytest

from tests.conformance.rfc4456.reflector import reflector, route
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import prefixes

ONE, TWO = "10.1.0.0/16", "10.2.0.0/16"


@pytest.mark.rfc("4456", "8")
async def test_the_originator_is_the_bgp_identifier_of_the_peer_that_the_route_came_from() -> None:
    """ORIGINATOR_ID carries the BGP Identifier of the originator of the route in the local AS."""
    async with reflector() as lab:
        client, outsider, receiver = await lab.client(2), await lab.peer(3), await lab.client(4)
        await client.send(route(ONE))
        assert (await receiver.update()).originator_id == "10.0.0.2"
        await outsider.send(route(TWO))
        assert (await receiver.update()).originator_id == "10.0.0.3"


@pytest.mark.rfc("4456", "8")
async def test_an_originator_that_is_there_stays() -> None:
    """A speaker SHOULD NOT create an ORIGINATOR_ID if one already exists."""
    async with reflector() as lab:
        sender, receiver = await lab.client(2), await lab.client(3)
        await sender.send(route(ONE, originator_id="10.9.9.9"))
        assert (await receiver.update()).originator_id == "10.9.9.9"


@pytest.mark.rfc("4456", "8")
async def test_what_is_not_reflected_gets_neither_attribute() -> None:
    """A route from an external peer, or of our own, is advertised inside as ever."""
    async with reflector() as lab:
        external, receiver = await lab.external(2, 65001), await lab.client(3)
        await external.send(octets.update(octets.attributes(65001), ONE))
        await lab.speaker.announce(TWO)
        for _ in range(2):
            heard = await receiver.update()
            assert (heard.originator_id, heard.cluster_list) == (None, ())


@pytest.mark.rfc("4456", "8")
async def test_neither_attribute_leaves_the_as_nor_comes_in() -> None:
    """Not sent to an external peer, and discarded when one sends them: RFC 7606, section 7.9."""
    async with reflector() as lab:
        client, external = await lab.client(2), await lab.external(3, 65001)
        await client.send(route(ONE, originator_id="10.9.9.9", cluster_list=["10.8.8.8"]))
        heard = await external.update()
        assert (heard.announced, heard.originator_id, heard.cluster_list) == ((ONE,), None, ())
        block = octets.attributes(65001, originator_id="10.0.0.1", cluster_list=["10.0.0.1"])
        await external.send(octets.update(block, TWO))
        heard = await client.update()
        assert (heard.announced, heard.originator_id, heard.cluster_list) == ((TWO,), None, ())


@pytest.mark.rfc("4456", "8")
async def test_the_cluster_list_is_made_and_grows_on_the_left() -> None:
    """When a reflector reflects a route it MUST prepend its CLUSTER_ID; an empty CLUSTER_LIST it MUST create."""
    async with reflector(cluster_id="10.200.0.1") as lab:
        sender, receiver = await lab.client(2), await lab.client(3)
        await sender.send(route(ONE))
        assert (await receiver.update()).cluster_list == ("10.200.0.1",)
        await sender.send(route(TWO, cluster_list=["10.8.8.8", "10.7.7.7"]))
        assert (await receiver.update()).cluster_list == ("10.200.0.1", "10.8.8.8", "10.7.7.7")


@pytest.mark.rfc("4456", "8")
async def test_a_route_of_our_own_that_comes_back_is_ignored() -> None:
    """A router SHOULD ignore a route received with its BGP Identifier as the ORIGINATOR_ID."""
    async with reflector() as lab:
        sender, receiver = await lab.peer(2), await lab.client(3)
        await sender.send(route(ONE, originator_id="10.0.0.1", cluster_list=["10.8.8.8"]))
        await sender.send(route(TWO, originator_id="10.0.0.2", cluster_list=["10.8.8.8"]))
        assert (await receiver.update()).announced == (TWO,)
        assert prefixes(lab.speaker) == {TWO}


@pytest.mark.rfc("4456", "8")
@pytest.mark.parametrize("position", [0, 1, 2])
async def test_a_route_that_has_been_through_our_cluster_is_ignored(position: int) -> None:
    """Is the local CLUSTER_ID found in the CLUSTER_LIST, the advertisement is ignored; a better one before it goes."""
    async with reflector(cluster_id="10.200.0.1") as lab:
        sender, receiver = await lab.peer(2), await lab.client(3)
        await sender.send(route(ONE))
        assert (await receiver.update()).announced == (ONE,)
        clusters = ["10.8.8.8", "10.7.7.7"]
        clusters.insert(position, "10.200.0.1")
        await sender.send(route(ONE, originator_id="10.9.9.9", cluster_list=clusters))
        assert (await receiver.update()).withdrawn == (ONE,)
        await eventually(lambda: prefixes(lab.speaker) == set(), "no route")
