"""Where connections come from and go through: namespaces, interfaces, ports, sockets and dialers of the embedder."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bgpkit import ChangePlan, ConfigError, Speaker
from bgpkit.transport import AoKey, Secret, TransportOptions, listening_socket
from tests.integration.transport_lab import (
    ASN,
    OURS,
    THEIR_ASN,
    THEIRS,
    cabled,
    ends,
    is_up,
    peer,
    reason,
    speaking,
    until,
    ups,
)
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.skips import require_kernel
from tests.support.sources import PROJECT

pytestmark = pytest.mark.netns
StartBird = Callable[[Namespace, str], Bird]


def here() -> Path:
    """Return what names the network namespace of this thread."""
    return Path("/proc/thread-self/ns/net").readlink()


def bird(options: str = "") -> str:
    """Return a configuration of BIRD's with one session."""
    return f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol bgp v4 {{
  local {THEIRS} as {THEIR_ASN}; neighbor {OURS} as {ASN};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  {options}
  ipv4 {{ import all; export all; }};
}}
"""


@pytest.mark.parametrize("form", ["name", "path"])
@pytest.mark.parametrize("who", ["we connect", "bird connects"])
async def test_a_session_in_another_network_namespace(
    who: str, form: str, namespaces: Namespaces, start_bird: StartBird
) -> None:
    """The sockets are there, as ss says, this thread and this process stay here, and no thread is left."""
    we_connect = who == "we connect"
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("passive on;" if we_connect else ""))
    home, threads = here(), set(threading.enumerate())
    netns = ours.name if form == "name" else str(ours.path)
    listen = [] if we_connect else [listening_socket("0.0.0.0", 179, netns=netns)]
    async with Speaker(asn=ASN, bgp_identifier=OURS, listen=listen) as speaker:
        await speaker.add_peer(peer(passive=not we_connect, transport=TransportOptions(netns=netns)))
        await until(lambda: is_up(speaker), "Established")
        assert len(ends(ours)) == 1
        assert here() == home
        assert set(threading.enumerate()) == threads


async def test_a_session_is_bound_to_its_interface(namespaces: Namespaces, start_bird: StartBird) -> None:
    """The kernel shows the socket bound to eth0, whoever connects; what comes in elsewhere is refused."""
    ours, theirs = cabled(namespaces)
    connect(ours, theirs, interfaces=("eth1", "eth1"), addresses=(["10.7.0.2/24"], ["10.7.0.1/24"]))
    daemon = start_bird(theirs, bird())
    through = TransportOptions(device="eth0")
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(passive=True, transport=through))
        await until(lambda: is_up(speaker), "Established")
        (line,) = ends(ours)
        assert f"{OURS}%eth0:179" in line
        assert (
            await speaker.update_peer(peer(passive=True, transport=TransportOptions(device="eth1"))) is ChangePlan.RESET
        )
        await until(lambda: "came in through eth0" in reason(speaker, THEIRS), "the refusal")
        daemon.reconfigure(bird("passive on;"))
        assert await speaker.update_peer(peer(transport=through)) is ChangePlan.RESET
        await until(lambda: is_up(speaker), "Established by us")
        (line,) = ends(ours)
        assert f"{OURS}%eth0:" in line


async def test_a_connection_comes_from_the_port_asked_for(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Address and port are those of the configuration, also when it is opened anew at once."""
    ours, theirs = cabled(namespaces)
    ours.ip("addr", "add", "10.9.0.22/24", "dev", "eth0")
    start_bird(theirs, bird("passive on;").replace(f"neighbor {OURS}", "neighbor 10.9.0.22"))
    async with speaking(ours, listen=[]) as speaker:
        await speaker.add_peer(peer(local_address="10.9.0.22", transport=TransportOptions(source_port=10179)))
        await until(lambda: is_up(speaker), "Established")
        assert "10.9.0.22:10179" in ends(ours)[0]


async def test_dscp_and_the_user_timeout_change_while_the_session_is_up(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """Without a message: the marking of the next segments is another one, as ss says."""
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird())
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(passive=True))
        await until(lambda: is_up(speaker), "Established")
        assert "tos:0xc0" in marks(ours)
        changed = peer(passive=True, transport=TransportOptions(dscp=10, user_timeout=7.5))
        assert await speaker.update_peer(changed) is ChangePlan.NONE
        assert "tos:0x28" in marks(ours)
        assert ups(speaker) == 1


def marks(node: Namespace) -> str:
    """Return what ss says of the markings of sockets at port 179."""
    return node.run(["ss", "-Htn", "--tos", "state", "established", "( sport = :179 or dport = :179 )"]).stdout


