"""The port of a node is looked at before anything else is done."""

import socket

import pytest

from bgpkit_node.agent.node_address import check_port_free
from bgpkit_node.errors import NodeError
from tests.support.netns import Namespaces

pytestmark = pytest.mark.netns


def test_a_port_in_use_is_found_before_anything_is_registered(namespaces: Namespaces) -> None:
    """The sentence names the port and what probably has it."""
    with namespaces.node().entered(), socket.socket() as other:
        check_port_free(179)
        other.bind(("", 179))
        other.listen()
        check_port_free(179, ipv6=True)
        with pytest.raises(NodeError, match=r"TCP port 179 cannot be used: Address already in use; is another BGP"):
            check_port_free(179)
