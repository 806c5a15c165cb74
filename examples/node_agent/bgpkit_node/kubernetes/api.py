"""Lists and watches over HTTP, as plain objects; what carries them is lent by ``clients``.

Kubernetes API Concepts, "Efficient detection of changes": a list tells the resourceVersion from which a watch goes on;
bookmarks move it; 410 Gone says that the changes since are not kept.
"""

import random
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp
import msgspec

from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes.access import KubernetesAccess
from bgpkit_node.kubernetes.clients import Clients
from bgpkit_node.kubernetes.kinds import ApiObject, WatchedKind

if TYPE_CHECKING:
    from kubernetes_asyncio.client import ApiClient

PAGE: Final = 500
"""Objects that a list is asked for at a time."""
_A_LIST: Final = 60.0
_SILENCE: Final = 150.0
"""Seconds after which a watch that says nothing is begun anew; bookmarks come about once a minute."""
_A_WATCH: Final = (240, 480)
"""Seconds for which a watch is asked: not the same for all, so that they do not begin anew together."""
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_SHORT: Final = 200
_RANDOM: Final = random.SystemRandom()


class _ListMetadata(msgspec.Struct):
    version: str = msgspec.field(default="", name="resourceVersion")
    following: str = msgspec.field(default="", name="continue")


class _Page(msgspec.Struct):
    """Some of a list: a page."""

    metadata: _ListMetadata = msgspec.field(default_factory=_ListMetadata)
    items: list[ApiObject] | None = None


class _Told(msgspec.Struct):
    """A line of a watch."""

    type: str
    object: dict[str, Any]


class _Status(msgspec.Struct):
    """Why the API refuses."""

    code: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class ApiEvent:
    """What a watch tells: ``gone``, or there; a ``bookmark`` is no object and carries a resourceVersion only."""

    object: ApiObject
    gone: bool = False
    bookmark: bool = False

    @property
    def version(self) -> str:
        """The resourceVersion from which a watch goes on after this."""
        return str(self.object.get("metadata", {}).get("resourceVersion", ""))


class KubernetesApi:
    """Reads kinds of the API. Every call raises KubernetesError, one sentence, when it is not answered."""

    def __init__(self, clients: Clients) -> None:
        """Ask with what ``clients`` lends."""
        self._clients = clients

    @classmethod
    @asynccontextmanager
    async def opened(cls, access: KubernetesAccess) -> AsyncGenerator[Self, None]:
        """Give the API while the context lasts; NodeError when nothing can be shown to it."""
        async with Clients.opened(access) as clients:
            yield cls(clients)

    async def pages(self, kind: WatchedKind) -> AsyncGenerator[tuple[list[ApiObject], str], None]:
        """Yield all objects of a kind, some at a time, each with the resourceVersion of the whole list."""
        following = ""
        while True:
            query = {"limit": str(PAGE), **({"continue": following} if following else {})}
            async with self._answer(kind, "list", query, aiohttp.ClientTimeout(total=_A_LIST)) as response:
                with _translated(kind, "list"):
                    page = msgspec.json.decode(await response.read(), type=_Page)
            yield page.items or [], page.metadata.version
            following = page.metadata.following
            if not following:
                return

    async def watch(self, kind: WatchedKind, version: str) -> AsyncGenerator[ApiEvent, None]:
        """Yield what changes after ``version``; ends after some minutes, as the API server wishes.

        KubernetesError with status 410 when the changes since ``version`` are not kept.
        """
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(_RANDOM.randint(*_A_WATCH)),
        }
        patience = aiohttp.ClientTimeout(sock_connect=_A_LIST, sock_read=_SILENCE)
        async with (
            self._answer(kind, "watch", query, patience) as response,
            aclosing(_lines(kind, response)) as lines,
        ):
            async for line in lines:
                with _translated(kind, "watch"):
                    told = msgspec.json.decode(line, type=_Told)
                yield _event(kind, told)

    @asynccontextmanager
    async def _answer(
        self, kind: WatchedKind, verb: str, query: Mapping[str, str], patience: aiohttp.ClientTimeout
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        """Give the answer, which is 200; one that is not authorized shows once more what there is to be shown."""
        async with self._clients.lent() as client, await _response(client, kind, verb, query, patience) as response:
            if response.status != _UNAUTHORIZED:
                yield await _granted(kind, verb, response)
                return
        await self._clients.renew(client)
        async with self._clients.lent() as client, await _response(client, kind, verb, query, patience) as response:
            yield await _granted(kind, verb, response)


async def _response(
    client: "ApiClient", kind: WatchedKind, verb: str, query: Mapping[str, str], patience: aiohttp.ClientTimeout
) -> aiohttp.ClientResponse:
    with _translated(kind, verb):
        return await client.call_api(
            kind.path,
            "GET",
            query_params=list(query.items()),
            header_params={"Accept": "application/json"},
            auth_settings=["BearerToken"],
            _preload_content=False,
            _request_timeout=patience,
        )


async def _granted(kind: WatchedKind, verb: str, response: aiohttp.ClientResponse) -> aiohttp.ClientResponse:
    """Return an answer that is what was asked for. KubernetesError with the reason of another one."""
    if response.status != _OK:
        with _translated(kind, verb):
            raise _refusal(kind, verb, response.status, await response.read())
    return response


async def _lines(kind: WatchedKind, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    while True:
        with _translated(kind, "watch"):
            line = await response.content.readline()
        if not line:
            return
        if line.strip():
            yield line


def _event(kind: WatchedKind, told: _Told) -> ApiEvent:
    if told.type not in {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"}:
        raise KubernetesError(f"Kubernetes' API tells of {kind.plural} what is not understood: {told.type!r}")
    if told.type == "ERROR":
        raise _refusal(kind, "watch", 0, msgspec.json.encode(told.object))
    return ApiEvent(told.object, gone=told.type == "DELETED", bookmark=told.type == "BOOKMARK")


@contextmanager
def _translated(kind: WatchedKind, verb: str) -> Generator[None]:
    """Turn what can go wrong with an answer into a KubernetesError."""
    try:
        yield
    except TimeoutError as error:
        raise KubernetesError(f"Kubernetes' API does not answer in time ({verb} {kind.plural})") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise KubernetesError(f"Kubernetes' API cannot be reached ({verb} {kind.plural}): {reason}") from error


def _refusal(kind: WatchedKind, verb: str, status: int, body: bytes) -> KubernetesError:
    """Return the error of an answer that is none; the body is a Status, or whatever stands in between has to say."""
    try:
        told = msgspec.json.decode(body, type=_Status)
    except ValueError:
        told = _Status(message=body.decode(errors="replace"))
    status = status or told.code
    said = " ".join(told.message.split())[:_SHORT] or "without a reason"
    cure = "; bgpkit-node install --print has the role that is needed" if status == _FORBIDDEN else ""
    return KubernetesError(f"Kubernetes' API refuses to {verb} {kind.plural} ({status}): {said}{cure}", status)
