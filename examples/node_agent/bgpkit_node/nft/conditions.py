"""What a packet must be for a rule, in nft's words: one line for each IP version, more only where ports are names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from itertools import product
from typing import Final, NamedTuple

from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.naming import network_set, port_set
from bgpkit_node.policy.model import IcmpMatch, Network, PortRange
from bgpkit_node.policy.program import RuleProgram, SetId, SideProgram

ICMP: Final = {4: 1, 6: 58}
_IP: Final = {4: "ip", 6: "ip6"}
_ICMP_WORD: Final = {4: "icmp", 6: "icmpv6"}
_WITH_PORTS: Final = {6: "tcp", 17: "udp", 132: "sctp", 136: "udplite"}
_BOTH: Final = 0
"""Stands for a line that looks at no address, so that it is for both IP versions."""


class _Ends(NamedTuple):
    """The words for one side of a packet."""

    side: SideProgram
    address: str
    port: str


def conditions(rule: RuleProgram, versions: Collection[int]) -> tuple[str, ...]:
    """Return lines any one of which must hold; none when no packet of these IP versions can match.

    In a line ports come before addresses: a set is only looked into for packets that have the port.
    NftError when the rule asks for what its protocol does not have.
    """
    if (rule.icmp or rule.not_icmp) and rule.protocol not in ICMP.values():
        raise NftError(f"{rule.name}: types of ICMP need the protocol ICMP or ICMPv6")
    ends = (_Ends(rule.source, "saddr", "sport"), _Ends(rule.destination, "daddr", "dport"))
    lines: list[str] = []
    for version in _versions_of(rule, ends, versions):
        words = [*_protocol(rule), *_icmp(rule, version)]
        addresses = [_addresses(end, version) for end in ends]
        if any(found is None for found in addresses):
            continue
        at_last = [word for found in addresses for word in found or ()]
        if version == rule.ip_version or (version and not _names_version([*words, *at_last], version)):
            words.insert(0, f"meta nfproto ipv{version}")
        ports = product(*(_ports(end, rule.protocol, version) for end in ends))
        lines.extend(" ".join([*words, *source, *destination, *at_last]) for source, destination in ports)
    return tuple(lines)


def _versions_of(rule: RuleProgram, ends: Iterable[_Ends], versions: Collection[int]) -> Iterator[int]:
    """Give the IP versions that need a line of their own, or that for both."""
    looks = rule.ip_version is not None or rule.icmp is not None or rule.not_icmp is not None
    if not looks and not any(_looks_at_address(end.side) for end in ends):
        yield _BOTH
        return
    for version in sorted(versions):
        other_icmp = (rule.icmp or rule.not_icmp) and rule.protocol != ICMP[version]
        if rule.ip_version in {None, version} and not other_icmp:
            yield version


def _looks_at_address(side: SideProgram) -> bool:
    sets = (side.sets, side.not_sets, side.port_sets, side.not_port_sets)
    return bool(side.nets or side.not_nets or any(sets) or side.service_set)


def _names_version(words: Iterable[str], version: int) -> bool:
    """Tell whether a word implies the IP version, as each that looks at an address does."""
    return any(word.startswith((f"{_IP[version]} ", f"{_ICMP_WORD[version]} ")) for word in words)


def _protocol(rule: RuleProgram) -> Iterator[str]:
    if rule.protocol is not None and not (rule.source.ports or rule.destination.ports):
        yield f"meta l4proto {rule.protocol}"
    if rule.not_protocol is not None:
        yield f"meta l4proto != {rule.not_protocol}"


def _icmp(rule: RuleProgram, version: int) -> Iterator[str]:
    if rule.icmp is not None:
        yield from _icmp_words(rule.icmp, version)
    if rule.not_icmp is None:
        return
    word = _ICMP_WORD[version]
    match rule.not_icmp:
        case IcmpMatch(type=None):
            yield f"meta l4proto != {ICMP[version]}"
        case IcmpMatch(type=kind, code=None):
            yield f"{word} type != {kind}"
        case IcmpMatch(type=kind, code=code):
            yield f"{word} type . {word} code != {{ {kind} . {code} }}"


def _icmp_words(icmp: IcmpMatch, version: int) -> Iterator[str]:
    if icmp.type is None:
        yield f"meta l4proto {ICMP[version]}"
        return
    yield f"{_ICMP_WORD[version]} type {icmp.type}"
    if icmp.code is not None:
        yield f"{_ICMP_WORD[version]} code {icmp.code}"


def _addresses(end: _Ends, version: int) -> list[str] | None:
    """Return the conditions on an address; None when none of this IP version can meet them."""
    side, word = end.side, f"{_IP.get(version, '')} {end.address}"
    nets = _of_version(side.nets, version)
    if side.nets and not nets:
        return None
    words = [f"{word} {_alternatives(nets)}"] if nets else []
    unwanted = _of_version(side.not_nets, version)
    if unwanted:
        words.append(f"{word} != {_alternatives(unwanted)}")
    words += [f"{word} @{network_set(each, version)}" for each in side.sets]
    words += [f"{word} != @{network_set(each, version)}" for each in side.not_sets]
    words += [f"{_address_port(end, version)} != @{port_set(each, version)}" for each in side.not_port_sets]
    if side.service_set is not None:
        words.append(f"{_address_port(end, version)} @{port_set(side.service_set, version)}")
    return words


def _ports(end: _Ends, protocol: int | None, version: int) -> list[list[str]]:
    """Return alternatives for a side's ports, each a list of words."""
    side = end.side
    unwanted = _port_words(end, protocol, "!= ", side.not_ports) if side.not_ports else []
    if not side.ports and not side.port_sets:
        return [unwanted]
    alternatives = [_port_words(end, protocol, "", side.ports)] if side.ports else []
    alternatives += [_named_ports(end, protocol, each, version) for each in side.port_sets]
    return [[*alternative, *unwanted] for alternative in alternatives]


