"""Members of sets as elements, none of which overlaps another."""

from ipaddress import IPv4Network, IPv6Network, ip_address

from bgpkit_node.nft.element import Element, of_address_port, of_network
from bgpkit_node.nft.members import Members, outermost
from bgpkit_node.policy.program import AddressPort


def elements(*texts: str) -> set[Element]:
    """Return the elements of networks."""
    return {of_network(IPv4Network(text)) for text in texts}


def test_hosts_come_and_go_one_by_one() -> None:
    """Of the other IP version nothing is heard."""
    members = Members(4, [IPv4Network("10.0.0.1"), IPv6Network("::1")])
    moved = members.change([IPv4Network("10.0.0.2"), IPv4Network("10.0.0.1")], [IPv6Network("::1")])
    assert moved == (elements("10.0.0.2"), set())
    assert members.change([], [IPv4Network("10.0.0.1")]) == (set(), elements("10.0.0.1"))
    assert members.elements == elements("10.0.0.2")


def test_what_lies_in_a_wider_network_is_there_only_without_it() -> None:
    """Coming and going."""
    members = Members(4, [IPv4Network("10.0.0.1"), IPv4Network("10.0.0.0/24")])
    assert members.elements == elements("10.0.0.0/24")
    assert members.change([IPv4Network("10.0.0.2")], []) == (set(), set())
    moved = members.change([], [IPv4Network("10.0.0.0/24")])
    assert moved == (elements("10.0.0.1", "10.0.0.2"), elements("10.0.0.0/24"))
    assert members.change([IPv4Network("10.0.0.0/31")], []) == (elements("10.0.0.0/31"), elements("10.0.0.1"))


def test_addresses_with_ports_are_members_of_their_ip_version() -> None:
    """As they are."""
    port = AddressPort(ip_address("10.0.0.1"), 6, 80)
    members = Members(4)
    assert members.change([port, AddressPort(ip_address("::1"), 6, 80)], []) == ({of_address_port(port)}, set())


def test_the_outermost_networks_hold_all_the_others() -> None:
    """Of both IP versions."""
    nets = [IPv4Network(text) for text in ("0.0.0.0/0", "10.0.0.0/8")] + [IPv6Network("::/0"), IPv6Network("::1")]
    assert outermost(nets) == [IPv4Network("0.0.0.0/0"), IPv6Network("::/0")]
