"""RFC 9774, section 3: routes with an AS_SET or an AS_CONFED_SET are treated as withdrawn."""

import struct

import pytest

from bgpkit import State
from bgpkit.policy import ACCEPT_ALL
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import (
    IDENTIFIERS,
    THEIRS,
    established,
    holds,
    scripted,
    speaker_at,
    state,
    towards_scripted,
)

ASN = 64600
AS_SET, AS_SEQUENCE, AS_CONFED_SET = 1, 2, 4
SEQUENCE = (AS_SEQUENCE, (ASN, 64700))


def path_of(*segments: tuple[int, tuple[int, ...]], size: str = "I") -> bytes:
    """Return an AS_PATH or AS4_PATH value."""
    return b"".join(struct.pack(f"!BB{len(asns)}{size}", kind, len(asns), *asns) for kind, asns in segments)


def block(as_path: bytes, as4_path: bytes = b"") -> bytes:
    """Return a block of attributes."""
    tail = octets.attribute(0xC0, 17, as4_path) if as4_path else b""
    next_hop = octets.attribute(0x40, 3, bytes((192, 0, 2, 99)))
    return octets.ORIGIN_IGP + octets.attribute(0x40, 2, as_path) + next_hop + tail


@pytest.mark.rfc("9774", "3")
@pytest.mark.parametrize(
    "segments",
    [(SEQUENCE, (AS_SET, (64701, 64702))), ((AS_SET, (ASN,)),), (SEQUENCE, (AS_SET, (64701,)), SEQUENCE)],
    ids=["behind a sequence", "alone", "in the middle"],
)
async def test_a_route_with_an_as_set_counts_as_withdrawn(segments: tuple[tuple[int, tuple[int, ...]], ...]) -> None:
    """Treat-as-withdraw: what was there goes, the session and all other routes stay."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL))
        async with await scripted(speaker, asn=ASN) as peer:
            await peer.send(octets.update(block(path_of(SEQUENCE)), "10.1.0.0/16", "10.2.0.0/16"))
            await holds(speaker, {"10.1.0.0/16", "10.2.0.0/16"})
            await peer.send(octets.update(block(path_of(*segments)), "10.1.0.0/16", "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("9774", "3")
async def test_from_an_internal_peer_it_counts_as_withdrawn_too() -> None:
    """Of whom a route comes makes no difference."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(block(path_of(SEQUENCE, (AS_SET, (1,)))), "10.1.0.0/16"))
            await peer.send(octets.update(block(path_of(SEQUENCE)), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)


@pytest.mark.rfc("9774", "3")
async def test_an_as_confed_set_counts_as_withdrawn() -> None:
    """From inside an AS, where confederation segments may be."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(block(path_of((AS_CONFED_SET, (64513,)), SEQUENCE)), "10.1.0.0/16"))
            await peer.send(octets.update(block(path_of(SEQUENCE)), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)


@pytest.mark.rfc("9774", "3")
@pytest.mark.parametrize("where", ["AS_PATH", "AS4_PATH"])
async def test_a_set_in_as4_path_counts_as_well(where: str) -> None:
    """On a session with 2-octet AS numbers either path may hold it."""
    plain, sets = (SEQUENCE,), ((AS_SEQUENCE, (ASN,)), (AS_SET, (64701,)))
    as_path, as4_path = (sets, plain) if where == "AS_PATH" else (plain, sets)
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL))
        async with await ScriptedPeer.dial(*speaker.addresses[0], local=THEIRS) as peer:
            await peer.send(octets.open_message(ASN, IDENTIFIERS[THEIRS]), octets.message(octets.KEEPALIVE))
            await established(speaker, THEIRS)
            await peer.send(octets.update(block(path_of(*as_path, size="H"), path_of(*as4_path)), "10.1.0.0/16"))
            await peer.send(octets.update(block(path_of(SEQUENCE, size="H")), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"}, peer=THEIRS)


@pytest.mark.rfc("9774", "3")
async def test_an_operator_may_take_them() -> None:
    """Tables of long ago are full of them."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL, accept_as_sets=True))
        async with await scripted(speaker, asn=ASN) as peer:
            await peer.send(octets.update(block(path_of(SEQUENCE, (AS_SET, (1,)))), "10.1.0.0/16"))
            await holds(speaker, {"10.1.0.0/16"})


@pytest.mark.rfc("9774", "3")
async def test_a_withdrawal_that_carries_an_as_set_withdraws() -> None:
    """There is no route that could be hidden in it: the session stays."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL))
        async with await scripted(speaker, asn=ASN) as peer:
            await peer.send(octets.update(block(path_of(SEQUENCE)), "10.1.0.0/16", "10.2.0.0/16"))
            await holds(speaker, {"10.1.0.0/16", "10.2.0.0/16"})
            await peer.send(octets.update(block(path_of(SEQUENCE, (AS_SET, (1,)))), withdrawn=["10.1.0.0/16"]))
            await holds(speaker, {"10.2.0.0/16"})
            assert state(speaker, THEIRS) is State.ESTABLISHED
