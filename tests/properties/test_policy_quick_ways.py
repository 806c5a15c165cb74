"""What policies tell by destinations alone comes in and goes out as if each route were asked about."""

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.chunk import ChunkBuilder
from bgpkit.policy import Policy, RoutePolicy, Verdict
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import attribute_value
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Path, Source, SourceKind, Table
from tests.properties.policy_strategies import Routes, key_conditions, policies, routes
from tests.support.update_fields import update_fields

RULES = ImportRules(own_asns=frozenset({64512}), bgp_identifier=1, cluster_ids=frozenset({1}))
UNICAST = (IPV4_UNICAST, IPV6_UNICAST)
MP_REACH, MP_UNREACH = 14, 15


@dataclass(frozen=True)
class OneByOne:
    """The same policy, which is asked about one route at a time and tells nothing of blocks."""

    policy: RoutePolicy
    name: str = "one by one"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Ask about each key."""
        return [answer for key in keys for answer in self.policy.apply(family, path, [key])]


def export_key(policy: Policy, found: Routes, kind: SourceKind) -> ExportKey:
    """Return what routes go out by."""
    own = bytes((192, 0, 2, 1)) if found.family == IPV4_UNICAST else bytes.fromhex("20010db8") + bytes(12)
    return ExportKey(
        family=found.family,
        kind=kind,
        local_asn=64512,
        cluster_id=1,
        next_hop=own,
        policy=policy,
    )


def sent(
    writer: BestWriter, family: Family, changes: list[tuple[list[bytes], Path | None, Path | None]]
) -> list[object]:
    """Return what a member holds after each of some changes: attributes by key."""
    builder, held, states = ChunkBuilder(), dict[bytes, bytes](), list[object]()
    for keys, old, new in changes:
        writer.change(builder, keys, old, new, b"".join(keys))
        for withdrawn, attributes, nlri in update_fields(builder.finish().octets):
            if family == IPV6_UNICAST:
                reach, unreach = (attribute_value(attributes, code) for code in (MP_REACH, MP_UNREACH))
                withdrawn, nlri = (unreach or b"")[3:], b"" if reach is None else reach[5 + reach[3] :]
                attributes = attributes.replace(nlri, b"") if nlri else attributes
            for key in cut(withdrawn):
                held.pop(key, None)
            held |= dict.fromkeys(cut(nlri), b"" if family == IPV6_UNICAST else attributes)
        states.append(dict(held))
    return states


def cut(nlri: bytes) -> list[bytes]:
    """Return the prefixes of an NLRI field. RFC 4271, section 4.3."""
    keys: list[bytes] = []
    while nlri:
        size = 1 + (nlri[0] + 7) // 8
        keys.append(nlri[:size])
        nlri = nlri[size:]
    return keys


@settings(deadline=None, max_examples=120)
@given(policies(key_conditions), routes(UNICAST), st.sampled_from([SourceKind.CLIENT, SourceKind.EBGP]))
def test_blocks_go_out_as_routes_would_one_by_one(policy: RoutePolicy, found: Routes, kind: SourceKind) -> None:
    """The same blocks for the same keys, and the same may be held."""
    quick, slow = (Export(export_key(each, found, kind)) for each in (policy, OneByOne(policy)))
    blocks = [
        {key: block for block, group in export.outgoing(found.path, list(found.keys)) for key in group}
        for export in (quick, slow)
    ]
    assert blocks[0] == blocks[1]
    assert sorted(quick.held(found.path, found.keys)) == sorted(slow.held(found.path, found.keys)) == sorted(blocks[0])


@settings(deadline=None, max_examples=120)
@given(policies(key_conditions), routes(UNICAST), st.sampled_from([SourceKind.CLIENT, SourceKind.EBGP]), st.data())
def test_a_member_holds_what_it_would_hold_of_routes_one_by_one(
    policy: RoutePolicy, found: Routes, kind: SourceKind, data: st.DataObject
) -> None:
    """After they came, others of the same source came in the place of some, and all went."""
    other = data.draw(routes([found.family]))
    heirs = data.draw(st.lists(st.sampled_from(found.keys), unique=True))
    path = Path(found.path.source, other.path.raw, next_hop=other.path.next_hop)
    kept = [key for key in found.keys if key not in heirs]
    changes = [(found.keys, None, found.path), (heirs, found.path, path), (heirs, path, None), (kept, found.path, None)]
    changes = [(keys, old, new) for keys, old, new in changes if keys]
    quick, slow = (
        sent(BestWriter(Export(export_key(each, found, kind)), ()), found.family, changes)
        for each in (policy, OneByOne(policy))
    )
    assert quick == slow
    assert quick[-1] == {}


@settings(deadline=None, max_examples=120)
@given(policies(key_conditions), routes(UNICAST))
def test_blocks_come_in_as_routes_would_one_by_one(policy: RoutePolicy, found: Routes) -> None:
    """The same paths: what they say, whether they may be chosen, and why not."""
    tables: list[dict[bytes, object]] = []
    source = Source("peer", SourceKind.CLIENT, bgp_identifier=7)
    for each in (policy, OneByOne(policy)):
        table = Table(32)
        ingest = Ingest(source, {found.family: table}, RULES, NextHops(), each)
        path = Path(source, found.path.raw, found.path.next_hop)
        ingest.announce(found.family, path, list(found.keys), None)
        entries = dict(table.items())
        tables.append({key: said(entry) for key, entry in entries.items() if isinstance(entry, Path)})
        assert len(entries) == len(found.keys)
    assert tables[0] == tables[1]


def said(path: Path) -> object:
    """Return what matters of a path."""
    return path.raw, path.received, path.rank, path.next_hop, path.eligible, path.reason
