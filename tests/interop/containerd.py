"""containerd, called as a kubelet calls it: the Container Runtime Interface over its socket."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import grpc

from tests.interop.cni_machine import CGROUP, CniMachine
from tests.interop.container_image import NAME
from tests.interop.podman import runc
from tests.interop.protobuf import Message, decode, encode, entries, text
from tests.support.daemons import program
from tests.support.processes import RunningProcess

_CONFIGURATION: Final = """\
version = 2
root = "{folder}/data"
state = "{folder}/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
]
[grpc]
address = "{folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{image}"
restrict_oom_score_adj = true
disable_tcp_service = true
stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{bin}"
conf_dir = "{conf}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "{runc}"
"""
_PATIENCE: Final = 30.0


class Containerd:
    """containerd on a machine; the image is loaded once it is made."""

    def __init__(self, machine: CniMachine) -> None:
        """Start it in the machine's network and wait until its network is ready."""
        folder = self._folder = machine.folder / "containerd"
        folder.mkdir()
        self._daemon = program("containerd", "containerd")
        self._configs: dict[str, Message] = {}
        configuration = _CONFIGURATION.format(
            folder=folder, image=NAME, bin=machine.bin, conf=machine.conf, runc=runc()
        )
        (folder / "config.toml").write_text(configuration, encoding="utf-8")
        search = os.pathsep.join([str(self._daemon.path.parent), os.environ["PATH"], "/usr/sbin", "/sbin"])
        argv = self._daemon.argv("-c", str(folder / "config.toml"))
        self._process = RunningProcess(machine.command(["env", f"PATH={search}", *argv]), folder / "log")
        self._channel = grpc.insecure_channel(f"unix:{folder}/containerd.sock")
        try:
            self._process.wait_ready(self._is_ready, _PATIENCE)
            self._load(machine)
        except AssertionError:
            self.stop()
            raise

    def run_pod(self, name: str, annotations: Mapping[str, str] | None = None) -> str:
        """Start a pod of the namespace default with one container that sleeps; return the pod's id."""
        config: Message = {
            1: {1: name, 2: f"uid-{name}", 3: "default"},
            7: entries(annotations or {}),
            8: {1: f"/{CGROUP}"},
        }
        pod = text(self._ask("RunPodSandbox", {1: config}), 1)
        self._configs[pod] = config
        return pod

    def start_container(self, pod: str) -> str:
        """Start a container that sleeps in a pod and return its id."""
        container: Message = {1: {1: "main"}, 2: {1: NAME}, 3: ["/bin/sleep", "1000"]}
        created = self._ask("CreateContainer", {1: pod, 2: container, 3: self._configs[pod]})
        self._ask("StartContainer", {1: text(created, 1)})
        return text(created, 1)

    def addresses(self, pod: str) -> list[str]:
        """Return the addresses that containerd tells of a pod, the first family's first."""
        network = decode(_message(self._ask("PodSandboxStatus", {1: pod}), 1))[5][0]
        assert isinstance(network, bytes)
        more = [text(each, 1) for each in decode(network).get(2, []) if isinstance(each, bytes)]
        return [text(network, 1), *more]

    def execute(self, container: str, *argv: str) -> str:
        """Run a command in a container and return its words."""
        return text(self._ask("ExecSync", {1: container, 2: argv, 3: 10}), 1)

    def stop_pod(self, pod: str) -> None:
        """End a pod: its network goes."""
        self._ask("StopPodSandbox", {1: pod})

    def remove_pod(self, pod: str) -> None:
        """Remove a pod that was stopped."""
        self._ask("RemovePodSandbox", {1: pod})
        del self._configs[pod]

    def stop(self) -> None:
        """End containerd, and first the pods that are left."""
        with suppress(grpc.RpcError):
            for pod in tuple(self._configs):
                self.stop_pod(pod)
                self.remove_pod(pod)
        self._channel.close()
        self._process.stop()

    def _ask(self, method: str, request: Message) -> bytes:
        call = self._channel.unary_unary(
            f"/runtime.v1.RuntimeService/{method}",
            request_serializer=_as_they_are,
            response_deserializer=_as_they_are,
        )
        answer: bytes = call(encode(request), timeout=_PATIENCE)
        return answer

    def _is_ready(self) -> bool:
        try:
            status = _message(self._ask("Status", {}), 1)
        except grpc.RpcError:
            return False
        conditions = [decode(each) for each in decode(status).get(1, []) if isinstance(each, bytes)]
        return all(condition.get(2) == [1] for condition in conditions)

    def _load(self, machine: CniMachine) -> None:
        client = program("containerd", "ctr")
        words = client.argv("-a", f"{self._folder}/containerd.sock", "-n", "k8s.io", "images", "import")
        answer = subprocess.run(
            [*words, str(machine.image)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr


def _as_they_are(octets: bytes) -> bytes:
    return octets


def _message(octets: bytes, number: int) -> bytes:
    (value, *_) = decode(octets)[number]
    assert isinstance(value, bytes)
    return value
