"""The MTU that pods get by themselves."""

import pytest

from bgpkit_node.cni.mtu import pod_mtu
from bgpkit_node.resources import EncapsulationMode, FelixSettings, IPPool, IPPoolSpec, Metadata

NEVER, ALWAYS, CROSS = EncapsulationMode.NEVER, EncapsulationMode.ALWAYS, EncapsulationMode.CROSS_SUBNET


def pool(
    cidr: str, *, ipip: EncapsulationMode = NEVER, vxlan: EncapsulationMode = NEVER, disabled: bool = False
) -> IPPool:
    """Make a pool."""
    spec = IPPoolSpec(cidr=cidr, ipip_mode=ipip, vxlan_mode=vxlan, disabled=disabled)
    return IPPool(metadata=Metadata(name="p"), spec=spec)


PLAIN = pool("10.1.0.0/16")


@pytest.mark.parametrize("link", [1500, 9000, 1400])
@pytest.mark.parametrize(
    ("pools", "less"),
    [
        ([], 0),
        ([PLAIN], 0),
        ([pool("10.2.0.0/16", ipip=ALWAYS)], 20),
        ([pool("10.2.0.0/16", ipip=CROSS), PLAIN], 20),
        ([PLAIN, pool("10.2.0.0/16", vxlan=CROSS)], 50),
        ([pool("fd00::/48", vxlan=ALWAYS), pool("10.2.0.0/16", vxlan=ALWAYS)], 70),
        ([pool("10.2.0.0/16", vxlan=ALWAYS, disabled=True), PLAIN], 50),
    ],
)
def test_it_is_that_of_the_link_less_the_largest_wrapping(link: int, pools: list[IPPool], less: int) -> None:
    """Of all pools, for any pod may talk to any other, and a disabled pool may still have pods."""
    assert pod_mtu(link, pools) == link - less


def test_a_felix_configuration_names_that_of_a_tunnel() -> None:
    """1440 for IPIP, as of old; the smallest of all tunnels in use and of the link counts."""
    settings = FelixSettings(ipip_mtu=1440, vxlan_mtu=1400)
    assert pod_mtu(1500, [pool("10.2.0.0/16", ipip=ALWAYS)], settings) == 1440
    assert pod_mtu(1500, [PLAIN], settings) == 1500
    assert pod_mtu(1500, [pool("10.2.0.0/16", ipip=ALWAYS), pool("10.3.0.0/16", vxlan=CROSS)], settings) == 1400


def test_it_is_never_less_than_ipv6_needs() -> None:
    """RFC 8200, section 5: 1280."""
    assert pod_mtu(1300, [pool("fd00::/48", vxlan=ALWAYS)]) == 1280
