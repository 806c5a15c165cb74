"""A shadow table built from the octets sent equals what the peer should hold, after any sequence of events."""

import struct
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bgpkit.adj_rib_out import Export, ExportKey, UpdateGroup
from bgpkit.policy import ACCEPT_ALL, PrefixPolicy, PrefixRule
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Origin, Path, PathAttributes, Prefix, Source, SourceKind, Table, best_of, make_path

KEYS = [Prefix.parse(text).key for text in ("10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "10.3.3.0/24", "0.0.0.0/0")]
ODD_ONES = PrefixPolicy("odd-ones", (PrefixRule(Prefix.parse("10.1.0.0/16")), PrefixRule(Prefix.parse("10.3.3.0/24"))))
CLUSTER = 0x0A0A0A0A


class Wire:
    """The far end of a session: parses UPDATEs by itself, straight from RFC 4271, section 4.3."""

    def __init__(self) -> None:
        """Start with an empty table and a reader that reads."""
        self.writable = True
        self.table: dict[bytes, bytes] = {}
        self.ended = 0

    def write(self, octets: bytes) -> None:
        """Take whole messages."""
        while octets:
            length, kind, withdrawn = struct.unpack_from("!16xHBH", octets)
            assert kind == 2
            assert length <= 4096
            body, octets = octets[21:length], octets[length:]
            for key in nlri(body[:withdrawn]):
                self.table.pop(key, None)
            (size,) = struct.unpack_from("!H", body, withdrawn)
            start = withdrawn + 2
            for key in nlri(body[start + size :]):
                self.table[key] = body[start : start + size]
            self.ended += body == b"\0\0" and not withdrawn


def nlri(octets: bytes) -> list[bytes]:
    """Cut NLRI octets into prefixes."""
    keys: list[bytes] = []
    while octets:
        size = 1 + (octets[0] + 7) // 8
        keys.append(octets[:size])
        octets = octets[size:]
    return keys


def export_key(kind: SourceKind, *, filtered: bool) -> ExportKey:
    """Return what a peer of ``kind`` is sent by, with or without a filter."""
    return ExportKey(
        family=IPV4_UNICAST,
        kind=kind,
        local_asn=64512,
        cluster_id=CLUSTER,
        next_hop=bytes((192, 0, 2, 1)),
        policy=ODD_ONES if filtered else ACCEPT_ALL,
    )


EXPORT_KEYS = [
    export_key(kind, filtered=filtered)
    for kind in (SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.EBGP)
    for filtered in (False, True)
]


class AdjRibOutMachine(RuleBasedStateMachine):
    """Sources announce and withdraw, members join, leave, move, stall and ask again, the loop turns when it likes."""

    def __init__(self) -> None:
        """Set up a table, one source of each kind and one group for each way to export."""
        super().__init__()
        self.table = Table(32)
        self.soon: list[Callable[[], None]] = []
        kinds = (SourceKind.CLIENT, SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.NON_CLIENT, SourceKind.EBGP)
        self.sources = [Source(f"peer{number}", kind, bgp_identifier=number + 1) for number, kind in enumerate(kinds)]
        self.sources.append(Source("local", SourceKind.LOCAL, bgp_identifier=99))
        self.groups = [UpdateGroup(key, self.table, self.soon.append) for key in EXPORT_KEYS]
        for group in self.groups:
            self.table.subscribe(group.changed)
        self.joined: dict[Source, tuple[int, Wire]] = {}

    def turn(self) -> None:
        """Let the event loop turn once."""
        work, self.soon[:] = list(self.soon), []
        for call in work:
            call()

    @initialize()
    def one_member(self) -> None:
        """Have somebody to talk to from the start."""
        self.join(0, 0)

    @rule(source=st.integers(0, 5), keys=st.sets(st.sampled_from(KEYS), min_size=1), med=st.integers(0, 3))
    def announce(self, source: int, keys: set[bytes], med: int) -> None:
        """Announce some keys with one attribute block."""
        chosen = sorted(keys)
        self.table.announce(path_of(self.sources[source], med), chosen, b"".join(chosen))

    @rule(source=st.integers(0, 5), keys=st.sets(st.sampled_from(KEYS), min_size=1))
    def withdraw(self, source: int, keys: set[bytes]) -> None:
        """Withdraw some keys, announced or not."""
        self.table.withdraw(self.sources[source], sorted(keys))

    @rule(source=st.integers(0, 5))
    def lose_source(self, source: int) -> None:
        """Lose all routes of a source at once."""
        for _ in self.table.sweep(self.sources[source], slice_size=2):
            self.turn()

    @rule(member=st.integers(0, 4), group=st.integers(0, len(EXPORT_KEYS) - 1))
    def join(self, member: int, group: int) -> None:
        """Join a group, or move to it."""
        source = self.sources[member]
        if source not in self.joined:
            wire = Wire()
            self.groups[group].join(source, wire)
        else:
            present, wire = self.joined[source]
            if present == group:
                return
            self.groups[group].join(source, wire, previous=self.groups[present])
        self.joined[source] = (group, wire)

    @rule(member=st.integers(0, 4))
    def leave(self, member: int) -> None:
        """Leave the group."""
        if self.sources[member] in self.joined:
            group, _ = self.joined.pop(self.sources[member])
            self.groups[group].leave(self.sources[member])

    @rule(member=st.integers(0, 4))
    def stall_or_recover(self, member: int) -> None:
        """Stop reading, or start again."""
        if self.sources[member] in self.joined:
            group, wire = self.joined[self.sources[member]]
            wire.writable = not wire.writable
            if wire.writable:
                self.groups[group].pump(self.sources[member])

    @rule(member=st.integers(0, 4))
    def refresh(self, member: int) -> None:
        """Ask for everything again."""
        if self.sources[member] in self.joined:
            self.groups[self.joined[self.sources[member]][0]].refresh(self.sources[member])

    @rule()
    def let_the_loop_turn(self) -> None:
        """Let what was put off happen."""
        self.turn()

    @precondition(lambda self: not self.soon)
    @invariant()
    def shadow_equals_computed(self) -> None:
        """Whenever nothing is put off, every member that reads holds exactly what it should."""
        for source, (group, wire) in self.joined.items():
            if wire.writable:
                assert not self.groups[group].pending(source)
                assert wire.table == self.expected(source, EXPORT_KEYS[group])

    def expected(self, source: Source, key: ExportKey) -> dict[bytes, bytes]:
        """Return what the peer ``source`` should hold, key by key."""
        export = Export(key)
        wanted: dict[bytes, bytes] = {}
        for nlri_key, entry in self.table.items():
            path = best_of(entry)
            if path is None or path.source is source or not export.selected(path, [nlri_key]):
                continue
            block = export.attributes(path)
            assert block is not None
            wanted[nlri_key] = block
        return wanted

    def teardown(self) -> None:
        """Let everything settle with all readers reading, then compare a last time."""
        for source, (group, wire) in self.joined.items():
            wire.writable = True
            self.groups[group].wake(source)
        for _ in range(20):
            self.turn()
        assert not self.soon
        self.shadow_equals_computed()


def path_of(source: Source, med: int) -> Path:
    """Return a path of ``source``; different ``med`` are different attribute blocks."""
    attributes = PathAttributes(
        origin=Origin.IGP, as_path=AsPath(), med=med, local_pref=100 + med if source.kind != SourceKind.EBGP else None
    )
    return make_path(
        source,
        encode_attributes(attributes, IPV4_UNICAST),
        next_hop=bytes((192, 0, 2, 9)),
        med=med,
        local_pref=attributes.local_pref,
    )


TestAdjRibOut = AdjRibOutMachine.TestCase
TestAdjRibOut.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
