"""Registration: a node's entry is made once, and what an operator wrote of it stays."""

from ipaddress import IPv4Interface, IPv6Interface

import msgspec
import pytest

from bgpkit_node.agent.registration import check_name, register
from bgpkit_node.errors import InvalidResourcesError, NodeError
from bgpkit_node.resources import Node, ResourceStore
from bgpkit_node.resources.bgp_identifier import IDENTIFIER, name_hash
from bgpkit_node.resources.node import OrchRef
from bgpkit_node.startup.own_addresses import OwnAddresses
from bgpkit_node.startup.router_id import RouterId
from tests.support.clusters import node, reflector
from tests.support.memory_datastore import MemoryDatastore

OWN = OwnAddresses(IPv4Interface("10.4.7.11/24"))
BOTH = OwnAddresses(IPv4Interface("10.4.7.11/24"), IPv6Interface("fd00:4::11/64"))


async def test_an_unknown_node_is_made() -> None:
    """With its name and addresses."""
    store = ResourceStore(MemoryDatastore())
    made = await register(store, "a", BOTH)
    assert (made.name, made.ipv4, made.ipv6) == ("a", *BOTH)
    assert await store.list(Node) == (made,)


async def test_what_an_operator_wrote_stays() -> None:
    """Labels, cluster ID and AS number; only the address becomes the one that is told."""
    store = ResourceStore(MemoryDatastore())
    written = reflector("a", "10.4.7.99/24", "244.0.0.1")
    assert written.spec.bgp is not None
    bgp = msgspec.structs.replace(written.spec.bgp, as_number=65001)
    await store.apply([msgspec.structs.replace(written, spec=msgspec.structs.replace(written.spec, bgp=bgp))])
    found = await register(store, "a", OWN)
    assert (found.labels, str(found.cluster_id), found.as_number) == (written.labels, "244.0.0.1", 65001)
    assert found.ipv4 == OWN.ipv4


async def test_an_ipv6_address_goes_when_there_is_none() -> None:
    """As IP6=none says."""
    store = ResourceStore(MemoryDatastore())
    await register(store, "a", BOTH)
    assert (await register(store, "a", OWN)).ipv6 is None


async def test_a_node_that_is_as_it_should_be_is_not_written() -> None:
    """An agent that starts again changes nothing, not even the spelling of an address."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([node("a", "10.4.7.11/24"), node("b", "10.4.7.12")])
    before = datastore.revision
    await register(store, "a", OWN)
    await register(store, "b", OwnAddresses(IPv4Interface("10.4.7.12/32")))
    assert datastore.revision == before


async def test_the_name_in_kubernetes_is_noted_once() -> None:
    """Beside what other orchestrators call the node."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    made = await register(store, "a", OWN, kubernetes="old")
    nomad = OrchRef(node_name="n", orchestrator="nomad")
    await store.apply(
        [
            msgspec.structs.replace(
                made, spec=msgspec.structs.replace(made.spec, orch_refs=(*made.spec.orch_refs, nomad))
            )
        ]
    )
    for _ in range(2):
        found = await register(store, "a", OWN, kubernetes="a.example.org")
        assert found.spec.orch_refs == (nomad, OrchRef(node_name="a.example.org", orchestrator="k8s"))
    assert datastore.revision == 3


async def test_an_address_that_another_node_got_meanwhile_is_refused_with_both_names() -> None:
    """Nothing is written. walkthrough 22."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([node("a", "10.4.7.11/24")])
    before = datastore.revision
    with pytest.raises(
        InvalidResourcesError, match=r"Node\(b\) and Node\(a\) cannot both have the address 10\.4\.7\.11"
    ):
        await register(store, "b", OWN)
    assert datastore.revision == before


async def test_an_identifier_that_is_not_the_usual_one_stands_in_the_node() -> None:
    """Others see there what the agent was told; said no more, it goes."""
    store = ResourceStore(MemoryDatastore())
    for text, told in (("10.9.9.9", "10.9.9.9"), ("hash", str(name_hash("a"))), ("10.4.7.11", None), ("", None)):
        made = await register(store, "a", OWN, router_id=RouterId.parse(text))
        assert made.metadata.annotations.get(IDENTIFIER) == told
        assert str(made.bgp_identifier) == (told or "10.4.7.11")
    six = OwnAddresses(None, IPv6Interface("fd00:4::11/64"))
    made = await register(store, "six", six)
    assert (made.metadata.annotations, made.bgp_identifier) == ({}, name_hash("six"))


@pytest.mark.parametrize("text", ["10.4.7.11", "10.9.9.9"])
async def test_an_identifier_that_another_node_has_is_refused_with_both_names(text: str) -> None:
    """Its address, or what its agent was told; nothing is written. RFC 6286, section 2.1."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await register(store, "a", OWN, router_id=RouterId.parse(text))
    before = datastore.revision
    other = OwnAddresses(IPv4Interface("10.4.7.12/24"))
    refused = rf"Node\(b\) and Node\(a\) cannot both have the BGP Identifier {text}: .*--router-id"
    with pytest.raises(InvalidResourcesError, match=refused):
        await register(store, "b", other, router_id=RouterId.parse(text))
    assert datastore.revision == before
    await register(store, "b", other)


@pytest.mark.parametrize("name", ["../a", "a/b", "", "A_b", "-a"])
def test_a_name_that_no_node_can_have_is_refused(name: str) -> None:
    """Before anything else is done with it."""
    with pytest.raises(NodeError, match=r"is not a name.*--node"):
        check_name(name)


def test_a_name_with_dots_and_hyphens_is_taken() -> None:
    """As host names are."""
    check_name("k8s-master1.example.org")
