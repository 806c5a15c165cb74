"""Working in another network namespace: the caller stays where it is, whatever happens there."""

import os
import socket
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from bgpkit_node.kernel import (
    KernelError,
    NamespaceGoneError,
    Netlink,
    is_own_namespace,
    open_namespace,
    read_sysctl,
    run_in_namespace,
    write_sysctl,
)
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

OWN = Path("/proc/thread-self/ns/net")


@pytest.fixture
def other(namespaces: Namespaces) -> Namespace:
    """Give a namespace with an interface that no other has."""
    namespace = namespaces.node()
    namespace.ip("link", "add", "only.here", "type", "bridge")
    return namespace


def test_work_sees_the_other_namespace_and_the_caller_does_not(other: Namespace) -> None:
    """Netlink, interface names and sysctls inside the work are those of the namespace; the caller is not moved."""
    before = OWN.readlink()

    def look() -> tuple[bool, int, str]:
        with Netlink() as netlink:
            link = netlink.link("only.here")
        return link is not None, socket.if_nametoindex("only.here"), read_sysctl("ipv4/conf/only.here/proxy_arp")

    with open_namespace(other.path) as descriptor:
        found, index, value = run_in_namespace(descriptor, look)
    assert (found, index, value) == (True, other.ip_json("link", "show", "only.here")[0]["ifindex"], "0")
    assert OWN.readlink() == before
    with pytest.raises(KernelError, match="proxy_arp: No such file"):
        read_sysctl("ipv4/conf/only.here/proxy_arp")


def test_a_sysctl_is_written_where_the_work_is(other: Namespace) -> None:
    """A sysctl set inside the work has its value in that namespace, told by a process there."""
    with open_namespace(other.path) as descriptor:
        run_in_namespace(descriptor, lambda: write_sysctl("ipv4/conf/only.here/proxy_arp", "1"))
    assert other.run(["cat", "/proc/sys/net/ipv4/conf/only.here/proxy_arp"]).stdout == "1\n"


def test_an_error_of_the_work_reaches_the_caller(other: Namespace) -> None:
    """What the work raises is raised by run_in_namespace, a refusal of the kernel with its number and words."""
    with open_namespace(other.path) as descriptor, pytest.raises(ZeroDivisionError):
        run_in_namespace(descriptor, lambda: 1 // 0)
    with (
        open_namespace(other.path) as descriptor,
        pytest.raises(KernelError, match="to yes: Invalid argument") as caught,
    ):
        run_in_namespace(descriptor, lambda: write_sysctl("ipv4/conf/only.here/proxy_arp", "yes"))
    assert caught.value.errno == 22


def test_the_own_namespace_is_told_from_another(other: Namespace) -> None:
    """Two files that stand for one namespace are recognised as one."""
    with open_namespace("/proc/self/ns/net") as own, open_namespace(other.path) as foreign:
        assert is_own_namespace(own)
        assert not is_own_namespace(foreign)
        assert run_in_namespace(foreign, lambda: is_own_namespace(foreign))


def test_what_is_no_network_namespace_is_gone(tmp_path: Path) -> None:
    """A path with nothing, a plain file, and a namespace of another kind are all no network namespace."""
    plain = tmp_path / "plain"
    plain.touch()
    for path in (tmp_path / "absent", plain, Path("/proc/self/ns/uts")):
        with pytest.raises(NamespaceGoneError), open_namespace(path):
            pass


def test_a_fifo_at_the_path_keeps_nobody(tmp_path: Path) -> None:
    """An ADD that waited for its writer would keep all others from their addresses."""
    os.mkfifo(tmp_path / "fifo")
    refused = Event()

    def look() -> None:
        with suppress(NamespaceGoneError), open_namespace(tmp_path / "fifo"):
            return
        refused.set()

    Thread(target=look, daemon=True).start()
    assert refused.wait(10)
