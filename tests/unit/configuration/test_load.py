"""A file as a whole."""

from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest

from bgpkit import AsPath, Community, Origin, PathAttributes, Prefix
from bgpkit.configuration import (
    Announcement,
    ControlSettings,
    FibSettings,
    FibUse,
    LogLevel,
    RpkiSettings,
    Stop,
    load,
)
from bgpkit_fsm import Family
from tests.unit.configuration.files import configuration, faults


def test_three_lines_are_a_file(tmp_path: Path) -> None:
    """All else is as it is by default."""
    found = configuration(tmp_path, "")
    assert (found.speaker.asn, found.speaker.bgp_identifier) == (64512, IPv4Address("192.0.2.1"))
    assert (found.fib, found.control, found.rpki) == (FibSettings(), ControlSettings(), None)
    assert (found.peers.named, found.announcements, found.path.name) == ((), (), "speaker.toml")


def test_own_routes_have_attributes_beside_their_prefixes(tmp_path: Path) -> None:
    """By their names; an AS path is a text."""
    text = (
        '[[announcements]]\nprefixes = ["198.51.100.0/24"]\nnext_hop = "192.0.2.9"\norigin = "egp"\nmed = 7\n'
        'as_path = "1 {2,3}"\ncommunities = ["1:2"]\nfamily = "ipv4-multicast"\npath_id = 4\n'
    )
    assert configuration(tmp_path, text).announcements == (
        Announcement(
            prefixes=(Prefix.parse("198.51.100.0/24"),),
            family=Family.parse("ipv4-multicast"),
            path_id=4,
            attributes=PathAttributes(
                next_hop=ip_address("192.0.2.9"),
                origin=Origin.EGP,
                med=7,
                as_path=AsPath.parse("1 {2,3}"),
                communities=(Community.parse("1:2"),),
            ),
        ),
    )


def test_other_tables_are_read(tmp_path: Path) -> None:
    """Kernel, ROAs, socket, log, aggregates, and how a daemon ends."""
    text = (
        'stop = "graceful"\nconfederation = { identifier = 65000, members = [64513] }\n'
        '[fib]\nmode = "install"\nmultipath = { maximum_ebgp = 4 }\n[rpki]\ncaches = "a:3323"\n'
        '[control]\nsocket = "s"\ngroup = "g"\n[log]\nlevel = "debug"\n'
        '[[aggregates]]\nprefix = "198.51.0.0/16"\nalways = true\nlarge_communities = ["1:2:3"]\n'
    )
    found = configuration(tmp_path, text)
    assert found.speaker.stop is Stop.GRACEFUL
    assert found.speaker.confederation is not None
    assert found.fib.multipath is not None
    assert (found.fib.mode, found.fib.multipath.maximum_ebgp) == (FibUse.INSTALL, 4)
    assert found.rpki == RpkiSettings(caches=("a:3323",))
    assert (found.control, found.log.level) == (ControlSettings(socket="s", group="g"), LogLevel.DEBUG)
    assert [(str(each.prefix), each.always) for each in found.aggregates] == [("198.51.0.0/16", True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[speakr]", "4: unknown key 'speakr'; did you mean 'speaker'?"),
        ("[fib]\nmod = 'off'", "5: unknown key 'mod' in fib; did you mean 'mode'?"),
        ("[fib]\ninstall = true", '5: fib.install: there are more ways than two; write mode = "install"'),
        ("[fib]\ninstall = false", '5: fib.install: there are more ways than two; write mode = "off"'),
        ('[bfd]\nlisten = ["nowhere"]', "5: bfd: listen: 'nowhere' is not an IPv4 or IPv6 address"),
        ("[rpki]\ncaches = []", "5: rpki: ROAs come from caches or from roas_file; give one of the two"),
        ("[announcements]", "4: announcements: this is a list; write each as [[announcements]]"),
        ("[[announcements]]", "4: announcements[1]: 'prefixes' is missing"),
        ("[[announcements]]\nprefixes = ['x']", "5: announcements[1].prefixes[1]: prefix 'x'"),
        ("[[announcements]]\nprefixes = '10.0.0.0/8'\nas_path = 3", "6: announcements[1].as_path: 3 is no AS path"),
        ("[[announcements]]\nprefixes = '10.0.0.0/8'\nas_path = '('", "6: announcements[1].as_path: AS path '('"),
        ("[[announcements]]\nprefixes = '10.0.0.0/8'\nmedd = 3", "6: unknown key 'medd' in announcements[1]; did"),
        ("[[announcements]]\nprefixes = ['10.0.0.0/8', '10.0.0.0/8']", "4: announcements[1]: 10.0.0.0/8 is there"),
        (
            "[[aggregates]]\nprefix = '10.0.0.0/8'\n[[aggregates]]\nprefix = '10.0.0.0/8'",
            "6: aggregates[2]: 10.0.0.0/8",
        ),
        ("[[aggregates]]", "4: aggregates[1]: 'prefix' is missing"),
        ("[log]\nlevel = 'loud'", '5: log.level: "loud" stands where one of quiet, info, debug is wanted'),
        ("log = 3", "4: unknown key 'log' in speaker; known: "),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, text: str, said: str) -> None:
    """In each of the tables."""
    assert faults(tmp_path, text)[0].startswith(said)


def test_without_a_speaker_there_is_nothing(tmp_path: Path) -> None:
    """It is told with what it needs."""
    assert faults(tmp_path, "", speaker="") == ["1: there is no [speaker]; it has asn and bgp_identifier, at least"]
    assert faults(tmp_path, "", speaker="[speaker]\nasn = 1\n") == ["1: speaker: 'bgp_identifier' is missing"]
    assert faults(tmp_path, "", speaker="speaker = 3\n")[0].startswith("1: speaker: this is no table; its keys: asn")


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """Neither in the value nor in a fault, wherever they stand."""
    peer = '[[peers]]\naddress = "192.0.2.2"\nasn = 1\n'
    (tmp_path / "key").write_text("topsecret\n")
    found = configuration(tmp_path, f'{peer}transport.md5_key_file = "key"\n')
    key = found.peers.named[0].transport.md5_key
    assert key is not None
    assert key.reveal() == b"topsecret"
    assert "topsecret" not in repr(found)
    for wrong in (
        'transport.md5_key = ["topsecret"]',
        'transport = "topsecret"',
        'transport.ao_keys = "topsecret"',
        'md5_key = "topsecret"',
        'transport.md5_key = "' + "topsecret" * 10 + '"',
    ):
        assert "topsecret" not in " ".join(faults(tmp_path, f"{peer}{wrong}\n"))


def test_the_environment_can_be_given(tmp_path: Path) -> None:
    """For secrets."""
    file = tmp_path / "a.toml"
    file.write_text(
        '[speaker]\nasn=1\nbgp_identifier="192.0.2.1"\n[[peers]]\naddress="192.0.2.2"\nasn=1\ntransport.md5_key_env="K"\n'
    )
    key = load(str(file), environment={"K": "x"}).peers.named[0].transport.md5_key
    assert key is not None
    assert key.reveal() == b"x"
