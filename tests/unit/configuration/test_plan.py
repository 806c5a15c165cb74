"""What a new file would do."""

from pathlib import Path

from bgpkit import Speaker
from bgpkit.configuration import Configuration, ConfigurationPlan
from bgpkit.configuration.plan import plan_configuration
from tests.unit.configuration.files import configuration

BEFORE = """\
[[peers]]
range = "10.0.0.0/8"
asn = 64512
[[peers]]
range = "11.0.0.0/8"
asn = 64512
[[peers]]
range = "12.0.0.0/8"
asn = 64512
[[peers]]
range = "14.0.0.0/8"
asn = 64512
transport.md5_key = "topsecret"
[[announcements]]
prefixes = ["198.51.100.0/24", "198.51.101.0/24"]
[[aggregates]]
prefix = "198.51.0.0/16"
[[aggregates]]
prefix = "198.52.0.0/16"
"""
AFTER = """\
[[peers]]
range = "10.0.0.0/8"
asn = 64512
weight = 3
[[peers]]
range = "11.0.0.0/8"
limit = 3
asn = 64512
[[peers]]
range = "13.0.0.0/8"
asn = 64512
[[peers]]
range = "14.0.0.0/8"
asn = 64512
transport.md5_key = "othersecret"
[[announcements]]
prefixes = ["198.51.100.0/24"]
[[announcements]]
prefixes = ["198.51.102.0/24"]
med = 7
[[aggregates]]
prefix = "198.51.0.0/16"
summary_only = true
[[aggregates]]
prefix = "198.52.0.0/16"
[log]
level = "debug"
"""


def planned(old: Configuration, new: Configuration) -> ConfigurationPlan:
    """Return the plan, of peers nothing."""
    return plan_configuration(old, new, ())


def test_the_same_file_changes_nothing(tmp_path: Path) -> None:
    """Policies and secrets that are equal are the same."""
    plan = planned(configuration(tmp_path, BEFORE), configuration(tmp_path, BEFORE))
    assert plan.empty
    assert str(plan) == "nothing changes"


def test_each_difference_is_told_once(tmp_path: Path) -> None:
    """Ranges, own routes, aggregates, the log; without what is secret."""
    plan = planned(configuration(tmp_path, BEFORE), configuration(tmp_path, AFTER))
    assert str(plan).splitlines() == [
        "range 10.0.0.0/8: soft: weight",
        "range 11.0.0.0/8: reset: limit",
        "range 13.0.0.0/8: add",
        "range 14.0.0.0/8: reset: transport",
        "range 12.0.0.0/8: remove",
        "announce 198.51.102.0/24",
        "withdraw 198.51.101.0/24",
        "aggregate 198.51.0.0/16: remove",
        "aggregate 198.51.0.0/16: add",
        "log: another level",
    ]


def test_what_needs_a_new_start_is_told(tmp_path: Path) -> None:
    """Who the speaker is, its kernel routes, its socket, who watches paths; not how it ends."""
    text = '[fib]\ntable = 7\n[control]\nsocket = "x"\n[bfd]\n[rpki]\ncaches = "a"\n'
    new = configuration(tmp_path, text, speaker='[speaker]\nasn = 1\nbgp_identifier = "192.0.2.1"\nstop = "graceful"\n')
    plan = planned(configuration(tmp_path, ""), new)
    assert plan.restart == ("speaker.asn", "fib.table", "control.socket", "bfd")
    assert plan.rpki
    assert "speaker.asn: it changes only when the daemon starts anew" in str(plan)


async def test_peers_are_told_as_the_speaker_says(tmp_path: Path) -> None:
    """Those of which nothing changes are left out."""
    one, two = '[[peers]]\naddress = "192.0.2.2"\nasn = 64512\n', '[[peers]]\naddress = "192.0.2.3"\nasn = 64512\n'
    old, new = configuration(tmp_path, one), configuration(tmp_path, one + two)
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        await speaker.add_peer(old.peers.named[0])
        plan = plan_configuration(old, new, speaker.plan(new.peers.named))
    assert str(plan) == "peer 192.0.2.3: add"
