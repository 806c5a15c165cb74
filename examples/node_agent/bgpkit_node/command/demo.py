"""``bgpkit-node demo``: a three-node pod network on this machine, from nothing."""

import asyncio
import sys

import click

from bgpkit_node.demo.isolation import ensure_isolated
from bgpkit_node.demo.titles import TITLES


@click.command()
@click.option("--hold", type=click.Choice(list(TITLES)), help="Stop after this step and keep the cluster.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
def demo(hold: str | None, as_json: bool) -> None:
    """Show a pod network come up over BGP: three nodes, six pods, reflectors, a crash, policies, a real Internet table.

    Everything happens in network namespaces of its own and vanishes with the command, whatever ends it.
    """
    isolation = ensure_isolated(sys.argv[1:])
    from bgpkit_node.demo.steps import run_demonstration  # only inside, where the time is spent once

    sys.exit(asyncio.run(run_demonstration(isolation, hold=hold, as_json=as_json)))
