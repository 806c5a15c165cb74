"""A shadow table built from the octets sent equals what the peer should hold, after any sequence of events."""

from dataclasses import dataclass, field, replace
from functools import partial
from ipaddress import IPv4Address
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bgpkit.adj_rib_out import ExportKey, PathIds, RouteLimit, UpdateGroup
from bgpkit.adj_rib_out import dumps as dumps_module
from bgpkit.adj_rib_out import group as group_module
from bgpkit.policy import ACCEPT_ALL, Policy, PrefixPolicy, PrefixRule, PrefixSet, RoutePolicy, Rule, SetMed, Then
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import (
    BEST_EXTERNAL,
    AddPathAll,
    AddPathBest,
    AsPath,
    Community,
    Origin,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
    Table,
    make_path,
)
from tests.properties.adj_rib_out_model import (
    FAMILIES,
    PREFIXES,
    Halves,
    Leveller,
    Moody,
    Wire,
    expected,
    holding,
    marker,
)
from tests.support.schedulers import ManualScheduler

ODD_ONES: Final = PrefixPolicy(
    "odd-ones", (PrefixRule(Prefix.parse("10.1.0.0/16")), PrefixRule(Prefix.parse("10.3.3.0/24")))
)
SETS: Final = RoutePolicy(
    "sets",
    (
        Rule(PrefixSet.of("10.1.0.0/16 le 32", "0.0.0.0/0"), then=Then.REJECT),
        Rule(PrefixSet.of("10.0.0.0/8 ge 24"), (SetMed(9),), Then.ACCEPT),
    ),
    default=True,
)
OPEN: Final = RoutePolicy("open", (), default=True)
CLIENT, NON_CLIENT, EBGP = SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.EBGP
MOODY: Final = Moody()
POLICIES: Final[tuple[Policy, ...]] = (ACCEPT_ALL, OPEN, ODD_ONES, SETS, Halves(), Leveller(), MOODY)
NEXT_HOP: Final = bytes((192, 0, 2, 9))
MEMBERS: Final = 5


def export_keys(family: Family) -> list[ExportKey]:
    """Return the ways to export of a family: the first ones without ADD-PATH."""
    plain = ExportKey(
        family=family,
        kind=CLIENT,
        local_asn=64512,
        cluster_id=0x0A0A0A0A,
        next_hop=bytes((192, 0, 2, 1)),
        policy=ACCEPT_ALL,
    )
    kinds = [replace(plain, kind=kind, policy=policy) for kind in (CLIENT, EBGP) for policy in POLICIES]
    plain_ones = [
        *kinds,
        replace(plain, kind=NON_CLIENT),
        replace(plain, kind=NON_CLIENT, selection=BEST_EXTERNAL),
        replace(plain, advertisement_interval=5.0),
        replace(plain, advertisement_interval=5.0, policy=ODD_ONES),
        replace(plain, default_originate=True),
        replace(plain, default_originate=True, policy=SETS),
    ]
    every = replace(plain, selection=AddPathAll(), add_path=True)
    several = [
        every,
        replace(every, policy=Leveller()),
        replace(every, policy=Halves(), kind=EBGP),
        replace(every, policy=SETS),
        replace(every, policy=MOODY),
        replace(every, selection=AddPathBest(2)),
        replace(every, selection=AddPathBest(1), advertisement_interval=5.0),
        replace(every, kind=NON_CLIENT),
    ]
    return plain_ones + several


@dataclass
class Joined:
    """A member in its group."""

    key: ExportKey
    group: UpdateGroup
    wire: Wire
    limit: RouteLimit | None = None
    told: list[int] = field(default_factory=list[int])


