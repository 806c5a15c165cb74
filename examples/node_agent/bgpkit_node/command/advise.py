"""``bgpkit-node advise``: which mode, mesh or reflectors; what can be measured is measured, the rest is asked."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Final, TypeVar

import click

from bgpkit_node.advice import Advice, Facts, Maintainer, Sessions
from bgpkit_node.advice import advise as advice_for
from bgpkit_node.command.across_nodes import timeout_option
from bgpkit_node.command.advise_measure import Measured, has_ipip, measure
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import warn
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.settings import DatastoreSettings

_OPTIONS: Final = {
    "policy": "--policy or --no-policy",
    "throughput": "--throughput or --no-throughput",
    "bgp": "--bgp or --no-bgp",
    "nodes": "--nodes",
    "subnets": "--subnets",
    "maintainer": "--maintainer",
}
_Answer = TypeVar("_Answer")
_COUNT: Final = click.IntRange(1, 100_000)
_MAINTAINER: Final = click.Choice([each.value for each in Maintainer])


@click.command()
@click.option("--policy/--no-policy", default=None, help="Whether network policies are to be enforced.")
@click.option("--throughput/--no-throughput", default=None, help="Whether a few percent between nodes matter.")
@click.option("--bgp/--no-bgp", default=None, help="Whether the underlay carries BGP; else the nodes are probed.")
@click.option("--nodes", type=_COUNT, metavar="NUMBER", help="How many nodes; else those in the datastore.")
@click.option("--subnets", type=_COUNT, metavar="NUMBER", help="In how many subnets; else as the datastore has it.")
@click.option("--maintainer", type=_MAINTAINER, help="Who looks after it: the routers' people, or the cluster's alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@timeout_option
@datastore_option
def advise(
    policy: bool | None,
    throughput: bool | None,
    bgp: bool | None,
    nodes: int | None,
    subnets: int | None,
    maintainer: str | None,
    as_json: bool,
    timeout: float,
    datastore: DatastoreSettings,
) -> None:
    """Advise which mode fits this network, and whether nodes peer in a mesh or with reflectors, with the reasons.

    What the datastore, the kernel and a look at port 179 of the other nodes tell is not asked. What is not given by an
    option and cannot be measured is asked at the terminal. Nothing is changed.
    """
    measured = Measured()
    if None in (bgp, nodes, subnets):
        measured = asyncio.run(measure(datastore, timeout, reach=bgp is None))
        for note in measured.notes:
            warn(note)
    answers = Answers(
        policy=policy,
        throughput=throughput,
        bgp=measured.bgp if bgp is None else bgp,
        nodes=nodes or measured.nodes,
        subnets=subnets or measured.subnets,
        maintainer=maintainer,
    )
    found = advice_for(answers.facts(ipip=has_ipip()))
    sources = {
        "BGP in the underlay": _source(bgp, measured.bgp),
        "nodes": _source(nodes, measured.nodes),
        "subnets of nodes": _source(subnets, measured.subnets),
    }
    click.echo(json.dumps(_plain(found, sources), indent=2) if as_json else rendered(found, sources))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What options and measurements have answered; None where somebody has to be asked."""

    policy: bool | None
    throughput: bool | None
    bgp: bool | None
    nodes: int | None
    subnets: int | None
    maintainer: str | None

    def facts(self, *, ipip: bool) -> Facts:
        """Ask for what is missing and return it all; UsageError, naming the options, without a terminal."""
        options = {field.name: _OPTIONS[field.name] for field in fields(self) if getattr(self, field.name) is None}
        if options and not sys.stdin.isatty():
            named = ", ".join(options.values())
            raise click.UsageError(f"not known, and there is no terminal to ask at: give {named}")
        return Facts(
            policy=_told(self.policy, lambda: _yes("Are network policies to be enforced?")),
            throughput=_told(self.throughput, lambda: _yes("Do a few percent of throughput between nodes matter?")),
            bgp=_told(self.bgp, lambda: _yes("May nodes connect to each other's TCP port 179?")),
            nodes=_told(self.nodes, lambda: _number("How many nodes will there be?")),
            subnets=_told(self.subnets, lambda: _number("In how many subnets do they stand?")),
            maintainer=Maintainer(_told(self.maintainer, _who)),
            ipip=ipip,
        )


def _told(answer: _Answer | None, ask: Callable[[], _Answer]) -> _Answer:
    return ask() if answer is None else answer


def _yes(question: str) -> bool:
    return click.confirm(question, default=None, err=True)


def _number(question: str) -> int:
    return int(click.prompt(question, type=_COUNT, err=True))


def _who() -> str:
    return str(click.prompt("Who looks after it?", type=_MAINTAINER, err=True))


def _source(told: object, measured: object) -> str:
    return "measured" if told is None and measured is not None else "told"


def rendered(advice: Advice, sources: dict[str, str]) -> str:
    """Return the advice as text: what to set, and a line for each answer."""
    rows = [
        (each.question, f"{each.answer} ({sources.get(each.question, 'told')})", each.consequence)
        for each in advice.reasons
    ]
    return "\n".join([*_settings(advice), "", aligned(("QUESTION", "ANSWER", "WHAT FOLLOWS"), rows)])


def _settings(advice: Advice) -> Iterator[str]:
    yield f"IPPool: ipipMode: {advice.ipip.value}, vxlanMode: {advice.vxlan.value}"
    match advice.sessions:
        case Sessions.NONE:
            yield "BGPConfiguration default: nodeToNodeMeshEnabled: false, and no BGPPeer"
        case Sessions.MESH:
            yield "BGPConfiguration default: nodeToNodeMeshEnabled: true"
        case Sessions.REFLECTORS:
            yield f"{advice.reflectors} nodes with routeReflectorClusterID and a BGPPeer that selects them"
            yield "BGPConfiguration default: nodeToNodeMeshEnabled: false, once their sessions are up"
    if advice.peer_with_routers:
        yield "a BGPPeer for each router between the nodes' subnets"


def _plain(advice: Advice, sources: dict[str, str]) -> dict[str, object]:
    return {
        "ipipMode": advice.ipip.value,
        "vxlanMode": advice.vxlan.value,
        "sessions": advice.sessions.name.lower(),
        "reflectors": advice.reflectors,
        "peerWithRouters": advice.peer_with_routers,
        "reasons": [
            {
                "question": each.question,
                "answer": each.answer,
                "source": sources.get(each.question, "told"),
                "consequence": each.consequence,
            }
            for each in advice.reasons
        ],
    }
