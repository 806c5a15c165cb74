"""``bgpkit-node policy lint``: policies that do not do what they seem to."""

import json
import sys

import click

from bgpkit_node.command.policy_source import cluster_option
from bgpkit_node.policy import Cluster
from bgpkit_node.policy.lint import findings_of


@click.command("lint")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@cluster_option
def policy_lint(as_json: bool, cluster: Cluster) -> None:
    """Name policies that do not do what they seem to; exit code 1 when there are any.

    Selectors that find nothing, rules that never decide, directions with rules that are never asked, pods that are cut
    off from name resolution, and tiers, services and named ports that do not exist.
    """
    findings = list(findings_of(cluster))
    if as_json:
        told = [{"policy": str(each.policy), "rule": each.rule or None, "finding": each.text} for each in findings]
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo("\n".join(map(str, findings)) or _nothing_odd(len(cluster.state.policies)))
    sys.exit(1 if findings else 0)


def _nothing_odd(number: int) -> str:
    return f"{number} {'policy' if number == 1 else 'policies'}, nothing odd"
