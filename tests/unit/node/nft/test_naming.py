"""Names and comments in the table."""

from bgpkit_node.nft.naming import comment, digest, named_by_content, network_set, port_set
from bgpkit_node.policy.program import SetId


def test_a_name_says_what_it_is_for_and_differs_by_content() -> None:
    """What nft cannot say in it is left out."""
    name = named_by_content("ingress-default/my policy!", "accept")
    assert name.startswith("ingress-default/my-policy--")
    assert name != named_by_content("ingress-default/my policy!", "drop")
    assert len(named_by_content("x" * 300, "")) < 100


def test_sets_of_both_ip_versions_and_kinds_have_names_of_their_own() -> None:
    """All with the digits of the same id."""
    one = SetId("role == 'db'")
    names = {network_set(one, 4), network_set(one, 6), port_set(one, 4), port_set(one, 6)}
    assert len(names) == 4
    assert all(name.endswith(digest(one)) for name in names)


def test_a_comment_has_at_most_what_nft_takes_and_closes_no_quotes() -> None:
    """Of a long one the beginning and the end are there, in whole letters."""
    assert comment('say "x"\\\n') == "say 'x'''"
    long = comment("NetworkPolicy(" + "ö" * 200 + ") ingress[0].from[1]")
    assert len(long.encode()) <= 127
    assert long.startswith("NetworkPolicy(ö")
    assert long.endswith("ö) ingress[0].from[1]")
