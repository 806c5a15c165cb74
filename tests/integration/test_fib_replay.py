"""A Fib that follows a large table does not take for forgotten what has only not been told yet."""

from collections.abc import Callable

import pytest

from bgpkit.fib import Fib
from bgpkit.speaker import subscriptions
from bgpkit.speaker.subscriptions import Subscriptions
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Path, Prefix, Source, SourceKind, Table
from tests.integration.test_fib_kernel import node, running
from tests.support.netns import Namespace

__all__ = ["node"]

pytestmark = pytest.mark.netns

PREFIXES = [f"10.{number}.0.0/16" for number in range(1, 51)]


class TableSpeaker:
    """A speaker that is nothing but its table."""

    def __init__(self, table: Table) -> None:
        """Have a table."""
        self.table = table

    def subscribe(
        self, family: Family, consumer: Callable[[list[bytes], Entry | None, Entry | None], None], /
    ) -> Callable[[], None]:
        """Replay the table in slices, then follow it."""
        return Subscriptions().add(family, self.table, consumer)


def followed(fib: Fib) -> None:
    """Let it follow a table of all prefixes."""
    table = Table(32)
    # Our own routes come first: of these nothing is to be written, so that the writer finds nothing to do meanwhile.
    own = Path(Source("own", SourceKind.LOCAL), b"2")
    table.announce(own, [Prefix.parse(f"172.{number}.0.0/16").key for number in range(1, 51)])
    path = Path(Source("peer", SourceKind.EBGP), b"1", next_hop=b"\x0a\0\0\2")
    table.announce(path, [Prefix.parse(text).key for text in PREFIXES])
    fib.follow(TableSpeaker(table), IPV4_UNICAST)


def installed(node: Namespace) -> set[str]:
    """Return the prefixes in the kernel."""
    return {row["dst"] for row in node.ip_json("route", "show", "proto", "bird")}


async def test_settled_and_sweep_wait_until_a_speaker_has_told_all(
    node: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is written when it is settled; the next run finds all adopted routes wanted, and sweeps none."""
    monkeypatch.setattr(subscriptions, "SLICE", 1)
    async with running(node) as fib:
        followed(fib)
        await fib.settled()
        assert installed(node) == set(PREFIXES)
    async with running(node) as fib:
        assert fib.leftover == len(PREFIXES)
        followed(fib)
        assert await fib.sweep() == 0
        assert installed(node) == set(PREFIXES)
        assert fib.writes == 0
