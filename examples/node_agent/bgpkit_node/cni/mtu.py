"""The MTU of pods, where no configuration names one."""

from collections.abc import Iterable
from typing import Final

from bgpkit_node.resources import FelixSettings, IPPool
from bgpkit_node.tunnels import TUNNELS
from bgpkit_node.tunnels.wishes import tunnel_mtu

MINIMUM: Final = 1280
"""Of IPv6, and the least that is given. RFC 8200, section 5."""
_USUAL: Final = FelixSettings()


def pod_mtu(link: int, pools: Iterable[IPPool], settings: FelixSettings = _USUAL) -> int:
    """Return the MTU of a node's pods: of its ``link`` and the tunnels that ``pools`` may have packets wrapped by.

    It is one for all pods: a packet is wrapped for the sake of the pool that it goes to, not of the one it is from.
    """
    known = tuple(pools)
    return max(min([link, *(tunnel_mtu(each, link, settings) for each in TUNNELS if each.is_used(known))]), MINIMUM)
