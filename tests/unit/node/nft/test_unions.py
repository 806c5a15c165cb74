"""Unions of sets: against sets of Python."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_node.nft.unions import Union, Unions
from bgpkit_node.policy.model import Network
from bgpkit_node.policy.program import Member, MemberSet, SetChange, SetId, SetKind

PARTS = [SetId(name) for name in "abc"]
NET = IPv4Network("10.0.0.0/30")
MEMBERS = st.frozensets(st.integers(0, 3).map(lambda number: IPv4Network((0x0A000000 + number, 32))))


def member_set(part: SetId, members: frozenset[Network]) -> MemberSet:
    """Return a set."""
    return MemberSet(id=part, kind=SetKind.NETWORKS, members=frozenset[Member](members), title=part)


@given(st.lists(st.tuples(st.sampled_from(PARTS), MEMBERS, st.booleans()), max_size=12))
def test_a_union_has_what_any_part_has_at_every_moment(steps: list[tuple[SetId, frozenset[Network], bool]]) -> None:
    """Whether a part is told anew or by what comes and goes; what is in two parts goes with the last."""
    unions, union = Unions(), Union.of(PARTS[:2], [NET])
    parts: dict[SetId, frozenset[Network]] = dict.fromkeys(PARTS, frozenset())
    held = unions.hold(union)
    assert held is not None
    found = set(held.members)
    for part, members, anew in steps:
        before, parts[part] = parts[part], members
        moved: Iterator[tuple[SetId, SetChange]] = (
            unions.put(member_set(part, members))
            if anew
            else unions.change(part, SetChange(members - before, before - members))
        )
        for union_id, change in moved:
            assert union_id == union.id
            assert not change.added & found
            assert change.removed <= found
            found = (found - change.removed) | change.added
        assert found == parts[PARTS[0]] | parts[PARTS[1]] | {NET}
        again = Unions()
        for each, one in parts.items():
            assert list(again.put(member_set(each, one))) == []
        fresh = again.hold(union)
        assert fresh is not None
        assert fresh.members == found


def test_a_union_is_there_as_long_as_something_asks_for_it() -> None:
    """Of other parts, or of other networks, it is another."""
    unions, union = Unions(), Union.of([SetId("b"), SetId("a"), SetId("b")], [NET])
    assert union == Union.of([SetId("a"), SetId("b")], [NET, NET])
    assert len({union.id, Union.of([SetId("a")], [NET]).id, Union.of(union.parts, []).id}) == 3
    assert unions.hold(union) is not None
    assert unions.hold(union) is None
    assert not unions.release(union)
    assert unions.release(union)
    assert list(unions.put(member_set(SetId("a"), frozenset({NET})))) == []
