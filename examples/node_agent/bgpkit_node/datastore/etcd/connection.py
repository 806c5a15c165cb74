"""Calls to an etcd cluster: several endpoints of which some may be dead, a token that may end, and patience."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

import grpc
from grpc.aio import AioRpcError, Channel, StreamStreamCall

from bgpkit_node.datastore.etcd.channels import open_channel, settled
from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.datastore.etcd.diagnosis import in_its_words, may_pass, why_unreachable
from bgpkit_node.datastore.etcd.messages import AUTHENTICATE, AuthenticateRequest, Method
from bgpkit_node.datastore.etcd.patience import Patience
from bgpkit_node.datastore.etcd.protobuf import decoder, encoder
from bgpkit_node.datastore.etcd.refusals import Remedy, remedy, sentence
from bgpkit_node.datastore.etcd.silence import ONCE_KNOWN, Silence
from bgpkit_node.datastore.settings import EtcdSettings
from bgpkit_node.errors import DatastoreError, UnreachableError

Q = TypeVar("Q")
A = TypeVar("A")

ATTEMPT: Final = 3.0
"""Seconds that one endpoint has to answer."""
_OPENING: Final = 5.0
_GRACE: Final = 0.3
_PAUSE: Final = 0.1
_RENEWALS: Final = 5


class EtcdConnection:
    """One connection to each endpoint of a cluster; calls go to the first that answers, and stay there."""

    def __init__(self, settings: EtcdSettings, credentials: Credentials, warn: Callable[[str], None]) -> None:
        """Prepare; ``warn`` is called with a sentence for each endpoint that is dead when others are not."""
        self.closed = asyncio.Event()
        self.patience = Patience()
        self.silence = Silence()
        self._settings = settings
        self._credentials = credentials
        self._warn = warn
        self._channels = {url: open_channel(url, credentials) for url in settings.endpoints}
        self._order = list(settings.endpoints)
        self._token = ""
        self._authenticating = asyncio.Lock()

    async def open(self) -> None:
        """Wait until one endpoint can be used and get a token if need be; DatastoreError when none can."""
        states = {url: asyncio.create_task(settled(channel)) for url, channel in self._channels.items()}
        try:
            ready = await _first_ready(states)
            if not ready:
                raise await self._unreachable()
            chosen = ready[secrets.randbelow(len(ready))]
            self._order = [
                chosen,
                *(url for url in ready if url != chosen),
                *(u for u in self._order if u not in ready),
            ]
            for url in self._order[len(ready) :]:
                self._warn(f"etcd's endpoint {url} {await why_unreachable(url, self._credentials)}")
        finally:
            for task in states.values():
                task.cancel()
        await self._authenticate("")

    @property
    def endpoint(self) -> str:
        """The endpoint that is asked at present."""
        return self._order[0]

    async def call(self, method: Method[Q, A], question: Q) -> A:
        """Ask and return the answer; asks again, elsewhere, while it can be hoped that this helps.

        What is asked may be carried out more than once. Where all endpoints are silent that is hoped for six seconds,
        and no longer once that has been told. Raises DatastoreError.
        """
        tried, words, loop = 0, "", asyncio.get_running_loop()
        try:
            async with self.patience.bounded():
                while True:
                    endpoint, token, asked = self.endpoint, self._token, loop.time()
                    try:
                        answer = await self._ask(self._channels[endpoint], method, question, token)
                    except AioRpcError as error:
                        await self.recover(endpoint, token, error, tried, asked)
                        words = error.details() or words
                    else:
                        self.silence.heard()
                        return answer
                    tried += 1
                    if tried % len(self._order) == 0:
                        if self.silence.is_unbearable:
                            break
                        await asyncio.sleep(_PAUSE)
        except TimeoutError:
            raise await self._unreachable(words) from None
        raise await self._unreachable(words)

    async def recover(self, endpoint: str, token: str, error: AioRpcError, tried: int, asked: float) -> None:
        """Do what can be done about an error of ``endpoint``, so that it may be asked again; otherwise raise it.

        ``tried`` is how often that was done already: fresh tokens do not help for ever. ``asked`` is since when, in
        the time of the event loop, the endpoint was waited for.
        """
        if self.closed.is_set():
            raise DatastoreError("datastore etcd is closed") from error
        self.silence.failed(error, asked)
        match remedy(error):
            case Remedy.ELSEWHERE:
                self.leave(endpoint)
            case Remedy.AUTHENTICATE if self._settings.username and tried < _RENEWALS:
                await self._authenticate(token)
            case _:
                raise sentence(endpoint, error) from error

    def leave(self, endpoint: str) -> None:
        """Ask another endpoint from now on, unless that has been decided already."""
        if endpoint == self.endpoint:
            self._order.append(self._order.pop(0))

    @asynccontextmanager
    async def stream(self, method: Method[Q, A]) -> AsyncGenerator[tuple[str, str, StreamStreamCall[Q, A]], None]:
        """Open a stream to the present endpoint; gives endpoint, token and stream, which ends with the context.

        An endpoint that has lost its leader ends it.
        """
        endpoint, token = self.endpoint, self._token
        opened = self._channels[endpoint].stream_stream(method.path, encoder(method.question), decoder(method.answer))
        call = opened(metadata=[*_metadata(token), ("hasleader", "true")])
        try:
            yield endpoint, token, call
        finally:
            call.cancel()

    async def close(self) -> None:
        """End all calls; closing twice is allowed."""
        self.closed.set()
        for channel in self._channels.values():
            await channel.close()

    async def _ask(self, channel: Channel, method: Method[Q, A], question: Q, token: str) -> A:
        with self._while_open():
            call = channel.unary_unary(method.path, encoder(method.question), decoder(method.answer))
            return await call(question, timeout=ONCE_KNOWN if self.silence.told else ATTEMPT, metadata=_metadata(token))

    @contextmanager
    def _while_open(self) -> Generator[None]:
        """Say that the datastore is closed, where gRPC speaks of usage and of cancellation."""
        try:
            if self.closed.is_set():
                raise DatastoreError("datastore etcd is closed")
            yield
        except (grpc.aio.UsageError, asyncio.CancelledError) as error:
            if self.closed.is_set():
                raise DatastoreError("datastore etcd is closed") from error
            raise

    async def _authenticate(self, stale: str) -> None:
        """Get a token in place of ``stale``, unless someone else just did; nothing without a user name."""
        if not self._settings.username:
            return
        async with self._authenticating:
            if self._token != stale:
                return
            question = AuthenticateRequest(self._settings.username, self._settings.password)
            for _ in range(2 * len(self._order)):
                endpoint = self.endpoint
                try:
                    answer = await self._ask(self._channels[endpoint], AUTHENTICATE, question, "")
                except AioRpcError as error:
                    if error.code() is grpc.StatusCode.FAILED_PRECONDITION:
                        return  # etcd asks nobody for a password
                    if remedy(error) is not Remedy.ELSEWHERE:
                        raise sentence(endpoint, error) from error
                    self.leave(endpoint)
                    await asyncio.sleep(_PAUSE)
                else:
                    self._token = answer.token
                    return
            raise await self._unreachable()

    async def _unreachable(self, words: str = "") -> DatastoreError:
        """Return why no endpoint can be used; ``words`` are what one has said at last."""
        if self.patience.lost:
            urls = ", ".join(self._settings.endpoints)
            return UnreachableError(f"etcd cannot be reached: {urls}; the agent ends and waits for it no longer")
        if (known := self.silence.sentence()) is not None:
            return known
        reasons = await asyncio.gather(*(why_unreachable(url, self._credentials) for url in self._settings.endpoints))
        pairs = zip(self._settings.endpoints, reasons, strict=True)
        text = f"etcd cannot be reached: {'; '.join(f'{url} {in_its_words(reason, words)}' for url, reason in pairs)}"
        return self.silence.tell(UnreachableError(text) if any(map(may_pass, reasons)) else DatastoreError(text))


def _metadata(token: str) -> list[tuple[str, str | bytes]]:
    return [("token", token)] if token else []


async def _first_ready(states: dict[str, asyncio.Task[bool]]) -> list[str]:
    """Wait for the first endpoint that can be used, and a moment for the others; return those that can."""
    pending = set(states.values())
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _OPENING
    while pending and loop.time() < deadline:
        done, pending = await asyncio.wait(pending, timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED)
        if any(task.result() for task in done):
            deadline = min(deadline, loop.time() + _GRACE)
    return [url for url, task in states.items() if task.done() and task.result()]
