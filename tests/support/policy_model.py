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


def passes(program: NodeProgram, packet: Packet) -> bool:
    """Tell whether a node lets the first packet of a connection pass, as far as it is its to decide."""
    source, destination = _local(program, packet.source), _local(program, packet.destination)
    is_pod = destination is not None and not destination.endpoint.host
    if is_pod and (source is destination or packet.source in program.node_addresses):
        return True
    if source is not None and not _side_passes(program, source, Direction.EGRESS, packet):
        return False
    return destination is None or _side_passes(program, destination, Direction.INGRESS, packet)


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


def _local(program: NodeProgram, address: Address) -> EndpointProgram | None:
    return next((each for each in program.endpoints.values() if address in each.endpoint.addresses), None)


def _side_passes(program: NodeProgram, endpoint: EndpointProgram, direction: Direction, packet: Packet) -> bool:
    for early in ("do_not_track", "pre_dnat"):
        for tier in endpoint.tiers(direction):
            chosen = [each for each in tier.policies if _stage(program, each) == early]
            action = _first(program, chosen, direction, packet)
            if action in {Action.ALLOW, Action.DENY}:
                return action is Action.ALLOW
    for tier in endpoint.tiers(direction):
        chosen = [each for each in tier.policies if _stage(program, each) == ""]
        action = _first(program, chosen, direction, packet) or tier.default
        if action is not Action.NEXT_TIER:
            return action is Action.ALLOW
    if direction in endpoint.open:
        return True
    for profile in endpoint.profiles:
        action = _first(program, (profile,), direction, packet)
        if action is not None:
            return action is Action.ALLOW
    return False


def _stage(program: NodeProgram, policy_id: PolicyId) -> str:
    policy = program.policies[policy_id]
    return "do_not_track" if policy.do_not_track else "pre_dnat" if policy.pre_dnat else ""


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
