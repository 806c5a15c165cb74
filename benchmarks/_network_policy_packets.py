"""Traffic through a node to one of its pods: without rules, with ours, and with those of iptables, in turns."""

import json
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks._fib_place import ip, run
from benchmarks._network_policy_iptables import Iptables
from benchmarks._network_policy_rules import CLIENT, INTERFACE, POD, PORT, no_policies, program
from benchmarks._network_policy_traffic import Kind
from bgpkit_node.nft import Enforcer

NO_TABLE: Final = "no table"
EMPTY: Final = "our table, no policies"
_PATIENCE: Final = 60
_ARRIVED: Final = 0.99
_LINES: Final = (
    "link set lo up",
    "netns add client",
    "netns add pod",
    "link add eth0 type veth peer name eth0 netns client",
    f"link add {INTERFACE} type veth peer name eth0 netns pod",
    "addr add 10.4.7.1/24 dev eth0",
    "addr add 169.254.1.1/32 dev {interface}",
    "link set eth0 up",
    "link set {interface} up",
    f"route add {POD} dev {{interface}}",
    f"-n client addr add {CLIENT}/24 dev eth0",
    "-n client link set eth0 up",
    "-n client route add default via 10.4.7.1",
    f"-n pod addr add {POD}/32 dev eth0",
    "-n pod link set eth0 up",
    "-n pod route add 169.254.1.1 dev eth0",
    "-n pod route add default via 169.254.1.1",
)

Rates = dict[str, dict[Kind, list[float]]]
"""For each set of rules and each kind of traffic: packets or connections in a second, one figure a round."""


class TrafficError(Exception):
    """What was sent has not arrived; the message says where."""


@contextmanager
def machines() -> Generator[None]:
    """Make this namespace a node between a client and a pod that answers."""
    for line in _LINES:
        run(*line.format(interface=INTERFACE).split())
    for namespace in ("client", "pod"):
        run("-n", namespace, "link", "set", "lo", "up")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
    server = subprocess.Popen(_worker("pod", "serve", POD, str(PORT)), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        if server.stdout.readline().strip() != "ready":
            raise TrafficError("the pod does not answer")
        yield
    finally:
        server.kill()
        server.wait()


def rates(policies: int, rounds: int, seconds: float) -> Rates:
    """Measure every set of rules in every round, each time in another order."""
    found: Rates = {}
    with Enforcer() as enforcer:
        variants = dict(_variants(policies, enforcer, Iptables()))
        for number in range(rounds):
            names = list(variants)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                for kind, rate in _with_rules(variants[name], seconds):
                    found.setdefault(name, {}).setdefault(kind, []).append(rate)
    return {name: found[name] for name in variants}


def best(figures: dict[Kind, list[float]], kind: Kind) -> float:
    """Return the best of the rounds: what else the machine does only makes it slower."""
    return max(figures[kind])


_Rules = tuple[Callable[[], object], Callable[[], object]]
"""What brings rules into force, and what takes them away."""


def _variants(policies: int, enforcer: Enforcer, iptables: Iptables) -> Iterator[tuple[str, _Rules]]:
    yield NO_TABLE, (_nothing, _nothing)
    yield EMPTY, (partial(enforcer.enforce, no_policies()), enforcer.tear_down)
    for all_select in (False, True):
        given = program(policies, all_select=all_select)
        selecting = "all select the pod" if all_select else "ten select the pod"
        yield f"bgpkit, {selecting}", (partial(enforcer.enforce, given), enforcer.tear_down)
        yield f"iptables, {selecting}", (partial(iptables.load, given), iptables.clear)


def _nothing() -> None:
    """Do nothing."""


def _with_rules(rules: _Rules, seconds: float) -> Iterator[tuple[Kind, float]]:
    bring, clear = rules
    bring()
    try:
        for kind in Kind:
            yield kind, _rate(kind, seconds)
    finally:
        clear()


def _rate(kind: Kind, seconds: float) -> float:
    before = _sent_to_pod()
    words = _worker("client", kind.value, POD, str(PORT), str(seconds))
    answer = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    if answer.returncode:
        raise TrafficError(answer.stderr.strip().splitlines()[-1])
    told: dict[str, float] = json.loads(answer.stdout)
    arrived = _sent_to_pod() - before
    if arrived < _ARRIVED * told["count"]:
        raise TrafficError(f"of {told['count']:.0f} {kind.value}, {arrived} have come to the pod")
    return told["count"] / told["seconds"]


def _sent_to_pod() -> int:
    (link,) = json.loads(run("-j", "-s", "link", "show", "dev", INTERFACE))
    return int(link["stats64"]["tx"]["packets"])


def _worker(namespace: str, *words: str) -> list[str]:
    return [ip(), "netns", "exec", namespace, sys.executable, "-m", "benchmarks._network_policy_traffic", *words]
