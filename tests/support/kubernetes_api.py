"""A stand-in for Kubernetes' API: enough for the real kubectl and for a client that lists and watches.

Debian has clients only. Kubernetes API Concepts tells the protocol: lists in pages, watches that go on from a
resourceVersion, bookmarks, 410 Gone.
"""

import asyncio
import json
import ssl
import subprocess
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Final, NamedTuple, TypeVar

import yaml
from aiohttp import web

from tests.support.certificates import Authority
from tests.support.daemons import program
from tests.support.kubernetes_kinds import KINDS, discovery
from tests.support.kubernetes_objects import ApiError, Objects, Place, Plain

T = TypeVar("T")

_BOOKMARK: Final = 0.5
"""Seconds after which a watch that has nothing to tell is told how far it is."""


class Call(NamedTuple):
    """What was asked of the API, but by kubectl: a verb of roles, a group, a kind's plural."""

    verb: str
    group: str
    plural: str


class KubernetesApiServer:
    """Serves on loopback, from a thread of its own; it can be killed and started anew with what it had."""

    def __init__(self, folder: Path) -> None:
        """Serve, with certificates in ``folder``, whoever shows the token."""
        self.token = folder.name
        self._authority = Authority(folder, "kubernetes-ca")
        own = self._authority.sign("kubernetes")
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(own.certificate, own.key)
        self.calls: list[Call] = []
        self.page = 500
        """Objects that a page has at most, whatever a client asks for."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._objects = self._within(_made())
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        """Serve, on the same port as before."""
        self._within(self._start())

    def kill(self) -> None:
        """End all connections, and take no new ones."""
        if self._runner is not None:
            self._within(self._runner.cleanup())
            self._runner = None

    def close(self) -> None:
        """End for ever."""
        self.kill()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def forget_changes(self) -> None:
        """Keep no change: a watch from a version before is answered with 410."""
        self._loop.call_soon_threadsafe(self._objects.forget)

    def delete(self, path: str) -> None:
        """Delete the object at a path, whether anybody can hear of it or not."""

        async def deleted() -> None:
            self._objects.delete(_place(path))

        self._within(deleted())

    def kubeconfig(self, folder: Path, shown: str = "") -> Path:
        """Write the file with which clients find it."""
        path = folder / "kubeconfig"
        authority = str(self._authority.certificate)
        cluster = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": authority}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": shown or self.token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    async def _start(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=self._tls)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def _within(self, wanted: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(wanted, self._loop).result(20)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise ApiError(401, "Unauthorized", "Unauthorized")
            told = discovery(request.path)
            return _json(told) if told is not None else await self._of_kind(request)
        except ApiError as error:
            return _json(error.status(), error.code)

    async def _of_kind(self, request: web.Request) -> web.StreamResponse:
        kind, namespace, name = _place(request.path)
        verb = _verb(request, name)
        if not request.headers.get("User-Agent", "").startswith("kubectl"):
            self.calls.append(Call(verb, kind.group, kind.plural))
        objects, place = self._objects, (kind, namespace, name)
        match verb:
            case "watch":
                return await self._watch(request, place)
            case "list":
                return _json(self._page(request, place))
            case "get":
                return _json(objects.get(place))
            case "create":
                return _json(objects.create(kind, namespace, await _body(request)), 201)
            case "update":
                return _json(objects.replace(place, await _body(request)))
            case "patch":
                return _json(objects.patch(place, await _body(request)))
            case _:
                return _json(objects.delete(place))

    def _page(self, request: web.Request, place: Place) -> Plain:
        kind, namespace, _ = place
        every = [
            found
            for (other, space, name), found in sorted(self._objects.found.items(), key=lambda pair: pair[0][1:])
            if other == kind and namespace in {"", space} and _selects(request, name)
        ]
        begin = int(request.query.get("continue") or 0)
        end = begin + min(self.page, int(request.query.get("limit") or self.page))
        metadata = {"resourceVersion": str(self._objects.version)}
        if end < len(every):
            metadata["continue"] = str(end)
        return {
            "kind": f"{kind.name}List",
            "apiVersion": kind.version,
            "metadata": metadata,
            "items": every[begin:end],
        }

    async def _watch(self, request: web.Request, place: Place) -> web.StreamResponse:
        kind, namespace, _ = place
        told = int(request.query.get("resourceVersion") or 0)
        if told < self._objects.oldest:
            raise ApiError(410, "Expired", f"too old resource version: {told} ({self._objects.oldest})")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                bell = self._objects.bell
                for change in [each for each in self._objects.changes if each.version > told]:
                    told = change.version
                    if change.place[0] == kind and namespace in {"", change.place[1]}:
                        await _tell(response, change.word, change.object)
                try:
                    await asyncio.wait_for(bell.wait(), _BOOKMARK)
                except TimeoutError:
                    version = {"resourceVersion": str(max(told, self._objects.version))}
                    await _tell(response, "BOOKMARK", {"kind": kind.name, "metadata": version})
        return response


class Kubectl:
    """The real kubectl, that asks a stand-in."""

    def __init__(self, server: KubernetesApiServer, folder: Path) -> None:
        """Take the server to ask, and a folder for files."""
        self._argv = program("kubernetes-client", "kubectl").argv(f"--kubeconfig={server.kubeconfig(folder)}")
        self._home = folder

    def run(self, *words: str, given: str | None = None) -> str:
        """Return what it prints; it has to succeed."""
        answer = subprocess.run(
            [*self._argv, *words],
            input=given,
            env={"HOME": str(self._home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, f"kubectl {words}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def apply(self, text: str) -> None:
        """Apply objects."""
        self.run("apply", "--validate=false", "-f", "-", given=f"---\n{text}")  # what begins with a brace is JSON to it


async def _made() -> Objects:
    return Objects()


def _place(path: str) -> Place:
    """Return the kind, the namespace and the name that a path is about; 404 for others."""
    for kind in KINDS:
        root = kind.path.removesuffix(kind.plural)
        words = path.removeprefix(root).split("/") if path.startswith(root) else []
        namespace = words[1] if words[:1] == ["namespaces"] and kind.namespaced and len(words) > 2 else ""
        rest = words[2:] if namespace else words
        if rest[:1] == [kind.plural] and len(rest) <= 2:
            return kind, namespace, rest[1] if len(rest) == 2 else ""
    raise ApiError(404, "NotFound", "the server could not find the requested resource")


def _verb(request: web.Request, name: str) -> str:
    if request.method == "GET":
        return "get" if name else "watch" if request.query.get("watch") in {"1", "true"} else "list"
    return {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}[request.method]


def _selects(request: web.Request, name: str) -> bool:
    selector = request.query.get("fieldSelector", "")
    return not selector.startswith("metadata.name=") or selector == f"metadata.name={name}"


async def _body(request: web.Request) -> Plain:
    body: Plain = json.loads(await request.text())
    return body


async def _tell(response: web.StreamResponse, word: str, found: Mapping[str, Any]) -> None:
    await response.write(json.dumps({"type": word, "object": found}).encode() + b"\n")


def _json(found: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.json_response(found, status=status)
