"""Who subscribes to a table in the midst of changes hears each key from its beginning, and every change in order."""

import asyncio
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit import IPV4_UNICAST
from bgpkit.speaker import subscriptions
from bgpkit.speaker.subscriptions import Subscriptions
from bgpkit_rib import Entry, Path, Source, SourceKind, Table

SOURCES = [Source(f"192.0.2.{number}", SourceKind.EBGP, bgp_identifier=number) for number in (1, 2)]
KEYS = [bytes((8, number)) for number in range(30)]

some_keys = st.lists(st.sampled_from(KEYS), min_size=1, unique=True)
news = st.tuples(st.sampled_from(SOURCES), some_keys, st.booleans())
turns = st.lists(news, max_size=3)


def tell(table: Table, changes: list[tuple[Source, list[bytes], bool]]) -> None:
    """Announce or withdraw."""
    for source, keys, gone in changes:
        if gone:
            table.withdraw(source, keys)
        else:
            table.announce(Path(source, bytes(4)), list(keys))


@settings(max_examples=200, deadline=None)
@given(before=turns, between=st.lists(turns, min_size=1, max_size=8), size=st.integers(1, 5))
def test_each_old_entry_is_the_new_one_before_it(
    before: list[tuple[Source, list[bytes], bool]],
    between: list[list[tuple[Source, list[bytes], bool]]],
    size: int,
) -> None:
    """From None to what the table holds at the end, without a gap, with changes at every turn of the replay."""

    async def run() -> None:
        table = Table(32)
        tell(table, [(SOURCES[0], list(KEYS), False), *before])
        known: dict[bytes, Entry | None] = {}

        def consume(keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
            for key in keys:
                assert known.get(key) is old
                known[key] = new

        subscription = Subscriptions().add(IPV4_UNICAST, table, consume)
        for changes in between:
            tell(table, changes)
            await asyncio.sleep(0)
        await subscription.replayed()
        assert {key: entry for key, entry in known.items() if entry is not None} == dict(table.items())

    with patch.object(subscriptions, "SLICE", size):
        asyncio.run(run())
