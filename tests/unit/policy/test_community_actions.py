"""Adding, setting and deleting communities."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import Action, AddCommunities, Change, CommunityKind, CommunityPattern, DeleteCommunities
from bgpkit.policy import SetCommunities as Set
from bgpkit.wire import decode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, ExtendedCommunity, LargeCommunity
from tests.unit.policy.routes import path

ONE, TWO = Community.parse("64512:1"), Community.parse("64512:2")
LARGE, TARGET = LargeCommunity(1, 2, 3), ExtendedCommunity.parse("rt:64512:1")


def after(communities: str, action: Action) -> str:
    """Return the communities of all kinds that a route has after an action."""
    found = decode_attributes(Change((action,)).apply(path(communities=communities).raw, IPV4_UNICAST))
    return " ".join(map(str, (*found.communities, *found.large_communities, *found.extended_communities)))


def test_communities_are_added_once_behind_those_that_are_there() -> None:
    """Of each kind to its own attribute."""
    assert after("64512:2 1:1", AddCommunities.of(TWO, ONE, ONE, LARGE, TARGET)) == (
        "64512:2 1:1 64512:1 1:2:3 rt:64512:1"
    )


def test_setting_replaces_the_kinds_that_are_set() -> None:
    """Others stay."""
    assert after("1:1 7:7:7", Set.of(TWO, ONE)) == "64512:2 64512:1 7:7:7"
    with pytest.raises(ConfigError, match="to set no communities is to delete all"):
        Set(())


def test_deleting_takes_out_what_matches() -> None:
    """Of each kind that a pattern is for."""
    assert after("64512:1 1:1 64512:1:1 rt:64512:1", DeleteCommunities.of("64512:*")) == "1:1 64512:1:1 rt:64512:1"
    assert after("64512:1 64512:1:1 rt:64512:1", DeleteCommunities.of("64512:*", "64512:*:*", "rt:*")) == ""
    everything = CommunityPattern(CommunityKind.LARGE, "*")
    assert after("1:1 1:1:1 2:2:2", DeleteCommunities.of(everything)) == "1:1"


def test_an_attribute_without_communities_is_no_attribute() -> None:
    """The block is that of a route that never had any; deleting what is not there changes nothing."""
    change = Change((DeleteCommunities.of("*"),))
    assert change.apply(path(communities="1:1").raw, IPV4_UNICAST) == path().raw
    bare = path().raw
    assert change.apply(bare, IPV4_UNICAST) is bare


def test_actions_name_attributes_and_say_what_they_do() -> None:
    """The type codes are those of the kinds."""
    assert AddCommunities.of(ONE, LARGE).codes == {8, 32}
    assert DeleteCommunities.of("rt:*").codes == {16}
    assert str(AddCommunities.of(ONE, LARGE)) == "add community 64512:1 1:2:3"
    assert str(Set.of(ONE)) == "set community 64512:1"
    assert str(DeleteCommunities.of("64512:*")) == "delete community 64512:*"
