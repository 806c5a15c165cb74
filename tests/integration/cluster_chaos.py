"""What may befall a cluster, in an order that a seed decides: agents, cables, clocks, members of etcd.

Forwarding is watched meanwhile by a ping every 10 ms from each node's pod to that of the next node.
"""

import itertools
import os
import signal
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from tests.integration.cluster_machines import ClusterAgents
from tests.integration.steady_pings import Replies, SteadyPings, ping_steadily
from tests.support.etcd_cluster import Member
from tests.support.processes import wait_until

RECOVERY: Final = 2.0
"""Seconds after a cable is back until every ping is answered again."""
_EARLY: Final = 0.1
"""Seconds by which the last reply before an outage may seem older than the outage."""
_numbers = itertools.count(1)


class Outage(NamedTuple):
    """When the cable of a node was out."""

    node: str
    began: float
    ended: float

    def explains(self, nodes: tuple[str, str], lost: tuple[float, float]) -> bool:
        """Tell whether pings between two nodes could not be answered in that time because of it."""
        return self.node in nodes and self.began - _EARLY <= lost[0] and lost[1] <= self.ended + RECOVERY


class Chaos:
    """The state of the misfortunes, each of which is a method; a step takes one and writes it down."""

    def __init__(self, cluster: ClusterAgents, folder: Path, random: Random) -> None:
        """Begin with all well; every node has a pod ``pod-NODE``, between which pings go."""
        self.cluster = cluster
        self.random = random
        self.told: list[str] = []
        """What has been done, for whom a test that fails has to find out why."""
        self.dead: list[str] = []
        self.outages: list[Outage] = []
        self._lost_members: list[Member] = []
        nodes = list(cluster.machines)
        self._pairs = dict(zip(nodes, [*nodes[1:], nodes[0]], strict=True))
        commands = {
            one: cluster.pods[f"pod-{one}"][1].command(ping_steadily(cluster.pod_addresses(f"pod-{other}")[4]))
            for one, other in self._pairs.items()
        }
        self._pings = SteadyPings(commands, folder)

    @property
    def converged(self) -> list[str]:
        """The nodes whose agents run and have their routes.

        Who crashes again before is not spared: peers drop what they kept through the crash before. RFC 4724,
        section 4.2.
        """
        return [name for name in self.alive if self._has_converged(name)]

    @property
    def alive(self) -> list[str]:
        """The nodes whose agents run."""
        return [name for name in self.cluster.machines if name not in self.dead]

    def step(self, misfortune: "Misfortune") -> None:
        """Let one thing happen."""
        misfortune(self)
        time.sleep(self.random.uniform(0, 0.2))

    def note(self, what: str) -> None:
        """Write down what is done."""
        self.told.append(f"{time.time():.2f} {what}")

    def end_agent(self, name: str, number: signal.Signals) -> None:
        """End an agent, or kill it."""
        self.note(f"{number.name} to the agent of {name}")
        process = self.cluster.running[name]
        os.kill(process.pid, number)
        wait_until(lambda: not process.is_running, f"the end of {name}", 20)
        self.dead.append(name)

    @contextmanager
    def out(self, name: str) -> Generator[None]:
        """Note that a node is cut off meanwhile."""
        began = time.time()
        yield
        self.outages.append(Outage(name, began, time.time()))

    def lose_member(self) -> None:
        """Kill the leader of etcd, unless a member is away already."""
        assert self.cluster.etcd is not None
        leader = self.cluster.etcd.leader()
        if self._lost_members or leader is None:
            return self.return_member()
        self.note(f"etcd's leader {leader.name} is killed")
        leader.kill()
        self._lost_members.append(leader)
        return None

    def return_member(self) -> None:
        """Start the member of etcd that is away."""
        while self._lost_members:
            member = self._lost_members.pop()
            self.note(f"etcd's {member.name} is back")
            member.start()

    def next_pod(self) -> str:
        """Return a name for one more pod."""
        return f"extra-{next(_numbers)}"

    def revive(self, name: str) -> None:
        """Start the agent of a node, and wait until it answers."""
        self.note(f"the agent of {name} is started")
        self.cluster.begin(name)
        self.cluster.wait_answer(name)
        self.dead.remove(name)

    def settle(self) -> None:
        """Put everything right, and wait until sessions and routes are whole."""
        self.return_member()
        for name in self.random.sample(self.dead, len(self.dead)):
            self.revive(name)
        self.cluster.wait_mesh()
        self.cluster.wait_whole()
        for name in self.cluster.machines:
            wait_until(partial(self._has_converged, name), f"{name} has converged", 60)
        self.cluster.wait_whole()

    def end_pings(self) -> tuple[int, float]:
        """Stop; fail where a ping was lost that no cable explains; return how many were answered, the longest gap."""
        time.sleep(0.3)
        self._pings.stop()
        replies = self._pings.replies()
        lost = [
            (name, *hole) for name, one in replies.items() for hole in holes(one) if not self._explained(name, hole)
        ]
        assert not lost, "\n".join([*(f"{began:.2f} {ended:.2f} {name}" for name, began, ended in lost), *self.told])
        last = [name for name, one in replies.items() if one.last < time.time() - 2]
        assert last == [], f"no reply at the end: {last}"
        longest = max((ended - began for one in replies.values() for began, ended in holes(one)), default=0.0)
        return sum(len(one.times) for one in replies.values()), longest

    def stop(self) -> None:
        """End the pings in any state."""
        self._pings.stop()

    def _has_converged(self, name: str) -> bool:
        return '"agent.converged"' in self.cluster.running[name].words()

    def _explained(self, name: str, lost: tuple[float, float]) -> bool:
        return any(outage.explains((name, self._pairs[name]), lost) for outage in self.outages)


