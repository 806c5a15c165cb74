"""The same policies by iptables and ipset: a chain for each pod and each policy, a set for each set.

The chain of a pod is found by one rule for each interface, one after the other.
"""

import os
import subprocess
from collections.abc import Iterator
from typing import Final

from benchmarks._network_policy_rules import PORT
from bgpkit_node.policy.program import NodeProgram
from bgpkit_setup.daemons import Program, find_program
from bgpkit_setup.packages import read_packages
from bgpkit_setup.preparation import DAEMON_CACHE

_PATIENCE: Final = 60
_EMPTY: Final = "*filter\n:FORWARD ACCEPT\nCOMMIT\n"


class IptablesError(Exception):
    """The programs are not there or refuse; the message says why."""


class Iptables:
    """The rules of iptables in this process's network namespace."""

    def __init__(self) -> None:
        """Find the programs; IptablesError when they are not there."""
        self._restore = _program("iptables", "iptables-legacy-restore")
        self._ipset = _program("ipset", "ipset")

    def load(self, program: NodeProgram) -> None:
        """Bring the policies of the program into force, in the place of what there is."""
        self.clear()
        _run(self._ipset, "restore", given="\n".join([*_sets(program), ""]))
        _run(self._restore, given="\n".join([*_chains(program), ""]))

    def clear(self) -> None:
        """Take all away."""
        _run(self._restore, given=_EMPTY)
        _run(self._ipset, "destroy")


def _sets(program: NodeProgram) -> Iterator[str]:
    for name, found in program.sets.items():
        yield f"create {name} hash:net"
        yield from (f"add {name} {member}" for member in sorted(map(str, found.members)))


def _chains(program: NodeProgram) -> Iterator[str]:
    yield from ("*filter", ":FORWARD ACCEPT")
    pods = [each for each in program.endpoints.values() if each.ingress]
    yield from (f":{policy.name} -" for policy in program.policies)
    yield from (f":to-{pod.endpoint.interface} -" for pod in pods)
    yield "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    yield "-A FORWARD -m conntrack --ctstate INVALID -j DROP"
    yield from (f"-A FORWARD -o {pod.endpoint.interface} -j to-{pod.endpoint.interface}" for pod in pods)
    for pod in pods:
        policies = [policy for tier in pod.ingress for policy in tier.policies]
        yield from (f"-A to-{pod.endpoint.interface} -j {policy.name}" for policy in policies)
        yield f"-A to-{pod.endpoint.interface} -j DROP"
    for policy, rules in program.policies.items():
        for rule in rules.ingress:
            (chosen,) = rule.source.sets
            ports = f"-p {rule.protocol} --dport {PORT}"
            yield f"-A {policy.name} {ports} -m set --match-set {chosen} src -j ACCEPT"
    yield "COMMIT"


def _program(package_name: str, item: str) -> Program:
    package = next(package for package in read_packages() if package.name == package_name)
    found = find_program(package, item, DAEMON_CACHE)
    if found is None:
        raise IptablesError(f"the Debian package {package_name} is missing: make bench unpacks it")
    return found


def _run(program: Program, *words: str, given: str = "") -> None:
    extensions = [str(folder / "xtables") for folder in program.libraries if (folder / "xtables").is_dir()]
    environment = {**os.environ, **({"XTABLES_LIBDIR": extensions[0]} if extensions else {})}
    done = subprocess.run(
        program.argv(*words),
        input=given,
        text=True,
        capture_output=True,
        check=False,
        env=environment,
        timeout=_PATIENCE,
    )
    if done.returncode:
        raise IptablesError(f"{program.path.name}: {(done.stderr or done.stdout).strip()}")
