"""Policies in TOML: what they say, and every fault in one sentence with its place."""

from pathlib import Path

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import Policy, load_policies
from bgpkit.policy.toml.actions import READERS as ACTIONS
from tests.support.sources import PROJECT
from tests.unit.policy.routes import outcome, path, verdict

EDGE = PROJECT / "tests" / "data" / "policies" / "edge.toml"


def only(text: str) -> Policy:
    """Return the one policy of a document."""
    (policy,) = load_policies(text).values()
    return policy


def rule(text: str) -> Policy:
    """Return a policy of one rule."""
    return only(f"[[policies.edge.rules]]\n{text}\n")


def test_a_file_gives_its_policies_by_name() -> None:
    """A Path is a file, and so is a text of one line that cannot be a document."""
    assert list(load_policies(EDGE)) == list(load_policies(str(EDGE))) == ["internet", "prefixes-only"]
    assert load_policies(EDGE) == load_policies(EDGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("prefix", "as_path", "expected"),
    [
        ("1.1.1.0/24", "3356 13335", "internet: rule 3 (short enough)"),
        ("1.1.1.0/25", "3356 13335", "internet: default"),
        ("10.1.0.0/16", "3356 13335", "internet: rule 1 (bogons)"),
        ("0.0.0.0/0", "3356", "internet: rule 1 (bogons)"),
        ("1.1.1.0/24", "3356 65000 13335", "internet: rule 2 (private)"),
        ("2606:4700::/32", "3356 13335", "internet: rule 3 (short enough)"),
        ("2001:db8::/48", "3356 13335", "internet: rule 1 (bogons)"),
    ],
)
def test_the_edge_of_the_internet(prefix: str, as_path: str, expected: str) -> None:
    """The document in tests/data/policies does what it says."""
    found = verdict(load_policies(EDGE)["internet"], prefix, path(as_path))
    assert (found.rule, found.accepted) == (expected, expected.endswith("enough)"))


def test_a_document_without_policies_has_none() -> None:
    """Nothing is nothing."""
    assert load_policies("") == load_policies("[prefix-sets]\none = []\n") == {}


def test_a_policy_without_rules_is_its_default() -> None:
    """It refuses unless it says otherwise."""
    assert not verdict(only("[policies.closed]"), "1.0.0.0/8").accepted
    assert verdict(only('[policies.open]\ndefault = "accept"'), "1.0.0.0/8").accepted


def test_equal_documents_give_equal_policies() -> None:
    """To read a file again changes nothing for peers whose policy has stayed the same."""
    text = '[[policies.a.rules]]\nmatch.communities = "64512:*"\nset.local-pref = 7\nthen = "accept"\n'
    assert load_policies(text) == load_policies(text)
    assert hash(only(text)) == hash(only(text))
    assert only(text) != only(text.replace("7", "8"))


def test_changes_are_made_in_the_order_of_the_table() -> None:
    """First what is there is deleted, then something added, though the pattern would match it."""
    policy = rule('set = { delete-communities = "64512:*", add-communities = "64512:1" }\nthen = "accept"')
    made = path(communities="64512:9 1:1")
    found = outcome(verdict(policy, "1.0.0.0/8", made), made)
    assert [str(each) for each in found.communities] == ["1:1", "64512:1"]


