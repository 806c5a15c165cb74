"""Groups without ADD-PATH: what a change of the best path makes members hear."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit.adj_rib_out import ExportKey
from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.chunk import Chunk, ChunkBuilder
from bgpkit.adj_rib_out.export import Export
from bgpkit.policy import ACCEPT_ALL, Change, CommonVerdict, SetMed, Verdict
from bgpkit.wire import AttributeCode, attribute_value, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import BEST_EXTERNAL, NO_ADVERTISE, Entry, Path, PathAttributes, Source, SourceKind, make_path
from tests.support.update_fields import update_fields

RAW = encode_attributes(PathAttributes(), IPV4_UNICAST)
TEN, ELEVEN = b"\x08\x0a", b"\x08\x0b"
ONE, TWO = Source("one", SourceKind.CLIENT, bgp_identifier=1), Source("two", SourceKind.CLIENT, bgp_identifier=2)


def key_of(**options: Any) -> ExportKey:
    """Return what clients are sent by."""
    known: dict[str, Any] = {
        "family": IPV4_UNICAST,
        "kind": SourceKind.CLIENT,
        "local_asn": 64512,
        "cluster_id": 1,
        "next_hop": bytes((192, 0, 2, 1)),
        "policy": ACCEPT_ALL,
    }
    return ExportKey(**known | options)


def path_of(source: Source | str, med: int = 0, **options: Any) -> Path:
    """Return a path of ``source``."""
    if isinstance(source, str):
        source = Source(source, SourceKind.EBGP)
    raw = encode_attributes(PathAttributes(med=med), IPV4_UNICAST)
    return make_path(source, raw, next_hop=bytes(4), med=med, **options)


def spoken(chunk: Chunk, member: Source) -> list[tuple[bytes, bytes]]:
    """Return what a member hears in a chunk: withdrawn and announced NLRI of each message."""
    return [(withdrawn, announced) for withdrawn, _, announced in update_fields(chunk.octets_for(member))]


def heard(builder: ChunkBuilder, member: Source) -> list[tuple[bytes, bytes]]:
    """Return what a member hears: withdrawn and announced NLRI of each message."""
    return spoken(builder.finish(), member)


def writer_of(members: Container[Source] = (ONE, TWO), **options: Any) -> BestWriter:
    """Return a writer for two members."""
    return BestWriter(Export(key_of(**options)), members)


def changed(old: Entry | None, new: Entry | None, keys: list[bytes], writer: BestWriter | None = None) -> ChunkBuilder:
    """Write a change."""
    builder = ChunkBuilder()
    (writer or writer_of()).change(builder, keys, old, new, b"".join(keys))
    return builder


def test_who_becomes_the_source_drops_what_it_held() -> None:
    """The new best path is not sent to where it came from: that member gets a withdrawal in its place."""
    one, two = path_of(ONE), path_of(TWO)
    builder = changed(one, (two, one), [TEN])
    chunk = builder.finish()
    assert spoken(chunk, ONE) == [(b"", TEN)]
    assert spoken(chunk, TWO) == [(TEN, b"")]


def test_who_was_the_source_is_sent_no_withdrawal() -> None:
    """It held nothing."""
    assert heard(changed(path_of(ONE), None, [TEN]), ONE) == []
    assert heard(changed(path_of(ONE), None, [TEN]), TWO) == [(TEN, b"")]


def test_a_change_behind_the_best_path_is_no_news() -> None:
    """Nothing is written, and no key is touched."""
    best = path_of(ONE)
    assert changed(best, (best, path_of(TWO)), [TEN]).empty


def test_best_external_shows_the_exit_that_is_not_in_use() -> None:
    """To internal peers that are no clients, whatever the best path is."""
    writer = writer_of(kind=SourceKind.NON_CLIENT, selection=BEST_EXTERNAL)
    inside = path_of(Source("inside", SourceKind.NON_CLIENT))
    outside = path_of("outside", med=5)
    assert writer.selected((inside, outside)) == (outside,)
    assert heard(changed((inside, outside), inside, [TEN], writer), ONE) == [(TEN, b"")]
    assert writer_of(kind=SourceKind.NON_CLIENT).selected((inside, outside)) == (inside,)


def test_a_restatement_withdraws_what_is_not_announced() -> None:
    """For members that hold nobody knows what: of their own routes, too."""
    builder, table = ChunkBuilder(), {TEN: path_of(ONE)}
    writer = writer_of()
    writer.restate(builder, [TEN, ELEVEN], table.get, writer.held(None))
    chunk = builder.finish()
    assert spoken(chunk, TWO) == [(b"", TEN), (ELEVEN, b"")]
    assert spoken(chunk, ONE) == [(TEN, b""), (ELEVEN, b"")]


def test_a_move_is_told_as_differences() -> None:
    """With the same octets in both groups nothing is sent; with others all is."""
    table = {TEN: path_of(Source("local", SourceKind.LOCAL)), ELEVEN: path_of(ONE)}
    builder = ChunkBuilder()
    writer_of(cluster_id=2).dump(builder, [TEN, ELEVEN], table.get, writer_of())
    assert heard(builder, TWO) == [(b"", ELEVEN)]
    writer_of().dump(builder, [TEN, ELEVEN], table.get, None)
    assert sorted(heard(builder, TWO)) == [(b"", TEN), (b"", ELEVEN)]


def test_another_label_or_another_source_is_news_with_the_same_attributes() -> None:
    """What counts as the same is the whole NLRI, and who is not to be sent it."""
    labeled = Family(1, 4)
    raw = encode_attributes(PathAttributes(next_hop=IPv4Address("192.0.2.9")), labeled)
    first, second = (make_path(ONE, raw, next_hop=bytes(4), rest=bytes((0, label, 1))) for label in (1, 2))
    writer = writer_of(family=labeled)
    assert changed(first, make_path(ONE, raw, next_hop=bytes(4), med=3, rest=first.rest), [TEN], writer).empty
    assert bytes((0, 2, 1)) in changed(first, second, [TEN], writer).finish().octets
    external = writer_of(kind=SourceKind.EBGP)
    assert heard(changed(path_of(ONE), (path_of(TWO), path_of(ONE)), [TEN], external), ONE) == [(b"", TEN)]


def test_the_source_of_both_paths_is_sent_nothing() -> None:
    """It held neither."""
    assert heard(changed(path_of(ONE), path_of(ONE, med=5), [TEN]), ONE) == []


def test_routes_of_sources_in_turns_keep_their_originators() -> None:
    """What passes through is prepared for one source at a time. RFC 4456, section 8."""
    writer, builder = writer_of(members=()), ChunkBuilder()
    for source in (ONE, TWO, ONE, TWO):
        writer.change(builder, [TEN], None, path_of(source), TEN)
    fields = update_fields(builder.finish().octets_for(Source("other", SourceKind.CLIENT)))
    originators = [attribute_value(attributes, AttributeCode.ORIGINATOR_ID) for _, attributes, _ in fields]
    assert originators == [number.to_bytes(4, "big") for number in (1, 2, 1, 2)]


def test_what_a_rule_looks_at_does_not_pass_behind_what_does() -> None:
    """The same source's next path may be one that is not chosen, or not for anybody. RFC 1997."""
    writer = writer_of(members=())
    secret = encode_attributes(PathAttributes(communities=(NO_ADVERTISE,)), IPV4_UNICAST)
    for path, sent in (
        (path_of(ONE), 1),
        (path_of(ONE, eligible=False), 0),
        (path_of(ONE), 1),
        (make_path(ONE, secret, next_hop=bytes(4)), 0),
    ):
        assert len(heard(changed(None, path, [TEN], writer), TWO)) == sent


