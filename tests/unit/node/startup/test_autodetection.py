"""The ways to find out a node's address: each by its word, and each mistake in one sentence."""

from ipaddress import ip_address, ip_interface

import pytest

from bgpkit_node.ipam import IPAddress
from bgpkit_node.startup.autodetection import candidates, parse_method
from bgpkit_node.startup.host_interface import HostInterface


def interface(name: str, *addresses: str, up: bool = True) -> HostInterface:
    """Make an interface."""
    return HostInterface(name=name, up=up, addresses=tuple(map(ip_interface, addresses)))


MACHINE = [
    interface("lo", "127.0.0.1/8", "::1/128"),
    interface("docker0", "172.17.0.1/16"),
    interface("veth0", "10.1.0.1/24"),
    interface("eth9", "10.9.0.1/24", up=False),
    interface("eth2", "169.254.0.9/16"),
    interface("eth1", "10.5.0.1/24", "fd00:5::1/64"),
    interface("eth0", "10.4.7.11/24", "10.4.8.11/24", "fd00:4::11/64"),
    interface("kube-ipvs0", "10.96.0.1/32"),
]


def found(method: str, version: int = 4, *, internal: str = "", source: str = "") -> list[str]:
    """Return the addresses that a method finds on the machine above."""

    def source_to(destination: str) -> IPAddress | None:
        """Return the address that the kernel would choose."""
        assert destination == "203.0.113.1"
        return ip_address(source) if source else None

    inside = ip_address(internal) if internal else None
    parsed = parse_method(method)
    assert str(parsed) == method
    return [str(each) for each in candidates(parsed, version, MACHINE, source_to=source_to, internal=inside)]


@pytest.mark.parametrize(
    ("method", "version", "expected"),
    [
        ("first-found", 4, ["10.5.0.1/24", "10.4.7.11/24", "10.4.8.11/24"]),
        ("first-found", 6, ["fd00:5::1/64", "fd00:4::11/64"]),
        ("interface=eth.*", 4, ["10.5.0.1/24", "10.4.7.11/24", "10.4.8.11/24", "10.1.0.1/24"]),
        ("interface=eth0,eth1", 4, ["10.4.7.11/24", "10.4.8.11/24", "10.1.0.1/24", "10.5.0.1/24"]),
        ("interface=th0", 4, ["10.1.0.1/24", "10.4.7.11/24", "10.4.8.11/24"]),
        ("interface=docker0", 4, ["172.17.0.1/16"]),
        ("interface=eth9", 4, []),
        ("skip-interface=eth1", 4, ["10.4.7.11/24", "10.4.8.11/24", "172.17.0.1/16", "10.1.0.1/24", "10.96.0.1/32"]),
        ("skip-interface=eth.*,kube,docker", 4, []),
        ("skip-interface=eth1,eth0,kube", 4, ["172.17.0.1/16"]),
        ("skip-interface=eth1", 6, ["fd00:4::11/64"]),
        ("cidr=10.4.8.0/24,172.17.0.0/16", 4, ["172.17.0.1/16", "10.4.8.11/24"]),
        ("cidr=10.4.0.0/16", 6, []),
        ("cidr=fd00:4::/64", 6, ["fd00:4::11/64"]),
    ],
)
def test_what_a_method_finds(method: str, version: int, expected: list[str]) -> None:
    """The best first; what is down, loopback or link-local is no address to peer from."""
    assert found(method, version) == expected


def test_an_interface_that_is_named_whole_comes_first() -> None:
    """eth0 is meant and not veth0, though the expression is found in both names."""
    machine = [interface("veth0", "10.1.0.1/24"), interface("eth0", "10.4.7.11/24")]
    best = next(candidates(parse_method("interface=eth0"), 4, machine, source_to=lambda _: None))
    assert str(best) == "10.4.7.11/24"


def test_the_way_to_a_destination_decides() -> None:
    """Which is what the kernel says; the subnet is that of the interface. Without a way there is none."""
    assert found("can-reach=203.0.113.1", source="10.4.8.11") == ["10.4.8.11/24"]
    assert found("can-reach=203.0.113.1") == []


def test_the_internal_ip_must_be_on_the_machine() -> None:
    """Its subnet is that of the interface."""
    assert found("kubernetes-internal-ip", internal="10.4.8.11") == ["10.4.8.11/24"]
    assert found("kubernetes-internal-ip", internal="10.4.8.12") == []
    assert found("kubernetes-internal-ip") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "",
            r"'' is no way to find an address: write first-found, can-reach=DESTINATION, .* or kubernetes-internal-ip",
        ),
        ("first-found=eth0", "'first-found=eth0' is no way"),
        ("kubernetes-internal-ip=x", "is no way"),
        ("First-Found", "is no way"),
        ("can-reach", "'can-reach' does not say what to look for: write can-reach=10.4.7.1"),
        ("interface=", "'interface=' does not say what to look for: write interface=eth"),
        ("skip-interface= ", "write skip-interface=eth"),
        ("cidr=", "write cidr=10.4.7.0/24"),
        ("cidr=10.4.7.0/33", "'10.4.7.0/33' is not an IP address with a prefix"),
        ("cidr=10.4.7.1/24", "10.4.7.1/24 is not strictly masked: the network is 10.4.7.0/24"),
        ("interface=eth(", r"'eth\(' is not a regular expression: missing \)"),
        ("interface=eth.*,*", r"'\*' is not a regular expression: nothing to repeat"),
    ],
)
def test_a_mistake_in_a_method_is_one_sentence(text: str, sentence: str) -> None:
    """It says what is wrong and how to write it."""
    with pytest.raises(ValueError, match=sentence) as raised:
        parse_method(text)
    assert "\n" not in str(raised.value)
