"""The MTU of pods, where no configuration names one."""

from collections.abc import Iterable
from typing import Final

from bgpkit_node.resources import EncapsulationMode, IPPool

_IPIP: Final = 20
_VXLAN: Final = {4: 50, 6: 70}
MINIMUM: Final = 1280
"""Of IPv6, and the least that is given. RFC 8200, section 5."""


def pod_mtu(link: int, pools: Iterable[IPPool]) -> int:
    """Return the MTU of a node's pods: that of its ``link`` less what the enabled ``pools`` wrap around a packet.

    It is one for all pods: a packet is wrapped for the sake of the pool that it goes to, not of the one it is from.
    """
    return max(link - max((_overhead(pool) for pool in pools if not pool.spec.disabled), default=0), MINIMUM)


def _overhead(pool: IPPool) -> int:
    spec = pool.spec
    wrapped = [_IPIP] if spec.ipip_mode is not EncapsulationMode.NEVER else []
    wrapped += [_VXLAN[pool.network.version]] if spec.vxlan_mode is not EncapsulationMode.NEVER else []
    return max(wrapped, default=0)
