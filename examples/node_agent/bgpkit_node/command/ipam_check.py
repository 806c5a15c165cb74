"""``bgpkit-node ipam check``: look for contradictions in the allocation data, and mend what can be mended."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

import click

from bgpkit_node.command import calicoctl
from bgpkit_node.command.ipam_report import LeakedHandle, Report, allocations_of, write_report
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.ipam import Finding, IPAddress, Ipam, IPNetwork, Snapshot, StoredPools, Verdict, load_snapshot
from bgpkit_node.ipam.address import in_order
from bgpkit_node.ipam.in_use import presumed, users
from bgpkit_node.ipam.repair import repair
from bgpkit_node.resources import ClusterInformation, Node, ResourceStore, WorkloadEndpoint

_MOST_NODES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at, and what was found."""

    snapshot: Snapshot
    pools: tuple[IPNetwork, ...]
    users: Mapping[IPAddress, Sequence[str]]
    """By what endpoints and tunnels say."""
    in_use: Mapping[IPAddress, Sequence[str]]
    """The same, and what must be taken for used because nobody tells."""
    findings: tuple[Finding, ...]
    cluster: ClusterInformation | None


@click.command()
@click.option("--show-all-ips", is_flag=True, help="Print every address that is taken, and by whom.")
@click.option("--show-problem-ips", is_flag=True, help="Taken: what is wrong is always printed.")
@click.option("-o", "--output", metavar="FILE", help="Write a report for 'ipam release --from-report'.")
@click.option("--kubeconfig", hidden=True, help="Taken, without effect: Kubernetes is not asked.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings, and how much was looked at, as JSON.")
@click.option("--fix", is_flag=True, help="Mend what can be mended without harm, and check again.")
@datastore_option
@click.pass_context
def check(
    ctx: click.Context,
    show_all_ips: bool,
    show_problem_ips: bool,
    output: str | None,
    kubeconfig: str | None,
    as_json: bool,
    fix: bool,
    datastore: DatastoreSettings,
) -> None:
    """Look for contradictions in the allocation data; exit code 1 when there are any.

    An address counts as leaked when its node does not exist, or when the node tells of endpoints and no
    WorkloadEndpoint has it, a quarter of an hour after it was taken: until then its pod may be on its way.
    """
    del show_problem_ips, kubeconfig
    mended, checked = asyncio.run(_check(datastore, fix=fix))
    problems = sum(finding.is_fault for finding in checked.findings)
    if as_json:
        click.echo(json.dumps(_as_json(checked, mended, problems), indent=2))
    else:
        click.echo(rendered(checked, show_all=show_all_ips))
        for line in mended:
            click.echo(f"  mended: {line}")
        click.echo(f"Check complete; found {problems} problems.")
    if output is not None:
        write_report(_report(checked), output)
    calico = ctx.find_root().info_name == calicoctl.PROGRAM  # which ends with 0 whatever it finds
    sys.exit(1 if problems and not calico else 0)


def _as_json(checked: Checked, mended: Sequence[str], problems: int) -> dict[str, object]:
    allocations = sum(len(tuple(block.allocations())) for block in checked.snapshot.blocks.values())
    return {
        "problems": problems,
        "findings": [
            {
                "verdict": finding.verdict.name.lower().replace("_", "-"),
                "subject": finding.subject,
                "text": finding.text,
                "fault": finding.is_fault,
            }
            for finding in checked.findings
        ],
        "mended": list(mended),
        "pools": [str(pool) for pool in checked.pools],
        "blocks": len(checked.snapshot.blocks),
        "allocations": allocations,
        "handles": len(checked.snapshot.handles),
        "inUse": len(checked.users),
    }


async def _check(datastore: DatastoreSettings, *, fix: bool) -> tuple[list[str], Checked]:
    async with opened_store(datastore) as store:
        checked = await _look(store)
        if not fix:
            return [], checked
        mended = await repair(store.datastore, StoredPools(store), checked.snapshot, checked.findings)
        return mended, await _look(store)


async def _look(store: ResourceStore) -> Checked:
    source = StoredPools(store)
    endpoints = await store.list(WorkloadEndpoint)
    nodes = await store.list(Node)
    known = users(nodes, endpoints)
    snapshot = await load_snapshot(store.datastore)
    in_use = {**dict(presumed(snapshot, nodes, endpoints, datetime.now(UTC))), **known}
    return Checked(
        snapshot=snapshot,
        pools=tuple(pool.network for pool in await source.pools() if not pool.disabled),
        users=known,
        in_use=in_use,
        findings=await Ipam(store.datastore, source).check(in_use),
        cluster=await store.get(ClusterInformation, "default"),
    )


