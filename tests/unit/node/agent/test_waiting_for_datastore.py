"""An agent waits for a datastore that does not answer, and for nothing else."""

import asyncio
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.agent.status import service_status
from bgpkit_node.agent.waiting_for_datastore import READER, lived
from bgpkit_node.errors import DatastoreError, UnreachableError
from bgpkit_node.health import readiness
from bgpkit_node.running import RunningNode
from tests.support.virtual_time import run

GONE = "etcd cannot be reached: https://10.4.7.11:2379 refuses connections"


class Notice(ServiceNotice):
    """A service manager that remembers."""

    def __init__(self) -> None:
        """Have heard nothing."""
        super().__init__()
        self.heard: list[str] = []

    def _send(self, message: str) -> None:
        self.heard.append(message)


@dataclass
class Waiting:
    """An agent, and the ends that its lives come to, in order; None is a good one."""

    ends: list[Exception | None]
    running: RunningNode = field(default_factory=lambda: RunningNode(name="a"))
    notice: Notice = field(default_factory=Notice)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    lives: int = 0

    async def life(self) -> None:
        """Come to the next end."""
        self.lives += 1
        end = self.ends.pop(0)
        if end is not None:
            raise end
        self.running.outages.over(READER)

    async def wait(self) -> None:
        """Live until a good end, the stop, or another error."""
        await lived(self.life, self.running, self.notice, self.stop)


def test_it_waits_until_the_datastore_answers_and_says_so_once() -> None:
    """The log has a line when it begins and one when it is over; the manager is told each time how long it may take."""

    async def prove() -> None:
        waiting = Waiting([*[UnreachableError(GONE)] * 8, None])
        began = asyncio.get_running_loop().time()
        with capture_logs() as told:
            await waiting.wait()
        assert waiting.lives == 9
        assert 10 < asyncio.get_running_loop().time() - began < 40
        assert [line["event"] for line in told] == ["datastore.unreachable", "datastore.reachable_again"]
        assert told[0]["reason"] == GONE
        assert waiting.notice.heard.count(f"STATUS=starting; {GONE}") == 1
        extensions = [word for word in waiting.notice.heard if word.startswith("EXTEND_TIMEOUT_USEC=")]
        assert len(extensions) == 8
        assert all(int(word.partition("=")[2]) >= 60_000_000 for word in extensions)

    run(prove())


def test_while_it_waits_it_is_not_ready_and_says_why() -> None:
    """To probes, and in its line of status."""

    async def prove() -> None:
        waiting = Waiting([UnreachableError(GONE)])
        task = asyncio.create_task(waiting.wait())
        await asyncio.sleep(0)
        running = waiting.running
        assert readiness(running, running.started) == f"the agent is starting; {GONE}"
        assert service_status(running) == f"starting; {GONE}"
        waiting.stop.set()
        await task
        assert waiting.lives == 1

    run(prove())


def test_what_does_not_pass_by_itself_ends_it() -> None:
    """A wrong password, a schema that is newer: one sentence, now or after an outage."""

    async def prove() -> None:
        for before in ([], [UnreachableError(GONE)]):
            waiting = Waiting([*before, DatastoreError("refuses the password")])
            with pytest.raises(DatastoreError, match="refuses the password"):
                await waiting.wait()
            assert waiting.lives == len(before) + 1

    run(prove())


def test_nothing_begins_after_the_stop() -> None:
    """Not once."""

    async def prove() -> None:
        waiting = Waiting([])
        waiting.stop.set()
        await waiting.wait()
        assert waiting.lives == 0

    run(prove())
