"""The client: several caches, one table."""

import asyncio

import pytest

from bgpkit.errors import ConfigError
from bgpkit.rpki import RoaTable, RtrCache, RtrClient, RtrIntervals
from tests.support.leaks import open_sockets, other_tasks, pending_timers
from tests.support.scripted_peer import eventually
from tests.support.virtual_time import run
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE, TWO
from tests.unit.rpki.scripted_cache import BOTH, HOST, ScriptedCache

SHORT = RtrIntervals(refresh=20, retry=5, expire=60)


async def test_the_owner_hears_of_every_table_that_differs() -> None:
    """Each knows what differs from the one before it; without news nothing is told."""
    tables: list[RoaTable] = []
    async with ScriptedCache() as cache, RtrClient(HOST, cache.port, on_table=tables.append) as client:
        connection = await cache.accept()
        await connection.serve(*BOTH)
        await client.wait_synchronized()
        await connection.say(octets.notify(2))
        await connection.serve(serial=2)
        await connection.say(octets.notify(3))
        await connection.serve(ONE_GONE, serial=3)
        await eventually(lambda: len(tables) == 2, "two tables")
        assert list(map(len, tables)) == [2, 1]
        assert client.table is tables[1]
        known = tables[1].known_changes(tables[0])
        assert known is not None
        assert [str(prefix) for prefix in known.prefixes] == ["192.0.2.0/24"]


async def test_the_same_data_over_a_new_connection_is_no_news() -> None:
    """A cache that starts anew with what it had changes nothing, and the table is not held twice."""
    tables: list[RoaTable] = []
    async with ScriptedCache() as cache, RtrClient(HOST, cache.port, on_table=tables.append) as client:
        connection = await cache.accept()
        await connection.serve(*BOTH)
        await client.wait_synchronized()
        await connection.close()
        connection = await cache.accept()
        assert await connection.hear() == octets.serial_query(1)
        await connection.say(octets.cache_reset())
        await connection.serve(*BOTH, session=9)
        await eventually(lambda: client.status()[0].serving and client.status()[0].serial == 1, "the data again")
        assert tables == [client.table]
        await connection.say(octets.notify(2, 9))
        await connection.serve(ONE_GONE, serial=2, session=9)
        await eventually(lambda: len(tables) == 2, "a change")
        assert tables[1].known_changes(tables[0]) is not None


def test_data_that_nobody_renews_expires() -> None:
    """The table without it is published, once."""
    tables: list[RoaTable] = []

    async def prove() -> None:
        async with ScriptedCache() as cache:
            client = RtrClient(HOST, cache.port, on_table=tables.append, intervals=SHORT)
            client.start()
            connection = await cache.accept()
            await connection.serve(*BOTH)
            await client.wait_synchronized()
        await asyncio.sleep(55)
        assert len(client.table) == 2
        await asyncio.sleep(10)
        assert len(client.table) == 0
        await asyncio.sleep(200)
        await client.aclose()

    run(prove())
    assert list(map(len, tables)) == [2, 0]


async def test_the_next_cache_serves_while_the_best_fails() -> None:
    """And is left when the best one has sent all its data."""
    async with ScriptedCache() as second:
        async with ScriptedCache() as first:
            best = first.port
        async with RtrClient(HOST, best, others=[RtrCache(HOST, second.port)]) as client:
            connection = await second.accept()
            await connection.serve(ONE)
            await client.wait_synchronized()
            assert [status.serving for status in client.status()] == [False, True]
            assert "Connection refused" in client.status()[0].problem
            async with ScriptedCache(best) as first:
                better = await first.accept()
                assert len(client.table) == 1
                await better.serve(*BOTH)
                await eventually(lambda: len(client.table) == 2, "the data of the best cache")
                await connection.hear_end()
                assert [(status.serving, status.roas) for status in client.status()] == [(True, 2), (False, 0)]


