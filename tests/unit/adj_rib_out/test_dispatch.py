"""Groups hear of the changes that may concern them, and of no others."""

from dataclasses import replace

import pytest

from bgpkit.adj_rib_out import Dispatch, ExportKey, Interest, UpdateGroup
from bgpkit.policy import ACCEPT_ALL
from bgpkit_fsm import IPV4_VPN
from bgpkit_rib import Entry, Source, SourceKind, Table, make_path
from tests.support.octets import attribute
from tests.support.schedulers import ManualScheduler

ONE, TWO, THREE = (bytes.fromhex("0002fc00") + number.to_bytes(4) for number in (2, 3, 4))
SOURCE = Source("source", SourceKind.CLIENT)
KEY = ExportKey(
    family=IPV4_VPN, kind=SourceKind.CLIENT, local_asn=64512, cluster_id=1, next_hop=bytes(4), policy=ACCEPT_ALL
)


class Port:
    """Takes everything."""

    writable = True

    def write(self, octets: bytes) -> None:
        """Drop the octets."""


class Lab:
    """A table, its dispatch, and groups that only say what they hear of."""

    def __init__(self) -> None:
        """Start empty."""
        self.table = Table(0)
        self.scheduler = ManualScheduler()
        self.dispatch = Dispatch(self.table)
        self.heard: list[tuple[str, bytes]] = []

    def group(self, name: str, interest: Interest | None) -> UpdateGroup:
        """Return a group whose peers ask for this."""
        group = UpdateGroup(replace(KEY, route_targets=interest), self.table, self.scheduler)

        def changed(keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
            del old, new, nlri
            self.heard += [(name, key) for key in keys]

        group.changed = changed
        return group

    def announce(self, key: bytes, *targets: bytes) -> set[str]:
        """Announce a key with route targets; return who hears of it."""
        self.table.announce(make_path(SOURCE, attribute(0xC0, 16, b"".join(targets))), [key])
        return self.listeners(key)

    def listeners(self, key: bytes) -> set[str]:
        """Return who has heard of a key, each once, since this was asked last."""
        heard, self.heard = self.heard, []
        assert len(set(heard)) == len(heard)
        assert {each for _, each in heard} <= {key}
        return {name for name, _ in heard}


@pytest.fixture
def lab() -> Lab:
    """Return an empty laboratory."""
    return Lab()


def test_a_group_hears_of_entries_with_a_target_that_it_asks_for(lab: Lab) -> None:
    """In the former or the present entry; once, however many targets meet."""
    lab.dispatch.add(lab.group("one", Interest(frozenset({ONE}))))
    lab.dispatch.add(lab.group("both", Interest(frozenset({ONE, TWO}))))
    lab.dispatch.add(lab.group("prefix", Interest(frozenset({THREE}), frozenset({(1, int.from_bytes(TWO) >> 1)}))))
    lab.dispatch.add(lab.group("nothing", Interest()))
    assert lab.announce(b"a", ONE) == {"one", "both", "prefix"}
    assert lab.announce(b"a", TWO, ONE) == {"one", "both", "prefix"}
    assert lab.announce(b"a", THREE) == {"one", "both", "prefix"}
    assert lab.announce(b"b", THREE) == {"prefix"}
    assert lab.announce(b"c") == set()
    lab.table.withdraw(SOURCE, [b"b"])
    assert lab.listeners(b"b") == {"prefix"}


def test_a_group_that_has_been_removed_hears_nothing(lab: Lab) -> None:
    """With the last one the table is followed no more."""
    first = lab.dispatch.add(lab.group("first", Interest(frozenset({ONE}))))
    second = lab.dispatch.add(lab.group("second", Interest(frozenset({ONE}), frozenset({(63, 0)}))))
    first()
    assert lab.announce(b"a", ONE) == {"second"}
    second()
    assert lab.announce(b"a", TWO) == set()
    assert lab.table.consumers == ()
    lab.dispatch.add(lab.group("third", Interest(frozenset({TWO}))))
    assert lab.announce(b"a", ONE) == {"third"}


def test_while_members_move_a_group_hears_of_what_they_had(lab: Lab) -> None:
    """Of what the group before asked for, and the one before that; afterwards of its own again."""
    x, y, z = (lab.group(name, Interest(frozenset({each}))) for name, each in (("x", ONE), ("y", TWO), ("z", THREE)))
    for group in (x, y, z):
        lab.dispatch.add(group)
    x.join(SOURCE, Port(), end_of_rib=False)
    lab.scheduler.advance(1)
    for former, group in ((x, y), (y, z)):
        lab.dispatch.widen(group, former)
        group.join(SOURCE, Port(), previous=former)
    assert (y.is_moving, z.is_moving) == (False, True)
    assert lab.announce(b"a", ONE) == {"x", "y", "z"}
    assert lab.announce(b"b", TWO) == {"y", "z"}
    lab.dispatch.widen(y, x)
    z.leave(SOURCE)
    assert not z.is_moving
    lab.dispatch.widen(z, z)
    assert lab.announce(b"c", ONE) == {"x", "y"}


def test_from_everything_a_group_hears_of_everything(lab: Lab) -> None:
    """A member that was sent all routes may hold any; a group that is not followed here is left alone."""
    lab.dispatch.add(one := lab.group("one", Interest(frozenset({ONE}))))
    everything = lab.group("everything", None)
    lab.dispatch.widen(everything, one)
    lab.dispatch.widen(one, everything)
    assert lab.announce(b"a", TWO) == {"one"}
