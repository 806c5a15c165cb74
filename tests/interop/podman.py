"""podman with its CNI backend, in folders of its own."""

import os
import subprocess
from pathlib import Path
from typing import Final

from tests.integration.cni_node import NETWORK
from tests.interop.cni_machine import CGROUP, CniMachine, plugin_path
from tests.interop.container_image import NAME
from tests.support.daemons import program

_CONTAINERS: Final = """\
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
[network]
network_backend = "cni"
cni_plugin_dirs = ["{bin}", "{plugins}"]
network_config_dir = "{conf}"
default_network = "{network}"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
conmon_path = ["{conmon}"]
[engine.runtimes]
runc = ["{runc}"]
"""
_STORAGE: Final = """\
[storage]
driver = "{driver}"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""
_POLICY: Final = '{"default": [{"type": "insecureAcceptAnything"}]}'


class Podman:
    """podman on a machine; its image is loaded once it is made."""

    def __init__(self, machine: CniMachine) -> None:
        """Write its configuration and load the image."""
        self._machine = machine
        folder = self._folder = machine.folder / "podman"
        folder.mkdir()
        self._program = program("podman", "podman")
        conmon = self._program.path.with_name("conmon")
        text = _CONTAINERS.format(
            bin=machine.bin,
            plugins=plugin_path("bridge").parent,
            conf=machine.conf,
            network=NETWORK,
            conmon=conmon if conmon.exists() else "/usr/bin/conmon",
            runc=runc(),
        )
        (folder / "containers.conf").write_text(text, encoding="utf-8")
        (folder / "storage.conf").write_text(_STORAGE.format(driver="overlay", folder=folder), encoding="utf-8")
        (folder / "policy.json").write_text(_POLICY, encoding="utf-8")
        self.ask("load", "--signature-policy", str(folder / "policy.json"), "-q", "-i", str(machine.image))

    def run(self, name: str, *options: str) -> None:
        """Start a container that sleeps."""
        own = ["--name", name, "--cgroup-parent", f"/{CGROUP}", "--network", NETWORK]
        self.ask("run", "-d", *own, *options, NAME)

    def inside(self, name: str, *argv: str) -> str:
        """Run a command in a container and return its words."""
        return self.ask("exec", name, *argv)

    def remove(self, *names: str) -> None:
        """Kill and remove containers."""
        self.ask("rm", "-f", "-t", "0", *names)

    def remove_all(self) -> None:
        """Kill and remove what is left."""
        self.ask("rm", "-f", "-a", "-t", "0")

    def ask(self, *words: str) -> str:
        """Run podman, which has to succeed, and return its words."""
        own = ["--root", str(self._folder / "graph"), "--runroot", str(self._folder / "run")]
        argv = self._machine.command(self._program.argv(*own, "--tmpdir", str(self._folder / "tmp"), *words))
        environment = {
            "PATH": os.environ["PATH"] + os.pathsep + "/usr/sbin:/sbin",
            "HOME": str(self._folder),
            "CONTAINERS_CONF": str(self._folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self._folder / "storage.conf"),
        }
        answer = subprocess.run(
            argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )
        assert answer.returncode == 0, f"podman {' '.join(words)}\n{answer.stdout}{answer.stderr}"
        return answer.stdout


def runc() -> Path:
    """Return where runc is: beside the containerd that was unpacked, or on the machine."""
    beside = program("containerd", "containerd").path.parents[1] / "sbin" / "runc"
    return beside if beside.exists() else Path("/usr/sbin/runc")