BAD = [
    ("policies = 5", "'policies': 5 is not a table"),
    ("[policy]", "unknown key 'policy'; known: prefix-sets, community-sets, as-sets, policies"),
    ("[policies.edge]\nrule = []", "policy 'edge': unknown key 'rule'; known: default, rules"),
    (
        '[policies.edge]\ndefault = "deny"',
        "policy 'edge', 'default': 'deny' is not possible; use accept or reject",
    ),
    (
        "[policies.edge.rules]\nthen = 'accept'",
        "policy 'edge', 'rules': rules are a list; write each as [[policies.edge.rules]]",
    ),
    ("[prefix-sets]\n1 = []", "prefix set '1': a name starts with a letter, so that it is told from a value"),
    ("[prefix-sets]\na = '10.0.0.0/8'", "prefix set 'a': a set is a list"),
    ("[prefix-sets]\na = [5]", "prefix set 'a': 5 is not a table"),
    (
        "[prefix-sets]\na = ['10.0.0.0/8 ge 33']",
        "prefix set 'a': 'ge' 33 is longer than an IPv4 prefix; use 0 to 32",
    ),
    (
        "[prefix-sets]\na = ['10.0.0.1/8']",
        "prefix set 'a': prefix '10.0.0.1/8' has host bits set; did you mean 10.0.0.0/8?",
    ),
    (
        "[prefix-sets]\na = [{ge = 9}]",
        "prefix set 'a': there is no 'prefix'; write it like {prefix = '10.0.0.0/8', le = 24}",
    ),
    (
        "[prefix-sets]\na = [{prefix = '::/0', ge = 129}]",
        "prefix set 'a': 'ge' 129 is longer than an IPv6 prefix; use 0 to 128",
    ),
    (
        "[prefix-sets]\na = [{prefix = '::/0 le 9', ge = 1}]",
        "prefix set 'a', 'prefix': the bounds stand in keys of their own here",
    ),
    ("[as-sets]\na = [4294967296]", "AS set 'a': AS number '4294967296' is too large; use 0 to 4294967295"),
    (
        "[community-sets]\na = ['64512']",
        (
            "community set 'a': community '64512' is not of the form <16 bits>:<16 bits>, decimal and without leading "
            "zeros; a pattern has * or a range of numbers in place of a field"
        ),
    ),
]
BAD_RULES = [
    ("then = 'drop'", "'then': 'drop' is not possible; use accept, reject or next"),
    ("colour = 1", "unknown key 'colour'; known: name, match, set, then"),
    ("", "a rule without changes and without a last word has no effect; say accept or reject"),
    (
        "set.med = 1\nthen = 'reject'",
        "a rule that rejects routes changes them to no effect; leave out the changes",
    ),
    ("name = ''", "'name': '' is not a string"),
    ("match = {}", "'match': the table is empty; leave it out to match every route"),
    ("set = {}", "'set': the table is empty; leave it out to change nothing"),
    ("match.prefix = 'none'", "'match.prefix': there is no prefix set 'none'; known: bogons"),
    ("match.prefix = []", "'match.prefix': the list is empty; leave the key out, or name something"),
    ("match.prefix = '10.0.0.0/8 ge 33'", "'match.prefix': 'ge' 33 is longer than an IPv4 prefix; use 0 to 32"),
    (
        "match.prefix = {prefix = '10.0.0.0/8', ge = 33}",
        "'match.prefix': 'ge' 33 is longer than an IPv4 prefix; use 0 to 32",
    ),
    (
        "match.not = {any = [{prefix = '10.0.0.0/8 ge 4'}]}",
        "'match.not.any.prefix': 'ge' 4 is shorter than 10.0.0.0/8 itself; use 8 to 32",
    ),
    (
        "match.as-path = '^[65001'",
        "'match.as-path': AS path pattern '^[65001' has '[' at place 2, which means nothing in it",
    ),
    (
        "match.as-path-length = 'long'",
        "'match.as-path-length': AS path length 'long' is not a number or two with a hyphen; use 0 to 65535",
    ),
    ("match.origin-as = 'transits'", "'match.origin-as': there is no AS set 'transits'; known: none"),
    ("match.origin-as = true", "'match.origin-as': True is not a whole number"),
    ("match.communities = {some = '1:1'}", "'match.communities': unknown key 'some'; known: any, all, none"),
    ("match.communities = {}", "'match.communities': the table is empty; use any, all or none"),
    ("match.communities = 5", "'match.communities': 5 is not a string"),
    (
        "match.next-hop = '10.0.0.1/8'",
        (
            "'match.next-hop': '10.0.0.1/8' is neither an address nor a prefix: prefix '10.0.0.1/8' has host bits set; "
            "did you mean 10.0.0.0/8?"
        ),
    ),
    ("match.rpki = 'unknown'", "'match.rpki': 'unknown' is not possible; use valid, invalid or not-found"),
    (
        "match.source = 'ibgp'",
        "'match.source': 'ibgp' is not possible; use local, external, internal, client or confederation",
    ),
    ("match.origin = 'bgp'", "'match.origin': 'bgp' is not possible; use igp, egp, incomplete"),
    ("match.med = 'low'", "'match.med': MED 'low' is not a number or two with a hyphen; use 0 to 4294967295"),
    ("set.local-pref = -1", "'set.local-pref': local preference -1 is not possible; use 0 to 4294967295"),
    ("set.weight = 65536", "'set.weight': weight 65536 is not possible; use 0 to 65535"),
    ("set.med = 'high'", "'set.med': 'high' is no MED; use a number, '+10', '-10' or 'none'"),
    ("set.med = '+4294967296'", "'set.med': amount of MED 4294967296 is not possible; use 0 to 4294967295"),
    ("set.prepend = 0", "'set.prepend': AS number to prepend 0 is not possible; use 1 to 4294967295"),
    ("set.prepend = 'mine'", "'set.prepend': 'mine' is not possible; use own or last"),
    ("set.prepend = {times = 2}", "'set.prepend': there is no 'as'; write it like {as = 64512, times = 3}"),
    ("set.prepend = {as = 1, times = 65}", "'set.prepend': number of times to prepend 65 is not possible; use 1 to 64"),
    ("set.next-hop = 'peer'", "'set.next-hop': 'peer' is not possible; use an address, 'self' or 'unchanged'"),
    (
        "set.add-communities = '64512:*'",
        "'set.add-communities': '64512:*' is a pattern; a route is given communities one by one",
    ),
    ("set.communities = '1:1'", f"'set': unknown key 'communities'; known: {', '.join(ACTIONS)}"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD)
def test_a_fault_is_told_with_its_place(text: str, sentence: str) -> None:
    """One sentence: where, what, and what to do."""
    with pytest.raises(ConfigError) as caught:
        load_policies(f"{text}\n")
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("text", "sentence"), BAD_RULES)
def test_a_fault_of_a_rule_names_policy_rule_and_key(text: str, sentence: str) -> None:
    """The second rule of a policy is at fault."""
    sets = "[prefix-sets]\nbogons = ['10.0.0.0/8']\n"
    first = "[[policies.edge.rules]]\nthen = 'accept'\n"
    with pytest.raises(ConfigError) as caught:
        load_policies(f"{sets}{first}[[policies.edge.rules]]\n{text}\n")
    separator = ", " if sentence.startswith("'") and sentence.split("'")[1].split(".")[0] in KEYS else ": "
    assert str(caught.value) == f"policy 'edge', rule 2{separator}{sentence}"


KEYS = {"match", "set", "then", "name"}


def test_what_is_not_toml_is_told_with_the_line() -> None:
    """The place is that of the standard library."""
    with pytest.raises(ConfigError, match=r"^this is not TOML: .*line 2"):
        load_policies("[policies.a]\na = \n")


def test_faults_of_a_file_name_the_file(tmp_path: Path) -> None:
    """Whoever reads the sentence in a log knows which file to open."""
    file = tmp_path / "policies.toml"
    with pytest.raises(ConfigError, match=r"policies cannot be read from .*policies.toml: .*No such file"):
        load_policies(file)
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"policies cannot be read from .*policies.toml: .*utf-8"):
        load_policies(file)
    file.write_text("[policies.a]\nrule = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^/.*policies.toml: policy 'a': unknown key 'rule'"):
        load_policies(file)
