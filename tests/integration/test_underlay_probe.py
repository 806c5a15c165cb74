"""Whether UDP and IPIP get through to a machine, asked of kernels. walkthrough 29."""

import os
import socket
import struct
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bgpkit_node.diagnosis import Reply, probe_ipip, probe_path, probe_udp
from tests.support.netns import Namespace, Namespaces, connect

pytestmark = pytest.mark.netns

HERE, THERE, NOBODY = "10.9.0.1", "10.9.0.2", "10.9.0.77"


@pytest.fixture
def machines(namespaces: Namespaces) -> Generator[tuple[Namespace, Namespace]]:
    """Give two machines on one cable; the test runs on the first."""
    here, there = namespaces.node("here"), namespaces.node("there")
    connect(here, there, addresses=([f"{HERE}/24"], [f"{THERE}/24"]))
    with here.entered():
        yield here, there


def test_a_refusal_has_come_through(machines: tuple[Namespace, Namespace]) -> None:
    """The kernel there knows neither, and says so; a VXLAN device is silent; nobody is silent, or not there."""
    assert probe_udp(THERE, 4789).reply is Reply.REFUSED
    assert probe_ipip(THERE).sentence == f"IP protocol 4 (IPIP) of {THERE} is reached, and nothing there takes it"
    _, there = machines
    there.ip("link", "add", "v", "type", "vxlan", "id", "4096", "dstport", "4789", "local", THERE)
    there.ip("link", "set", "v", "up")
    assert probe_udp(THERE, 4789, seconds=0.2).reply is Reply.SILENCE
    assert probe_ipip(NOBODY, seconds=0.2).reply is Reply.SILENCE
    for found in (probe_ipip("10.8.0.1"), probe_udp("10.8.0.1", 4789)):
        assert found.reply is Reply.NO_WAY
        assert found.sentence.endswith("cannot be reached: Network is unreachable (ENETUNREACH)")


def test_machines_that_ask_each_other_at_once_are_both_answered(machines: tuple[Namespace, Namespace]) -> None:
    """A kernel tells no refusal while a program of its own takes IPIP, as another probe might."""
    _, there = machines

    def ask(number: int) -> Reply:
        """Probe from one machine or from the other."""
        if number % 2:
            return probe_ipip(THERE).reply
        with there.entered():
            return probe_ipip(HERE).reply

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(ask, range(6))) == {Reply.REFUSED}


def test_a_machine_with_ipip_answers_what_is_wrapped(machines: tuple[Namespace, Namespace]) -> None:
    """It is played by a socket that takes such packets and answers the ping in them; other replies do not count."""
    _, there = machines
    with there.entered():
        tunnel = socket.socket(socket.AF_INET, socket.SOCK_RAW, 4)
        pings = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    seen: list[bytes] = []

    def answer() -> None:
        """Take one packet, check that it is whole, and answer it after a reply that is not ours."""
        inner = tunnel.recv(2048)[20:]
        seen.append(inner)
        for identifier in (os.getpid() + 1 & 0xFFFF, os.getpid() & 0xFFFF):
            reply = struct.pack("!BBHHH", 0, 0, 0, identifier, 1)
            pings.sendto(struct.pack("!BBHHH", 0, 0, _checksum(reply), identifier, 1), (HERE, 0))

    thread = threading.Thread(target=answer)
    thread.start()
    with tunnel, pings:
        found = probe_ipip(THERE)
        thread.join()
    assert found.reply is Reply.ACCEPTED
    (inner,) = seen
    assert (_checksum(inner[:20]), _checksum(inner[20:]), inner[9]) == (0, 0, socket.IPPROTO_ICMP)
    assert (inner[12:16], inner[16:20]) == (socket.inet_aton(HERE), socket.inet_aton(THERE))


def test_the_largest_packet_of_a_path_is_found_to_the_octet(namespaces: Namespaces) -> None:
    """Behind a router with a smaller link that says so, and behind one that is told to say nothing. RFC 1191."""
    here, router, there = map(namespaces.node, ("here", "router", "there"))
    connect(here, router, interfaces=("eth0", "near"), addresses=([f"{HERE}/24"], ["10.9.0.254/24"]))
    connect(router, there, interfaces=("far", "eth0"), addresses=(["10.9.1.254/24"], ["10.9.1.2/24"]))
    router.sysctl("net.ipv4.ip_forward", 1)
    for machine, gateway in ((here, "10.9.0.254"), (there, "10.9.1.254")):
        machine.ip("route", "add", "default", "via", gateway)
    with here.entered():
        whole = probe_path("10.9.1.2")
        router.run(["nft", "table ip t { chain c { type filter hook output priority 0; icmp type 3 drop; }; }"])
        router.ip("link", "set", "far", "mtu", "1337")
        silent = probe_path("10.9.1.2")
        router.run(["nft", "delete table ip t"])
        telling = probe_path("10.9.1.2")
        assert probe_path(NOBODY, seconds=0.2) is None
        assert probe_path("192.0.2.1", seconds=0.2) is None
    assert [found and (found.mtu, found.link_mtu, found.learned) for found in (whole, silent, telling)] == [
        (1500, 1500, True),
        (1337, 1500, False),
        (1337, 1500, True),
    ]
    assert whole is not None
    assert 0 < whole.seconds < 1


def _checksum(octets: bytes) -> int:
    """Return the checksum of the Internet, 0 for octets that hold their own. RFC 1071, section 1."""
    total: int = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
