"""``bgpkit reflect`` with policies of a file: what they refuse is not counted, what they change goes out changed."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support import octets
from tests.support.processes import RunningProcess
from tests.support.scripted_peer import ScriptedPeer, eventually

OURS, ONE, TWO = "127.0.0.1", "127.0.0.2", "127.0.0.3"
POLICIES = """
[policies.clients]
default = "reject"

[[policies.clients.rules]]
match.prefix = ["10.0.0.0/8 le 24"]
set.local-pref = 222
then = "accept"
"""


class Reflector:
    """The command, running on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it listens."""
        self.count_file = folder / "count"
        (folder / "policies.toml").write_text(POLICIES)
        words = ["--listen", f"{OURS}:0", "--asn", "64512", "--router-id", "10.0.0.1", "--clients", "127.0.0.0/24"]
        words += [
            "--policy",
            f"{folder}/policies.toml",
            "--import-policy",
            "clients",
            "--count-file",
            f"{folder}/count",
        ]
        argv = [sys.executable, "-m", "bgpkit.command.main", "reflect", *words]
        self.process = RunningProcess(argv, folder / "reflector")
        self.process.wait_ready(lambda: "reflector.started" in self.process.words(), 60)
        self.port = int(self.process.words().partition("listen=")[2].split()[0].strip("'").rpartition(":")[2])

    def count(self) -> int:
        """Return the number in the file."""
        return int(self.count_file.read_text())

    async def client(self, address: str, identifier: str) -> ScriptedPeer:
        """Return a client whose session is up."""
        peer = await ScriptedPeer.dial(OURS, self.port, local=address)
        return await peer.handshake(64512, identifier)


@pytest.fixture
def reflector(tmp_path: Path) -> Generator[Reflector]:
    """Run the command."""
    running = Reflector(tmp_path)
    yield running
    running.process.stop()


async def test_an_import_policy_of_a_file_decides_what_clients_may_send(reflector: Reflector) -> None:
    """One route of two is taken, counted, and reflected with the local preference that the policy sets."""
    async with await reflector.client(ONE, "10.0.0.2") as one, await reflector.client(TWO, "10.0.0.3") as two:
        assert await two.routes() == {}
        await one.send(octets.update(octets.attributes(local_pref=100), "10.1.0.0/16", "192.0.2.0/24"))
        heard = await two.update()
        assert (heard.announced, heard.values[5]) == (("10.1.0.0/16",), (222).to_bytes(4, "big"))
        await eventually(lambda: reflector.count() == 1, "one prefix")
