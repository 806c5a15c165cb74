"""What a trace tells, as lines for people and as JSON objects, and which of it is wished for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bgpkit_node.policy.model import Address
from bgpkit_node.policy.protocols import protocol_name
from bgpkit_node.policy_trace import Happening

Named = Callable[[Address], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceWish:
    """What is to be told; what is empty restricts nothing. ``ports`` are what ``parse_port`` makes of them."""

    pods: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    ports: frozenset[tuple[int, int | None]] = frozenset()

    def covers(self, happening: Happening, named: Named) -> bool:
        """Tell whether a happening is wished for: one of its ends is, and its port."""
        head = happening.head
        if self.ports and not self.ports & {(head.protocol, head.port), (head.protocol, None)}:
            return False
        if not self.pods and not self.namespaces:
            return True
        ends = {named(head.source), named(head.destination)}
        return bool(self.pods & ends) or any(self.namespaces & {end.partition("/")[0]} for end in ends if "/" in end)


def line_of(happening: Happening, named: Named, now: datetime) -> str:
    """Return a happening as one line."""
    head = happening.head
    source, destination = _end(head.source, head.source_port, named), _end(head.destination, head.port, named)
    kind = "" if head.icmp is None else f" type {head.icmp.type} code {head.icmp.code}"
    way = f"{happening.direction.value.lower()}: " if happening.direction else ""
    packet = f"{protocol_name(head.protocol)}{kind} {source} -> {destination}"
    return f"{now:%H:%M:%S}.{now.microsecond // 1000:03} {happening.what.value} {packet}, {way}{_why(happening)}"


def json_of(happening: Happening, named: Named, now: datetime) -> str:
    """Return a happening as one JSON object; what there is nothing of is null."""
    head = happening.head
    values: dict[str, object] = {
        "time": now.isoformat(timespec="milliseconds"),
        "what": happening.what.value,
        "source": str(head.source),
        "source_name": named(head.source) or None,
        "source_port": head.source_port,
        "destination": str(head.destination),
        "destination_name": named(head.destination) or None,
        "port": head.port,
        "protocol": protocol_name(head.protocol),
        "icmp": None if head.icmp is None else {"type": head.icmp.type, "code": head.icmp.code},
        "direction": happening.direction.value.lower() if happening.direction else None,
        "tier": happening.tier or None,
        "policy": happening.policy or None,
        "rule": happening.rule or None,
        "reason": happening.reason or None,
    }
    return json.dumps(values)


def _why(happening: Happening) -> str:
    if not happening.policy:
        return happening.reason
    tier = f" in tier {happening.tier}" if happening.tier else ""
    return f"{happening.rule} of {happening.policy}{tier}"


def _end(address: Address, port: int | None, named: Named) -> str:
    text = str(address) if port is None else f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    name = named(address)
    return f"{name} ({text})" if name else text
