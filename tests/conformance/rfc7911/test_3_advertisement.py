"""RFC 7911, sections 3 to 5: what we send with Path Identifiers, as a scripted peer hears it."""

import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bgpkit import AddPathAll, Speaker
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import ASN, OURS, THEIRS, THIRD, scripted, speaker_at, towards_scripted
from tests.support.update_fields import update_fields

TEN, ELEVEN = bytes((8, 10)), bytes((8, 11))
LISTENER = "127.0.0.4"


def add_path(mode: int, *families: tuple[int, int]) -> bytes:
    """Return the ADD-PATH capability: 1 receives, 2 sends. RFC 7911, section 4."""
    return struct.pack("!BB", 69, 4 * len(families)) + b"".join(struct.pack("!HBB", *each, mode) for each in families)


RECEIVES = (octets.IPV4_CAPABILITY, add_path(1, (1, 1)))


def told(body: bytes) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
    """Return what an UPDATE withdraws and announces: Path Identifiers and prefixes."""
    ((withdrawn, _, announced),) = update_fields(octets.message(octets.UPDATE, body))
    return cut(withdrawn), cut(announced)


def cut(field: bytes) -> list[tuple[int, bytes]]:
    """Cut NLRI with a Path Identifier of four octets before each. RFC 7911, section 3."""
    found: list[tuple[int, bytes]] = []
    while field:
        size = 5 + (field[4] + 7) // 8
        found.append((int.from_bytes(field[:4]), field[4:size]))
        field = field[size:]
    return found


class Listener:
    """A peer that takes several paths, and the table that it makes of what it hears."""

    def __init__(self, peer: ScriptedPeer) -> None:
        """Start with an empty table."""
        self.peer = peer
        self.table: dict[tuple[int, bytes], bytes] = {}

    async def hear(self) -> tuple[list[tuple[int, bytes]], list[tuple[int, bytes]]]:
        """Take the next UPDATE; return what it withdraws and announces."""
        body = await self.peer.expect(octets.UPDATE)
        withdrawn, announced = told(body)
        for place in withdrawn:
            self.table.pop(place, None)
        self.table.update(dict.fromkeys(announced, body))
        return withdrawn, announced

    async def hear_until(self, size: int) -> None:
        """Take UPDATEs until the table has so many paths."""
        while len(self.table) != size:
            await self.hear()

    def ids(self, prefix: bytes) -> set[int]:
        """Return the Path Identifiers of a prefix."""
        return {path_id for path_id, key in self.table if key == prefix}


@asynccontextmanager
async def two_feeders() -> AsyncGenerator[tuple[Speaker, ScriptedPeer, ScriptedPeer, Listener]]:
    """Run a reflector with two clients that announce, and one that takes several paths."""
    async with speaker_at(OURS) as speaker:
        for address in (THEIRS, THIRD):
            await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
        config = towards_scripted(LISTENER, route_reflector_client=True, advertise=AddPathAll())
        await speaker.add_peer(config)
        one, two = await scripted(speaker, address=THEIRS), await scripted(speaker, address=THIRD)
        async with one, two, await scripted(speaker, *RECEIVES, address=LISTENER) as peer:
            listener = Listener(peer)
            await listener.hear()  # End-of-RIB
            yield speaker, one, two, listener


def announcement(med: int, *prefixes: str) -> bytes:
    """Return an UPDATE of a client."""
    return octets.update(octets.attributes(ASN + 1, local_pref=100, med=med), *prefixes)


@pytest.mark.rfc("7911", "3")
@pytest.mark.rfc("7911", "5")
async def test_several_paths_of_a_prefix_are_told_apart_by_identifiers() -> None:
    """Each NLRI has a Path Identifier, and those of one prefix differ, so that none replaces another."""
    async with two_feeders() as (_, one, two, listener):
        await one.send(announcement(1, "10.0.0.0/8", "11.0.0.0/8"))
        await two.send(announcement(2, "10.0.0.0/8"))
        await listener.hear_until(3)
        assert len(listener.ids(TEN)) == 2
        assert len(listener.ids(ELEVEN)) == 1


@pytest.mark.rfc("7911", "3")
async def test_a_path_is_replaced_by_its_identifier() -> None:
    """An advertisement with the same Path Identifier takes the place of the former one, without a withdrawal."""
    async with two_feeders() as (_, one, two, listener):
        await one.send(announcement(1, "10.0.0.0/8"))
        await two.send(announcement(2, "10.0.0.0/8"))
        await listener.hear_until(2)
        before = listener.ids(TEN)
        await one.send(announcement(9, "10.0.0.0/8"))
        withdrawn, announced = await listener.hear()
        assert (withdrawn, len(announced)) == ([], 1)
        assert listener.ids(TEN) == before


@pytest.mark.rfc("7911", "3")
async def test_a_path_is_withdrawn_by_its_identifier() -> None:
    """A withdrawal names prefix and Path Identifier, and the other paths stay."""
    async with two_feeders() as (_, one, two, listener):
        await one.send(announcement(1, "10.0.0.0/8"))
        await listener.hear_until(1)
        (first,) = listener.ids(TEN)
        await two.send(announcement(2, "10.0.0.0/8"))
        await listener.hear_until(2)
        await one.send(octets.withdraw("10.0.0.0/8"))
        assert await listener.hear() == ([(first, TEN)], [])


@pytest.mark.rfc("7911", "3")
async def test_an_identifier_is_not_used_again_for_another_path() -> None:
    """A peer that comes back gets others, so that nobody can take its new paths for the old ones."""
    async with two_feeders() as (speaker, one, two, listener):
        await two.send(announcement(2, "10.0.0.0/8"))
        await listener.hear_until(1)
        used = listener.ids(TEN)
        await two.close()
        await listener.hear_until(0)
        await one.send(announcement(1, "10.0.0.0/8"))
        await listener.hear_until(1)
        assert not listener.ids(TEN) & used
        del speaker


@pytest.mark.rfc("7911", "5")
async def test_without_the_capability_one_path_is_sent_and_no_identifier() -> None:
    """The encoding is used only where both sides have agreed on it for the family."""
    async with two_feeders() as (speaker, one, two, listener):
        await speaker.add_peer(towards_scripted("127.0.0.5", route_reflector_client=True, advertise=AddPathAll()))
        await one.send(announcement(1, "10.0.0.0/8"))
        await two.send(announcement(2, "10.0.0.0/8"))
        await listener.hear_until(2)
        async with await scripted(speaker, address="127.0.0.5", identifier="10.0.0.5") as plain:
            assert set(await plain.routes()) == {"10.0.0.0/8"}
