"""Routes of every family travel between speakers by way of a reflector, as the calls of those who embed them show."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bgpkit import Family, PathAttributes, Speaker
from bgpkit.testing import strategies as bgp
from bgpkit.wire import ROWS, FamilyRow, Nlri, register_family
from bgpkit.wire.families.table import rows
from bgpkit_fsm import IPV4_ROUTE_TARGET
from bgpkit_rib import AsPath, Origin
from tests.support.scripted_peer import eventually
from tests.support.speakers import OURS, THEIRS, THIRD, connect, speaker_at

BUILT_IN = tuple(family for family in ROWS if family != IPV4_ROUTE_TARGET)
OWN = Family(1, 241)
"""A family that only these tests know: NLRI of a length octet, a colour octet that is no key, and a name."""
NEXT_HOPS = {4: "127.0.0.2", 12: "127.0.0.2", 16: "2001:db8::2", 24: "2001:db8::2"}


def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut one NLRI of the own family."""
    del withdrawn
    stop = offset + 1 + nlri[offset]
    return stop, bytes((nlri[offset],)) + nlri[offset + 2 : stop], nlri[offset + 1 : offset + 2]


@dataclass(frozen=True, slots=True)
class Coloured:
    """An NLRI of the own family."""

    colour: int
    name: str


def encode(value: Nlri) -> tuple[bytes, bytes]:
    """Return key and rest of a value."""
    assert isinstance(value, Coloured)
    return bytes((len(value.name) + 1,)) + value.name.encode(), bytes((value.colour,))


ROW = FamilyRow(
    family=OWN,
    frame=frame,
    decode=lambda key, rest: Coloured(rest[0], key[1:].decode()),
    encode=encode,
    values=(Coloured,),
    next_hop_lengths=frozenset({4}),
    join=lambda key, rest: key[:1] + (rest or b"\0") + key[1:],
)


@pytest.fixture(scope="module", autouse=True)
def own_family() -> Generator[None]:
    """Let the codec know the own family while these tests run."""
    register_family(ROW)
    yield
    del rows[OWN]


@asynccontextmanager
async def line(*families: Family) -> AsyncGenerator[tuple[Speaker, Speaker, Speaker]]:
    """Run a client, a reflector and another client."""
    async with (
        speaker_at(THEIRS, families=families) as sender,
        speaker_at(OURS, families=families) as reflector,
        speaker_at(THIRD, families=families) as receiver,
    ):
        for client in (sender, receiver):
            await connect(
                reflector, client, {"families": families, "route_reflector_client": True}, {"families": families}
            )
        yield sender, reflector, receiver


def next_hop_of(family: Family) -> str | None:
    """Return a next hop for routes of ``family``; None where it can be without."""
    shortest = min(ROWS[family].next_hop_lengths)
    return NEXT_HOPS[shortest] if shortest else None


def told(speaker: Speaker, family: Family) -> list[tuple[str, str]]:
    """Return what a speaker holds of a family, in an order of its own."""
    return sorted((str(each.nlri), str(each.attributes.next_hop)) for each in speaker.routes(family))


async def holds_the_same(receiver: Speaker, sender: Speaker, family: Family) -> None:
    """Wait until two speakers hold the same of a family."""
    wanted = told(sender, family)
    await eventually(lambda: told(receiver, family) == wanted, f"{family}: {wanted}", patience=10)


async def announce(speaker: Speaker, family: Family, values: list[Nlri], med: int = 7) -> None:
    """Originate ``values``."""
    attributes = PathAttributes(origin=Origin.EGP, as_path=AsPath.of(65001), med=med)
    await speaker.announce(*values, family=family, next_hop=next_hop_of(family), attributes=attributes)


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(data=st.data())
def test_every_family_that_is_built_in_reaches_the_other_client(data: st.DataObject) -> None:
    """One session for all of them: announced, found by value with all attributes, announced otherwise, withdrawn."""
    values = {family: data.draw(st.lists(bgp.nlri(family), min_size=1, max_size=3)) for family in BUILT_IN}

    async def main() -> None:
        async with line(*BUILT_IN) as (sender, _, receiver):
            for family in BUILT_IN:
                await announce(sender, family, values[family])
            for family in BUILT_IN:
                await holds_the_same(receiver, sender, family)
                for route in sender.routes(family):
                    (found,) = receiver.paths(route.nlri, family)
                    assert (found.nlri, found.best, found.attributes.med) == (route.nlri, True, 7)
                    assert found.attributes.as_path == AsPath.of(65001)
            for family in BUILT_IN:
                await sender.withdraw(*values[family], family=family)
            for family in BUILT_IN:
                assert told(sender, family) == []
                await holds_the_same(receiver, sender, family)

    asyncio.run(main())


async def test_a_family_that_a_user_has_registered_is_reflected_like_any_other() -> None:
    """What stands beside the key goes with the path: another colour for the same name is a new path."""
    async with line(OWN) as (sender, reflector, receiver):
        await announce(sender, OWN, [Coloured(1, "red"), Coloured(2, "blue")])
        await eventually(lambda: names(receiver) == {Coloured(1, "red"), Coloured(2, "blue")}, "both")
        await announce(sender, OWN, [Coloured(3, "red")])
        await eventually(lambda: names(receiver) == {Coloured(3, "red"), Coloured(2, "blue")}, "another colour")
        assert names(reflector) == {Coloured(3, "red"), Coloured(2, "blue")}
        assert [route.nlri for route in receiver.paths(Coloured(9, "red"), OWN)] == [Coloured(3, "red")]
        await sender.withdraw(Coloured(0, "red"), family=OWN)
        await eventually(lambda: names(receiver) == {Coloured(2, "blue")}, "one withdrawn")


def names(speaker: Speaker) -> set[object]:
    """Return the NLRI of the own family that a speaker holds."""
    return {route.nlri for route in speaker.routes(OWN)}
