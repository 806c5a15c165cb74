"""RFC 4456, section 6, Operation: a speaker with clients, other internal peers, and external ones."""

import pytest

from tests.conformance.rfc4456.reflector import reflector, route
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer

OWN, MARK = "10.1.0.0/16", "10.99.0.0/16"


async def next_prefix(peer: ScriptedPeer) -> str:
    """Return the prefix that a peer is sent next."""
    (prefix,) = (await peer.update()).announced
    return prefix


@pytest.mark.rfc("4456", "6")
async def test_a_route_of_a_non_client_goes_to_clients_only() -> None:
    """(1) A route from a non-client is reflected to all the clients, and to no other non-client."""
    async with reflector() as lab:
        sender, outsider, first, second = await lab.peer(2), await lab.peer(3), await lab.client(4), await lab.client(5)
        await sender.send(route(OWN))
        assert [await next_prefix(each) for each in (first, second)] == [OWN, OWN]
        await first.send(route(MARK))
        assert await next_prefix(outsider) == MARK


@pytest.mark.rfc("4456", "6")
async def test_a_route_of_a_client_goes_to_all_others() -> None:
    """(2) A route from a client is reflected to all the non-clients and to the other clients, not back to it."""
    async with reflector() as lab:
        sender, outsider, other = await lab.client(2), await lab.peer(3), await lab.client(4)
        await sender.send(route(OWN))
        assert [await next_prefix(each) for each in (outsider, other)] == [OWN, OWN]
        await other.send(route(MARK))
        assert await next_prefix(sender) == MARK
        await sender.send(octets.withdraw(OWN))
        assert (await outsider.update()).announced == (MARK,)
        assert [(await each.update()).withdrawn for each in (outsider, other)] == [(OWN,), (OWN,)]


@pytest.mark.rfc("4456", "6")
async def test_other_reflectors_are_internal_peers_like_any_others() -> None:
    """A reflector may have other reflectors among its clients or among its non-clients."""
    async with reflector() as lab:
        above, below, client = await lab.peer(2), await lab.client(3), await lab.client(4)
        await above.send(route(OWN, originator_id="10.7.7.7", cluster_list=["10.8.8.8"]))
        for each in (below, client):
            heard = await each.update()
            assert (heard.originator_id, heard.cluster_list) == ("10.7.7.7", ("10.0.0.1", "10.8.8.8"))
        await below.send(route(MARK, originator_id="10.7.7.8", cluster_list=["10.8.8.9"]))
        for each in (above, client):
            heard = await each.update()
            assert (heard.originator_id, heard.cluster_list) == ("10.7.7.8", ("10.0.0.1", "10.8.8.9"))


@pytest.mark.rfc("4456", "10")
async def test_clients_that_are_fully_meshed_do_not_get_each_others_routes() -> None:
    """Without client-to-client reflection a client's route still goes to non-clients, and theirs to clients."""
    async with reflector(client_to_client=False) as lab:
        sender, other, outsider = await lab.client(2), await lab.client(3), await lab.peer(4)
        await sender.send(route(OWN))
        assert await next_prefix(outsider) == OWN
        await outsider.send(route(MARK))
        assert [await next_prefix(each) for each in (sender, other)] == [MARK, MARK]
