"""``bgpkit-node doctor``: this node, the datastore and the cluster examined, a line for each thing looked at."""

import asyncio
import json
import sys
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import click

from bgpkit_node.command.across_nodes import timeout_option
from bgpkit_node.command.examination import Wish, examine
from bgpkit_node.command.options import cni_conf_option, datastore_option, run_dir_option
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.doctor import HEADER, Finding, Verdict
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.startup.control_plane import KUBERNETES

_HEADER: Final = ("VERDICT", "WHAT", "WHERE", "FINDING", "WHAT TO DO")


@click.command()
@click.option("--node", metavar="NODE", help="Which node this machine is; found by its address, unless told.")
@click.option(
    "--cluster-cidr",
    "cidrs",
    multiple=True,
    metavar="CIDR",
    help=f"The controller manager's --cluster-cidr; read below {KUBERNETES}, unless told.",
)
@cni_conf_option
@click.option(
    "--underlay",
    is_flag=True,
    help="Also have every node measure the way to every other one: round trip, MTU, BGP, VXLAN, IPIP, a pod.",
)
@click.option("--problems", is_flag=True, help="Leave out what is well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@timeout_option
@datastore_option
@run_dir_option
def doctor(
    node: str | None,
    cidrs: tuple[str, ...],
    cni_conf: Path,
    underlay: bool,
    problems: bool,
    as_json: bool,
    timeout: float,
    datastore: DatastoreSettings,
    run_dir: Path,
) -> None:
    """Examine this node and the cluster: kernel, interfaces, ports, leftovers, datastore, pools, sessions, clocks.

    A line for each thing; exit code 1 when one of them is a failure. It works without rights and without an agent, and
    says what it could not look at.
    """
    wish = Wish(
        node=node,
        cluster_cidrs=tuple(map(_cidr, cidrs)),
        conflist=cni_conf / "10-bgpkit.conflist",
        seconds=timeout,
        underlay=underlay,
    )
    found = asyncio.run(examine(wish, datastore, run_dir))
    shown = [finding for finding in found if not (problems and finding.verdict is Verdict.OK)]
    click.echo(json.dumps([_plain(finding) for finding in shown], indent=2) if as_json else rendered(shown))
    sys.exit(1 if any(finding.verdict is Verdict.FAILURE for finding in found) else 0)


def _cidr(text: str) -> IPNetwork:
    try:
        return ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no range of addresses: {error}", param_hint="--cluster-cidr") from error


def rendered(found: Sequence[Finding]) -> str:
    """Return the findings as a table and a sentence; what nodes have measured of each other is a table of its own.

    There every pair has its row, and only those that are not well stand among the findings.
    """
    looks = [one.look for one in found if one.look is not None]
    listed = [one for one in found if one.look is None or one.verdict is not Verdict.OK]
    counts = {verdict: sum(one.verdict is verdict for one in found) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    parts = [
        aligned(_HEADER, [(one.verdict.value, one.what, one.where, one.said, one.cure) for one in listed])
        if listed
        else "",
        aligned(HEADER, [look.row for look in looks]) if looks else "",
        told or "nothing to complain of",
    ]
    return "\n\n".join(filter(None, parts))


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "verdict": finding.verdict.value,
        "what": finding.what,
        "where": finding.where,
        "finding": finding.said,
        "cure": finding.cure,
        **({} if finding.look is None else {"measured": finding.look.plain}),
    }
