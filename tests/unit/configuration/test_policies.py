"""Policies in the file and in others."""

from pathlib import Path

import pytest

from bgpkit.configuration.policies import BUILT_IN
from bgpkit.policy import load_policies
from tests.unit.configuration.files import configuration, faults

PEER = '[[peers]]\naddress = "192.0.2.2"\nasn = 64513\nimport_policy = "edge"\n'
POLICY = '[prefix-sets]\nours = ["10.0.0.0/8"]\n[[policies.edge.rules]]\nmatch.prefix = "ours"\nthen = "accept"\n'


def test_policies_stand_in_the_file_itself(tmp_path: Path) -> None:
    """As `load_policies` reads them, beside those that are built in."""
    found = configuration(tmp_path, PEER + POLICY)
    assert found.peers.named[0].import_policy == load_policies(POLICY)["edge"]
    assert set(found.policies) == {"edge", *BUILT_IN}


def test_policies_stand_in_other_files(tmp_path: Path) -> None:
    """Looked for beside the file."""
    (tmp_path / "policies.toml").write_text(POLICY)
    found = configuration(
        tmp_path, PEER, speaker='policy_files = "policies.toml"\n[speaker]\nasn = 1\nbgp_identifier = "192.0.2.1"\n'
    )
    assert found.peers.named[0].import_policy == load_policies(POLICY)["edge"]


def test_each_policy_that_is_faulty_is_told_with_its_line(tmp_path: Path) -> None:
    """And who names it is not told of it again; the faultless one is known."""
    text = (
        PEER
        + POLICY.replace("edge", "good")
        + '[[policies.edge.rules]]\nthen = "accept"\n[[policies.edge.rules]]\nmatch.prefix = [\n "10.0.0.0/8 ge 33"]\n'
        + 'then = "accept"\n[policies.other]\ndefalt = "accept"\n'
    )
    assert faults(tmp_path, text) == [
        "16: policy 'edge', rule 2, 'match.prefix': 'ge' 33 is longer than an IPv4 prefix; use 0 to 32",
        "19: policy 'other': unknown key 'defalt'; known: default, rules",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[prefix-sets]\nx = [\n"10.0.0.1/8"]', "5: prefix set 'x': prefix '10.0.0.1/8' has host bits"),
        ('[as-sets]\nx = ["z"]', "5: AS set 'x': "),
        ("[policies.edge]\nrules = 3", "5: policy 'edge', 'rules': rules are a list"),
        (
            '[[peers]]\naddress = "192.0.2.2"\nasn = 1\nimport_policy = "edgy"',
            "7: peers[1].import_policy: there is no policy",
        ),
        (
            '[[peers]]\naddress = "192.0.2.2"\nasn = 1\nimport_policy = 3',
            "7: peers[1].import_policy: there is no policy 3",
        ),
        ('[policies.accept-all]\ndefault = "reject"', "1: policy 'accept-all' of "),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Sets, policies and their names."""
    assert faults(tmp_path, text)[0].startswith(said)


def test_other_files_are_told_with_their_own_names(tmp_path: Path) -> None:
    """What is wrong in them, what does not belong there, and those that are not there."""
    (tmp_path / "one.toml").write_text('[policies.a]\ndefault = "x"\n')
    (tmp_path / "two.toml").write_text("[peers]\n")
    speaker = 'policy_files = ["one.toml", "two.toml",\n"gone.toml", 3]\n'
    told = faults(tmp_path, '[speaker]\nasn = 1\nbgp_identifier = "192.0.2.1"\n', speaker=speaker)
    assert told == [
        "2: policy_files[4]: this is no file name",
        "2: policy 'a', 'default': 'x' is not possible; use accept or reject",
        "1: unknown key 'peers'; known: prefix-sets, community-sets, as-sets, policies",
        "0: it cannot be read: No such file or directory",
    ]
