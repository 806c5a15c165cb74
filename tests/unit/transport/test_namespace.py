"""Sockets of other network namespaces, opened by a thread that comes and goes."""

import os
import socket
import threading
from pathlib import Path

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport.namespace import socket_in


def test_without_a_namespace_the_socket_is_made_here() -> None:
    """By the caller's own thread."""
    threads: list[threading.Thread] = []

    def make() -> socket.socket:
        threads.append(threading.current_thread())
        return socket.socket()

    socket_in(None, make).close()
    assert threads == [threading.current_thread()]


@pytest.mark.netns
def test_with_one_it_is_made_by_a_thread_that_is_gone_afterwards() -> None:
    """What the function raises comes through."""
    before = threading.active_count()
    threads: list[threading.Thread] = []

    def make() -> socket.socket:
        threads.append(threading.current_thread())
        return socket.socket()

    def fail() -> socket.socket:
        raise OSError(24, "too many open files")

    socket_in("/proc/self/ns/net", make).close()
    assert threads != [threading.current_thread()]
    with pytest.raises(OSError, match="too many open files"):
        socket_in("/proc/self/ns/net", fail)
    assert threading.active_count() == before


@pytest.mark.netns
@pytest.mark.parametrize(
    ("netns", "sentence"),
    [
        ("nowhere", r"No such file or directory; there is no such namespace; 'ip netns' shows those that have a name"),
        ("/proc/self/ns/uts", r"Invalid argument; that is no network namespace"),
    ],
)
def test_where_there_is_no_way_in_a_sentence_says_so(netns: str, sentence: str) -> None:
    """A name is looked for where ``ip netns`` keeps them, a path is taken as it is."""
    with pytest.raises(ConfigError, match=rf"^transport: netns {netns}: {sentence}$"):
        socket_in(netns, socket.socket)
    assert Path("/proc/thread-self/ns/net").readlink() == Path(f"/proc/{os.getpid()}/ns/net").readlink()
