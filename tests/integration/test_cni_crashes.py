"""The agent killed at every step of its work: nothing leaks past the runtime's next call."""

import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.cni import Code, request
from bgpkit_node.errors import CniError
from tests.integration.cni_node import ROOT
from tests.support.netns import Namespaces

pytestmark = pytest.mark.netns
CONFIG = {"cniVersion": "1.1.0", "name": "net", "type": "bgpkit", "ipam": {"assign_ipv6": True}}


class Crashing:
    """A node whose agents die as they are told, and one pod."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Start the program; an agent begins with ``agent``."""
        self.node, self.pod = namespaces.node("node"), namespaces.node("pod")
        namespaces.segment().attach(self.node, "10.4.7.11/24", "fd00:4:7::11/64")
        self._socket = folder / "agent.sock"
        program = [sys.executable, "-m", "tests.integration.cni_crasher", str(self._socket), str(folder / "datastore")]
        self._program = subprocess.Popen(
            self.node.command(["env", "-C", str(ROOT), *program]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def agent(self, last: int = 0) -> None:
        """Let an agent serve that dies before that step, in place of the one before."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(f"{last}\n")
        self._program.stdin.flush()
        assert self._program.stdout.readline() == "ready\n"

    def call(self, command: str, **keys: object) -> dict[str, Any]:
        """Make a CNI call for the pod; CniError when it fails."""
        environment = {
            "CNI_CONTAINERID": "c1",
            "CNI_NETNS": str(self.pod.path),
            "CNI_IFNAME": "eth0",
            "CNI_ARGS": "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web",
        }
        return self.ask("cni", command=command, env=environment, config={**CONFIG, **keys})

    def ask(self, name: str, **keys: object) -> dict[str, Any]:
        """Ask the agent something."""
        return request(self._socket, {"request": name, **keys})

    def left(self) -> dict[str, list[str]]:
        """Return the addresses that are taken, those of endpoints, and what the kernel holds of pods."""
        links = [row["ifname"] for row in self.node.ip_json("link") if row["ifname"].startswith("cali")]
        routes = [row for family in ("-4", "-6") for row in self.node.ip_json(family, "route")]
        held = self.ask("held")
        return {
            "addresses": [str(address) for address in held["held"]],
            "endpoints": [str(address) for address in held["endpoints"]],
            "links": links + [row["ifname"] for row in self.pod.ip_json("link") if row["ifname"] != "lo"],
            "routes": [row["dst"] for row in routes if str(row.get("dev", "")).startswith("cali")],
        }

    def close(self) -> None:
        """End the program and its agent."""
        self._program.communicate(timeout=20)


@pytest.fixture
def crashing(namespaces: Namespaces, tmp_path: Path) -> Generator[Crashing]:
    """Give such a node."""
    made = Crashing(namespaces, tmp_path)
    yield made
    made.close()


NOTHING: dict[str, list[str]] = {"addresses": [], "endpoints": [], "links": [], "routes": []}


def test_an_agent_killed_at_any_step_leaks_nothing(crashing: Crashing) -> None:
    """After the next GC, DEL or ADD no address, endpoint, interface or route is left of an ADD or DEL that was cut off.

    Every step of both is cut off once; the three ways to go on take turns.
    """
    crashing.agent()
    crashing.call("ADD")
    added = int(crashing.ask("steps")["steps"])
    crashing.call("DEL")
    deleted = int(crashing.ask("steps")["steps"]) - added
    assert crashing.left() == NOTHING
    cuts = [("ADD", step) for step in range(1, added + 1)] + [("DEL", step) for step in range(1, deleted + 1)]
    assert len(cuts) > 25
    leaks: list[str] = []
    for number, (command, step) in enumerate(cuts):
        if command == "DEL":
            crashing.agent()
            crashing.call("ADD")
        crashing.agent(step)
        with pytest.raises(CniError) as caught:
            crashing.call(command)
        assert caught.value.code == 11
        crashing.agent()
        going_on = ("GC", "DEL", "ADD")[number % 3]
        try:
            _go_on(crashing, going_on)
        except (AssertionError, CniError) as error:
            leaks.append(f"{command} cut off before step {step}, then {going_on}: {error}")
            crashing.call("GC", **{"cni.dev/valid-attachments": ()})
    assert not leaks


def _go_on(crashing: Crashing, going_on: str) -> None:
    """Make the runtime's next call, and assert that nothing is left but what an ADD has made."""
    match going_on:
        case "GC":
            crashing.call("GC", **{"cni.dev/valid-attachments": ()})
        case "DEL":
            crashing.call("DEL")
        case _:
            _add_anew(crashing)
            crashing.call("DEL")
    assert crashing.left() == NOTHING


def _add_anew(crashing: Crashing) -> None:
    """ADD succeeds, or where the first has made the pod's interface fails as a second ADD; after DEL it succeeds."""
    try:
        result = crashing.call("ADD")
    except CniError as error:
        if error.code != Code.INTERFACE_EXISTS:
            raise
        crashing.call("DEL")
        result = crashing.call("ADD")
    given = [str(each["address"]).partition("/")[0] for each in result["ips"]]
    left = crashing.left()
    assert sorted(left["addresses"]) == sorted(left["endpoints"]) == sorted(given)
    assert all(crashing.node.ping(address) for address in given)
