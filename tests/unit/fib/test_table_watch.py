"""The task that follows a table: when it reads anew, in which order it heeds, how it ends. In virtual time."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bgpkit.errors import FibError
from bgpkit.fib.followed_table import FollowedTable
from bgpkit.fib.table_watch import TableWatch
from tests.support import virtual_time
from tests.unit.fib.model_reader import STATIC, ModelReader, notice, row, through


class Rig:
    """A watch over a model, and how often it has asked for a comparison."""

    def __init__(self) -> None:
        """Start with one route."""
        self.reader = ModelReader(row("10.1.0.0/16"))
        self.table = FollowedTable(frozenset({STATIC}))
        self.compared = 0
        self.cost = 0.0
        self.watch = TableWatch(self.reader, self.table, self.compare, check_interval=300, name="test")

    async def compare(self) -> None:
        """Count, take what has changed, and use time."""
        self.compared += 1
        self.table.changes()
        await asyncio.sleep(self.cost)

    def keys(self) -> int:
        """Return how many prefixes are known."""
        return len(self.table.tables[32].keys())


async def pause(seconds: float = 0.06) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


def test_a_route_that_ends_by_itself_is_gone_when_its_time_is_over() -> None:
    """The kernel tells of it late, by its next cleaning; until then a dump shows it as over."""

    async def main() -> None:
        rig = Rig()
        key, protocol, (form,) = row("10.2.0.0/16")
        rig.reader.routes.append((key, protocol, (form._replace(expires=5),)))
        await rig.watch.start()
        await pause(4.9)
        assert (rig.keys(), rig.reader.dumps) == (2, 1)
        rig.reader.routes[-1] = key, protocol, (form._replace(expires=-1),)
        await pause(0.2)
        assert (rig.keys(), rig.reader.dumps) == (1, 2)
        rig.reader.routes.pop()
        ending = row("10.3.0.0/16")
        rig.reader.add((ending[0], ending[1], (ending[2][0]._replace(expires=7),)))
        await pause(6.9)
        assert (rig.keys(), rig.reader.dumps) == (2, 2)
        rig.reader.routes.pop()
        await pause(0.3)
        assert (rig.keys(), rig.reader.dumps) == (1, 3)
        await rig.watch.close()

    virtual_time.run(main())


def test_a_swarm_of_notices_is_one_comparison() -> None:
    """Some 50 ms later; what costs time is followed by a rest of four times as long."""

    async def main() -> None:
        rig = Rig()
        await rig.watch.start()
        assert (rig.keys(), rig.reader.watches_next_hops) == (1, True)
        await pause()
        rig.compared, rig.cost = 0, 0.1
        for number in range(3):
            rig.reader.add(row(f"10.{number + 2}.0.0/16"))
        await pause(0.04)
        assert rig.compared == 0
        await pause(0.02)
        assert (rig.compared, rig.keys(), rig.reader.dumps) == (1, 4, 1)
        rig.reader.add(row("10.9.0.0/16"))
        await pause(0.4)
        assert rig.compared == 1
        await pause(0.1)
        assert rig.compared == 2
        await rig.watch.close()

    virtual_time.run(main())


def test_doubt_is_followed_by_a_dump_before_the_comparison() -> None:
    """And so are lost notices, and the end of the interval."""

    async def main() -> None:
        rig = Rig()
        await rig.watch.start()
        rig.reader.routes.clear()
        rig.reader.tell(lost=True)
        await pause()
        assert (rig.keys(), rig.reader.dumps) == (0, 2)
        rig.reader.routes.append(row("10.1.0.0/16"))
        await pause(299)
        assert (rig.keys(), rig.reader.dumps) == (0, 2)
        await pause(2)
        assert (rig.keys(), rig.reader.dumps) == (1, 3)
        await rig.watch.close()

    virtual_time.run(main())


def test_what_is_told_while_the_table_is_read_is_heeded_after_it_in_its_order() -> None:
    """Many notices, of which the last come while the first are heeded again; a loss asks for another reading."""

    async def main() -> None:
        rig = Rig()
        await rig.watch.start()
        many = [notice(f"20.{number >> 8}.{number & 255}.0/24") for number in range(1000)]
        gone = [each._replace(present=False) for each in many]

        def disturb() -> None:
            rig.reader.between_pages = lambda: None
            rig.reader.tell(*many)
            asyncio.get_running_loop().call_later(0.0, rig.reader.tell, *gone)

        rig.reader.between_pages = disturb
        rig.reader.tell(lost=True)
        await pause(0.2)
        assert (rig.keys(), rig.reader.dumps, rig.table.doubtful) == (1, 2, False)
        rig.reader.between_pages = lambda: rig.reader.tell(lost=rig.reader.dumps == 3)
        rig.reader.tell(lost=True)
        await pause(2)
        assert (rig.reader.dumps, rig.table.doubtful) == (4, False)
        await rig.watch.close()

    virtual_time.run(main())


def test_a_table_that_cannot_be_read_is_read_a_second_later() -> None:
    """With a line in the log."""

    async def main() -> None:
        rig = Rig()
        await rig.watch.start()
        rig.reader.unreadable = True
        with capture_logs() as lines:
            rig.reader.add(row("10.1.0.0/16", through(gateway="10.0.0.3")))  # where among two it stands is not told
            await pause(0.5)
        assert [line["event"] for line in lines] == ["fib.test_unread"]
        rig.reader.unreadable = False
        await pause(1)
        assert (rig.table.doubtful, len(list(rig.table.tables[32].routes(row("10.1.0.0/16")[0])))) == (False, 2)
        await rig.watch.close()

    virtual_time.run(main())


def test_where_the_first_reading_fails_all_is_closed() -> None:
    """And a second close does nothing."""

    async def main() -> None:
        rig = Rig()
        rig.reader.unreadable = True
        with pytest.raises(FibError):
            await rig.watch.start()
        assert rig.reader.closed
        await rig.watch.close()

    virtual_time.run(main())


def test_a_kernel_that_is_not_heard_any_more_is_logged() -> None:
    """What was known stays."""

    async def main() -> None:
        rig = Rig()
        await rig.watch.start()
        rig.reader.deaf = True
        with capture_logs() as lines:
            rig.reader.tell()
            await pause()
        assert [(line["event"], line["errno"]) for line in lines] == [("fib.test_lost", 9)]
        assert rig.keys() == 1
        await rig.watch.close()

    virtual_time.run(main())
