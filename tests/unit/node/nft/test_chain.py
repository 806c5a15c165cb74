"""Chains that never change."""

from bgpkit_node.nft.chain import Chain, Leap, SharedChains, Verdict, callees_first


def test_another_content_is_another_chain() -> None:
    """By its name."""
    assert Chain.holding("a", "", ("accept",)) == Chain.holding("a", "", ("accept",))
    assert Chain.holding("a", "", ("accept",)).name != Chain.holding("a", "", ("drop",)).name


def test_leaps_are_rules_in_words() -> None:
    """With a counter or without."""
    leaps = (Leap(Verdict.JUMP, "b", "to b", counted=False), Leap(Verdict.DROP, comment="end"))
    chain = Chain.leaping("a", "", leaps, ())
    assert chain.rules == ('jump b comment "to b"', 'counter drop comment "end"')


def test_a_chain_is_there_while_something_leads_to_it() -> None:
    """Those that it leads to come and go with it, unless another leads to them too."""
    leaf = Chain("leaf", "", ())
    one, two = Chain("one", "", (), (leaf,)), Chain("two", "", (), (leaf,))
    shared = SharedChains()
    shared.hold(one)
    shared.hold(two)
    shared.hold(one)
    assert shared.chains.keys() == {"one", "two", "leaf"}
    shared.release(one)
    shared.release(two)
    assert shared.chains.keys() == {"one", "leaf"}
    shared.release(one)
    assert shared.chains == {}


def test_called_chains_come_first() -> None:
    """Those that are there already are left out."""
    leaf = Chain("leaf", "", ())
    middle = Chain("middle", "", (), (leaf,))
    top = Chain("top", "", (), (middle, leaf))
    assert callees_first({"top": top, "middle": middle, "leaf": leaf}) == [leaf, middle, top]
    assert callees_first({"top": top, "middle": middle}) == [middle, top]
