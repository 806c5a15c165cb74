"""BFD in this process: sessions over UDP, watched by whoever wants to know. RFC 5881, RFC 5883."""

import asyncio
import errno
import secrets
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.bfd.authentication import Authenticator
from bgpkit.bfd.machine import BfdMachine
from bgpkit.bfd.registry import SessionRegistry
from bgpkit.bfd.session import BfdSession
from bgpkit.bfd.sockets import SOURCE_PORTS, Datagram, ReceivingSocket, sending_socket
from bgpkit.bfd.status import BfdSessionStatus
from bgpkit.bfd.timing import Timing
from bgpkit.errors import ConfigError
from bgpkit.speaker import BfdOptions, Liveness, LivenessState, MonitoredPath

ANYWHERE: Final = (str(IPv4Address(0)), str(IPv6Address(0)))
KEEP_SECONDS: Final = 300.0
"""How long a session goes on that nobody watches any more but will again."""
RELEASE_SECONDS: Final = 0.1
"""How long one goes on that was let go of: a change of a peer lets go of it and takes it again."""
LINGER_SECONDS: Final = 1.0
"""How long a session that was turned off goes on telling its peer so, at most."""


class BfdWatch:
    """One watcher of a session."""

    def __init__(self, service: "BfdService", session: BfdSession, changed: Callable[[Liveness], None]) -> None:
        """Call ``changed`` when the session's liveness changes."""
        self._service = service
        self.session = session
        self.changed = changed

    @property
    def liveness(self) -> Liveness:
        """What is known of the path now."""
        return self.session.liveness

    def change(self, options: BfdOptions) -> None:
        """Watch by other options from now on; a change of key or of what the path is begins a new session."""
        self._service.rewatch(self, options)

    def release(self, *, keep: bool) -> None:
        """Call back no more; with ``keep`` the session goes on, for a while, for whoever comes back."""
        self._service.release(self, keep=keep)


