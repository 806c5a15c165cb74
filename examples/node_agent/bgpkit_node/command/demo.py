"""``bgpkit-node demo``: a pod network on this machine, from nothing, in one of several scenarios."""

import asyncio
import sys
from typing import Final

import click

from bgpkit_node.demo.isolation import ensure_isolated
from bgpkit_node.demo.titles import ALL, CLUSTER, TITLES, chosen

_STEPS: Final = {step: scenario for scenario, steps in TITLES.items() for step in steps}


@click.command()
@click.option(
    "--scenario",
    type=click.Choice([*TITLES, ALL]),
    default=CLUSTER,
    show_default=True,
    help="What is shown: a cluster from mesh to policies, nodes in two subnets, an office beside a cluster, or all.",
)
@click.option("--hold", type=click.Choice(list(_STEPS)), help="Stop after this step and keep the cluster.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
def demo(scenario: str, hold: str | None, as_json: bool) -> None:
    """Show a pod network come up over BGP: nodes, pods, reflectors, a crash, policies, a real Internet table.

    Other scenarios show nodes in two subnets, with and without encapsulation, and an office that reaches pods and
    services. Everything happens in network namespaces of its own and vanishes with the command, whatever ends it.
    """
    names = chosen(scenario)
    if hold is not None and _STEPS[hold] not in names:
        steps = ", ".join(TITLES[scenario])
        raise click.BadParameter(
            f"{hold} is a step of scenario {_STEPS[hold]}; those of {scenario} are {steps}", param_hint="--hold"
        )
    isolation = ensure_isolated(sys.argv[1:])
    from bgpkit_node.demo.running import run_demonstration  # only inside, where the time is spent once

    sys.exit(asyncio.run(run_demonstration(isolation, names, hold=hold, as_json=as_json)))
