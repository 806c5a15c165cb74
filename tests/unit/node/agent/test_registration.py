"""Registration: a node's entry is made once, and what an operator wrote of it stays."""

from ipaddress import IPv4Interface

import msgspec
import pytest

from bgpkit_node.agent import registration
from bgpkit_node.agent.registration import check_name, register
from bgpkit_node.errors import InvalidResourcesError, NodeError
from bgpkit_node.resources import Node, ResourceStore
from tests.support.clusters import node, reflector
from tests.support.memory_datastore import MemoryDatastore

OWN = IPv4Interface("10.4.7.11/24")


async def test_an_unknown_node_is_made() -> None:
    """With its name and address."""
    store = ResourceStore(MemoryDatastore())
    made = await register(store, "a", OWN)
    assert (made.name, made.ipv4) == ("a", OWN)
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
    assert found.ipv4 == OWN


@pytest.mark.parametrize("address", [None, OWN])
async def test_a_node_that_is_as_it_should_be_is_not_written(address: IPv4Interface | None) -> None:
    """An agent that starts again changes nothing, not even the spelling of an address."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([node("a", "10.4.7.11/24"), node("b", "10.4.7.12")])
    before = datastore.revision
    await register(store, "a", address)
    await register(store, "b", None)
    assert datastore.revision == before


async def test_the_first_found_address_is_taken_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the one that is told, and the one in the datastore."""
    monkeypatch.setattr(registration, "first_found_address", lambda: IPv4Interface("10.4.7.77/24"))
    store = ResourceStore(MemoryDatastore())
    await store.apply([node("a"), node("b", "10.4.7.12/24")])
    assert (await register(store, "a", None)).ipv4 == IPv4Interface("10.4.7.77/24")
    assert (await register(store, "b", None)).ipv4 == IPv4Interface("10.4.7.12/24")


async def test_the_address_of_another_node_is_refused_with_both_names() -> None:
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


@pytest.mark.parametrize("name", ["../a", "a/b", "", "A_b", "-a"])
def test_a_name_that_no_node_can_have_is_refused(name: str) -> None:
    """Before anything else is done with it."""
    with pytest.raises(NodeError, match=r"is not a name.*--node"):
        check_name(name)


def test_a_name_with_dots_and_hyphens_is_taken() -> None:
    """As host names are."""
    check_name("k8s-master1.example.org")
