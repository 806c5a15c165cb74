"""The variable of Calico's by which a node is told the ranges of cluster IPs, whatever the resources say. Pure.

Calico itself has it for IPv4 only, and calls it deprecated; here ranges of both IP versions are taken.
"""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.resources.address_text import parse_network
from bgpkit_node.services.blocks import Networks

CLUSTER_IPS: Final = "CALICO_ADVERTISE_CLUSTER_IPS"


def read_cluster_ips(environment: Mapping[str, str]) -> Networks | None:
    """Return the ranges, separated by commas, that take the place of serviceClusterIPs; None when none are given.

    NodeError, one sentence, for what is no range.
    """
    texts = [text for text in map(str.strip, environment.get(CLUSTER_IPS, "").split(",")) if text]
    try:
        return tuple(dict.fromkeys(map(parse_network, texts))) or None
    except ValueError as error:
        raise NodeError(f"{CLUSTER_IPS}: {error}; write ranges separated by commas, such as 10.96.0.0/16") from error
