"""Network policies in the demonstration: each is applied, and every connection tried before and after."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from bgpkit_node.demo import policy_manifests as manifests
from bgpkit_node.demo.cluster import MACHINES, SEGMENT, Cluster
from bgpkit_node.demo.connections import Flow, Place, listen, tried
from bgpkit_node.demo.processes import ip_batch
from bgpkit_node.demo.report import Report
from bgpkit_node.demo.waiting import until

_MASTER, _NODE1, _NODE2 = MACHINES
_PODS: Final = (
    ("db", _NODE1, "default", {"role": "db"}),
    ("frontend", _NODE2, "default", {"role": "frontend"}),
    ("nginx", _NODE1, "default", {"app": "nginx"}),
    ("client1", _NODE1, "default", {"run": "client1"}),
    ("client2", _NODE2, "default", {"run": "client2"}),
    ("client3", _MASTER, "kube-system", {"run": "client3", "k8s-app": "kube-dns"}),
    ("worker", _MASTER, "myproject", dict[str, str]()),
    ("visitor", _NODE2, "elsewhere", {"role": "frontend"}),
)
_OUTSIDE: Final = ("172.17.0.5", "172.17.1.5", "10.0.0.10", "10.0.0.5")


@dataclass(frozen=True, slots=True)
class _Stage:
    """What is done, by which words of ``bgpkit-node``, and the connections, by number, that come about then."""

    title: str
    reached: frozenset[int]
    words: tuple[str, ...] = ()
    given: str | None = None
    lint: bool = False


@dataclass(slots=True)
class PolicyScenes:
    """The pods that the scenes share, made for the first of them; each leaves the cluster without a policy."""

    cluster: Cluster
    report: Report
    connections: int = 0
    """How many have been looked at, each as often as anything changed."""
    _places: dict[str, Place] = field(default_factory=dict[str, Place])

    async def example(self) -> None:
        """Show a policy with everything in it."""
        await self._make_places()
        flows = (
            self._flow("frontend", "db", 6379),
            self._flow("worker", "db", 6379),
            self._flow("172.17.0.5", "db", 6379),
            self._flow("db", "10.0.0.10", 5978),
            self._flow("172.17.1.5", "db", 6379),
            self._flow("visitor", "db", 6379),
            self._flow("frontend", "db", 80),
            self._flow("db", "10.0.0.5", 80),
            self._flow("db", "client3", 53),
        )
        stages = (_Stage("before", frozenset(range(9))), _applied("after", manifests.EXAMPLE, 0, 1, 2, 3))
        await self._play("test-network-policy, for pods with role=db", flows, stages)

    async def access(self) -> None:
        """Show every reading of two items, of which either lets in, and of one item with both."""
        flows = tuple(self._flow(client, "nginx", 80) for client in ("client1", "client2", "client3"))
        either, both = manifests.access(manifests.EITHER), manifests.access(manifests.BOTH)
        label = ("label", "namespace", "default")
        stages = (
            _Stage("before", frozenset({0, 1, 2})),
            _applied("two items", either, 0),
            _Stage("namespace labelled", frozenset({0, 1}), (*label, "project=default")),
            _applied("one item", both, 0),
            _Stage("label removed", frozenset(), (*label, "project", "--remove")),
            _applied("for run=nginx", manifests.access(manifests.BOTH, "run"), 0, 1, 2, lint=True),
        )
        await self._play("access-nginx, written in one way after another", flows, stages)

    async def isolation(self) -> None:
        """Show a namespace that keeps to itself, and one that only lets nobody in."""
        flows = (
            self._flow("client1", "client2", 80),
            self._flow("client2", "nginx", 80),
            self._flow("client3", "nginx", 80),
            self._flow("client1", "client3", 53),
        )
        stages = (
            _Stage("before", frozenset(range(4))),
            _applied("both ways", manifests.BOTH_WAYS, 0, 1, lint=True),
            _applied("ingress only", manifests.ONE_WAY, 0, 1, 3),
        )
        await self._play("isolate, for all pods of default", flows, stages)

    async def _play(self, title: str, flows: Sequence[Flow], stages: Sequence[_Stage]) -> None:
        """Show who reaches whom at each stage; NodeError when that is not as it should be."""
        with ExitStack() as stack:
            for listener in await listen(flows):
                stack.enter_context(listener)
            columns = [await self._come_to(stage, flows) for stage in stages]
        rows = [
            [str(flow), *("yes" if column[number] else "no" for column in columns)] for number, flow in enumerate(flows)
        ]
        self.report.table(title, ["connection", *(stage.title for stage in stages)], rows)
        await self.cluster.command("delete", "-f", "-", given=stages[-1].given)
        self.connections += len(flows) * len(stages)

    async def _come_to(self, stage: _Stage, flows: Sequence[Flow]) -> tuple[bool, ...]:
        if stage.words:
            self.report.note(f"{stage.title}: bgpkit-node {' '.join(stage.words)}")
            await self.cluster.command(*stage.words, given=stage.given)
        wanted = tuple(number in stage.reached for number in range(len(flows)))

        async def as_wanted() -> bool:
            """Try all connections."""
            return await tried(flows) == wanted

        await until(f"{stage.title}: {', '.join(str(flows[each]) for each in sorted(stage.reached))}", as_wanted)
        if stage.lint:
            found = await self.cluster.command("policy", "lint", statuses=(1,))
            self.report.text(f"{stage.title}: bgpkit-node policy lint", found)
        return wanted

    def _flow(self, source: str, target: str, port: int) -> Flow:
        return Flow(self._places[source], self._places[target], port)

    async def _make_places(self) -> None:
        """Make pods, and addresses outside, which are at hand by name."""
        await self.cluster.command("apply", "-f", "-", given=manifests.NAMESPACES)
        pods = [self.cluster.add_pod(name, node, within=where, labels=labels) for name, node, where, labels in _PODS]
        for pod in await asyncio.gather(*pods):
            self._places[pod.name] = Place(pod.name, pod.address, pod.namespace)
        outside = [f"addr add {address}/32 dev {SEGMENT.name}" for address in _OUTSIDE]
        routes = [f"route add {pod.address} via {pod.machine.address.ip}" for pod in self.cluster.pods]
        await ip_batch([*outside, *routes])
        self._places |= {address: Place(address, address) for address in _OUTSIDE}


def _applied(title: str, manifest: str, *reached: int, lint: bool = False) -> _Stage:
    return _Stage(title, frozenset(reached), ("apply", "-f", "-"), manifest, lint)
