"""Elements in the kernel's octets and in nft's words."""

from ipaddress import ip_address, ip_network

from bgpkit_node.nft import element
from bgpkit_node.nft.element import SetType, said
from bgpkit_node.policy.program import AddressPort


def test_each_kind_of_element_is_said_as_nft_takes_it() -> None:
    """In order, with commas between."""
    nets = [element.of_network(ip_network(text)) for text in ("10.0.0.0/30", "10.0.0.9/32")]
    assert said(SetType.NETWORKS4, nets) == "10.0.0.0-10.0.0.3, 10.0.0.9"
    port = element.of_address_port(AddressPort(ip_address("fd00::1"), 17, 53))
    assert said(SetType.PORTS6, [port]) == "fd00::1 . 17 . 53"
    assert said(SetType.INTERFACES, [element.of_interface("cali1")]) == '"cali1"'
    assert said(SetType.PAIRS, [element.of_hairpin("cali1")]) == '"cali1" . "cali1"'
    assert said(SetType.SOURCES4, [element.of_source("cali1", ip_address("10.0.0.1"))]) == '"cali1" . 10.0.0.1'
    wide = element.of_source_network("cali1", ip_network("fd00::/127"))
    assert said(SetType.SOURCE_NETWORKS6, [wide]) == '"cali1" . fd00::-fd00::1'
    ends = [AddressPort(ip_address(text), 17, port) for text, port in (("10.0.0.1", 53), ("10.0.0.2", 4001))]
    assert said(SetType.FLOWS4, [element.of_flow(*ends)]) == "10.0.0.1 . 17 . 53 . 10.0.0.2 . 4001"
    ends = [AddressPort(ip_address(text), 132, port) for text, port in (("fd00::1", 53), ("fd00::2", 4001))]
    assert said(SetType.FLOWS6, [element.of_flow(*ends)]) == "fd00::1 . 132 . 53 . fd00::2 . 4001"
    verdict = element.of_verdict("cali1", "open", "default/db")
    assert said(SetType.VERDICTS, [verdict]) == '"cali1" comment "default/db" : goto open'


def test_a_set_is_an_interval_set_or_a_map_as_nft_declares_it() -> None:
    """Only networks have ends of their own in the kernel."""
    assert {kind for kind in SetType if kind.is_interval} == {SetType.NETWORKS4, SetType.NETWORKS6}
    assert {kind for kind in SetType if kind.word == "map"} == {SetType.VERDICTS, SetType.VERSION_VERDICTS}


def test_the_name_of_an_interface_is_filled_up() -> None:
    """To sixteen octets."""
    assert element.packed_name("cali1") == b"cali1" + bytes(11)
