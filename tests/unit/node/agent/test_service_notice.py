"""Datagrams of sd_notify(3), received by a socket as a service manager has one."""

import os
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent.service_notice import ServiceNotice


def _received(manager: socket.socket) -> list[str]:
    manager.setblocking(False)
    found: list[str] = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return found


def _manager(address: str) -> socket.socket:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(f"\0{address[1:]}" if address.startswith("@") else address)
    return manager


@pytest.mark.parametrize("abstract", [False, True])
def test_the_manager_hears_every_word(tmp_path: Path, abstract: bool) -> None:
    """At a path or at an abstract address; the same status is not told twice."""
    address = f"@bgpkit-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with _manager(address) as manager:
        notice = ServiceNotice.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"})
        notice.ready()
        notice.status("1 of 2 sessions Established")
        notice.status("1 of 2 sessions Established")
        notice.alive()
        notice.starts_within(2.5)
        notice.stopping()
        heard = _received(manager)
        assert heard[:2] == ["READY=1", "STATUS=1 of 2 sessions Established"]
        assert heard[2:] == ["WATCHDOG=1", "EXTEND_TIMEOUT_USEC=2500000", "STOPPING=1"]
        assert notice.watchdog == 3.0


def test_without_a_manager_nobody_is_told() -> None:
    """And nothing is logged."""
    with capture_logs() as told:
        notice = ServiceNotice.of({})
        notice.ready()
        notice.alive()
        notice.status("x")
    assert told == []
    assert notice.watchdog == 0


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": "1"}, 0.0),
        ({"WATCHDOG_USEC": "soon"}, 0.0),
    ],
)
def test_a_watchdog_of_another_process_is_not_ours(environment: dict[str, str], seconds: float) -> None:
    """A child inherits the environment of its parent."""
    assert ServiceNotice.of(environment).watchdog == seconds


def test_a_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """It is logged."""
    with capture_logs() as told:
        ServiceNotice(str(tmp_path / "nowhere")).ready()
    assert [entry["event"] for entry in told] == ["service.not_told"]
