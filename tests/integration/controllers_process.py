"""The controllers as a process, beside a stand-in for Kubernetes' API and the real kubectl."""

import asyncio
import itertools
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.opening import bare_datastore
from bgpkit_node.datastore.settings import DatastoreSettings
from tests.integration.agents import command
from tests.support.kubernetes_api import Kubectl, KubernetesApiServer
from tests.support.processes import RunningProcess, wait_until

PATIENCE: Final = 40.0


class ControllersProcess:
    """One copy of the controllers."""

    _numbers = itertools.count(1)

    def __init__(self, server: KubernetesApiServer, folder: Path, where: Sequence[str]) -> None:
        """Start it; ``where`` are variables that say where the datastore is."""
        self._port = _free_port()
        words = ("--kubeconfig", str(server.kubeconfig(folder)), "--health-address", f"127.0.0.1:{self._port}")
        argv = ["env", *where, *command("controllers", *words)]
        self.process = RunningProcess(argv, folder / f"controllers-{next(self._numbers)}.log")

    def ask(self, path: str) -> tuple[int, str]:
        """Return the status and the text of an answer to a probe; 0 when there is none."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_ready(self) -> None:
        """Wait until it has read and copied everything."""
        self.process.wait_ready(lambda: self.ask("readiness")[0] == 200, PATIENCE)

    def wait_says(self, text: str) -> None:
        """Wait until its log holds a text."""
        wait_until(lambda: text in self.process.words(), f"the controllers saying {text}", PATIENCE)

    def metric(self, line: str) -> float:
        """Return the value of a metric, given as Prometheus writes it; 0 when it is not there."""
        found = [row for row in self.ask("metrics")[1].splitlines() if row.startswith(f"{line} ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0


class Kubernetes:
    """The API's stand-in, and kubectl."""

    def __init__(self, folder: Path) -> None:
        """Serve an API that has nothing but a namespace."""
        self.server = KubernetesApiServer(folder)
        self.kubectl = Kubectl(self.server, folder)
        self.kubectl.apply("{apiVersion: v1, kind: Namespace, metadata: {name: default}}")


def revisions(settings: DatastoreSettings, prefix: str = "/calico/resources/") -> dict[str, int]:
    """Return the revision of each resource (or of what is below another prefix) by key: every write gives another."""

    async def read() -> dict[str, int]:
        async with bare_datastore(settings) as datastore:
            _, found = await datastore.list(prefix)
            return {each.key: each.revision for each in found}

    return asyncio.run(read())


def first_values(settings: DatastoreSettings, prefix: str, after: int) -> list[bytes]:
    """Return the values of the first transaction after a revision that wrote below a prefix, once there is one."""

    async def read() -> list[bytes]:
        async with bare_datastore(settings) as datastore, asyncio.timeout(PATIENCE):
            batch = await anext(datastore.watch(prefix, after))
            return [event.value for event in batch if event.value is not None]

    return asyncio.run(read())


def sqlite_variables(path: Path) -> list[str]:
    """Return the variables that say that the datastore is a file."""
    return [f"BGPKIT_NODE_DATASTORE={path}", f"HOME={os.environ.get('HOME', '/root')}"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
