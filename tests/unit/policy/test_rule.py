"""Rules as values, and those that cannot be meant."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import Change, PrefixSet, Rule, SetLocalPref, Then

SOME = PrefixSet.of("10.0.0.0/8")


def test_a_rule_without_effect_is_refused() -> None:
    """Neither a change nor a last word; and changes of what is rejected."""
    with pytest.raises(ConfigError, match="without changes and without a last word has no effect"):
        Rule(SOME)
    with pytest.raises(ConfigError, match="changes them to no effect"):
        Rule(SOME, (SetLocalPref(1),), Then.REJECT)


def test_a_rule_is_called_by_its_name_or_its_condition() -> None:
    """Whoever reads a verdict knows which rule it was."""
    assert str(Rule(SOME, then=Then.ACCEPT)) == "prefix in 10.0.0.0/8"
    assert str(Rule(SOME, then=Then.ACCEPT, name="ten")) == "ten"


def test_the_change_of_a_rule_is_its_actions() -> None:
    """Without actions there is none."""
    assert Rule(SOME, (SetLocalPref(1),)).change == Change((SetLocalPref(1),))
    assert Rule(SOME, then=Then.REJECT).change is None