class AdjRibOutMachine(RuleBasedStateMachine):
    """Sources announce and withdraw, members join, leave, move, stall and ask again, the loop turns when it likes."""

    family: Family = IPV4_UNICAST

    def __init__(self) -> None:
        """Set up a table, sources of each kind and one group for each way to export, with small slices and limits."""
        super().__init__()
        self.patches = pytest.MonkeyPatch()
        self.patches.setattr(group_module, "LAG_LIMIT", 2500)
        self.patches.setattr(group_module, "CHUNK_LENGTH", 150)
        self.patches.setattr(group_module, "SLICE", 2)
        self.patches.setattr(dumps_module, "SLICE_MAXIMUM", 2)
        self.table = Table(32)
        self.loop = ManualScheduler()
        kinds = (CLIENT, CLIENT, NON_CLIENT, NON_CLIENT, EBGP)
        self.sources = [Source(f"peer{number}", kind, bgp_identifier=number + 1) for number, kind in enumerate(kinds)]
        self.sources.append(Source("local", SourceKind.LOCAL, bgp_identifier=99))
        ids = PathIds(lambda source: self.table.count(source) > 0)
        keys = export_keys(self.family)
        self.groups = {key: UpdateGroup(key, self.table, self.loop, path_ids=ids) for key in keys}
        self.plain, self.several = ([key for key in keys if key.add_path is wanted] for wanted in (False, True))
        for group in self.groups.values():
            self.table.subscribe(group.changed)
        self.joined: dict[Source, Joined] = {}
        self.meanings: dict[int, int] = {}
        MOODY.refused.clear()

    @initialize(plain=st.integers(0, 24), several=st.integers(0, 24))
    def two_members(self, plain: int, several: int) -> None:
        """Have somebody to talk to from the start."""
        self.join(0, plain, add_path=False, limit=None)
        self.join(4, several, add_path=True, limit=None)

    @rule(
        source=st.integers(0, 5),
        keys=st.sets(st.sampled_from(PREFIXES), min_size=1),
        med=st.integers(0, 3),
        path_id=st.integers(0, 1),
    )
    def announce(self, source: int, keys: set[bytes], med: int, path_id: int) -> None:
        """Announce some keys with one attribute block."""
        chosen = sorted(keys)
        rest = bytes((0, 1, 1 + 16 * (med // 2))) if self.family != IPV4_UNICAST else b""
        path = path_of(self.sources[source], source, med, path_id, self.family, rest)
        self.table.announce(path, chosen, None if rest else b"".join(chosen))

    @rule(source=st.integers(0, 5), keys=st.sets(st.sampled_from(PREFIXES), min_size=1), path_id=st.integers(0, 1))
    def withdraw(self, source: int, keys: set[bytes], path_id: int) -> None:
        """Withdraw some keys, announced or not."""
        self.table.withdraw(self.sources[source], sorted(keys), path_id)

    @rule(source=st.integers(0, 5))
    def lose_source(self, source: int) -> None:
        """Lose all routes of a source at once."""
        for _ in self.table.sweep(self.sources[source], slice_size=2):
            self.loop.turn()

    @rule(
        member=st.integers(0, MEMBERS - 1),
        way=st.integers(0, 24),
        add_path=st.booleans(),
        limit=st.sampled_from([None, None, (1, True), (3, True), (2, False)]),
    )
    def join(self, member: int, way: int, add_path: bool, limit: tuple[int, bool] | None) -> None:
        """Join a group, or move to it; what a session agreed on with ADD-PATH stays."""
        source = self.sources[member]
        present = self.joined.get(source)
        if present is not None:
            add_path = present.key.add_path
        ways = self.several if add_path else self.plain
        key = ways[way % len(ways)]
        wire = Wire(self.family, add_path=add_path) if present is None else present.wire
        now = Joined(key, self.groups[key], wire)
        if limit is not None and key.policy is not MOODY:
            now.limit = RouteLimit(maximum=limit[0], closes=limit[1], exceeded=partial(self.exceeded, source, now))
        if present is not None and present.group is now.group:
            if present.limit == now.limit:
                return
            now.group.limit_to(source, now.limit)
        else:
            now.group.join(source, wire, previous=None if present is None else present.group, limit=now.limit)
        self.joined[source] = now

    def exceeded(self, source: Source, joined: Joined, count: int) -> None:
        """Close the session, if the limit is to do so."""
        assert joined.limit is not None
        assert count > joined.limit.maximum
        joined.told.append(count)
        present = self.joined.get(source)
        if joined.limit.closes and present is not None and present.wire is joined.wire:
            del self.joined[source]
            present.group.leave(source)

    @rule(member=st.integers(0, MEMBERS - 1))
    def leave(self, member: int) -> None:
        """Leave the group."""
        joined = self.joined.pop(self.sources[member], None)
        if joined is not None:
            joined.group.leave(self.sources[member])

    @rule(member=st.integers(0, MEMBERS - 1), room=st.sampled_from([0, 1, 2, 1_000_000]))
    def stall_or_recover(self, member: int, room: int) -> None:
        """Stop reading, or start again, perhaps for a little only."""
        joined = self.joined.get(self.sources[member])
        if joined is not None:
            joined.wire.room = room
            if room:
                joined.group.pump(self.sources[member])

    @rule(member=st.integers(0, MEMBERS - 1))
    def refresh(self, member: int) -> None:
        """Ask for everything again."""
        joined = self.joined.get(self.sources[member])
        if joined is not None:
            joined.group.refresh(self.sources[member])

    @rule(refused=st.sets(st.sampled_from(PREFIXES)))
    def change_moods(self, refused: set[bytes]) -> None:
        """Let the policy that is not pure decide otherwise from now on."""
        MOODY.refused = refused

    @rule()
    def let_the_loop_turn(self) -> None:
        """Let what was put off happen."""
        self.loop.turn()

    @rule(seconds=st.sampled_from([0.5, 6.0]))
    def let_time_pass(self, seconds: float) -> None:
        """Let time pass."""
        self.loop.now += seconds

    @rule()
    def settle(self) -> None:
        """Let everything happen that is not put off by a timer."""
        self.loop.settle()

    @invariant()
    def no_path_identifier_has_two_meanings(self) -> None:
        """Keep each identifier, once given, to one path of one source. RFC 7911, section 3."""
        for joined in self.joined.values():
            if joined.wire.add_path:
                for (path_id, _), (attributes, _) in joined.wire.table.items():
                    assert self.meanings.setdefault(path_id, marker(attributes)) == marker(attributes)

    @precondition(lambda self: not self.loop.soon and not self.loop.later)
    @invariant()
    def shadow_equals_computed(self) -> None:
        """Whenever nothing is put off, every member that reads holds exactly what it should."""
        for source, joined in self.joined.items():
            if joined.wire.writable:
                held, wanted = holding(joined.wire), expected(self.table, source, joined.key)
                if joined.key.policy is MOODY:
                    MOODY.refused, kept = set(), MOODY.refused
                    assert set(held) <= set(expected(self.table, source, joined.key)), "nothing of the past is held"
                    MOODY.refused = kept
                else:
                    assert held == wanted
                    over = joined.limit is not None and len(wanted) > joined.limit.maximum
                    assert bool(joined.told) >= over, "whoever is to be told of a limit is told"

    def teardown(self) -> None:
        """Let everything settle with all readers reading, then compare a last time."""
        for _ in range(3):
            for source, joined in tuple(self.joined.items()):
                joined.wire.room = 1_000_000
                joined.group.pump(source)
            self.loop.advance(60)
        assert not self.loop.soon
        assert not self.loop.later
        self.shadow_equals_computed()
        assert all(joined.wire.ended for joined in self.joined.values())
        assert all(not group.kept_chunks for group in self.groups.values())
        self.patches.undo()


class LabeledMachine(AdjRibOutMachine):
    """The same for a family whose NLRI have a rest, and which goes into MP attributes."""

    family = FAMILIES[1]


def path_of(source: Source, number: int, med: int, path_id: int, family: Family, rest: bytes) -> Path:
    """Return a path of ``source``; different ``med`` are different attribute blocks."""
    attributes = PathAttributes(
        origin=Origin.IGP,
        as_path=AsPath(),
        next_hop=IPv4Address(NEXT_HOP),
        med=med,
        local_pref=100 + med if source.kind != EBGP else None,
        communities=(Community(number + 1 << 16 | path_id),),
    )
    return make_path(
        source,
        encode_attributes(attributes, family),
        next_hop=NEXT_HOP,
        med=med,
        local_pref=attributes.local_pref,
        path_id=path_id,
        rest=rest,
    )


TestAdjRibOut = AdjRibOutMachine.TestCase
TestAdjRibOut.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLabeledAdjRibOut = LabeledMachine.TestCase
TestLabeledAdjRibOut.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
