"""What one node does with a packet, as its agent answers it."""

import msgspec

from bgpkit_node.diagnosis.outer_header import OuterHeader


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """A packet at one node: where it comes in, by which route it leaves, and to whom."""

    node: str
    arrives_by: str
    """The interface behind which the sender is; empty when there is no route back to it, or the node is the sender."""
    own: bool
    """The node has the destination itself."""
    route: str = ""
    """The kernel's route that matches, in the words of ip-route(8); empty when none does."""
    device: str = ""
    """The interface by which the packet leaves; empty when it is dropped."""
    gateway: str = ""
    """The next hop; empty when the destination is on the interface itself."""
    to_pod: bool = False
    """The interface is that of a pod."""
    outer: OuterHeader | None = None
    """What the node puts around the packet; None: nothing."""
    ttl: int = 64
    """With which TTL packets leave that the node itself sends."""
