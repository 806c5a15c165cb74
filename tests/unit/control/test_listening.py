"""The socket in the file system."""

import grp
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit.control import ControlError, ListeningSocket
from tests.support.processes import wait_until

OTHER = "import sys, pathlib, bgpkit.control as c; s = c.ListeningSocket(pathlib.Path(sys.argv[1])); input()"


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder with a short path: that of a socket has 107 octets at most."""
    with TemporaryDirectory(prefix="bgpkit-") as name:
        yield Path(name)


def connect(path: Path) -> None:
    """Connect, and close."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_only_its_user_may_connect(folder: Path) -> None:
    """From the first moment; with a group, its members too."""
    place = ListeningSocket(folder / "s")
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o600
    connect(place.path)
    place.close()
    place.close()
    assert list(folder.iterdir()) == []
    own = grp.getgrgid(os.getgid()).gr_name
    shared = ListeningSocket(folder / "s", own)
    assert (stat.S_IMODE(shared.path.stat().st_mode), shared.path.stat().st_gid) == (0o660, os.getgid())
    shared.close()


def test_a_second_one_is_refused_and_the_first_keeps_its_socket(folder: Path) -> None:
    """In the same process and in another, which is named; what a crash has left behind is no obstacle."""
    path = folder / "s"
    with subprocess.Popen([sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE) as other:
        try:
            wait_until(path.exists, "the other's socket")
            with pytest.raises(ControlError, match=f"process {other.pid}; stop it first"):
                ListeningSocket(path)
            connect(path)
        finally:
            other.kill()
    assert path.exists()
    place = ListeningSocket(path)
    connect(path)
    with pytest.raises(ControlError, match=f"process {os.getpid()}; stop it first"):
        ListeningSocket(path)
    connect(path)
    place.close()


def test_what_is_not_ours_is_left_alone(folder: Path) -> None:
    """A file of that name, and a socket that has taken our name since."""
    path = folder / "s"
    path.write_text("mine")
    with pytest.raises(ControlError, match="a file has that name"):
        ListeningSocket(path)
    assert path.read_text() == "mine"
    path.unlink()
    place = ListeningSocket(path)
    path.unlink()
    path.write_text("another's")
    place.close()
    assert path.read_text() == "another's"


@pytest.mark.parametrize(
    ("name", "group", "said"),
    [
        ("gone/s", "", "the folder .*/gone does not exist; create it, or choose another socket"),
        ("x" * 108, "", "the path has more than 107 octets"),
        ("s", "no-such-group", "this machine has no group 'no-such-group'"),
    ],
)
def test_what_stands_in_the_way_is_told(folder: Path, name: str, group: str, said: str) -> None:
    """In one sentence, and nothing is left behind."""
    with pytest.raises(ControlError, match=said):
        ListeningSocket(folder / name, group)
    assert list(folder.iterdir()) == []


def test_a_link_in_place_of_the_lock_is_not_followed(folder: Path) -> None:
    """Whoever laid it does not choose what is written to."""
    (folder / "target").write_text("precious")
    (folder / "s.lock").symlink_to(folder / "target")
    with pytest.raises(ControlError, match="is a link; remove it"):
        ListeningSocket(folder / "s")
    assert (folder / "target").read_text() == "precious"
