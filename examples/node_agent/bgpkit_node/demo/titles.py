"""The scenarios of the demonstration and their steps by name: the command line knows them without loading them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CLUSTER: Final = "cluster"
ALL: Final = "all"

TITLES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        CLUSTER: {
            "nodes": "three machines on one segment, an agent on each",
            "pods": "two pods on each node, through the CNI executable",
            "mesh": "a full mesh of BGP sessions",
            "reflectors": "from mesh to route reflectors, through a crash, no packet lost",
            "example": "a policy with everything in it: who reaches a database, and whom it reaches",
            "access": "access to a web server, from items that mean either and from one that means both",
            "isolation": "a namespace on its own, both ways and one way",
            "table": "a real Internet table through a reflector",
        },
        "cross-subnet": {
            "segments": "nodes in two subnets, and a router between them that knows no pod routes",
            "never": "nothing wrapped: pods of the other subnet are out of reach",
            "static-routes": "nothing wrapped, and static routes written on the router",
            "router-bgp": "nothing wrapped, and BGP between the router and the nodes",
            "subnet-mode": "CrossSubnet: wrapped only on the way to the other subnet; the router knows nothing again",
            "always-mode": "Always: wrapped on every way between nodes",
        },
        "office": {
            "network": "an office network beside a cluster: a router between, and a PC on either side of it",
            "one-route": "a static route on the office router: one node brings the office to all pods",
            "two-routes": "two next hops, so that a node can die",
            "office-bgp": "BGP between the office router and two route reflectors",
            "reflector-dies": "a reflector falls silent: its own routes go, and nothing else",
            "services": "service addresses in the office, and a process of the PC that registers at one",
        },
    }
)
"""The steps of each scenario with what they show, in their order; no name is in two scenarios."""


def chosen(scenario: str) -> tuple[str, ...]:
    """Return the scenarios that a word of the command line stands for."""
    return tuple(TITLES) if scenario == ALL else (scenario,)
