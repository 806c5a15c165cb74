"""RFC 5065, section 4, Operation: who we are to whom, and what is a loop."""

import struct
from typing import Any

import pytest

from bgpkit.speaker import Confederation
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    THEIRS,
    THIRD,
    holds,
    route_to,
    scripted,
    speaker_at,
    towards_scripted,
)

IDENTIFIER, MEMBER, OUTSIDE = 64999, 64513, 65001
CONFEDERATION = Confederation(identifier=IDENTIFIER, members=frozenset({MEMBER}))
OPEN_POLICIES: dict[str, Any] = {"import_policy": EVERYTHING, "export_policy": EVERYTHING}


def said_as(peer: ScriptedPeer) -> tuple[int, int]:
    """Return our AS number as our OPEN says it, in its field and in the 4-octet capability."""
    (field,) = struct.unpack_from("!H", peer.heard_open, 1)
    (wide,) = octets.read_capabilities(peer.heard_open)[65]
    return field, int.from_bytes(wide, "big")


def block(*segments: tuple[int, tuple[int, ...]], local_pref: int | None = None) -> bytes:
    """Return attributes with an AS_PATH of ``segments``."""
    path = b"".join(struct.pack(f"!BB{len(asns)}I", kind, len(asns), *asns) for kind, asns in segments)
    found = octets.ORIGIN_IGP + octets.attribute(0x40, 2, path) + octets.attribute(0x40, 3, bytes((192, 0, 2, 99)))
    return found + (b"" if local_pref is None else octets.attribute(0x40, 5, struct.pack("!I", local_pref)))


@pytest.mark.rfc("5065", "4")
async def test_we_are_the_confederation_to_peers_outside_and_a_member_to_members() -> None:
    """A member MUST use its AS Confederation Identifier with peers outside, its Member-AS Number with members."""
    async with speaker_at(confederation=CONFEDERATION) as speaker:
        await speaker.add_peer(towards_scripted(asn=OUTSIDE, **OPEN_POLICIES))
        await speaker.add_peer(towards_scripted(THIRD, asn=MEMBER))
        async with await scripted(speaker, asn=OUTSIDE) as outside:
            assert said_as(outside) == (IDENTIFIER, IDENTIFIER)
        async with await scripted(speaker, address=THIRD, asn=MEMBER) as member:
            assert said_as(member) == (ASN, ASN)


@pytest.mark.rfc("5065", "4")
@pytest.mark.parametrize(
    ("path", "looped"),
    [
        (((3, (MEMBER,)), (2, (OUTSIDE,))), False),
        # Our Member-AS Number in an AS_CONFED_SEQUENCE or AS_CONFED_SET SHALL be treated as our own AS number is.
        (((3, (MEMBER, ASN)), (2, (OUTSIDE,))), True),
        (((3, (MEMBER,)), (4, (64600, ASN)), (2, (OUTSIDE,))), True),
        # So SHALL our AS Confederation Identifier, wherever it stands.
        (((3, (MEMBER,)), (2, (OUTSIDE, IDENTIFIER))), True),
        # A number like ours in a path through other networks is not our member AS: it is known inside only.
        (((3, (MEMBER,)), (2, (OUTSIDE, ASN))), False),
    ],
)
async def test_what_has_been_here_is_a_loop(path: tuple[tuple[int, tuple[int, ...]], ...], looped: bool) -> None:
    """By either of our numbers, each where it stands for us."""
    async with speaker_at(confederation=CONFEDERATION) as speaker:
        await speaker.add_peer(towards_scripted(asn=MEMBER, accept_as_sets=True))
        async with await scripted(speaker, asn=MEMBER) as member:
            await member.send(octets.update(block(*path, local_pref=200), "10.1.0.0/16"))
            await holds(speaker, ["10.1.0.0/16"], peer=THEIRS)
            route = route_to(speaker, "10.1.0.0/16", peer=THEIRS)
            assert route.path.eligible is not looped
            assert route.best is not looped
            assert route.path.local_pref == 200


@pytest.mark.rfc("5065", "4")
async def test_our_identifier_from_outside_is_a_loop() -> None:
    """From an external peer as well."""
    async with speaker_at(confederation=CONFEDERATION) as speaker:
        await speaker.add_peer(towards_scripted(asn=OUTSIDE, **OPEN_POLICIES))
        async with await scripted(speaker, asn=OUTSIDE) as outside:
            await outside.send(octets.update(octets.attributes(OUTSIDE, IDENTIFIER), "10.1.0.0/16"))
            await outside.send(octets.update(octets.attributes(OUTSIDE, ASN), "10.2.0.0/16"))
            await holds(speaker, ["10.2.0.0/16"])
            await holds(speaker, ["10.1.0.0/16", "10.2.0.0/16"], peer=THEIRS)
            assert "64999 is in AS_PATH" in route_to(speaker, "10.1.0.0/16", peer=THEIRS).path.reason
