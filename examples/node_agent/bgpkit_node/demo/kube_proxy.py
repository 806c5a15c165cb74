"""What plays kube-proxy in the demonstration: rules of nft on a node. The product brings packets here, and no further.

A router outside learns by BGP to which nodes packets for a service go; from there on it is kube-proxy's to translate
the service's address into that of a pod. What is needed of it, be it kube-proxy or another program:

* on every node that announces the address, packets to address and port are translated to a pod (DNAT);
* with ``externalTrafficPolicy: Cluster`` the source is translated, too, so that the pod's replies come back by the node
  that has the connection; the pod sees that node's address and not the caller's;
* with ``Local`` the address is announced by nodes that have a pod of the service only, and the source stays as it is.
"""

from dataclasses import dataclass
from typing import Final

from bgpkit_node.demo.cluster import POOL, Machine, Pod
from bgpkit_node.demo.processes import run, within

_RULES: Final = """\
table ip demo-kube-proxy
delete table ip demo-kube-proxy
table ip demo-kube-proxy {
  chain services {
    type nat hook prerouting priority dstnat
    ip daddr %s tcp dport %d dnat to %s:%d
  }
%s}
"""
_MASQUERADE: Final = """\
  chain outside {
    type nat hook postrouting priority srcnat - 1
    ip saddr != %s ct status dnat masquerade
  }
"""


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A service with one pod behind it."""

    address: str
    port: int
    pod: Pod
    pod_port: int


async def play(machine: Machine, rule: ServiceRule, *, local: bool) -> None:
    """Be kube-proxy on a node for a service; ``local`` is externalTrafficPolicy Local, else Cluster."""
    outside = "" if local else _MASQUERADE % POOL
    script = _RULES % (rule.address, rule.port, rule.pod.address, rule.pod_port, outside)
    await run(*within(machine.name), "nft", "-f", "-", given=script)
