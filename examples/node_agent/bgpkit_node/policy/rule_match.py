"""Whether a rule is about a packet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bgpkit_node.policy.address_book import AddressBook
from bgpkit_node.policy.model import Address, IcmpMatch, Match, PortRange, Rule
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.verdict import Packet

_WITH_PORTS: Final = frozenset({6, 17, 33, 132, 136})


@dataclass(frozen=True, slots=True)
class _Side:
    """One end of a packet; ``with_port`` says whether a service is about the port too."""

    address: Address
    protocol: int
    port: int | None
    with_port: bool


def matches(rule: Rule, packet: Packet, book: AddressBook) -> bool:
    """Tell whether all that a rule asks for holds of a packet."""
    if rule.ip_version is not None and packet.source.version != rule.ip_version:
        return False
    if rule.protocol is not None and packet.protocol != rule.protocol:
        return False
    if rule.not_protocol is not None and packet.protocol == rule.not_protocol:
        return False
    if rule.icmp is not None and not _is_message(packet.icmp, rule.icmp):
        return False
    if rule.not_icmp is not None and _is_message(packet.icmp, rule.not_icmp):
        return False
    has_ports = packet.protocol in _WITH_PORTS
    source = _Side(packet.source, packet.protocol, packet.source_port if has_ports else None, with_port=False)
    destination = _Side(packet.destination, packet.protocol, packet.port if has_ports else None, with_port=True)
    return _side_matches(rule.source, source, book) and _side_matches(rule.destination, destination, book)


def _is_message(message: IcmpMatch | None, wanted: IcmpMatch) -> bool:
    if message is None or wanted.type not in {None, message.type}:
        return False
    return wanted.code in {None, message.code}


def _side_matches(match: Match, side: _Side, book: AddressBook) -> bool:
    if match.nets and not any(side.address in net for net in match.nets):
        return False
    if any(side.address in net for net in match.not_nets):
        return False
    if match.selector is not None and not book.is_selected(side.address, match.selector):
        return False
    if match.not_selector is not None and book.is_selected(side.address, match.not_selector):
        return False
    if match.ports and not _is_port(match.ports, side, book):
        return False
    if match.not_ports and _is_port(match.not_ports, side, book):
        return False
    return match.service is None or _is_service(match, side, book)


def _is_port(ports: Sequence[PortRange | str], side: _Side, book: AddressBook) -> bool:
    if side.port is None:
        return False
    return any(
        book.has_named_port(side.address, port, side.protocol, side.port)
        if isinstance(port, str)
        else port.first <= side.port <= port.last
        for port in ports
    )


def _is_service(match: Match, side: _Side, book: AddressBook) -> bool:
    if match.service is None:
        return True
    if not side.with_port:
        return book.stands_behind(side.address, match.service)
    return side.port is not None and book.serves(AddressPort(side.address, side.protocol, side.port), match.service)
