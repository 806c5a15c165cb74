"""RFC 2918, section 4: ROUTE-REFRESH between speakers that announced it, and from one that did not."""

import pytest

from bgpkit_fsm import RouteRefreshReceived, State
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.unit.fsm.sessions import connection_in
from tests.unit.session.sessions import OURS, PEER_ASN, THEIRS, running


@pytest.mark.rfc("2918", "4")
def test_a_request_in_established_changes_nothing() -> None:
    """It has no number in RFC 4271 and restarts no timer."""
    connection = connection_in(State.ESTABLISHED)
    assert connection.handle(RouteRefreshReceived()) == ()
    assert connection.state is State.ESTABLISHED


@pytest.mark.rfc("2918", "4")
@pytest.mark.parametrize("announced", [(), (octets.REFRESH_CAPABILITY,)], ids=["not announced", "announced"])
async def test_a_request_of_a_peer_without_the_capability_ends_no_session(announced: tuple[bytes, ...]) -> None:
    """It is taken from either: the capability says what its sender can receive."""
    async with running() as (_, owner, port), await ScriptedPeer.dial(OURS, port, local=THEIRS) as peer:
        await peer.handshake(PEER_ASN, "10.0.0.2", *announced)
        await peer.send(octets.route_refresh(), octets.end_of_rib())
        await eventually(lambda: len(owner.updates) == 1, "what came behind it")
        assert owner.up
        assert len(owner.refreshes) == 1
