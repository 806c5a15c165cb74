"""What systemd is told."""

import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit.command.run_notify import notify


@pytest.mark.parametrize("abstract", [False, True])
def test_who_has_started_it_is_told(abstract: bool) -> None:
    """At a path or at a name of the kernel's; with a reload goes the time, as sd_notify(3) wants it."""
    with TemporaryDirectory(prefix="bgpkit-") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = str(Path(folder) / "notify")
        listening.bind(f"\0{name}" if abstract else name)
        listening.settimeout(5)
        environment = {"NOTIFY_SOCKET": f"@{name}" if abstract else name}
        notify("READY=1", environment)
        assert listening.recv(100) == b"READY=1"
        notify("RELOADING=1", environment)
        assert listening.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")


def test_nobody_is_told_where_nobody_asked() -> None:
    """Nor does one that is gone end anything."""
    notify("READY=1", {})
    notify("READY=1", {"NOTIFY_SOCKET": "/nowhere/at/all"})