@dataclass(frozen=True)
class Told:
    """A policy that tells of blocks what they get, and notes which it was asked about."""

    verdict: Verdict | None
    asked: list[list[bytes]] = field(default_factory=list[list[bytes]], compare=False)
    name: str = "told"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
        """Refuse all but the last key."""
        return [(Verdict(False, self.name), keys[:-1]), (Verdict(True, self.name), keys[-1:])]

    def by_destination(self, family: Family) -> CommonVerdict:
        """Return what tells of blocks."""

        def common(keys: list[bytes]) -> Verdict | None:
            """Note what is asked."""
            self.asked.append(keys)
            return self.verdict

        return common


@pytest.mark.parametrize(
    ("verdict", "sent", "looks"),
    [
        (Verdict(True, "as it is"), [(b"", TEN + ELEVEN)], 1),
        (Verdict(False, "not at all"), [], 1),
        (Verdict(True, "changed", Change((SetMed(7),))), [(b"", TEN + ELEVEN)], 2),
        (None, [(b"", ELEVEN)], 2),
    ],
    ids=("as it is", "refused", "changed", "divided"),
)
def test_a_block_that_a_policy_lets_through_goes_out_as_it_came(
    verdict: Verdict | None, sent: list[tuple[bytes, bytes]], looks: int
) -> None:
    """It is asked about once for a new block that passes, or is refused as a whole; others are written anew."""
    policy = Told(verdict)
    chunk = changed(None, path_of(ONE), [TEN, ELEVEN], writer_of(members=(), policy=policy)).finish()
    assert spoken(chunk, TWO) == sent
    assert len(policy.asked) == looks
    assert chunk.keys == ([[TEN, ELEVEN]] if sent else [])
    meds = [
        attribute_value(attributes, AttributeCode.MULTI_EXIT_DISC) for _, attributes, _ in update_fields(chunk.octets)
    ]
    assert meds == [(7 if verdict is not None and verdict.change else 0).to_bytes(4, "big") for _ in sent]


def test_a_policy_does_not_let_a_default_route_past_our_own() -> None:
    """Where a route goes out of which the table knows nothing, blocks are looked at key by key."""
    policy = Told(Verdict(True, "as it is"))
    writer = writer_of(members=(), policy=policy, default_originate=True)
    assert heard(changed(None, path_of(ONE), [TEN, b"\0"], writer), TWO) == [(b"", TEN)]
