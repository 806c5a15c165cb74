"""``bgpkit-node policy explain``: why a connection is allowed or not."""

import json
import sys

import click

from bgpkit_node.command.policy_source import cluster_option, parse_port
from bgpkit_node.errors import NodeError
from bgpkit_node.policy import Cluster, Evaluator
from bgpkit_node.policy.explanation import explained, values_of


@click.command("explain")
@click.argument("source")
@click.argument("destination")
@click.argument("port", metavar="PORT/PROTOCOL")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@cluster_option
def policy_explain(source: str, destination: str, port: str, as_json: bool, cluster: Cluster) -> None:
    """Tell whether SOURCE may open a connection to DESTINATION, every policy that is asked, and which rule decides.

    Both are pods (NAMESPACE/NAME, or NAME), nodes (node/NAME) or addresses; the port is 80/TCP, 53/UDP, or ICMP alone.
    Exit code 1 when the connection is denied.
    """
    protocol, number = parse_port(port)
    try:
        packets = tuple(cluster.packets(source, destination, protocol, number))
    except ValueError as error:
        raise NodeError(f"{error}; write NAMESPACE/NAME, node/NAME, or an address") from error
    if not packets:
        raise NodeError(f"{source} and {destination} have no addresses of one IP version")
    evaluator = Evaluator(cluster.state)
    verdicts = [(packet, evaluator.verdict(packet)) for packet in packets]
    if as_json:
        click.echo(json.dumps([values_of(packet, verdict) for packet, verdict in verdicts], indent=2))
    else:
        texts = ["\n".join(explained(packet, verdict, cluster)) for packet, verdict in verdicts]
        click.echo("\n\n".join(texts))
    sys.exit(0 if all(verdict.allowed for _, verdict in verdicts) else 1)
