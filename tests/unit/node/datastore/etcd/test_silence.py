"""When the silence of an etcd is an outage, in virtual time."""

import asyncio

import grpc
from grpc.aio import AioRpcError, Metadata

from bgpkit_node.datastore.etcd.silence import BEARABLE, Silence
from bgpkit_node.errors import UnreachableError
from tests.support.virtual_time import run


def _error(details: str) -> AioRpcError:
    return AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), Metadata(), details=details)


def test_silence_is_unbearable_after_its_time_and_a_word_ends_it() -> None:
    """It counts from when the first question was asked that nobody answered, whoever asked it."""

    async def scene() -> None:
        silence, loop = Silence(), asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(3)
        silence.failed(_error("no sign of life"), began)
        await asyncio.sleep(BEARABLE - 3.1)
        silence.failed(_error("Deadline Exceeded"), loop.time() - 1)
        seen = [silence.is_unbearable]
        await asyncio.sleep(0.2)
        seen.append(silence.is_unbearable)
        silence.heard()
        seen.append(silence.is_unbearable)
        assert seen == [False, True, False]

    run(scene())


def test_an_error_of_etcds_own_is_a_word() -> None:
    """Members that elect a leader are there: they are waited for as long as any call waits."""

    async def scene() -> None:
        silence, loop = Silence(), asyncio.get_running_loop()
        silence.failed(_error("failed to connect to all addresses"), loop.time())
        await asyncio.sleep(BEARABLE)
        seen = [silence.is_unbearable]
        silence.failed(_error("etcdserver: no leader"), loop.time())
        assert [*seen, silence.is_unbearable] == [True, False]

    run(scene())


def test_what_was_told_is_said_again_for_some_seconds() -> None:
    """Then it is looked into anew, with time for an answer; each gets an error of its own."""

    async def scene() -> None:
        silence, loop = Silence(), asyncio.get_running_loop()
        silence.tell(UnreachableError("nothing was silent"))
        assert silence.sentence() is None
        silence.failed(_error("Socket closed"), loop.time())
        first = silence.tell(UnreachableError("etcd cannot be reached"))
        await asyncio.sleep(5)
        again = silence.sentence()
        assert isinstance(again, UnreachableError)
        assert again is not first
        assert (str(again), silence.told, silence.is_unbearable) == (str(first), True, True)
        await asyncio.sleep(6)
        assert (silence.sentence(), silence.told) == (None, False)

    run(scene())
