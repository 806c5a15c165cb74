"""The rules of a policy as a chain."""

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError, Refusal
from bgpkit_node.nft.chain import Chain, Verdict
from bgpkit_node.nft.naming import network_set
from bgpkit_node.nft.policy_chain import Verdicts, passes_on, policy_chain, refusing
from bgpkit_node.policy.model import Action, Direction
from bgpkit_node.policy.moments import Moment
from tests.unit.node.nft.programs import WEB, policy

SETTINGS = EnforcementSettings()
NORMAL = Moment.NORMAL
VERDICTS = Verdicts.at(NORMAL, SETTINGS)
CONDITION = f"tcp dport 80 ip saddr @{network_set(WEB, 4)}"


def test_a_rule_is_one_rule_with_its_name_and_a_counter() -> None:
    """Log goes on to the next."""
    chain = policy_chain(
        policy("db", Action.LOG, Action.ALLOW, Action.DENY), Direction.INGRESS, SETTINGS, {4}, VERDICTS
    )
    said = "NetworkPolicy(default/db) ingress"
    assert chain.name.startswith("ingress-default/db-")
    assert chain.rules == (
        f'{CONDITION} counter log prefix "bgpkit {said}[0]: " comment "{said}[0]"',
        f'{CONDITION} counter accept comment "{said}[1]"',
        f'{CONDITION} counter drop comment "{said}[2]"',
    )
    assert policy_chain(policy("db", Action.ALLOW), Direction.EGRESS, SETTINGS, {4}, VERDICTS).rules == ()


def test_denied_packets_are_refused_where_that_is_wanted_and_logged_where_it_is() -> None:
    """Both are settings."""
    settings = EnforcementSettings(
        refusal=Refusal.REJECT, log_group=5, log_rate="10/second", log_burst=7, log_prefix="%t:%k:%p"
    )
    verdicts = Verdicts.at(NORMAL, settings, "default")
    chain = policy_chain(policy("db", Action.LOG, Action.DENY), Direction.INGRESS, settings, {4}, verdicts)
    assert " group 5 comment " in chain.rules[0]
    assert ' counter limit rate 10/second burst 7 packets log prefix "default:np:default/db: "' in chain.rules[0]
    assert " counter goto refused comment " in chain.rules[1]
    assert [called.name for called in chain.calls] == ["refused"]
    assert refusing(SETTINGS, "x")[0].verdict is Verdict.DROP


def test_pass_goes_to_the_stage_that_follows() -> None:
    """So the chain depends on it; where nothing follows it is refused."""
    passing = policy("db", Action.NEXT_TIER)
    after = Chain("after", "", ())
    chain = policy_chain(passing, Direction.INGRESS, SETTINGS, {4}, Verdicts.at(NORMAL, SETTINGS, "default", after))
    assert " counter goto after comment " in chain.rules[0]
    assert chain.calls == (after,)
    assert passes_on(passing, Direction.INGRESS)
    assert not passes_on(passing, Direction.EGRESS)
    with pytest.raises(NftError, match="only the rules of a tier can pass on"):
        policy_chain(passing, Direction.INGRESS, SETTINGS, {4}, VERDICTS)


def test_a_staged_policy_counts_and_decides_nothing() -> None:
    """Its comment says what it would do."""
    staged = policy("db", Action.DENY, Action.NEXT_TIER, staged=True)
    chain = policy_chain(staged, Direction.INGRESS, SETTINGS, {4}, VERDICTS)
    said = 'comment "staged Deny: NetworkPolicy(default/db) ingress[0]"'
    assert chain.rules[0] == f"{CONDITION} counter return {said}"
    assert not passes_on(staged, Direction.INGRESS)
