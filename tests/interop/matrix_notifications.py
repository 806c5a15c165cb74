"""Ways to make a daemon send a NOTIFICATION: our messages spoiled on their way to it."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from bgpkit.speaker import NotificationFacts
from bgpkit.speaker.events import PeerDown
from tests.integration.transport_lab import until
from tests.interop.matrix_lab import MINE, Lab, is_up, listening, peer
from tests.interop.matrix_neighbors import SPOILED, THEIRS
from tests.interop.matrix_relay import Spoil, relay
from tests.support import octets


def _nothing(number: int, kind: int, message: bytes) -> bytes:
    del number, kind
    return message


def _second(instead: bytes) -> Spoil:
    """Return what puts ``instead`` in the place of our second message, the first KEEPALIVE."""
    return lambda number, _, message: instead if number == 1 else message


def _after(extra: bytes) -> Spoil:
    """Return what puts ``extra`` behind our first UPDATE."""
    done: list[bool] = []

    def spoil(number: int, kind: int, message: bytes) -> bytes:
        del number
        if kind != octets.UPDATE or done:
            return message
        done.append(True)
        return message + extra

    return spoil


def _again() -> Spoil:
    """Return what puts our OPEN behind our first UPDATE once more."""
    opens: list[bytes] = []

    def spoil(number: int, kind: int, message: bytes) -> bytes:
        del number
        if kind == octets.OPEN:
            opens.append(message)
        return message + opens.pop() if kind == octets.UPDATE and opens else message

    return spoil


def _open(change: Callable[[bytearray], None]) -> Spoil:
    """Return what changes our OPEN."""

    def spoil(number: int, kind: int, message: bytes) -> bytes:
        del number
        if kind != octets.OPEN:
            return message
        changed = bytearray(message)
        change(changed)
        return bytes(changed)

    return spoil


def _set(position: int, value: bytes) -> Spoil:
    def change(message: bytearray) -> None:
        message[position : position + len(value)] = value

    return _open(change)


def _silent(number: int, kind: int, message: bytes) -> bytes:
    return b"" if kind == octets.KEEPALIVE and number > 1 else message


def _parameter(message: bytearray) -> None:
    """Make the optional parameters one of a type that nobody knows. RFC 4271, section 6.2."""
    del message[29:]
    message[28] = 4
    message += bytes((99, 2, 0, 0))
    message[16:18] = struct.pack("!H", len(message))


@dataclass(frozen=True, slots=True)
class Provocation:
    """One way, and what RFC 4271 answers it with."""

    key: str
    title: str
    code: int
    subcode: int
    spoil: Callable[[], Spoil] = field(repr=False)
    fields: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def expected(self) -> str:
        """Code and subcode."""
        return f"{self.code}/{self.subcode}"

    def __str__(self) -> str:
        """Return the key, which names the test."""
        return self.key


GOES_ON, CLOSES, DIES = "goes on", "closes without a word", "dies"
_REFRESH = "1/2"  # not of the length that RFC 2918 gives it; RFC 7313, section 5, has 7/1 for marks only
DIFFERENT: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "bird": {"length": GOES_ON, "early": GOES_ON, "refresh": _REFRESH},
        "frr": {"late": CLOSES, "refresh": _REFRESH},
        "gobgp": {
            "marker": GOES_ON,
            "length": GOES_ON,
            "type": DIES,
            "parameter": GOES_ON,
            "network": "3/1",
            "early": CLOSES,
            "late": DIES,
        },
        "openbgpd": {"hold-time": "4/0", "refresh": _REFRESH},
        "exabgp": {
            "marker": CLOSES,
            "length": CLOSES,
            "type": CLOSES,
            "version": "1/0",
            "parameter": "2/0",
            "network": "1/0",
            "late": GOES_ON,
            "refresh": CLOSES,
        },
    }
)
"""Where a daemon answers otherwise than the RFC."""
_QUICK: Final[dict[str, Any]] = {"hold_time": 3, "send_hold_time": 0}
_BROKEN = b"\xff" * 15 + b"\x00" + b"\x00\x13\x04"
PROVOCATIONS: Final = (
    Provocation("marker", "a marker that is not all ones", 1, 1, lambda: _second(_BROKEN)),
    Provocation("length", "a KEEPALIVE of 20 octets", 1, 2, lambda: _second(octets.message(4, b"\x00"))),
    Provocation("type", "a message of type 9", 1, 3, lambda: _second(octets.message(9))),
    Provocation("version", "BGP version 3", 2, 1, lambda: _set(19, b"\x03")),
    Provocation("as", "an AS number that is not ours", 2, 2, lambda: _nothing, {"local_asn": 64999}),
    Provocation("identifier", "the BGP Identifier 0.0.0.0", 2, 3, lambda: _set(24, bytes(4))),
    Provocation("parameter", "an optional parameter of type 99", 2, 4, lambda: _open(_parameter)),
    Provocation("hold-time", "a hold time of 1 second", 2, 6, lambda: _set(22, b"\x00\x01")),
    Provocation(
        "attributes", "attributes longer than the UPDATE", 3, 1, lambda: _after(octets.message(2, b"\x00\x00\x00\xff"))
    ),
    Provocation("network", "a prefix of 99 bits", 3, 10, lambda: _after(_prefix())),
    Provocation("hold-timer", "silence for the hold time of 3 seconds", 4, 0, lambda: _silent, _QUICK),
    Provocation("early", "an UPDATE before the session is up", 5, 2, lambda: _second(octets.update(b""))),
    Provocation("late", "an OPEN in a session that is up", 5, 3, _again),
    Provocation("refresh", "a ROUTE-REFRESH of 22 octets", 7, 1, lambda: _after(octets.message(5, b"\x00\x01\x00"))),
)


def _prefix() -> bytes:
    block = octets.attributes(64512, next_hop="10.9.0.99")
    return octets.message(2, struct.pack("!HH", 0, len(block)) + block + b"\x63" + bytes(13))


async def provoked(lab: Lab, provocation: Provocation) -> str:
    """Provoke the daemon; return code and subcode of what it sent, or what it does without a word."""
    neighbor = SPOILED[PROVOCATIONS.index(provocation)]
    async with (
        lab.speaking(neighbor) as speaker,
        listening(speaker) as told,
        relay(neighbor, provocation.spoil()) as options,
    ):
        fields: dict[str, Any] = {"transport": options, "graceful_restart": False, "local_address": None}
        await speaker.announce(MINE, next_hop=neighbor.address)
        await speaker.add_peer(peer(neighbor, **(fields | provocation.fields)))

        def answers() -> list[NotificationFacts]:
            ends = [past.end for past in speaker.explain_peer(THEIRS).ends] + [each.end for each in told(PeerDown)]
            return [end.received for end in ends if end.received is not None]

        try:
            await until(lambda: bool(answers()), "an answer", 6.0 if provocation.code == 4 else 1.5)
        except AssertionError:
            return GOES_ON if is_up(speaker, neighbor) and not told(PeerDown) else CLOSES
        return f"{answers()[0].code}/{answers()[0].subcode}"


def answers_of(daemon: str, provocation: Provocation) -> str:
    """Return what a daemon answers: the RFC's code and subcode, unless it is one of those that differ."""
    return DIFFERENT[daemon].get(provocation.key, provocation.expected)
