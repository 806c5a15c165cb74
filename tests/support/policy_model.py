"""The obvious reading of a node's program: one packet, one rule after the other, every set looked through."""

from collections.abc import Iterable, Sequence

from bgpkit_node.policy.model import Action, Address, Direction, IcmpMatch, PolicyId, PortRange
from bgpkit_node.policy.program import (
    AddressPort,
    EndpointProgram,
    NodeProgram,
    RuleProgram,
    SetId,
    SideProgram,
)
from bgpkit_node.policy.verdict import Packet

PORT_PROTOCOLS = (6, 17, 33, 132, 136)
_INBOUND = {(6, 22), (17, 68), *((6, port) for port in (179, 2379, 2380, 5473, 6443, 6666, 6667))}
_OUTBOUND = {(17, 53), (17, 67), *((6, port) for port in (179, 2379, 2380, 5473, 6443, 6666, 6667))}


def passes(program: NodeProgram, packet: Packet) -> bool:
    """Tell whether a node lets the first packet of a connection pass, as far as it is its to decide."""
    hosts = sorted(
        (each for each in program.endpoints.values() if each.endpoint.host), key=lambda each: each.endpoint.key
    )
    own = program.node_addresses.union(*(each.endpoint.addresses for each in hosts))
    pods = {
        address: each
        for each in program.endpoints.values()
        if not each.endpoint.host
        for address in each.endpoint.addresses
    }
    wire = next(iter(sorted(hosts, key=lambda each: _distance(program, each))), None)
    source, destination = pods.get(packet.source), pods.get(packet.destination)
    if packet.source in own:
        if packet.destination in own or destination is not None:
            return True
        wire = _having(hosts, packet.source) or wire
        return wire is None or _host_passes(program, wire, Direction.EGRESS, packet, "")
    if packet.destination in own:
        wire = _having(hosts, packet.destination) or wire
        if source is not None:
            return _side_passes(program, source, Direction.EGRESS, packet)
        return wire is None or _host_passes(program, wire, Direction.INGRESS, packet, "")
    if source is not None and source is destination:
        return True
    asked = [
        source is None or _side_passes(program, source, Direction.EGRESS, packet),
        destination is None or _side_passes(program, destination, Direction.INGRESS, packet),
    ]
    if wire is not None and source is not None and destination is None:
        asked.append(_host_passes(program, wire, Direction.EGRESS, packet, "forward"))
    if wire is not None and source is None and destination is not None:
        asked.append(_host_passes(program, wire, Direction.INGRESS, packet, "forward"))
    return all(asked)


def _distance(program: NodeProgram, host: EndpointProgram) -> int:
    if program.node_addresses & set(host.endpoint.addresses):
        return 0
    return 1 if host.endpoint.interface == "*" else 2


def _having(hosts: Iterable[EndpointProgram], address: Address) -> EndpointProgram | None:
    return next((each for each in hosts if address in each.endpoint.addresses), None)


def _host_passes(program: NodeProgram, host: EndpointProgram, direction: Direction, packet: Packet, stage: str) -> bool:
    """Tell what an interface of a node says, to the node itself or of what it forwards."""
    called, answering = (_INBOUND, _OUTBOUND) if direction is Direction.INGRESS else (_OUTBOUND, _INBOUND)
    alive = (packet.protocol, packet.port) in called
    early = {"do_not_track": alive or (packet.protocol, packet.source_port) in answering, "pre_dnat": alive}
    if direction is Direction.EGRESS:  # what leaves has its destination
        early.pop("pre_dnat")
        if stage == "forward":
            early = {}
    for name, is_spared in early.items():
        for tier in host.tiers(direction):
            if is_spared:
                break
            chosen = [each for each in tier.policies if name in _stages(program, each)]
            action = _first(program, chosen, direction, packet)
            if action in {Action.ALLOW, Action.DENY}:
                return action is Action.ALLOW
    if stage != "forward":
        return alive or _side_passes(program, host, direction, packet)
    for tier in host.tiers(direction):
        chosen = [each for each in tier.policies if "forward" in _stages(program, each)]
        decides = any(not program.policies[each].staged for each in chosen)
        final = _first(program, chosen, direction, packet) or (tier.default if decides else Action.NEXT_TIER)
        if final is not Action.NEXT_TIER:
            return final is Action.ALLOW
    return True


def rule_is_about(program: NodeProgram, rule: RuleProgram, packet: Packet) -> bool:
    """Tell whether a rule matches a packet."""
    ports = packet.protocol in PORT_PROTOCOLS
    return (
        rule.ip_version in {None, packet.source.version}
        and rule.protocol in {None, packet.protocol}
        and rule.not_protocol != packet.protocol
        and (rule.icmp is None or _is_message(packet.icmp, rule.icmp))
        and not (rule.not_icmp is not None and _is_message(packet.icmp, rule.not_icmp))
        and _holds(program, rule.source, packet.source, packet.protocol, packet.source_port if ports else None)
        and _holds(program, rule.destination, packet.destination, packet.protocol, packet.port if ports else None)
    )


def _side_passes(program: NodeProgram, endpoint: EndpointProgram, direction: Direction, packet: Packet) -> bool:
    for tier in endpoint.tiers(direction):
        chosen = [each for each in tier.policies if "" in _stages(program, each)]
        final = _first(program, chosen, direction, packet) or tier.default
        if final is not Action.NEXT_TIER:
            return final is Action.ALLOW
    if direction in endpoint.open:
        return True
    for profile in endpoint.profiles:
        action = _first(program, (profile,), direction, packet)
        if action is not None:
            return action is Action.ALLOW
    return False


def _stages(program: NodeProgram, policy_id: PolicyId) -> set[str]:
    policy = program.policies[policy_id]
    if policy.do_not_track or policy.pre_dnat:
        return {"do_not_track" if policy.do_not_track else "pre_dnat"}
    return {"", "forward"} if policy.apply_on_forward else {""}


def _first(program: NodeProgram, policies: Sequence[PolicyId], direction: Direction, packet: Packet) -> Action | None:
    for policy_id in policies:
        policy = program.policies[policy_id]
        if policy.staged:
            continue
        for rule in policy.rules(direction):
            if rule.action is not Action.LOG and rule_is_about(program, rule, packet):
                return rule.action
    return None


def _is_message(message: IcmpMatch | None, wanted: IcmpMatch) -> bool:
    if message is None:
        return False
    return wanted.type in {None, message.type} and wanted.code in {None, message.code}


def _holds(program: NodeProgram, side: SideProgram, address: Address, protocol: int, port: int | None) -> bool:
    member = None if port is None else AddressPort(address, protocol, port)
    wants_port = bool(side.ports or side.port_sets)
    return (
        (not side.nets or any(address in net for net in side.nets))
        and not any(address in net for net in side.not_nets)
        and all(_in_networks(program, each, address) for each in side.sets)
        and not any(_in_networks(program, each, address) for each in side.not_sets)
        and (not wants_port or _in_ports(program, side.ports, side.port_sets, member))
        and not _in_ports(program, side.not_ports, side.not_port_sets, member)
        and (side.service_set is None or member in program.sets[side.service_set].members)
    )


def _in_networks(program: NodeProgram, set_id: SetId, address: Address) -> bool:
    return any(not isinstance(net, AddressPort) and address in net for net in program.sets[set_id].members)


def _in_ports(
    program: NodeProgram, ports: Iterable[PortRange], sets: Iterable[SetId], member: AddressPort | None
) -> bool:
    if member is None:
        return False
    in_range = any(first <= member.port <= last for first, last in ports)
    return in_range or any(member in program.sets[set_id].members for set_id in sets)
