"""The elements of an endpoint in the sets and maps that all endpoints share."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import (
    Element,
    of_hairpin,
    of_interface,
    of_source,
    of_source_network,
    of_verdict,
    of_version,
)
from bgpkit_node.nft.host_maps import Hook, named_map, others_map
from bgpkit_node.nft.members import outermost
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.table import EGRESS, INGRESS, ITSELF, PODS, SOURCE_NETWORKS, SOURCES
from bgpkit_node.policy.model import Direction, Endpoint
from bgpkit_node.policy.program import EndpointProgram
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES

_POD_MAPS: Final = {Direction.EGRESS: EGRESS, Direction.INGRESS: INGRESS}
_VERSIONS: Final = (4, 6)


def versions_of(endpoints: Iterable[EndpointProgram]) -> frozenset[int]:
    """Return the IP versions of the endpoints' packets; those of a host may be of both."""
    programs = list(endpoints)
    if any(each.endpoint.host for each in programs):
        return frozenset(_VERSIONS)
    return frozenset(address.version for each in programs for address in each.endpoint.addresses)


def elements_of_host(name: str, key: str, roots: Mapping[Hook, Chain]) -> Iterator[tuple[str, Element]]:
    """Give each with the name of its set, for an interface of a node, or all others; ``roots`` decide at the hooks."""
    said = comment(key)
    for hook, chain in roots.items():
        if name == ALL_INTERFACES:
            yield from ((others_map(hook), of_version(version, chain.name, said)) for version in _VERSIONS)
        else:
            yield named_map(hook), of_verdict(name, chain.name, said)


def elements_of_pod(
    endpoint: Endpoint, roots: Mapping[Hook, Chain], *, spoofing: bool
) -> Iterator[tuple[str, Element]]:
    """Give each with the name of its set; ``roots`` are the chains that decide.

    With ``spoofing``, the pod sends also from the networks that its endpoint names beside its addresses.
    """
    name, said = endpoint.interface, comment(endpoint.key)
    yield PODS, of_interface(name)
    yield ITSELF, of_hairpin(name)
    for hook, chain in roots.items():
        yield _POD_MAPS[hook.direction], of_verdict(name, chain.name, said)
    for address in set(endpoint.addresses):
        yield SOURCES[address.version], of_source(name, address)
    for network in outermost(endpoint.spoofable if spoofing else ()):
        yield SOURCE_NETWORKS[network.version], of_source_network(name, network)
