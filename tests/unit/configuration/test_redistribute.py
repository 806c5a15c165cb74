"""The tables ``[[redistribute]]``: what they say, what is wrong with them, and how one file follows another."""

from pathlib import Path
from typing import Any, Self

import pytest

from bgpkit import Origin, PathAttributes, Speaker
from bgpkit import fib as fib_face
from bgpkit.configuration import ConfigurationFileError, check
from bgpkit.configuration.redistribute import Redistribute, Redistributions
from bgpkit.errors import FibError
from bgpkit.fib import REDISTRIBUTED, RouteKind
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, Prefix
from tests.unit.configuration.files import configuration, faults

STATIC, CONNECTED = Redistribute(protocols=("static",)), Redistribute(protocols=("connected",))


def test_a_table_has_a_filter_a_place_and_attributes_beside_one_another(tmp_path: Path) -> None:
    """ORIGIN is INCOMPLETE unless it is written."""
    text = """
[[redistribute]]
protocols = ["connected", 188, "local"]
interfaces = ["eth*", "!eth9"]
prefixes = "10.0.0.0/8 le 24"
kinds = ["unicast", "blackhole"]
highest_metric = 100
default = true
families = "ipv4-unicast"
table = 100
keep_next_hop = true
med = 5
communities = ["64512:1"]
[[redistribute]]
protocols = "static"
origin = "igp"
"""
    one, two = configuration(tmp_path, text).redistribute
    chosen = one.chosen()
    assert (chosen.numbers, chosen.local, chosen.highest_metric, chosen.default) == (
        frozenset({2, 188}),
        True,
        100,
        True,
    )
    assert chosen.kinds == {RouteKind.UNICAST, RouteKind.BLACKHOLE}
    assert chosen.interfaces == ("eth*", "!eth9")
    assert chosen.prefixes is not None
    assert Prefix.parse("10.1.0.0/24") in chosen.prefixes
    assert Prefix.parse("11.0.0.0/24") not in chosen.prefixes
    assert (one.families, one.table, one.keep_next_hop) == ((IPV4_UNICAST,), 100, True)
    assert one.attributes == PathAttributes(origin=Origin.INCOMPLETE, med=5, communities=(Community.parse("64512:1"),))
    assert two.attributes == PathAttributes(origin=Origin.IGP)
    assert list(map(str, (one, two))) == ["connected, 188, local of table 100", "static"]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("protocols = 'statc'", "5: redistribute[1]: protocols: there is no routing protocol 'statc'; "),
        (
            "protocols = 4\ninterfacs = 'e0'",
            "6: unknown key 'interfacs' in redistribute[1]; did you mean 'interfaces'?",
        ),
        ("protocols = 4\nkinds = 'x'", "6: redistribute[1]: kinds: 'x' is no kind of route; choose from unicast, "),
        ("protocols = 4\nprefixes = '10.0.0.0/8 le 4'", "6: redistribute[1]: prefixes: 'le' 4 is shorter than 10.0.0"),
        ("protocols = 4\nprefixes = '10.0.0.1/8'", "6: redistribute[1]: prefixes: prefix '10.0.0.1/8' has host bits s"),
        ("protocols = 4\nmed = 5\nmetric_as_med = true", "7: redistribute[1]: med is given, and metric_as_med, too; "),
        ("protocols = 4\nnext_hop = '192.0.2.1'\nkeep_next_hop = true", "7: redistribute[1]: next_hop is given, and "),
        ("protocols = 4\ntable = 0", "6: redistribute[1]: table 0 "),
        ("protocols = 4\ntable = 7\nvrf = 'red'", "6: redistribute[1]: table 7 and vrf red: "),
        ("med = 5", "4: redistribute[1]: 'protocols' is missing"),
        ("protocols = 4\n[[redistribute]]\nprotocols = 4", "6: redistribute[2]: this says the same as line 4; say it "),
    ],
)
def test_each_fault_is_told_with_its_line(tmp_path: Path, lines: str, what: str) -> None:
    """And what to do."""
    assert [fault[: len(what)] for fault in faults(tmp_path, f"[[redistribute]]\n{lines}\n")] == [what]


def test_one_table_alone_is_no_list(tmp_path: Path) -> None:
    """It has two brackets."""
    told = faults(tmp_path, "[redistribute]\nprotocols = 4\n")
    assert told == ["4: redistribute: this is a list; write each as [[redistribute]]"]


async def test_what_only_a_speaker_can_refuse_is_found_when_the_file_is_checked(tmp_path: Path) -> None:
    """A family without a table; attributes that cannot be written; a next hop that is none for all families."""
    text = 'families = "ipv4-unicast"\n[[redistribute]]\nprotocols = "static"\nfamilies = "ipv6-unicast"\n'
    with pytest.raises(ConfigurationFileError, match="this speaker has no table for ipv6-unicast"):
        await check(configuration(tmp_path, text))
    for wrong, what in (("med = -1", "MULTI_EXIT_DISC holds -1"), ('next_hop = "192.0.2.1"', "next_hop 192.0.2.1 is")):
        with pytest.raises(ConfigurationFileError, match=f"redistribute static: .*{what}"):
            await check(configuration(tmp_path, f'[[redistribute]]\nprotocols = "static"\n{wrong}\n'))
    await check(configuration(tmp_path, '[[redistribute]]\nprotocols = "static"\n'))


class Recorded:
    """A redistribution that only tells when it is started and ended."""

    told: list[str]

    def __init__(self, speaker: Speaker, chosen: Any, **options: Any) -> None:
        """Remember what it is for."""
        del speaker
        self.name = f"{chosen.protocols[0]} {options['path_id'] - REDISTRIBUTED}"
        self.own = options["own"]

    async def start(self) -> Self:
        """Tell, or fail where that is asked for."""
        if self.name.startswith("rip"):
            raise FibError("no such table")
        assert self.own == ("bgp", 12)
        self.told.append(f"start {self.name}")
        return self

    async def close(self) -> None:
        """Tell."""
        self.told.append(f"close {self.name}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let redistributions tell what becomes of them."""
    Recorded.told = []
    monkeypatch.setattr(fib_face, "Redistribution", Recorded)
    return Recorded.told


async def test_what_stays_the_same_is_not_touched_and_new_ones_start_before_others_end(told: list[str]) -> None:
    """Each has a path identifier of its own while it runs."""
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        running = Redistributions(speaker, 12)
        await running.use((STATIC,))
        await running.use((STATIC, CONNECTED))
        assert told == ["start static 0", "start connected 1"]
        told.clear()
        await running.use((Redistribute(protocols=("ospf",)), CONNECTED))
        assert told == ["start ospf 2", "close static 0"]
        told.clear()
        await running.use((STATIC, CONNECTED))
        assert told == ["start static 0", "close ospf 2"]
        told.clear()
        await running.close()
        assert sorted(told) == ["close connected 1", "close static 0"]


async def test_where_one_cannot_run_none_is_new(told: list[str]) -> None:
    """Those that run go on."""
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        running = Redistributions(speaker, 12)
        await running.use((STATIC,))
        with pytest.raises(FibError):
            await running.use((CONNECTED, Redistribute(protocols=("rip",))))
        assert told == ["start static 0", "start connected 1", "close connected 1"]
        await running.close()
        assert told[-1] == "close static 0"
