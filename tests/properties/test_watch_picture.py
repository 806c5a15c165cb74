"""A watcher's picture is the table's, whatever happens, however slowly it reads, however often it goes and returns."""

import asyncio
from collections.abc import AsyncGenerator
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit import IPV4_UNICAST, RouteChange
from bgpkit.speaker import watch, watch_log
from bgpkit.speaker.watch import Watchers
from bgpkit.speaker.watch_events import SnapshotStart, WatchEvent
from bgpkit.speaker.watched_prefixes import watched_prefixes
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table

SOURCES = [Source(f"192.0.2.{number}", SourceKind.EBGP, bgp_identifier=number) for number in (1, 2)]
PREFIXES = [Prefix.parse(text) for text in ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "11.0.0.0/8")]
KEYS = [prefix.key for prefix in PREFIXES]

Step = tuple[str, Source, list[bytes], int]
"""What happens, to whose routes, to which keys, and a number that says how much or how good."""

some_keys = st.lists(st.sampled_from(KEYS), min_size=1, unique=True)
steps = st.tuples(
    st.sampled_from(["announce", "announce", "refuse", "withdraw", "read", "read", "return"]),
    st.sampled_from(SOURCES),
    some_keys,
    st.integers(1, 3),
)


class Reader:
    """Reads events one by one and keeps the picture that they give."""

    def __init__(self, table: Table, prefixes: list[str]) -> None:
        """Watch ``table``, or what lies inside some prefixes."""
        self.watchers = Watchers()
        self.tables = {IPV4_UNICAST: table}
        self.inside = watched_prefixes(prefixes, self.tables)
        self.picture: dict[Prefix, Path] = {}
        self.cursor = ""
        self.events = self.begin()
        self.waiting: asyncio.Future[WatchEvent] | None = None

    def begin(self) -> AsyncGenerator[WatchEvent, None]:
        """Go on from where the last event was."""
        return self.watchers.events(self.tables, self.inside, self.cursor)

    async def read(self) -> bool:
        """Take the next event, if there is one; tell whether there was."""
        if self.waiting is None:
            self.waiting = asyncio.ensure_future(anext(self.events))
        for _ in range(20):
            await asyncio.sleep(0)
        if not self.waiting.done():
            return False
        event, self.waiting = self.waiting.result(), None
        self.cursor = event.cursor
        if isinstance(event, SnapshotStart):
            self.picture.clear()
        elif isinstance(event, RouteChange):
            if event.route is None:
                self.picture.pop(event.prefix, None)
            else:
                self.picture[event.prefix] = event.route.path
        return True

    async def leave(self) -> None:
        """Stop to watch; a read that waits is given up, with what it would have told."""
        if self.waiting is not None:
            self.waiting.cancel()
            await asyncio.gather(self.waiting, return_exceptions=True)
            self.waiting = None
        await self.events.aclose()


async def live(table: Table, reader: Reader, sequence: list[Step]) -> None:
    """Do the steps, then read to the end."""
    for what, source, keys, number in sequence:
        match what:
            case "announce" | "refuse":
                table.announce(Path(source, bytes(4), local_pref=number, eligible=what == "announce"), list(keys))
            case "withdraw":
                table.withdraw(source, keys)
            case "read":
                for _ in range(number):
                    await reader.read()
            case _:
                await reader.leave()
                reader.events = reader.begin()
    while await reader.read():
        pass
    await reader.leave()


def wanted(table: Table, reader: Reader) -> dict[Prefix, Path]:
    """Return the picture that the table gives."""
    every = {Prefix.from_key(key, 32): path for key, path in table.loc_rib()}
    return {
        prefix: path for prefix, path in every.items() if reader.inside is None or reader.inside.has(32, prefix.key)
    }


@settings(max_examples=200, deadline=None)
@given(
    before=st.lists(steps, max_size=4),
    after=st.lists(steps, max_size=25),
    kept=st.sampled_from([9, 30, 1000]),
    prefixes=st.sampled_from([[], ["10.1.0.0/16"], ["10.0.0.0/8", "11.0.0.0/9"]]),
)
def test_the_picture_of_a_watcher_equals_the_table(
    before: list[Step], after: list[Step], kept: int, prefixes: list[str]
) -> None:
    """After any sequence of news, reads, and absences from which it returns with its last cursor."""

    async def run() -> None:
        table = Table(32)
        await live(table, Reader(table, []), before)
        reader = Reader(table, prefixes)
        await live(table, reader, after)
        assert reader.picture == wanted(table, reader)

    with patch.object(watch_log, "KEYS_KEPT", kept), patch.object(watch, "SLICE", 2):
        asyncio.run(run())
