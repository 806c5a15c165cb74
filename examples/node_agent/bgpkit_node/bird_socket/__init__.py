"""A control socket as BIRD's, read only: ``birdc``, ``calicoctl`` and exporters that read BIRD can read the agent.

::

    framing                     numbered lines, as BIRD's clients read them
    layout, names, instances    which of BIRD's layouts; what its clients take for protocols
    protocol_rows, route_query, route_rows, attribute_rows, daemon_rows     the text of answers
    commands, server            from a command to its answer; the socket

Facts of the format: captured from BIRD 1.6.8 and 2.0.12.
"""

from bgpkit_node.bird_socket.commands import Commands
from bgpkit_node.bird_socket.counts import count_sent
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.bird_socket.server import BirdSocket

__all__ = ["BirdSocket", "Commands", "Layout", "count_sent"]