class BfdService:
    """Sessions in this process; an asynchronous context manager, and a ``LivenessDetector`` for a speaker."""

    def __init__(
        self, *, listen: Sequence[str] = ANYWHERE, independent: bool = False, keep_seconds: float = KEEP_SECONDS
    ) -> None:
        """Describe a service that listens at the addresses ``listen``.

        ``independent`` says that it outlives the speaker that it works for (the C bit): not so where both are one
        process. A session that nobody watches is kept for ``keep_seconds``. ConfigError for what is no address.
        """
        self._listen = tuple(map(_address, listen))
        self._independent = independent
        self._keep_seconds = keep_seconds
        self._registry = SessionRegistry()
        self._watches: dict[BfdSession, list[BfdWatch]] = {}
        self._ends: dict[BfdSession, asyncio.TimerHandle] = {}
        self._sockets: list[ReceivingSocket] = []
        self._random = secrets.SystemRandom().random
        self._log = structlog.get_logger("bgpkit.bfd")
        self.packets_for_nobody = 0

    async def __aenter__(self) -> Self:
        """Start to listen; ConfigError says what stands in the way."""
        try:
            for address in self._listen:
                self._open(address)
        except BaseException:
            self._close_sockets()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Turn all sessions off, tell their peers so, and stop; it takes a second at most."""
        patience = 0.0
        for session in self._registry:
            if session.liveness.state is LivenessState.UP:
                patience = max(patience, session.machine.remote_detection_time / 1_000_000)
            session.perform(session.machine.disable())
        if patience:
            await asyncio.sleep(min(patience, LINGER_SECONDS))
        self.abort()

    def abort(self) -> None:
        """Stop at once and tell nobody: peers find out, as with a crash, and take it for one of the path."""
        for session in self._registry:
            self._end(session)
        self._close_sockets()

    def watch(self, path: MonitoredPath, changed: Callable[[Liveness], None]) -> BfdWatch:
        """Watch ``path`` and call ``changed`` at every change from now on.

        A path that is watched already stays as it is, and goes on by the options given last. ConfigError says why
        it cannot be watched.
        """
        made = BfdWatch(self, self._session_for(path), changed)
        self._join(made)
        return made

    def sessions(self) -> tuple[BfdSessionStatus, ...]:
        """Return all sessions as they are now."""
        return tuple(BfdSessionStatus.of(each, watchers=len(self._watches.get(each, ()))) for each in self._registry)

    def rewatch(self, watch: BfdWatch, options: BfdOptions) -> None:
        """Move a watcher to the session that ``options`` ask for; ConfigError as `watch`, and then it stays."""
        former = watch.session
        path = MonitoredPath(remote=former.path.remote, local=former.path.local, options=options)
        session = self._session_for(path)
        self._watches[former].remove(watch)
        watch.session = session
        self._join(watch)
        self._look_unwatched(former, RELEASE_SECONDS)

    def release(self, watch: BfdWatch, *, keep: bool) -> None:
        """Forget a watcher, and in time the session that has none left."""
        watches = self._watches.get(watch.session, [])
        if watch in watches:
            watches.remove(watch)
            self._look_unwatched(watch.session, self._keep_seconds if keep else RELEASE_SECONDS)

    def _join(self, watch: BfdWatch) -> None:
        session = watch.session
        end = self._ends.pop(session, None)
        if end is not None:
            end.cancel()
        self._watches.setdefault(session, []).append(watch)
        session.perform(session.machine.enable())

    def _session_for(self, path: MonitoredPath) -> BfdSession:
        """Return the session of ``path``, which goes by its options from now on."""
        session = self._registry.of_path(path)
        if session is None:
            return self._start(path)
        if session.path.options.authentication != path.options.authentication:
            session.machine.authenticator = self._authenticator(path)
        if session.path != path:
            session.change(path)
        return session

    def _start(self, path: MonitoredPath) -> BfdSession:
        discriminator = 0
        while not discriminator or self._registry.has_discriminator(discriminator):
            discriminator = secrets.randbits(32)
        first_port = secrets.randbelow(SOURCE_PORTS)
        sending = sending_socket(
            path.remote, path.local, path.options.interface, first_port, taken=self._registry.has_port
        )
        machine = BfdMachine(
            discriminator=discriminator,
            timing=Timing.of(path.options),
            independent=self._independent,
            random=self._random,
            authenticator=self._authenticator(path),
        )
        try:
            session = BfdSession(path, machine, sending, changed=self._changed, drain=self._drain)
        except OSError as error:  # a link-local address of an interface that has gone
            sending.close()
            raise ConfigError(f"BFD to {path.remote}: {error.strerror or error}") from error
        self._registry.add(session)
        return session

    def _authenticator(self, path: MonitoredPath) -> Authenticator | None:
        authentication = path.options.authentication
        return None if authentication is None else Authenticator(authentication, self._random)

    def _changed(self, session: BfdSession) -> None:
        for watch in tuple(self._watches.get(session, ())):
            watch.changed(session.liveness)

    def _look_unwatched(self, session: BfdSession, seconds: float) -> None:
        """Turn a session off after so many seconds, unless somebody watches it then."""
        if self._watches.get(session) or session in self._ends:
            return
        self._watches.pop(session, None)
        self._ends[session] = asyncio.get_running_loop().call_later(seconds, self._turn_off, session)

    def _turn_off(self, session: BfdSession) -> None:
        self._log.info("bfd.turned_off", peer=session.path.remote, reason="nobody watches the path any more")
        session.perform(session.machine.disable())
        seconds = session.machine.remote_detection_time / 1_000_000
        self._ends[session] = asyncio.get_running_loop().call_later(seconds, self._end, session)

    def _end(self, session: BfdSession) -> None:
        end = self._ends.pop(session, None)
        if end is not None:
            end.cancel()
        self._registry.remove(session)
        session.close()

    def _received(self, datagram: Datagram) -> None:
        session = self._registry.of_datagram(datagram)
        if session is None:
            self.packets_for_nobody += 1
        else:
            session.received(datagram.octets, datagram.ttl)

    def _drain(self) -> None:
        for each in self._sockets:
            each.read()

    def _open(self, address: str) -> None:
        """Listen at an address; a machine without IPv6 is one that nobody calls by IPv6."""
        for multihop in (False, True):
            try:
                self._sockets.append(ReceivingSocket(address, multihop=multihop, received=self._received))
            except ConfigError as error:
                cause = error.__cause__
                lacking = isinstance(cause, OSError) and cause.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}
                if not lacking or self._listen != ANYWHERE or ":" not in address:
                    raise

    def _close_sockets(self) -> None:
        while self._sockets:
            self._sockets.pop().close()


def _address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ConfigError(f"BFD: listen {text!r} is not an IPv4 or IPv6 address") from None
    return text