def _named_ports(end: _Ends, protocol: int | None, set_id: SetId, version: int) -> list[str]:
    # Beside numbers of ports the protocol has not been asked for yet.
    asked = [f"meta l4proto {protocol}"] if protocol is not None and end.side.ports else []
    return [*asked, f"{_address_port(end, version)} @{port_set(set_id, version)}"]


def _port_words(end: _Ends, protocol: int | None, operator: str, ports: Sequence[PortRange]) -> list[str]:
    said = _alternatives([str(first) if first == last else f"{first}-{last}" for first, last in _merged(ports)])
    if protocol is None:
        anything = ", ".join(str(number) for number in _WITH_PORTS)
        return [f"meta l4proto {{ {anything} }}", f"th {end.port} {operator}{said}"]
    if protocol not in _WITH_PORTS:
        raise NftError(f"protocol {protocol} has no ports: a rule with ports is for TCP, UDP, SCTP or UDPLite")
    return [f"{_WITH_PORTS[protocol]} {end.port} {operator}{said}"]


def _address_port(end: _Ends, version: int) -> str:
    return f"{_IP[version]} {end.address} . meta l4proto . th {end.port}"


def _of_version(nets: Iterable[Network], version: int) -> list[str]:
    """Return the networks of an IP version, none within another."""
    if version == 4:
        return [str(net) for net in collapse_addresses(net for net in nets if isinstance(net, IPv4Network))]
    return [str(net) for net in collapse_addresses(net for net in nets if isinstance(net, IPv6Network))]


def _merged(ports: Iterable[PortRange]) -> list[PortRange]:
    """Return the ranges in order, none touching another."""
    merged: list[PortRange] = []
    for first, last in sorted(ports):
        if merged and first <= merged[-1].last + 1:
            merged[-1] = PortRange(merged[-1].first, max(last, merged[-1].last))
        else:
            merged.append(PortRange(first, last))
    return merged


def _alternatives(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{{ {', '.join(words)} }}"
