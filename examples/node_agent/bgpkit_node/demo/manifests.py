"""What the demonstration applies, as an operator would write it."""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.demo.cluster import ASN, POOL, Machine

CLUSTER_ID: Final = "244.0.0.1"


def pool(modes: Mapping[str, str]) -> str:
    """Return the pool of all pods, with ``modes`` such as ``vxlanMode: Always``; none: nothing is wrapped."""
    lines = "".join(f"  {mode}: {value}\n" for mode, value in modes.items())
    return f"""\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: default-ipv4-ippool
spec:
  cidr: {POOL}
  blockSize: 26
  natOutgoing: true
{lines}"""


FIRST: Final = f"""\
{pool({})}---
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  nodeToNodeMeshEnabled: true
  asNumber: {ASN}
"""


def reflector(machine: Machine) -> str:
    """Return the Node document that makes ``machine`` a route reflector."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: {machine.name}
  labels:
    route-reflector: "true"
spec:
  bgp:
    ipv4Address: {machine.address}
    routeReflectorClusterID: {CLUSTER_ID}
"""


MESH_OFF: Final = f"""\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  nodeToNodeMeshEnabled: false
  asNumber: {ASN}
"""

PEER_WITH_REFLECTORS: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata:
  name: peer-with-route-reflectors
spec:
  nodeSelector: all()
  peerSelector: route-reflector == 'true'
"""
