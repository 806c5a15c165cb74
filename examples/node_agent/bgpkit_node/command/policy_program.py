"""``bgpkit-node policy program``: the policies of one host in force, without a datastore or an agent."""

import sys
from typing import Final

import click

from bgpkit_node.command.enforcement_options import CUT, deny_option, established_option
from bgpkit_node.nft import EnforcementSettings, Enforcer, Refusal, cut_denied, one_at_a_time
from bgpkit_node.policy import cluster_of, program_of, read_case

_FORM: Final = """\b
Standard input:
{"node": "n1",
 "endpoints":  [{"ns", "name", "labels", "ip" or "ips", "node", "ifname", "local",
                 "ports": [{"port", "protocol", "name"}]}],
 "namespaces": [{"name", "labels"}],
 "nodes":      [{"name", "ip"}],
 "services":   [{"ns", "name", "selector", "ips",
                 "ports": [{"port", "protocol", "targetPort"}]}],
 "policies":   [manifest, ...]}
or {"node": "n1", "teardown": true}
"""


@click.command("program", epilog=_FORM)
@deny_option
@click.option("--table", default="bgpkit", show_default=True, metavar="NAME", help="The table, of family inet, to use.")
@click.option(
    "--interface-prefix",
    default="cali",
    show_default=True,
    metavar="PREFIX",
    help="Drop packets of interfaces named so that are of no endpoint of the state; empty: leave them alone.",
)
@established_option
def policy_program(deny: str, table: str, interface_prefix: str, established: str) -> None:
    """Enforce the policies of one full state in this network namespace.

    The status is 0 when all of the state is in force. With the next full state only what differs is changed, at once:
    no packet that both states allow is lost, none that both deny passes. What a state leaves out is empty: one without
    endpoints is a node without any, where all interfaces named by --interface-prefix drop. "teardown": true removes all
    that this command has made, and false is as if it were left out. After an error, what was in force before still is.
    """
    prefixes = (interface_prefix,) if interface_prefix else ()
    settings = EnforcementSettings(table=table, refusal=Refusal(deny), interface_prefixes=prefixes)
    if sys.stdin.isatty():
        click.echo("reading the state as JSON; Ctrl-D ends it", err=True)
    document = read_case(sys.stdin.buffer.read())
    wanted = program_of(document)
    with Enforcer(settings, whole=True) as enforcer, one_at_a_time(table):
        if document.teardown:
            enforcer.tear_down()
        elif enforcer.enforce(wanted) and established == CUT:
            cut_denied(document.node, cluster_of(document).state, settings, wanted.endpoints, enforcer.hosts)
