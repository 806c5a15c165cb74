"""A machine for container runtimes of others: a namespace, our agent, the executable and its configuration."""

import json
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast

from tests.integration.cni_node import NETWORK, CniNode
from tests.interop.container_image import copy_plugin, write_image
from tests.support.daemons import program
from tests.support.netns import Namespaces

PLUGINS: Final = "containernetworking-plugins"
CGROUP: Final = "bgpkit-pods"
"""In which runtimes put their containers."""


class CniMachine:
    """One machine; runtimes are started in its network namespace, and in the mounts of the test.

    ``ip netns exec`` would give a runtime mounts of its own, in which alone its pods' namespaces then stand.
    """

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Install the executable and its configuration, write the image and start the agent."""
        self.namespace = namespaces.node("machine")
        namespaces.segment().attach(self.namespace, "10.4.7.11/24", "fd00:4:7::11/64")
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.namespace.sysctl(key, 1)
        self.folder = folder
        self.node = CniNode(self.namespace, folder, python=str(_only_for_version(folder / "python")))
        self.bin = self.node.shim.parent
        self.conf = folder / "net.d"
        self.conf.mkdir()
        self.image = folder / "pause.tar"
        write_image(self.image, program("busybox-static", "/bin/busybox").path)
        self.node.start()

    @property
    def conflist(self) -> Path:
        """The configuration that runtimes find."""
        return self.conf / "10-bgpkit.conflist"

    def configure(self, version: str, *chained: Mapping[str, object], **keys: object) -> None:
        """Write the configuration: ours, with these ``keys``, and then the ``chained`` plugins of others."""
        ours = {"type": "bgpkit", "agent_socket": str(self.node.socket), "conflist": str(self.conflist), **keys}
        conflist = {"cniVersion": version, "name": NETWORK, "plugins": [ours, *chained]}
        self.conflist.write_text(json.dumps(conflist), encoding="utf-8")
        for plugin in ("loopback", *(str(entry["type"]) for entry in chained)):
            copy_plugin(self.bin, plugin_path(plugin))

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs a program in the machine's network."""
        return ["nsenter", f"--net={self.namespace.path}", *argv]

    def addresses(self) -> list[str]:
        """Return the addresses that are held."""
        held: list[Any] = [address for addresses in self.node.handles().values() for address in _list(addresses)]
        return sorted(map(str, held))

    def pod_routes(self) -> list[str]:
        """Return the addresses that the machine has a route to out of a pod's interface, of both families."""
        rows = [*self.namespace.ip_json("route"), *self.namespace.ip_json("-6", "route")]
        return sorted(row["dst"] for row in rows if row.get("dev", "").startswith("cali") and "/" not in row["dst"])

    def assert_empty(self) -> None:
        """Assert that no pod has left anything."""
        assert (self.addresses(), self.node.pod_links(), self.pod_routes()) == ([], [], [])


@contextmanager
def cni_machine(namespaces: Namespaces) -> Generator[CniMachine]:
    """Make a machine in a folder whose name is short, for sockets; stop its agent and remove the folder after."""
    folder = Path(tempfile.mkdtemp(prefix="bgpkit-cni-"))
    machine = None
    try:
        machine = CniMachine(namespaces, folder)
        yield machine
    finally:
        if machine is not None:
            machine.node.stop()
        shutil.rmtree(folder, ignore_errors=True)
        _remove_cgroups()


def plugin_path(name: str) -> Path:
    """Return where a plugin of Debian's is."""
    return program(PLUGINS, "/usr/lib/cni/bridge").path.with_name(name)


def _only_for_version(path: Path) -> Path:
    """Write an interpreter that fails every call but VERSION, which names no agent: the front hands all others over."""
    path.write_text(f'#!/bin/sh\n[ "$CNI_COMMAND" = VERSION ] && exec {sys.executable} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def _remove_cgroups() -> None:
    """Remove the cgroups of the runtimes, in each hierarchy or in the one that there is; one in use stays."""
    root = Path("/sys/fs/cgroup")
    for parent in (root, *root.iterdir()):
        for name in (f"{CGROUP}/conmon", CGROUP, "libpod_parent/conmon", "libpod_parent"):
            with suppress(OSError):
                (parent / name).rmdir()


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return list(cast(list[object], value))
