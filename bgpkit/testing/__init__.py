"""What helps to test software that speaks BGP.

A laboratory in virtual time (`Simulation`, `VirtualNetwork`, `VirtualTimeLoop`), a peer that misbehaves as it is told
(`MisbehavingPeer`), and strategies for hypothesis (`bgpkit.testing.strategies`, which needs ``bgpkit[testing]``).
README.md beside this file shows them at work. The library itself uses nothing of this.
"""

from bgpkit.testing.bad_messages import (
    MARKER,
    BadMessage,
    bad_headers,
    bad_opens,
    message,
    notifications,
    open_message,
)
from bgpkit.testing.dice import Dice
from bgpkit.testing.link import Link
from bgpkit.testing.link_conditions import LinkConditions
from bgpkit.testing.misbehaving_listener import MisbehavingListener
from bgpkit.testing.misbehaving_peer import MisbehavingPeer
from bgpkit.testing.network_event import NetworkEvent, NetworkEventKind
from bgpkit.testing.simulation import Simulation
from bgpkit.testing.virtual_host import VirtualHost, VirtualListener
from bgpkit.testing.virtual_network import VirtualNetwork
from bgpkit.testing.virtual_time import NothingLeftError, VirtualTimeLoop, run_in_virtual_time
from bgpkit.testing.virtual_transport import VirtualTransport

__all__ = [
    "MARKER",
    "BadMessage",
    "Dice",
    "Link",
    "LinkConditions",
    "MisbehavingListener",
    "MisbehavingPeer",
    "NetworkEvent",
    "NetworkEventKind",
    "NothingLeftError",
    "Simulation",
    "VirtualHost",
    "VirtualListener",
    "VirtualNetwork",
    "VirtualTimeLoop",
    "VirtualTransport",
    "bad_headers",
    "bad_opens",
    "message",
    "notifications",
    "open_message",
    "run_in_virtual_time",
]
