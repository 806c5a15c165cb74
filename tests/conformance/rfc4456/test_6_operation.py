"""RFC 4456, section 6, Operation: to whom a route reflector sends a best path."""

import pytest

from bgpkit_rib import SourceKind, may_advertise

PEERS = (SourceKind.EBGP, SourceKind.CLIENT, SourceKind.NON_CLIENT)


def targets(kind: SourceKind) -> set[SourceKind]:
    """Return the kinds of peer that a path from a source of ``kind`` may go to."""
    return {peer for peer in PEERS if may_advertise(kind, peer)}


@pytest.mark.rfc("4456", "6")
def test_a_route_from_a_non_client_goes_to_clients_only_inside_the_as() -> None:
    """A route from a Non-Client IBGP peer: reflect to all the Clients."""
    assert targets(SourceKind.NON_CLIENT) == {SourceKind.CLIENT, SourceKind.EBGP}


@pytest.mark.rfc("4456", "6")
def test_a_route_from_a_client_goes_to_all() -> None:
    """A route from a Client peer: reflect to all the Non-Client peers and also to the Client peers."""
    assert targets(SourceKind.CLIENT) == set(PEERS)


@pytest.mark.rfc("4456", "6")
@pytest.mark.rfc("4271", "9.2")
def test_a_route_from_an_external_peer_goes_to_all() -> None:
    """A route from an EBGP peer: send it to all the Client and Non-Client peers."""
    assert targets(SourceKind.EBGP) == set(PEERS)


@pytest.mark.rfc("4271", "9.2")
def test_a_route_of_our_own_goes_to_all() -> None:
    """What the speaker itself originates is not learned from an internal peer and goes everywhere."""
    assert targets(SourceKind.LOCAL) == set(PEERS)