def test_a_cache_is_tried_when_all_before_it_have_failed() -> None:
    """The third waits for the second, which has neither failed nor sent its data yet."""

    async def prove() -> None:
        async with ScriptedCache() as second, ScriptedCache() as third:
            async with ScriptedCache() as first:
                best = first.port
            others = [RtrCache(HOST, second.port), RtrCache(HOST, third.port)]
            async with RtrClient(HOST, best, others=others) as client:
                connection = await second.accept()
                await connection.hear()
                await asyncio.sleep(20)
                assert third.accepted == 0
                await connection.say(octets.report(2))
                await (await third.accept()).serve(*BOTH)
                await client.wait_synchronized()
                assert [status.serving for status in client.status()] == [False, False, True]

    run(prove())


async def test_old_data_is_used_until_another_cache_has_all() -> None:
    """When the best cache goes, its data stays until the next one has sent its own."""
    async with (
        ScriptedCache() as first,
        ScriptedCache() as second,
        RtrClient(HOST, first.port, others=[RtrCache(HOST, second.port)]) as client,
    ):
        await (await first.accept()).serve(*BOTH)
        await client.wait_synchronized()
        assert second.accepted == 0
        await first.__aexit__()
        connection = await second.accept()
        query = await connection.hear()
        await connection.say(octets.response(), TWO)
        assert (query, len(client.table)) == (octets.reset_query(), 2)
        await connection.say(octets.end(1))
        await eventually(lambda: len(client.table) == 1, "the data of the next cache")


async def test_an_owner_that_raises_is_told_again() -> None:
    """A fault of the owner's ends nothing."""
    told: list[int] = []

    def fail(table: RoaTable) -> None:
        told.append(len(table))
        raise RuntimeError("the owner's fault")

    async with ScriptedCache() as cache, RtrClient(HOST, cache.port, on_table=fail) as client:
        connection = await cache.accept()
        await connection.serve(*BOTH)
        await client.wait_synchronized()
        await connection.say(octets.notify(2))
        await connection.serve(ONE_GONE, serial=2)
        await eventually(lambda: told == [2, 1], "both tables")


async def test_nothing_is_left_after_the_close() -> None:
    """No socket, no task, no timer; closing twice does nothing, and a closed client does not start."""
    async with ScriptedCache() as cache:
        tasks, sockets = other_tasks(), open_sockets()
        async with RtrClient(HOST, cache.port, others=[RtrCache(HOST, 1)]) as client:
            connection = await cache.accept()
            await connection.serve(*BOTH)
            await client.wait_synchronized()
        await client.aclose()
        client.start()
        await connection.close()
        await eventually(lambda: open_sockets() == sockets, "no socket is left")
        assert other_tasks() <= tasks
        assert pending_timers() == []
        assert len(client.table) == 2


@pytest.mark.parametrize("pdus", [(octets.pdu(octets.RESPONSE),), (octets.response(), ONE)], ids=["asked", "loading"])
async def test_a_client_closes_in_the_middle(pdus: tuple[bytes, ...]) -> None:
    """Whatever the session is doing."""
    async with ScriptedCache() as cache:
        tasks = other_tasks()
        async with RtrClient(HOST, cache.port) as client:
            connection = await cache.accept()
            await connection.hear()
            await connection.say(*pdus)
        await connection.hear_end()
        assert other_tasks() <= tasks
        assert len(client.table) == 0


def test_what_cannot_be_is_refused() -> None:
    """ConfigError, before anything starts."""
    with pytest.raises(ConfigError, match="cache"):
        RtrClient("")
    with pytest.raises(ConfigError, match="expire"):
        RtrClient(HOST, others=[RtrCache(HOST)], intervals=RtrIntervals(expire=1))


async def test_a_large_table_leaves_the_loop_free() -> None:
    """Others get their turn many times while tens of thousands of records come in."""
    prefixes = [octets.prefix(f"10.{n >> 8}.{n & 255}.0/24", n) for n in range(60_000)]
    turns = 0
    async with ScriptedCache() as cache, RtrClient(HOST, cache.port) as client:
        connection = await cache.accept()
        serving = asyncio.create_task(connection.serve(*prefixes))
        while not len(client.table):
            turns += 1
            await asyncio.sleep(0)
        await serving
    assert len(client.table) == 60_000
    assert turns > 60
