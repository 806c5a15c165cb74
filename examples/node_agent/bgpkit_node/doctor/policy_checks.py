"""Whether this machine can enforce the policies that are stored. Pure."""

from collections.abc import Iterator
from typing import Final

from bgpkit_node.doctor.finding import Finding, failure, unknown, well
from bgpkit_node.doctor.packet_filter import PacketFilter

_WHAT: Final = "policies"


def policy_findings(packets: PacketFilter, policies: int) -> Iterator[Finding]:
    """Yield one line when there are policies: a machine that cannot enforce them starts no pod that they are for."""
    if not policies:
        return
    number = f"{policies} {'policy' if policies == 1 else 'policies'}"
    cannot = f"so {number} cannot be enforced, and pods that they are for do not start"
    if packets.nft:
        yield failure(_WHAT, "nft", f"{packets.nft.splitlines()[0]}, {cannot}", "install nftables 1.0 or later")
    elif packets.kernel:
        cure = "use a kernel with CONFIG_NF_TABLES and CONFIG_NF_TABLES_INET"
        yield failure(_WHAT, "nf_tables", f"{packets.kernel}, {cannot}", cure)
    elif not packets.allowed:
        yield unknown(_WHAT, "nf_tables", f"whether {number} can be enforced only root is told", "run doctor as root")
    else:
        yield well(_WHAT, "nf_tables", f"{number} can be enforced: nft and the kernel have what that needs")
