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
from bgpkit_node.nft.host_chains import HOST_EGRESS, HOST_INGRESS, OTHERS_EGRESS, OTHERS_INGRESS
from bgpkit_node.nft.members import outermost
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.table import EGRESS, INGRESS, ITSELF, PODS, SOURCE_NETWORKS, SOURCES
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.program import EndpointProgram
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES

_POD_MAPS: Final = {Direction.EGRESS: EGRESS, Direction.INGRESS: INGRESS}
_HOST_MAPS: Final = {Direction.EGRESS: HOST_EGRESS, Direction.INGRESS: HOST_INGRESS}
_OTHERS_MAPS: Final = {Direction.EGRESS: OTHERS_EGRESS, Direction.INGRESS: OTHERS_INGRESS}
_VERSIONS: Final = (4, 6)


def versions_of(endpoints: Iterable[EndpointProgram]) -> frozenset[int]:
    """Return the IP versions of the endpoints' packets; those of a host may be of both."""
    programs = list(endpoints)
    if any(each.endpoint.host for each in programs):
        return frozenset(_VERSIONS)
    return frozenset(address.version for each in programs for address in each.endpoint.addresses)


def elements_of(program: EndpointProgram, roots: Mapping[Direction, Chain]) -> Iterator[tuple[str, Element]]:
    """Give each with the name of its set; ``roots`` are the chains that decide. The first names the interface."""
    endpoint = program.endpoint
    name, said = endpoint.interface, comment(endpoint.key)
    if endpoint.host:
        for direction, chain in roots.items():
            if name == ALL_INTERFACES:
                yield from ((_OTHERS_MAPS[direction], of_version(version, chain.name, said)) for version in _VERSIONS)
            else:
                yield _HOST_MAPS[direction], of_verdict(name, chain.name, said)
        return
    yield PODS, of_interface(name)
    yield ITSELF, of_hairpin(name)
    for direction, chain in roots.items():
        yield _POD_MAPS[direction], of_verdict(name, chain.name, said)
    for address in set(endpoint.addresses):
        yield SOURCES[address.version], of_source(name, address)
    for network in outermost(endpoint.spoofable):
        yield SOURCE_NETWORKS[network.version], of_source_network(name, network)
