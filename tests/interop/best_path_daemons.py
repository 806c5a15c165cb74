"""The daemons of others as judges of rival paths: their configurations, and how each tells which path is its best."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bgpkit_rib import DecisionOptions
from tests.interop.best_path_rivals import ASN, LADDER, METRICS, NAMES, RIVALS
from tests.support.daemons import Bird, Frr, GoBgp
from tests.support.netns import Namespace

OWN: Final = "own"
"""The name under which a prefix of the daemon's own wins."""
OWN_PREFIXES: Final = tuple(contest.prefix for contest in LADDER if contest.own)
GATEWAY: Final = RIVALS["i1"].address

Judge = Callable[[], dict[str, str]]
"""Returns the winner's name for each prefix."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How a daemon is asked for its best paths, and the options with which our decision process is its like."""

    start: Callable[[Namespace, Path, str, bool], tuple[Bird | Frr | GoBgp, Judge]]
    """Takes the namespace, a folder, the daemon's address, and whether MEDs always compare and none is the worst."""
    aigp: bool = False
    weighs: bool = False
    knows_metrics: bool = True
    missing_med_as_worst: bool = True
    """Whether it can take a missing MED as the worst."""
    groups_meds: bool = True
    """Whether it compares MEDs within an AS first; the winner depends on the order of arrival otherwise."""
    unlike: frozenset[str] = frozenset()
    """Contests that it decides otherwise, whatever our options."""

    def options(self, *, strict: bool) -> DecisionOptions:
        """Return our options for the same choice."""
        return DecisionOptions(
            always_compare_med=strict,
            med_missing_as_worst=strict and self.missing_med_as_worst,
            aigp=self.aigp,
            ignore_igp_metric=not self.knows_metrics,
        )


def _start_bird(node: Namespace, folder: Path, address: str, strict: bool) -> tuple[Bird, Judge]:
    """Start BIRD; the winner is the protocol of the route that stands first."""
    own = " ".join(f"route {prefix} blackhole {{ bgp_origin = ORIGIN_INCOMPLETE; }};" for prefix in OWN_PREFIXES)
    ways = " ".join(f"route {hop}/32 via {GATEWAY} {{ igp_metric = {metric}; }};" for hop, metric in METRICS.items())
    rivals = "".join(
        f"protocol bgp {name} from rival {{ neighbor {rival.address} as {rival.asn}; }}\n"
        for name, rival in RIVALS.items()
    )
    configuration = f"""
log stderr all;
router id {address};
protocol device {{}}
protocol direct {{ ipv4; }}
protocol static own {{ ipv4; {own} }}
protocol static ways {{ ipv4; {ways} }}
template bgp rival {{
  local {address} as {ASN}; passive on; deterministic med on;
  {"med metric on; default bgp_med 4294967295;" if strict else ""}
  ipv4 {{ import all; export none; aigp on; }};
}}
{rivals}
"""
    bird = Bird(node, folder, configuration)
    line = re.compile(r"^(\S+/\d+)\s+\w+ \[(\w+) ", re.MULTILINE)
    return bird, lambda: dict(line.findall(bird.ask("show", "route", "primary")))


def _start_frr(node: Namespace, folder: Path, address: str, strict: bool) -> tuple[Frr, Judge]:
    """Start FRR; the interior routes are the kernel's. The winner is the path marked as best."""
    for hop, metric in METRICS.items():
        node.ip("route", "add", f"{hop}/32", "via", GATEWAY, "metric", str(metric))
    lines = [f"router bgp {ASN}", f"bgp router-id {address}", "no bgp ebgp-requires-policy"]
    lines += ["no bgp network import-check", "bgp deterministic-med", "bgp bestpath compare-routerid"]
    if strict:
        lines += ["bgp always-compare-med", "bgp bestpath med missing-as-worst"]
    for rival in RIVALS.values():
        neighbor = f"neighbor {rival.address}"
        lines += [f"{neighbor} remote-as {rival.asn}", f"{neighbor} passive"]
    lines = ["route-map own permit 10", "set origin incomplete", *lines]
    lines += ["address-family ipv4 unicast"]
    lines += [f"neighbor {rival.address} weight {rival.weight}" for rival in RIVALS.values() if rival.weight]
    lines += [f"network {prefix} route-map own" for prefix in OWN_PREFIXES]
    lines += ["exit-address-family"]
    frr = Frr(node, folder, "\n".join(lines) + "\n")

    def judge() -> dict[str, str]:
        return {
            prefix: NAMES.get(path["peerId"], OWN)
            for prefix, paths in frr.ask_json("show bgp ipv4 unicast")["routes"].items()
            for path in paths
            if path.get("bestpath")
        }

    return frr, judge


def _start_gobgp(node: Namespace, folder: Path, address: str, strict: bool) -> tuple[GoBgp, Judge]:
    """Start gobgpd; the winner is the path marked as best."""
    neighbors = "".join(
        f"""
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{rival.address}"
    peer-as = {rival.asn}
  [neighbors.transport.config]
    passive-mode = true
"""
        for rival in RIVALS.values()
    )
    configuration = f"""
[global.config]
  as = {ASN}
  router-id = "{address}"
  port = 179
[global.route-selection-options.config]
  external-compare-router-id = true
  always-compare-med = {"true" if strict else "false"}
{neighbors}
"""
    gobgp = GoBgp(node, folder, configuration)
    for prefix in OWN_PREFIXES:
        gobgp.ask("global", "rib", "add", prefix, "origin", "incomplete", "nexthop", address)

    def judge() -> dict[str, str]:
        return {
            prefix: NAMES.get(path.get("neighbor-ip", ""), OWN)
            for prefix, paths in gobgp.ask_json("global", "rib").items()
            for path in paths
            if path.get("best")
        }

    return gobgp, judge


_PREFERRED: Final = "own, of lower local preference"
JUDGES: Final[Mapping[str, Judging]] = {
    "BIRD": Judging(_start_bird, aigp=True, unlike=frozenset({_PREFERRED})),
    "FRR": Judging(_start_frr, weighs=True, unlike=frozenset({_PREFERRED})),
    "GoBGP": Judging(
        _start_gobgp,
        knows_metrics=False,
        missing_med_as_worst=False,
        groups_meds=False,
        unlike=frozenset({"originator", "originator and identifier", "peer address", "MED in a cycle"}),
    ),
}
"""The daemons; BEST_PATH.md says for each contest who wins in them, and why."""
