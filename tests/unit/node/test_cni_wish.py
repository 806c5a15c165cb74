"""What a pod wants: where it is written, which place wins, and what is refused by name."""

import json
from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit_node.cni import Wish
from bgpkit_node.cni.protocol import read_call
from bgpkit_node.cni.wish import read_wish
from bgpkit_node.errors import CniError

A4, B4, A6 = ip_address("10.244.1.7"), ip_address("10.244.1.8"), ip_address("fd00::7")


def wish(arguments: str = "", annotations: dict[str, object] | None = None, **config: Any) -> Wish:
    """Return the wish of an ADD; the values of annotations that are not texts are written as JSON."""
    written = {
        f"cni.projectcalico.org/{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in (annotations or {}).items()
    }
    runtime = {**config.pop("runtimeConfig", {}), "io.kubernetes.cri.pod-annotations": written}
    environment = {"CNI_CONTAINERID": "c1", "CNI_NETNS": "/n", "CNI_IFNAME": "eth0", "CNI_ARGS": arguments}
    own = {"cniVersion": "1.1.0", "name": "net", "runtimeConfig": runtime, **config}
    return read_wish(read_call({"command": "ADD", "env": environment, "config": own}))


def test_without_a_word_it_is_one_ipv4_address() -> None:
    """As Calico's configurations have it."""
    assert wish() == Wish(versions=(4,))


@pytest.mark.parametrize("on", [True, "true"])
@pytest.mark.parametrize("off", [False, "false"])
def test_the_configuration_says_which_families(on: object, off: object) -> None:
    """True and false may be texts."""
    assert wish(ipam={"assign_ipv6": on}).versions == (4, 6)
    assert wish(ipam={"assign_ipv4": off, "assign_ipv6": on}).versions == (6,)


def test_the_pods_annotation_of_families_wins() -> None:
    """Over what the configuration assigns."""
    assert wish(annotations={"ipFamilies": ["IPv6"]}, ipam={"assign_ipv4": True}).versions == (6,)
    assert wish(annotations={"ipFamilies": ["IPv6", "IPv4"]}).versions == (4, 6)


def test_pools_come_from_the_pod_else_from_the_configuration() -> None:
    """Each family by itself."""
    asked = wish(
        annotations={"ipv4pools": ["10.1.0.0/16", "blue"]}, ipam={"ipv4_pools": ["green"], "ipv6_pools": ["six"]}
    )
    assert (asked.pools(4), asked.pools(6)) == (("10.1.0.0/16", "blue"), ("six",))


@pytest.mark.parametrize(
    ("arguments", "annotations", "config", "expected"),
    [
        ("IP=10.244.1.7", {}, {}, (A4,)),
        ("IP=fd00::7,10.244.1.7/16", {}, {}, (A4, A6)),
        ("", {}, {"runtimeConfig": {"ips": ["10.244.1.7/24", "fd00::7"]}}, (A4, A6)),
        ("", {}, {"args": {"cni": {"ips": ["10.244.1.7"]}}}, (A4,)),
        ("IP=10.244.1.7", {}, {"runtimeConfig": {"ips": ["10.244.1.8"]}}, (A4,)),
        ("IP=10.244.1.7", {"ipAddrs": ["10.244.1.8"]}, {}, (B4,)),
    ],
)
def test_a_certain_address_is_asked_for_in_four_places(
    arguments: str, annotations: dict[str, object], config: dict[str, Any], expected: tuple[object, ...]
) -> None:
    """The first place that names any counts; the families are those of the addresses."""
    asked = wish(arguments, annotations, **config)
    assert asked.addresses == expected
    assert asked.versions == tuple(address.version for address in asked.addresses)
    assert asked.address(4) in expected


@pytest.mark.parametrize(
    ("arguments", "annotations", "config"),
    [
        ("MAC=02:00:00:00:00:0A", {}, {}),
        ("", {"hwAddr": "02:00:00:00:00:0a"}, {}),
        ("", {}, {"runtimeConfig": {"mac": "02:00:00:00:00:0a"}}),
    ],
)
def test_a_mac_address_is_asked_for_in_three_places(
    arguments: str, annotations: dict[str, object], config: dict[str, Any]
) -> None:
    """It is written in small letters, as the kernel writes it."""
    assert wish(arguments, annotations, **config).mac == "02:00:00:00:00:0a"


@pytest.mark.parametrize(
    ("code", "words", "arguments", "annotations", "config"),
    [
        (4, "CNI_ARGS IP: 'ten' is not an IP address", "IP=ten", {}, {}),
        (4, "CNI_ARGS IP: 10.1.1.2 is the second IPv4 address", "IP=10.1.1.1,10.1.1.2", {}, {}),
        (7, "runtimeConfig.ips: '' is not", "", {}, {"runtimeConfig": {"ips": [""]}}),
        (7, "ipAddrs: '10.1.1.1' is not a JSON list", "", {"ipAddrs": "10.1.1.1"}, {}),
        (7, "ipv4pools: '[1]' is not a JSON list of strings", "", {"ipv4pools": [1]}, {}),
        (7, "ipFamilies: 'ipx' is neither", "", {"ipFamilies": ["IPX"]}, {}),
        (7, "ipAddrsNoIpam: is not supported", "", {"ipAddrsNoIpam": ["10.1.1.1"]}, {}),
        (7, "floatingIPs: is not supported", "", {"floatingIPs": ["10.1.1.1"]}, {}),
        (7, "CNI_ARGS MAC: '01:00:00:00:00:01' is not", "MAC=01:00:00:00:00:01", {}, {}),
        (7, "hwAddr: 'x' is not the MAC address", "", {"hwAddr": "x"}, {}),
        (7, "are both false", "", {}, {"ipam": {"assign_ipv4": False}}),
        (7, "ipam.assign_ipv6 must be true or false", "", {}, {"ipam": {"assign_ipv6": "yes"}}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    code: int, words: str, arguments: str, annotations: dict[str, object], config: dict[str, Any]
) -> None:
    """The runtime shows the text to whoever wrote it."""
    with pytest.raises(CniError) as caught:
        wish(arguments, annotations, **config)
    assert caught.value.code == code
    assert words in str(caught.value)
