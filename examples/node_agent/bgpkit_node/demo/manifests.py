"""What the demonstration applies, as an operator would write it."""

from typing import Final

from bgpkit_node.demo.cluster import ASN, POOL, Machine

CLUSTER_ID: Final = "244.0.0.1"

FIRST: Final = f"""\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: default-ipv4-ippool
spec:
  cidr: {POOL}
  blockSize: 26
  natOutgoing: true
---
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
