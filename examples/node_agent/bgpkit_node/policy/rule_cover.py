"""Whether one rule leaves nothing for another to decide."""

from collections.abc import Iterable, Sequence

from bgpkit_node.policy.model import Action, Match, Network, PortRange, Rule


def shadowing(rules: Sequence[Rule]) -> Iterable[tuple[Rule, Rule]]:
    """Yield rules that never decide, each with an earlier one that is about all it is about."""
    for index, rule in enumerate(rules):
        for earlier in rules[:index]:
            if earlier.action is not Action.LOG and covers(earlier, rule):
                yield rule, earlier
                break


def covers(wide: Rule, narrow: Rule) -> bool:
    """Tell whether every packet that ``narrow`` is about is one that ``wide`` is about; False when in doubt."""
    plain = ("ip_version", "protocol", "not_protocol", "icmp", "not_icmp")
    if any(getattr(wide, name) not in {None, getattr(narrow, name)} for name in plain):
        return False
    return _side_covers(wide.source, narrow.source) and _side_covers(wide.destination, narrow.destination)


def _side_covers(wide: Match, narrow: Match) -> bool:
    same = (
        (wide.selector, narrow.selector),
        (wide.not_selector, narrow.not_selector),
        (wide.service, narrow.service),
    )
    if any(one is not None and one != other for one, other in same):
        return False
    if wide.nets and not (narrow.nets and all(_in_one_of(net, wide.nets) for net in narrow.nets)):
        return False
    if not all(_in_one_of(net, narrow.not_nets) for net in wide.not_nets):
        return False
    if wide.ports and not (narrow.ports and all(_is_port_of(port, wide.ports) for port in narrow.ports)):
        return False
    return all(_is_port_of(port, narrow.not_ports) for port in wide.not_ports)


def _in_one_of(net: Network, others: Iterable[Network]) -> bool:
    return any(
        net.version == other.version and other.prefixlen <= net.prefixlen and net.network_address in other
        for other in others
    )


def _is_port_of(port: PortRange | str, others: Iterable[PortRange | str]) -> bool:
    if isinstance(port, str):
        return port in others
    return any(not isinstance(each, str) and each.first <= port.first and port.last <= each.last for each in others)
