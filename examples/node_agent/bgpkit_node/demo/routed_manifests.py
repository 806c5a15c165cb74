"""What the scenarios with a router apply, as an operator would write it."""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.demo.cluster import ASN, Machine, Pod
from bgpkit_node.demo.manifests import CLUSTER_ID

ROUTER_ASN: Final = 65010
HOLD_SECONDS: Final = 3
"""The hold time with the router, the shortest that there is. RFC 4271, section 4.2."""


def configuration(*, mesh: bool, services: str = "") -> str:
    """Return the configuration of all nodes, with or without a mesh and a range of services to advertise."""
    advertised = f"  serviceClusterIPs:\n  - cidr: {services}\n" if services else ""
    return f"""\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  nodeToNodeMeshEnabled: {str(mesh).lower()}
  asNumber: {ASN}
{advertised}"""


def node(machine: Machine, labels: Mapping[str, str], *, reflects: bool = False) -> str:
    """Return the Node document of a machine."""
    named = "".join(f'    {key}: "{value}"\n' for key, value in labels.items())
    cluster_id = f"    routeReflectorClusterID: {CLUSTER_ID}\n" if reflects else ""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: {machine.name}
  labels:
{named}spec:
  bgp:
    ipv4Address: {machine.address}
{cluster_id}"""


def peering_with_router(name: str, selector: str, address: str) -> str:
    """Return the BGPPeer by which selected nodes peer with the router, next hops as they are."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata:
  name: {name}
spec:
  nodeSelector: {selector}
  peerIP: {address}
  asNumber: {ROUTER_ASN}
  nextHopMode: Keep
"""


def router(identifier: str, nodes: Mapping[str, str], announced: str = "") -> str:
    """Return the configuration of the router for ``bgpkit run``.

    ``nodes`` are the addresses of nodes, each with that at which the router speaks to it; ``announced`` is a range
    that it tells them.
    """
    peers = "".join(f'[[peers]]\naddress = "{address}"\ngroup = "nodes"\n' for address in nodes)
    own = f'[[announcements]]\nprefixes = ["{announced}"]\n' if announced else ""
    listen = ", ".join(f'"{address}"' for address in dict.fromkeys(nodes.values()))
    return f"""\
[speaker]
asn = {ROUTER_ASN}
bgp_identifier = "{identifier}"
listen = [{listen}]
[control]
socket = "router.sock"
[fib]
mode = "install"
[groups.nodes]
asn = {ASN}
hold_time = {HOLD_SECONDS}
connect_retry_time = 1
graceful_restart = false
import_policy = "accept-all"
export_policy = "own"
{peers}{own}[prefix-sets]
own = ["{announced or "192.0.2.0/32"}"]
[[policies.own.rules]]
match.prefix = "own"
then = "accept"
"""


def passed_on(network: str) -> str:
    """Return the filter called ``office``, with which reflectors pass a network on that an external peer tells."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata:
  name: office
spec:
  exportV4:
  - action: Accept
    matchOperator: In
    cidr: {network}
"""


def peering_with_reflectors(*filters: str) -> str:
    """Return the BGPPeer by which all nodes peer with the reflectors; one that falls silent is missed soon."""
    named = f"  filters: [{', '.join(filters)}]\n" if filters else ""
    return f"""\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata:
  name: peer-with-route-reflectors
spec:
  nodeSelector: all()
  peerSelector: route-reflector == 'true'
  keepaliveTime: 1s
{named}"""


def not_translated(name: str, network: str) -> str:
    """Return the pool that gives no address, and exempts a network from natOutgoing."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata:
  name: {name}
spec:
  cidr: {network}
  disabled: true
"""


def local_service(name: str, address: str, pod: Pod) -> str:
    """Return a service that takes traffic from outside on the nodes of its pods only, and the one pod behind it."""
    return f"""\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: default
spec:
  type: LoadBalancer
  clusterIP: {address}
  externalTrafficPolicy: Local
  ports:
  - port: 80
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: {name}-1
  namespace: default
  labels:
    kubernetes.io/service-name: {name}
addressType: IPv4
endpoints:
- addresses:
  - {pod.address}
  nodeName: {pod.machine.name}
  conditions:
    ready: true
ports:
- port: 8080
"""
