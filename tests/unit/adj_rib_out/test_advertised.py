"""The Adj-RIB-Out as it is computed: no echo, each path of a key, AS numbers of four octets."""

import asyncio
from dataclasses import replace

from bgpkit import IPV4_UNICAST, AsPath, PathAttributes, SourceKind
from bgpkit.adj_rib_out import ExportKey, UpdateGroup, advertised
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_rib import AddPathAll, Path, Source, Table

ONE = Source("192.0.2.1", SourceKind.EBGP, bgp_identifier=1)
OTHER = Source("192.0.2.2", SourceKind.EBGP, bgp_identifier=2)
KEYS = [b"\x08\x0a", b"\x08\x0b"]
KEY = ExportKey(
    family=IPV4_UNICAST,
    kind=SourceKind.EBGP,
    local_asn=4_200_000_000,
    cluster_id=1,
    next_hop=bytes([192, 0, 2, 9]),
    policy=ACCEPT_ALL,
)


def table() -> Table:
    """Return a table in which the first source has both keys, the other the second."""
    made = Table(32)
    for source, keys in ((ONE, KEYS), (OTHER, KEYS[1:])):
        block = encode_attributes(PathAttributes(as_path=AsPath.of(64999)), IPV4_UNICAST)
        made.announce(Path(source, block, as_path_length=source.bgp_identifier), list(keys))
    return made


async def test_best_paths_but_for_the_peers_own_with_what_is_written_for_it() -> None:
    """A path of our own AS in front; four octets, though the peer is sent two."""
    held = table()
    group = UpdateGroup(replace(KEY, two_octet_as=True), held, asyncio.get_running_loop())
    assert list(advertised(group, held, ONE)) == []
    found = list(advertised(group, held, OTHER))
    assert [(each.key, each.path.source, each.path_id) for each in found] == [(key, ONE, None) for key in KEYS]
    assert decode_attributes(found[0].block).as_path == AsPath.of(4_200_000_000, 64999)
    assert [each.key for each in advertised(group, held, OTHER, [KEYS[1], b"\x08\x0c"])] == KEYS[1:]


async def test_with_add_path_every_path_has_its_number() -> None:
    """The numbers are those that are sent."""
    held = table()
    group = UpdateGroup(replace(KEY, add_path=True, selection=AddPathAll()), held, asyncio.get_running_loop())
    found = [(each.key, each.path.source, each.path_id) for each in advertised(group, held, Source("x", ONE.kind))]
    assert len(found) == 3
    assert {path_id for _, source, path_id in found if source is ONE} == {found[0][2]}
    assert len({path_id for _, _, path_id in found}) == 2


async def test_a_default_route_of_our_own_is_among_them() -> None:
    """Whatever the table holds."""
    held = Table(32)
    group = UpdateGroup(replace(KEY, default_originate=True), held, asyncio.get_running_loop())
    assert [each.key for each in advertised(group, held, ONE)] == [b"\0"]
