"""What the liveness of the path means to one peer's session: it is held back, let go, or ended. RFC 5882, section 4."""

import asyncio
from typing import Final, Protocol

import structlog

from bgpkit.errors import ConfigError
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.liveness import (
    BfdMode,
    BfdOptions,
    Liveness,
    LivenessDetector,
    LivenessState,
    LivenessWatch,
    MonitoredPath,
)
from bgpkit_fsm import CeaseSubcode, ErrorCode, Notification

BFD_DOWN: Final = Notification(ErrorCode.CEASE, CeaseSubcode.BFD_DOWN)
"""What ends a session whose path has failed. RFC 9384, section 3."""
_UNKNOWN: Final = Liveness(state=LivenessState.UNKNOWN, reason="nobody says whether the path is up")
_OPEN: Final = frozenset({LivenessState.UP, LivenessState.DISABLED})
"""What a strict peer needs; a detection that one end has turned off must not keep a session away.

RFC 5882, section 4.1.
"""


class GatedPeer(Protocol):
    """What a path's liveness can do to a peer."""

    @property
    def established(self) -> bool:
        """Whether the session is up."""
        ...

    def open_session(self, *, again: bool) -> None:
        """Start trying to get the session up; ``again`` after it has been kept away for a while."""
        ...

    def path_failed(self, notification: Notification | None, reason: str) -> None:
        """End the session, or the attempts at it, with a message or as if TCP had been lost."""
        ...

    def abort_restart(self) -> None:
        """Drop what is kept of the peer while it restarts."""
        ...

    def held_back(self, reason: str) -> None:
        """Take note that the session is kept away, and why."""
        ...


class LivenessGate:
    """Stands between a peer and its session; without ``PeerConfig.bfd`` it is open."""

    def __init__(self, peer: GatedPeer, detector: LivenessDetector | None) -> None:
        """Ask ``detector``, if there is one, about the path to ``peer``."""
        self._peer = peer
        self._detector = detector
        self._watch: LivenessWatch | None = None
        self._options: BfdOptions | None = None
        self._retry_time = 0.0
        self._liveness = _UNKNOWN
        self._timer: asyncio.TimerHandle | None = None
        self.holding = False
        """Whether the session is kept away until the path is up."""

    @property
    def liveness(self) -> Liveness | None:
        """What is known of the path; None where nobody watches it."""
        return None if self._options is None else self._liveness

    def begin(self, config: PeerConfig) -> None:
        """Open the session, now or when the path allows it."""
        self.follow(config)
        self.try_open()

    def follow(self, config: PeerConfig) -> None:
        """Watch the path as ``config`` asks for, from now on."""
        self._retry_time = config.connect_retry_time
        options, former = config.bfd, self._options
        self._options = options
        if options is None or self._detector is None:
            self.end(keep=False)
        elif self._watch is None:
            path = MonitoredPath(remote=config.address, local=config.local_address, options=options)
            try:
                self._watch = self._detector.watch(path, self._changed)
            except Exception as error:  # a peer that came by itself, a machine that is short of something, or a fault
                self._liveness = Liveness(state=LivenessState.UNKNOWN, reason=_refused(config, error))
            else:
                self._liveness = self._watch.liveness
        elif options != former:
            try:
                self._watch.change(options)
            except Exception as error:  # it goes on by the former ones
                _refused(config, error)
            self._liveness = self._watch.liveness
        if self.holding and self._timer is None and self._admits():
            self.try_open()

    def try_open(self) -> None:
        """Open the session if the path allows it, else as soon as it does."""
        if self._admits():
            again = self.holding and not self._strict
            self._let_go()
            self._peer.open_session(again=again)
        else:
            self.holding = True
            self._peer.held_back(self._liveness.reason)

    def end(self, *, keep: bool) -> None:
        """Watch the path no more; with ``keep`` the peer is not to notice, for we will be back soon."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.release(keep=keep)
        self._liveness = _UNKNOWN
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def _strict(self) -> bool:
        return self._options is not None and self._options.mode is BfdMode.STRICT

    def _admits(self) -> bool:
        return not self._strict or self._liveness.state in _OPEN

    def _let_go(self) -> None:
        self.holding = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _changed(self, liveness: Liveness) -> None:
        before, self._liveness = self._liveness, liveness
        if before.state is LivenessState.UP and liveness.state is LivenessState.DOWN:
            self._failed(liveness)
        elif self.holding and self._admits() and (self._timer is None or liveness.state in _OPEN):
            self.try_open()

    def _failed(self, liveness: Liveness) -> None:
        """End what goes over the path. RFC 5882, sections 4.2 and 4.3.

        A detector that dies with its control plane, at either end, cannot tell the failure of the path from a
        restart: one that is under way goes on then.
        """
        options = self._options
        if options is None:
            return
        if liveness.independent:
            self._peer.abort_restart()
        if not (self._peer.established or self._strict):
            return
        silent = options.mode is BfdMode.GRACEFUL and not liveness.independent
        reason = f"the path has failed: BFD, {liveness.reason}"
        self.holding = True
        self._peer.path_failed(None if silent else BFD_DOWN, reason)
        self._peer.held_back(reason)
        if not self._strict:
            # Whoever speaks BGP but no BFD any more must be heard again, and one that flaps not at once.
            self._timer = asyncio.get_running_loop().call_later(self._retry_time, self._try_anyhow)

    def _try_anyhow(self) -> None:
        self._timer = None
        self.try_open()


def _refused(config: PeerConfig, error: Exception) -> str:
    """Log that a detector does not do what a peer asks for, and return why."""
    reason = str(error) if isinstance(error, ConfigError) else f"{type(error).__name__}: {error}"
    structlog.get_logger("bgpkit.speaker").error("bfd.refused", peer=config.address, reason=reason)
    return reason


def detector_needed(config: PeerConfig) -> ConfigError:
    """Return the error of a peer with ``bfd`` in a speaker without anybody who watches paths."""
    return ConfigError(
        f"peer {config.address}: bfd needs someone who watches the path: Speaker(liveness=...), "
        "such as a bgpkit.bfd.BfdService"
    )
