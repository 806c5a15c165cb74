"""Who reaches whom: every pair of a cluster's pods, nodes and hosts, with the reason where one is denied."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.evaluator import Evaluator
from bgpkit_node.policy.explanation import why
from bgpkit_node.policy.protocols import TCP, protocol_name
from bgpkit_node.policy.verdict import Packet

_UNKNOWN: Final = ((TCP, 80),)
"""What is asked about pods of which no port is known."""


class Target(NamedTuple):
    """A port of a pod or a host."""

    name: str
    protocol: int
    port: int | None

    def __str__(self) -> str:
        """Give name and port as ``default/web 80/TCP``."""
        port = "" if self.port is None else f"{self.port}/"
        return f"{self.name} {port}{protocol_name(self.protocol)}"


@dataclass(frozen=True, slots=True)
class Cell:
    """Whether a connection is allowed, and what decided; None where the two have no IP version in common."""

    allowed: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A row for each source, a column for each target."""

    sources: tuple[str, ...]
    targets: tuple[Target, ...]
    cells: Mapping[tuple[str, Target], Cell]


def matrix_of(cluster: Cluster, ports: Sequence[tuple[int, int | None]] = (), namespace: str = "") -> Matrix:
    """Ask about all pods, nodes and hosts to the known ports of all pods, or to ``ports`` of each.

    With a ``namespace`` only connections from or to its pods are asked about.
    """
    pods = [name for name in cluster.addresses if not name.startswith(("node/", "ext/"))]
    chosen = {name for name in pods if not namespace or name.startswith(f"{namespace}/")}
    targets = tuple(
        Target(name, protocol, port)
        for name in sorted(pods)
        for protocol, port in ports or cluster.ports.get(name) or _UNKNOWN
    )
    evaluator = Evaluator(cluster.state)
    sources = tuple(sorted(cluster.addresses, key=lambda name: (name not in pods, name)))
    cells = {
        (source, target): _cell(cluster, evaluator, source, target)
        for source in sources
        for target in targets
        if source in chosen or target.name in chosen
    }
    asked = {source for source, _ in cells}
    wanted = {target for _, target in cells}
    return Matrix(
        tuple(source for source in sources if source in asked),
        tuple(target for target in targets if target in wanted),
        cells,
    )


def _cell(cluster: Cluster, evaluator: Evaluator, source: str, target: Target) -> Cell:
    packets = tuple(cluster.packets(source, target.name, target.protocol, target.port))
    if not packets:
        return Cell(None)
    reasons = dict.fromkeys(reason for packet in packets for reason in _denied(evaluator, packet))
    return Cell(not reasons, "; ".join(reasons))


def _denied(evaluator: Evaluator, packet: Packet) -> Iterator[str]:
    verdict = evaluator.verdict(packet)
    if not verdict.allowed:
        yield from (f"{side.direction.value.lower()}: {why(side)}" for side in verdict.sides if not side.allowed)