def rendered(checked: Checked, *, show_all: bool) -> str:
    """Return what was looked at and found, in calicoctl's words; what is wrong with which address below its count."""
    return "\n".join(
        [
            "Checking IPAM for inconsistencies...",
            "",
            *_blocks(checked.snapshot, show_all=show_all),
            "",
            "Loading all IPAM pools...",
            *(f"  {pool}" for pool in checked.pools),
            f"Found {len(checked.pools)} active IP pools.",
            "",
            *_users(checked.users, show_all=show_all),
            "",
            *_busiest(checked.snapshot),
            "",
            *_findings(checked),
        ]
    )


def _blocks(snapshot: Snapshot, *, show_all: bool) -> list[str]:
    lines = ["Loading all IPAM blocks...", f"Found {len(snapshot.blocks)} IPAM blocks."]
    total = 0
    for network, block in sorted(snapshot.blocks.items(), key=lambda item: in_order(item[0])):
        lines.append(f" IPAM block {network} affinity={block.affinity or '<none>'}:")
        for address, allocation in block.allocations():
            total += 1
            if show_all:
                extra = ",".join(f"{key}={value}" for key, value in allocation.owner.attributes)
                lines.append(f"  {address} allocated; attrs Main:{allocation.owner.handle or '<none>'} Extra:{extra}")
    return [*lines, f"IPAM blocks record {total} allocations."]


def _users(users: Mapping[IPAddress, Sequence[str]], *, show_all: bool) -> list[str]:
    named = [(address, name) for address, names in users.items() for name in names]
    tunnels = [pair for pair in named if pair[1].startswith("Node(")]
    workloads = [pair for pair in named if pair not in tunnels]
    return [
        "Loading all nodes.",
        *(f"  {address} belongs to {name}" for address, name in tunnels if show_all),
        f"Found {len(tunnels)} node tunnel IPs.",
        "",
        "Loading all workload endpoints.",
        *(f"  {address} belongs to {name}" for address, name in workloads if show_all),
        f"Found {len(workloads)} workload IPs.",
        f"Workloads and nodes are using {len(users)} IPs.",
    ]


def _busiest(snapshot: Snapshot) -> list[str]:
    count = Counter(
        allocation.owner.node or block.node or ""
        for block in snapshot.blocks.values()
        for _, allocation in block.allocations()
    )
    ranked = count.most_common()
    lines = [f"Looking for top (up to {_MOST_NODES}) nodes by allocations..."]
    lines += [f"  {node} has {number} allocations" for node, number in ranked[:_MOST_NODES]]
    if ranked:
        median = ranked[len(ranked) // 2][1]
        lines.append(f"Node with most allocations has {ranked[0][1]}; median is {median}")
    return lines


def _findings(checked: Checked) -> list[str]:
    def those(*verdicts: Verdict) -> list[Finding]:
        """Return the findings of some kinds."""
        return [finding for finding in checked.findings if finding.verdict in verdicts]

    pools = checked.pools
    foreign = [a for a in checked.users if not any(a in pool for pool in pools)]
    handles, empty = checked.snapshot.handles, _empty_handles(checked.snapshot)
    unallocated = "in-use IPs that are in active IP pools but have no corresponding IPAM allocation"
    missing = {f.subject for f in those(Verdict.HANDLE_MISMATCH)} - handles.keys()
    shown = [finding for finding in checked.findings if finding.is_fault or finding.verdict is Verdict.BORROWED]
    return [
        "Scanning for IPs that are allocated but not actually in use...",
        f"Found {len(those(Verdict.LEAKED))} IPs that are allocated in IPAM but not actually in use.",
        "Scanning for IPs that are in use by a workload or node but not allocated in IPAM...",
        f"Found {len(foreign)} in-use IPs that are not in active IP pools.",
        f"Found {len(those(Verdict.NOT_ALLOCATED))} {unallocated}.",
        "",
        "Scanning for IPAM handles with no matching IPs...",
        f"Found {len(empty)} handles with no matching IPs (and {len(handles) - len(empty)} handles with matches).",
        "Scanning for IPs with missing handle...",
        f"Found {len(missing)} handles mentioned in blocks with no matching handle resource.",
        *(f"  {finding.subject}: {finding.verdict.value}: {finding.text}" for finding in shown),
    ]


def _empty_handles(snapshot: Snapshot) -> set[str]:
    used = {a.owner.handle for block in snapshot.blocks.values() for _, a in block.allocations()}
    return {name for name in snapshot.handles if name not in used}


def _report(checked: Checked) -> Report:
    cluster = checked.cluster
    return Report(
        version=version("bgpkit"),
        cluster_guid="" if cluster is None else cluster.spec.cluster_guid,
        datastore_locked=cluster is not None and cluster.spec.datastore_ready is False,
        revision="" if cluster is None else cluster.metadata.resource_version,
        cluster_type="" if cluster is None else cluster.spec.cluster_type,
        allocations=allocations_of(checked.snapshot, checked.in_use),
        leaked_handles=tuple(LeakedHandle(ID=name) for name in sorted(_empty_handles(checked.snapshot))),
    )
