"""A reader that gives what was heard before the connection broke."""

import asyncio

import pytest

from bgpkit.testing.ear import Ear


async def test_what_was_heard_comes_before_the_end() -> None:
    """Octets that arrived before the error are read, then there is an end."""
    ear = Ear()
    ear.feed_data(b"last words")
    ear.set_exception(ConnectionResetError())
    assert await ear.readexactly(10) == b"last words"
    assert await ear.read() == b""


async def test_with_nothing_heard_the_error_comes() -> None:
    """Also to who waits already."""
    ear = Ear()
    waiting = asyncio.create_task(ear.readexactly(1))
    await asyncio.sleep(0)
    ear.set_exception(ConnectionResetError())
    with pytest.raises(ConnectionResetError):
        await waiting
    with pytest.raises(ConnectionResetError):
        await ear.read()
