"""Names out of which calicoctl reads type and address. calico.md 5.1 and 5.9."""

import pytest

from bgpkit_node.bird_socket.names import protocol_name
from bgpkit_node.peering import Peering, PeeringKind


@pytest.mark.parametrize(
    ("kind", "address", "name"),
    [
        (PeeringKind.MESH, "10.4.7.12", "Mesh_10_4_7_12"),
        (PeeringKind.GLOBAL, "10.4.7.12", "Global_10_4_7_12"),
        (PeeringKind.NODE, "fd00::12", "Node_fd00__12"),
    ],
)
def test_a_name_has_kind_and_address(kind: PeeringKind, address: str, name: str) -> None:
    """A port is left out: calicoctl would print 10.4.7.12.port.1790."""
    peering = Peering(address=address, port=1790, asn=64512, kind=kind, node="b", client=False, resource="")
    assert protocol_name(address, peering) == name


def test_a_session_that_nobody_asked_for_is_of_the_node() -> None:
    """There is a moment in which a peer is still there and its peering is not."""
    assert protocol_name("10.4.7.12", None) == "Node_10_4_7_12"
