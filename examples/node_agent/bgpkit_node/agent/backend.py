"""How a node comes to know where the pods of the other nodes are."""

from enum import Enum


class Backend(Enum):
    """The values are those of CALICO_NETWORKING_BACKEND; ``bird`` stands for BGP, whoever speaks it."""

    BIRD = "bird"
    VXLAN = "vxlan"
    """From the datastore: nothing listens for BGP, and no session is opened."""

    @property
    def speaks_bgp(self) -> bool:
        """Tell whether the node has BGP sessions."""
        return self is Backend.BIRD
