"""A node's addresses on a machine with several interfaces, against what ``ip`` says."""

import asyncio
from collections.abc import Iterable

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.resources import ResourceStore
from bgpkit_node.startup import address_wish
from bgpkit_node.startup.address_wish import parse_address_wish
from bgpkit_node.startup.autodetection import parse_method
from bgpkit_node.startup.interfaces import host_interfaces
from bgpkit_node.startup.own_addresses import own_addresses
from tests.support.clusters import node
from tests.support.memory_datastore import MemoryDatastore
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

PASSED_OVER = ("docker0", "cbr0", "virbr0", "cali123", "br-1", "vethx", "cni0", "flannel.1", "nodelocaldns")
EMPTY = ResourceStore(MemoryDatastore())


@pytest.fixture
def machine(namespaces: Namespaces) -> Namespace:
    """Make a machine with interfaces of containers, one down, two of its own, a way out through the second."""
    made = namespaces.node()
    named = (*PASSED_OVER, "down0", "eth1", "eth0")
    for number, name in enumerate(named):
        made.ip("link", "add", name, "type", "bridge")
        made.ip("addr", "add", f"10.9.{number}.1/24", "dev", name)
        made.ip("addr", "add", f"fd00:9:{number}::1/64", "dev", name, "nodad")
        if name != "down0":
            made.ip("link", "set", name, "up")
    made.ip("route", "add", "default", "via", f"10.9.{len(named) - 1}.9")
    made.ip("-6", "route", "add", "2001:db8::/32", "via", f"fd00:9:{len(named) - 2}::9")
    return made


def shown(machine: Namespace, interface: str, family: str) -> str:
    """Return the first global address of an interface, as ``ip`` shows it."""
    rows = [row for row in machine.ip_json("addr", "show", interface) if row]
    rows = [
        entry for row in rows for entry in row["addr_info"] if (entry["family"], entry["scope"]) == (family, "global")
    ]
    return f"{rows[0]['local']}/{rows[0]['prefixlen']}"


def on_machine(machine: Namespace, version: int, method: str) -> str:
    """Return the address that is found out on the machine; empty: none."""
    wish = parse_address_wish("autodetect", version, parse_method(method))
    with machine.entered():
        return str(address_wish.decided(wish, None, host_interfaces()))


def test_each_method_finds_what_ip_shows(machine: Namespace) -> None:
    """Of either family; the source of a packet is what ``ip route get`` says."""
    assert on_machine(machine, 4, "first-found") == shown(machine, "eth1", "inet")
    assert on_machine(machine, 6, "first-found") == shown(machine, "eth1", "inet6")
    assert on_machine(machine, 4, "interface=nothing,eth0") == shown(machine, "eth0", "inet")
    assert on_machine(machine, 6, "skip-interface=eth1") == shown(machine, "eth0", "inet6")
    assert on_machine(machine, 4, "cidr=10.9.0.0/24") == shown(machine, "docker0", "inet")
    for version, destination in ((4, "203.0.113.1"), (6, "2001:db8::1")):
        [route] = machine.ip_json("route", "get", destination)
        assert on_machine(machine, version, f"can-reach={destination}").partition("/")[0] == route["prefsrc"]
    with pytest.raises(NodeError, match=r"can-reach=2001:dead::1: this machine has no way there: Network is unreach"):
        on_machine(machine, 6, "can-reach=2001:dead::1")


def outcome(machine: Namespace, store: ResourceStore, four: str = "", six: str = "") -> Iterable[str]:
    """Return both addresses that an agent called ``a`` would start with."""

    async def found() -> Iterable[str]:
        """Ask as the agent does."""
        return map(str, await own_addresses(store, "a", parse_address_wish(four, 4), parse_address_wish(six, 6)))

    with machine.entered():
        return asyncio.run(found())


def test_a_new_node_has_what_is_found(machine: Namespace) -> None:
    """IPv6 only on request."""
    first, second = shown(machine, "eth1", "inet"), shown(machine, "eth1", "inet6")
    assert list(outcome(machine, EMPTY)) == [first, "None"]
    assert list(outcome(machine, EMPTY, six="autodetect")) == [first, second]
    with pytest.raises(NodeError, match=r"no interface of this machine has the address fd00::7 \(--ip6\)"):
        outcome(machine, EMPTY, six="fd00::7")
    assert list(outcome(machine, EMPTY, "none", "autodetect")) == ["None", second]
    with pytest.raises(NodeError, match=r"needs an address: --ip none is for a node with IPv6 alone, so name one with"):
        outcome(machine, EMPTY, "none")


def test_the_address_of_another_node_is_refused_with_both_names(machine: Namespace) -> None:
    """Found out, told, or in the datastore already, in either family; its own name's entry is no other node's."""
    first = shown(machine, "eth1", "inet")
    store = ResourceStore(MemoryDatastore())
    asyncio.run(_apply(store, "a", first))
    assert list(outcome(machine, store)) == [first, "None"]
    other = ResourceStore(MemoryDatastore())
    asyncio.run(_apply(other, "b", first))
    sentence = rf"Node\(a\) and Node\(b\) cannot both have the address {first.partition('/')[0]}: .*--ip"
    for told in ("", first):
        with pytest.raises(NodeError, match=sentence):
            outcome(machine, other, told)


async def _apply(store: ResourceStore, name: str, address: str) -> None:
    """Register a node by hand."""
    await store.apply([node(name, address)])
