"""BFD services at addresses of this process's own on the loopback interface, and whoever listens to them."""

import os
import socket
from typing import Any

from bgpkit.bfd import BfdService
from bgpkit.speaker import BfdOptions, Liveness, LivenessState, MonitoredPath
from tests.support.scripted_peer import eventually

_NET = f"127.{os.getpid() >> 8 & 0xFF | 0x80}.{os.getpid() & 0xFF}"
ONE, OTHER = f"{_NET}.1", f"{_NET}.2"


def options(**fields: Any) -> BfdOptions:
    """Return options at 50 ms, and with patience for a busy machine."""
    given: dict[str, Any] = {"transmit_interval": 0.05, "receive_interval": 0.05, "detect_multiplier": 8} | fields
    return BfdOptions(**given)


def path(remote: str = OTHER, local: str | None = ONE, **fields: Any) -> MonitoredPath:
    """Return a path between the two addresses."""
    return MonitoredPath(remote=remote, local=local, options=options(**fields))


def way_back(**fields: Any) -> MonitoredPath:
    """Return the same path, from the other end."""
    return path(ONE, OTHER, **fields)


def service(address: str = ONE, **fields: Any) -> BfdService:
    """Return a service at one of the addresses."""
    return BfdService(listen=[address], **fields)


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.told: list[Liveness] = []

    def __call__(self, liveness: Liveness) -> None:
        """Keep a liveness."""
        self.told.append(liveness)

    @property
    def states(self) -> list[LivenessState]:
        """The states that were told, in order."""
        return [each.state for each in self.told]


async def state_of(bfd: BfdService, wanted: str, number: int = 0) -> None:
    """Wait until a session is in a state."""
    await eventually(lambda: bfd.sessions()[number].state == wanted, f"{wanted}")


async def sent(bfd: BfdService, packets: int, number: int = 0) -> None:
    """Wait until a session has sent so many packets more."""
    wanted = bfd.sessions()[number].packets_sent + packets
    await eventually(lambda: bfd.sessions()[number].packets_sent >= wanted, "packets")


def send_first_packet(ttl: int, *, multihop: bool = False) -> None:
    """Send the first packet of a peer that is Down from the other address, with a TTL."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        sending.bind((OTHER, 0))
        octets = bytes.fromhex("20400318 00000009 00000000 000f4240 000f4240 00000000")
        sending.sendto(octets, (ONE, 4784 if multihop else 3784))
