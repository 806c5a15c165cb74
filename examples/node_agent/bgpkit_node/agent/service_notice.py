"""Telling a service manager how the agent does: the datagrams of sd_notify(3)."""

import os
import socket
from collections.abc import Mapping
from typing import Final, Self

import structlog

_MICROSECONDS: Final = 1_000_000
_log: Final = structlog.get_logger("bgpkit_node.service")


class ServiceNotice:
    """Sends to the service manager that started the process; to nobody when none did."""

    def __init__(self, address: str = "", watchdog: float = 0.0) -> None:
        """Send to the Unix socket at ``address``, ``@`` for an abstract one; ``watchdog`` is in seconds, 0 for none."""
        self._address = address
        self.watchdog = watchdog
        """Seconds after which the manager ends a process that has not said that it is alive; 0: it does not."""
        self._status = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read what the manager has put into the ``environment``; the watchdog may be another process's."""
        watched = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
        seconds = int(watched) / _MICROSECONDS if watched.isdecimal() and ours else 0.0
        return cls(environment.get("NOTIFY_SOCKET", ""), seconds)

    def ready(self) -> None:
        """Say that the agent serves."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the agent ends."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Say that the agent is alive; due twice within the watchdog's time."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def starts_within(self, seconds: float) -> None:
        """Say that the start may take ``seconds`` more, from now on, so that the manager does not give it up."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * _MICROSECONDS)}")

    def status(self, text: str) -> None:
        """Say in one line how the agent does, if it is not the same as before."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as notice:
                notice.sendto(message.encode(), address)
        except OSError as error:
            # A manager that does not listen is no reason to end.
            _log.warning("service.not_told", message=message, reason=error.strerror or str(error))