Misfortune = Callable[[Chaos], None]


def kill_reflector(chaos: Chaos) -> None:
    """Kill -9 the agent of a reflector."""
    _end_one(chaos, signal.SIGKILL, [name for name in chaos.converged if name in chaos.cluster.reflectors])


def kill_agent(chaos: Chaos) -> None:
    """Kill -9 an agent that is no reflector's."""
    _end_one(chaos, signal.SIGKILL, [name for name in chaos.converged if name not in chaos.cluster.reflectors])


def stop_agent(chaos: Chaos) -> None:
    """End any agent as a service manager does."""
    _end_one(chaos, signal.SIGTERM, chaos.converged)


def start_agent(chaos: Chaos) -> None:
    """Start one of the agents that are dead."""
    if chaos.dead:
        chaos.revive(chaos.random.choice(chaos.dead))


def restart_agent(chaos: Chaos) -> None:
    """Kill -9 an agent and start it at once."""
    if chaos.converged:
        name = chaos.random.choice(chaos.converged)
        chaos.end_agent(name, signal.SIGKILL)
        chaos.revive(name)


def freeze_agent(chaos: Chaos) -> None:
    """Let an agent stand still for a while."""
    if chaos.alive:
        name = chaos.random.choice(chaos.alive)
        seconds = chaos.random.uniform(0.1, 0.6)
        chaos.note(f"the agent of {name} stands still for {seconds:.2f} seconds")
        pid = chaos.cluster.running[name].pid
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)


def pull_cable(chaos: Chaos) -> None:
    """Take the carrier from a node's interface for a while."""
    name = chaos.random.choice(list(chaos.cluster.machines))
    seconds = chaos.random.uniform(0.05, 0.4)
    chaos.note(f"the cable of {name} is out for {seconds:.2f} seconds")
    with chaos.out(name):
        chaos.cluster.plug(name, "down")
        time.sleep(seconds)
        chaos.cluster.plug(name, "up")


def take_interface_down(chaos: Chaos) -> None:
    """Take a node's interface down for a while: the kernel drops all routes by it. Its agent has to run."""
    if chaos.dead:
        return pull_cable(chaos)
    name = chaos.random.choice(chaos.alive)
    chaos.note(f"the interface of {name} is down for a while")
    machine = chaos.cluster.machines[name]
    with chaos.out(name):
        machine.ip("link", "set", "eth0", "down")
        time.sleep(chaos.random.uniform(0, 0.3))
        machine.ip("link", "set", "eth0", "up")
    return None


def set_clock(chaos: Chaos) -> None:
    """Put the clock of an agent forward or back, by up to a year."""
    name = chaos.random.choice(list(chaos.cluster.machines))
    seconds = chaos.random.choice((-31_536_000, -86_400, -75, 75, 3600, 31_536_000))
    chaos.note(f"the clock of {name} is put to {seconds:+} seconds")
    chaos.cluster.clocks[name].put(seconds)


def lose_member(chaos: Chaos) -> None:
    """Kill -9 etcd's leader, or start it again."""
    chaos.lose_member()


def more_pods(chaos: Chaos) -> None:
    """Add a pod to a node, and take another one away, while etcd has a majority of its members."""
    if not chaos.alive:
        return
    name, pod = chaos.random.choice(chaos.alive), chaos.next_pod()
    chaos.note(f"{pod} comes to {name}")
    chaos.cluster.place_pod(name, pod)
    gone = [one for one, (node, _) in chaos.cluster.pods.items() if one.startswith("extra-") and node in chaos.alive]
    if len(gone) > 1:
        chosen = chaos.random.choice(gone)
        chaos.note(f"{chosen} goes")
        chaos.cluster.remove_pod(chosen)


def kill_while_pods_come(chaos: Chaos) -> None:
    """Kill -9 an agent while pods are being added to its node, and start it; what did not come is taken back."""
    if not chaos.converged:
        return
    name = chaos.random.choice(chaos.converged)
    pods = [chaos.next_pod() for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        coming = [threads.submit(chaos.cluster.place_pod, name, pod) for pod in pods]
        time.sleep(chaos.random.uniform(0, 0.15))
        chaos.end_agent(name, signal.SIGKILL)
        chaos.revive(name)
    for pod, one in zip(pods, coming, strict=True):
        if one.exception() is not None:
            chaos.note(f"{pod} did not come to {name}: {one.exception()}")
            chaos.cluster.delete_pod(name, pod)


def holes(replies: Replies) -> list[tuple[float, float]]:
    """Return when pings got no reply: the times of the replies before and after each hole."""
    numbers = sorted(replies.times)
    return [(replies.times[a], replies.times[b]) for a, b in itertools.pairwise(numbers) if b > a + 1]


def _end_one(chaos: Chaos, number: signal.Signals, names: list[str]) -> None:
    if names:
        chaos.end_agent(chaos.random.choice(names), number)
