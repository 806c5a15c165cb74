"""``bgpkit-node policy explain``: why a connection is allowed or not."""

import json
import sys

import click

from bgpkit_node.command.across_nodes import timeout_option
from bgpkit_node.command.policy_counts import counts_for
from bgpkit_node.command.policy_evaluator import verdict_of
from bgpkit_node.command.policy_source import PolicySource, parse_port, source_option
from bgpkit_node.errors import NodeError
from bgpkit_node.policy.explanation import Counting, explained, uncounted, values_of


@click.command("explain")
@click.argument("start", metavar="SOURCE")
@click.argument("end", metavar="DESTINATION")
@click.argument("port", metavar="PORT/PROTOCOL")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--counters",
    is_flag=True,
    help="Also tell what the rules have counted: ask the agents of the nodes, with --state this machine's kernel.",
)
@timeout_option
@source_option
def policy_explain(
    start: str, end: str, port: str, as_json: bool, counters: bool, timeout: float, source: PolicySource
) -> None:
    """Tell whether SOURCE may open a connection to DESTINATION, every policy that is asked, and which rule decides.

    Both are pods (NAMESPACE/NAME, or NAME), nodes (node/NAME) or addresses; the port is 80/TCP, 53/UDP, or ICMP alone.
    Exit code 1 when the connection is denied.
    """
    protocol, number = parse_port(port)
    cluster = source.cluster()
    try:
        packets = tuple(cluster.packets(start, end, protocol, number))
    except ValueError as error:
        raise NodeError(f"{error}; write NAMESPACE/NAME, node/NAME, or an address") from error
    if not packets:
        raise NodeError(f"{start} and {end} have no addresses of one IP version")
    settings = source.settings()
    verdicts = [(packet, verdict_of(packet, cluster, settings)) for packet in packets]
    counting: Counting = uncounted
    if counters:
        counting = counts_for(source, cluster, [verdict for _, verdict in verdicts], timeout).counting
    if as_json:
        click.echo(json.dumps([values_of(packet, verdict, counting) for packet, verdict in verdicts], indent=2))
    else:
        texts = ["\n".join(explained(packet, verdict, cluster, counting)) for packet, verdict in verdicts]
        click.echo("\n\n".join(texts))
    sys.exit(0 if all(verdict.allowed for _, verdict in verdicts) else 1)