async def test_a_connected_socket_is_adopted(namespaces: Namespaces, start_bird: StartBird) -> None:
    """The speaker listens nowhere and connects nowhere: a socket that was handed over becomes BIRD's session."""
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("passive on;"))
    async with Speaker(asn=ASN, bgp_identifier=OURS) as speaker:
        await speaker.add_peer(peer(passive=True))
        with ours.entered():
            connection = socket.create_connection((THEIRS, 179), timeout=5)
        await speaker.adopt_connection(connection)
        await until(lambda: is_up(speaker), "Established")
        with socket.socket() as unconnected, pytest.raises(ConfigError, match=r"^the socket given is not connected: "):
            await speaker.adopt_connection(unconnected)


async def test_a_peer_has_a_dialer_of_its_own(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Whatever function opens the connection is asked; what it raises is the reason of the failed attempt."""
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("passive on;"))
    asked: list[tuple[str, int]] = []

    async def dial(address: str, port: int) -> socket.socket:
        asked.append((address, port))
        if len(asked) == 1:
            raise ValueError("the proxy is not up")
        with ours.entered():
            made = socket.socket()
            made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, (address, port))
        return made

    async with Speaker(asn=ASN, bgp_identifier=OURS) as speaker:
        await speaker.add_peer(peer(transport=TransportOptions(dialer=dial, dscp=10)))
        await until(lambda: "ValueError: the proxy is not up" in reason(speaker, THEIRS), "the dialer's fault is told")
        await until(lambda: is_up(speaker), "Established")
        assert asked[0] == (THEIRS, 179)
        assert "tos:0x28" in marks(ours)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (TransportOptions(device="eth9"), r"transport: device eth9: No such device; there is no such interface here.*"),
        (
            TransportOptions(netns="nowhere"),
            r"transport: netns nowhere: No such file.*; there is no such namespace; .*",
        ),
        (TransportOptions(netns="/etc/hostname"), r"transport: netns /etc/hostname: Invalid argument; that is no .*"),
    ],
)
async def test_what_the_kernel_refuses_is_one_sentence(options: TransportOptions, sentence: str) -> None:
    """Where it is asked for, with the cure; and the peer is not added."""
    async with Speaker(asn=ASN, bgp_identifier=OURS) as speaker:
        with pytest.raises(ConfigError, match=rf"^peer {THEIRS}: {sentence}$"):
            await speaker.add_peer(peer(transport=options))
        assert speaker.peers() == ()
        with pytest.raises(ConfigError, match=r"^peer fe80::1%eth9: transport: the interface of fe80::1%eth9: No such"):
            await speaker.add_peer(peer("fe80::1%eth9"))


async def test_without_capabilities_the_sentence_names_the_one_that_is_missing(namespaces: Namespaces) -> None:
    """An ordinary user may not enter a namespace, nor hear router advertisements; both say what it would take."""
    require_kernel("other_users")
    ours, _ = cabled(namespaces)
    inside = f"TransportOptions(netns={str(ours.path)!r})"
    program = f"""
import asyncio, os
from bgpkit import ConfigError, PeerConfig, Speaker
from bgpkit.transport import TransportOptions
os.setuid(65534)
async def main():
    async with Speaker(asn=1, bgp_identifier="192.0.2.1") as speaker:
        for call in (
            lambda: speaker.add_peer(PeerConfig(address="192.0.2.2", asn=1, transport={inside})),
            lambda: speaker.discover_peers("eth0", lambda address: None),
        ):
            try:
                await call()
            except ConfigError as error:
                print(error)
asyncio.run(main())
"""
    python = str(PROJECT / ".venv/bin/python")
    said = ours.run([python, "-c", program]).stdout.splitlines()
    assert [line.rpartition("; ")[2] for line in said] == [
        "entering a network namespace needs root or CAP_SYS_ADMIN",
        "hearing router advertisements needs root or CAP_NET_RAW",
    ]


@pytest.mark.rfc("5925", "3.1")
async def test_tcp_ao_is_refused_by_a_kernel_without_it() -> None:
    """The sentence names the kernel's feature; where the kernel has it, the key is taken."""
    options = TransportOptions(ao_keys=(AoKey(secret=Secret("correct horse"), send_id=1, receive_id=2),))
    async with Speaker(asn=ASN, bgp_identifier=OURS) as speaker:
        if _kernel_has_tcp_ao():
            await speaker.add_peer(peer(passive=True, transport=options))
            return
        with pytest.raises(ConfigError, match=r"this kernel has no TCP-AO \(CONFIG_TCP_AO, Linux 6\.7") as raised:
            await speaker.add_peer(peer(transport=options))
        assert "correct horse" not in str(raised.value)
        assert speaker.peers() == ()


def _kernel_has_tcp_ao() -> bool:
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, 38, bytes(288))
        except OSError as error:
            return error.errno != errno.ENOPROTOOPT
    return True
