"""Sysctls, with a folder in the place of /proc/sys/net (on a real one: ``tests/integration/test_cni_path.py``)."""

import errno
import os
from pathlib import Path

import pytest

from bgpkit_node.kernel import KernelError, read_sysctl, sysctl, write_sysctl

NAME = "ipv4/conf/eth0.5/forwarding"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file of a sysctl that is 0."""
    monkeypatch.setattr(sysctl, "_ROOT", tmp_path)
    file = tmp_path / NAME
    file.parent.mkdir(parents=True)
    file.write_text("0\n")
    return file


def test_what_is_written_is_read(place: Path) -> None:
    """Without the end of the line."""
    assert read_sysctl(NAME) == "0"
    write_sysctl(NAME, "1")
    assert (read_sysctl(NAME), place.read_text()[0]) == ("1", "1")


def test_one_that_may_not_be_written_must_have_the_value(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose /proc/sys is read-only: it is as wanted, or the error names it."""

    def refuse(*_arguments: object) -> int:
        """Say that nothing may be written."""
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "write", refuse)
    write_sysctl(NAME, "0")
    with pytest.raises(KernelError, match=r"^cannot set the sysctl net/ipv4/conf/eth0.5/forwarding to 1: Read-only"):
        write_sysctl(NAME, "1")
    assert place.read_text() == "0\n"


@pytest.mark.usefixtures("place")
def test_one_that_is_not_there_is_named() -> None:
    """Reading and writing."""
    with pytest.raises(KernelError, match=r"^cannot read the sysctl net/ipv6/none: No such file"):
        read_sysctl("ipv6/none")
    with pytest.raises(KernelError, match=r"^cannot set the sysctl net/ipv6/none to 1: No such file"):
        write_sysctl("ipv6/none", "1")
