"""The driver of the machine of one cache."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bgpkit.rpki import RtrCache, RtrState
from bgpkit.rpki.machine import RtrMachine
from bgpkit.rpki.session import LONGEST_DELAY, RtrSession
from tests.support.leaks import open_sockets, other_tasks, pending_timers
from tests.support.scripted_peer import eventually
from tests.support.virtual_time import run
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE
from tests.unit.rpki.scripted_cache import BOTH, HOST, ScriptedCache


@asynccontextmanager
async def running(port: int, tls: ssl.SSLContext | None = None) -> AsyncGenerator[RtrSession]:
    """Run a session with the cache of a port."""
    session = RtrSession(RtrCache(HOST, port, tls), RtrMachine, lambda: None)
    session.start()
    try:
        yield session
    finally:
        await session.stop()


async def test_data_is_loaded_and_followed() -> None:
    """A Reset Query, then a Serial Query for each Serial Notify."""
    async with ScriptedCache() as cache, running(cache.port) as session:
        connection = await cache.accept()
        assert await connection.serve(*BOTH) == octets.reset_query()
        await eventually(lambda: session.fresh, "all data")
        assert session.table is not None
        assert len(session.table) == 2
        await connection.say(octets.notify(2))
        assert await connection.serve(ONE_GONE, serial=2) == octets.serial_query(1)
        await eventually(lambda: session.machine.serial == 2, "the change")
        assert len(session.table) == 1


async def test_an_error_report_reaches_the_cache() -> None:
    """The connection ends without a reset, which could take it back, although much behind the fault was not read."""
    async with ScriptedCache() as cache, running(cache.port) as session:
        connection = await cache.accept()
        await connection.hear()
        await connection.say(octets.response(), ONE, ONE, *(ONE for _ in range(30_000)))
        answer = await connection.hear()
        assert (answer[1], answer[3], answer[12:32]) == (octets.REPORT, 7, ONE)
        assert await connection.reader.read() == b""
        await connection.close()
        await eventually(lambda: "is held already" in session.problem, "the reason")
        assert session.failed


def test_the_time_between_attempts_grows_up_to_a_minute() -> None:
    """One second, two, four: a cache that is away is not hammered; data that comes starts it anew."""

    async def prove() -> None:
        async with ScriptedCache() as cache:
            port = cache.port
        loop = asyncio.get_running_loop()
        async with running(port) as session:
            await asyncio.sleep(1 + 2 + 4 + 8 + 16 + 32 + 0.5)
            assert session.failed
            assert "Connection refused" in session.problem
            async with ScriptedCache(port) as cache:
                began = loop.time()
                connection = await cache.accept(2 * LONGEST_DELAY)
                assert LONGEST_DELAY - 2 < loop.time() - began < LONGEST_DELAY + 2
                await connection.serve(*BOTH)
                await eventually(lambda: session.fresh, "all data")
                assert (session.failed, session.problem) == (False, "")
                await connection.close()
                began = loop.time()
                await cache.accept()
                assert loop.time() - began < 2

    run(prove())


def test_a_cache_without_a_word_is_left_after_a_minute() -> None:
    """The connection is closed, and another one opened."""

    async def prove() -> None:
        async with ScriptedCache() as cache, running(cache.port) as session:
            connection = await cache.accept()
            await connection.hear()
            await asyncio.sleep(60)
            await connection.hear_end()
            assert session.problem == "the cache has said nothing for 60 seconds"
            await cache.accept()

    run(prove())


def test_a_cache_that_had_no_data_is_asked_again() -> None:
    """Over the same connection, after the retry interval."""

    async def prove() -> None:
        async with ScriptedCache() as cache, running(cache.port) as session:
            connection = await cache.accept()
            await connection.hear()
            await connection.say(octets.report(2))
            await eventually(lambda: session.machine.state is RtrState.WAITING, "no data")
            assert session.problem == "the cache has no data"
            began = asyncio.get_running_loop().time()
            for _ in range(25):
                await asyncio.sleep(25)
            assert await connection.serve(*BOTH) == octets.reset_query()
            await eventually(lambda: session.fresh, "all data")
            assert asyncio.get_running_loop().time() - began >= 600
            assert cache.accepted == 1

    run(prove())


async def test_an_older_version_is_spoken_at_once() -> None:
    """A cache that wants version 0 gets its query without waiting."""
    async with ScriptedCache() as cache, running(cache.port) as session:
        connection = await cache.accept()
        query = await connection.hear()
        await connection.say(octets.report(4, query, version=0))
        began = asyncio.get_running_loop().time()
        connection = await cache.accept()
        assert await connection.hear() == octets.reset_query(version=0)
        assert asyncio.get_running_loop().time() - began < 0.9
        await connection.say(octets.response(version=0), octets.end_of_version_0(1))
        await eventually(lambda: session.fresh, "all data")


async def test_tls_is_spoken_when_it_is_asked_for() -> None:
    """The first octets are those of a ClientHello, and a cache that answers otherwise is left."""
    async with ScriptedCache() as cache, running(cache.port, ssl.create_default_context()) as session:
        connection = await cache.accept()
        assert (await connection.reader.readexactly(6))[::5] == b"\x16\x01"
        await connection.say(octets.response())
        await eventually(lambda: session.failed, "the failure")
        assert "cannot connect" in session.problem


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "Connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "[SSL] wrong version number"),
        (OSError("Multiple exceptions"), "Multiple exceptions"),
        (TimeoutError(), "no answer"),
    ],
)
async def test_the_reason_of_a_failure_is_told_in_words(
    error: OSError, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system, the resolver or TLS says of it."""

    async def fail(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(asyncio, "open_connection", fail)
    async with running(1) as session:
        await eventually(lambda: session.failed, "the failure")
        assert session.problem == f"cannot connect: {words}"


async def test_nothing_is_left_behind() -> None:
    """After the stop there is no socket, no task and no timer; the data is gone, and a new start loads it again."""
    async with ScriptedCache() as cache:
        tasks, sockets = other_tasks(), open_sockets()
        async with running(cache.port) as session:
            connection = await cache.accept()
            await connection.serve(*BOTH)
            await eventually(lambda: session.fresh, "all data")
            assert session.running
        assert (session.table, session.running, session.fresh) == (None, False, False)
        await connection.hear_end()
        await connection.close()
        await eventually(lambda: open_sockets() == sockets, "no socket is left")
        assert other_tasks() <= tasks
        assert pending_timers() == []
        session.start()
        connection = await cache.accept()
        assert await connection.hear() == octets.reset_query()
        await session.stop()
