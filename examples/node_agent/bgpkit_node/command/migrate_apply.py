"""Doing what a plan says: our configuration first, then flannel's things go, and pods are watched meanwhile."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

from bgpkit_node.cni import install_shim, our_conflist
from bgpkit_node.command.migrate_look import Look, Places
from bgpkit_node.command.migrate_output import nothing_left, plain_outage, rendered_outages, rendered_plan
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError
from bgpkit_node.flannel import (
    Answering,
    Outage,
    PodName,
    flanneld,
    outages,
    pinged_address,
    read_record,
    record_of,
    remove,
    write_record,
)
from bgpkit_node.paths import SOCKET_NAME
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint
from bgpkit_node.whole_file import write_whole

_BEFORE: Final = 0.3
"""Seconds of pings before anything is removed, to learn which pods answer at all."""
_LOOK_AGAIN: Final = 0.2
_PROC: Final = Path("/proc")
_V4: Final = 4


def apply_plan(
    seen: Look, places: Places, datastore: DatastoreSettings, *, yes: bool, wait: float, as_json: bool
) -> None:
    """Do what was planned, and print it; NodeError before anything is removed when it cannot be done."""
    done: list[str] = []

    def tell(line: str) -> None:
        """Keep a line, and print it at once for a person."""
        done.append(line)
        if not as_json:
            click.echo(line)

    found: tuple[Outage, ...] = ()
    if seen.remains.nothing:
        tell(nothing_left(seen))
    else:
        _refuse()
        confirm(lambda: rendered_plan(seen), "Remove this?", yes=yes, nothing="nothing removed")
        _prepare(seen, places, tell)
        found = _removed(seen, datastore, wait if seen.agent else 0.0, tell)
    if as_json:
        plain = {"node": seen.plan.node, "done": done, "outages": list(map(plain_outage, found))}
        click.echo(json.dumps(plain, indent=2))
    elif found:
        click.echo(f"\n{rendered_outages(found)}")
    if not seen.remains.nothing and not seen.agent:
        click.echo("note: no agent answers here: start it (bgpkit-node agent), or no pod can be created", err=True)


def confirm(shown: Callable[[], str], question: str, *, yes: bool, nothing: str) -> None:
    """Ask whoever sits at the terminal; NodeError when nobody does, or when the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NodeError(f"{nothing}: there is no terminal to ask at; look at --plan, then say --yes")
    click.echo(f"{shown()}\n")
    if not click.confirm(question):
        raise NodeError(f"{nothing}, as was answered")


def refuse_without_rights(nothing: str) -> None:
    """Raise NodeError unless the user is root."""
    if os.geteuid() != 0:
        raise NodeError(f"{nothing}: interfaces and routes are root's to change: run it as root")


def _refuse() -> None:
    refuse_without_rights("nothing removed")
    process = flanneld(_PROC)
    if process:
        raise NodeError(
            f"nothing removed: flannel's daemon runs here (process {process}) and would put it all back; end it first: "
            "kubectl delete daemonset kube-flannel-ds -n kube-flannel"
        )


def _prepare(seen: Look, places: Places, tell: Callable[[str], None]) -> None:
    """Write the record, then what pods are put on our network by."""
    text = json.dumps(our_conflist(places.run_dir / SOCKET_NAME, places.conflist), indent=2) + "\n"
    written = "" if places.conflist.exists() else text
    record = record_of(seen.plan.node, seen.remains, seen.machine, written)
    earlier = read_record(places.record)
    write_record(places.record, record if earlier is None else record.with_earlier(earlier))
    tell(f"wrote {places.record}, which --undo needs")
    try:
        if not (places.cni_bin / "bgpkit").exists():
            tell(f"installed {install_shim(places.cni_bin)}")
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be written: {error.strerror}") from error
    if written:
        write_whole(places.conflist, written, folders=True)
        tell(f"wrote {places.conflist}")


def _removed(seen: Look, datastore: DatastoreSettings, wait: float, tell: Callable[[str], None]) -> tuple[Outage, ...]:
    """Remove everything while the pods are pinged; return how long each was away."""
    pods = seen.remains.pods
    addresses = [address for address in map(pinged_address, pods) if address]
    with Answering(addresses) as answering:
        if addresses:
            time.sleep(_BEFORE)
        answered = frozenset(answering.replies.last)
        remove(seen.remains, seen.machine, tell)
        new: dict[PodName, str] = {}
        awaited = [pod for pod in pods if pod.name and pinged_address(pod) in answered]
        if awaited and wait:
            names = ", ".join(map(str, awaited))
            click.echo(f"waiting up to {wait:g} s for {names} to be created anew; Ctrl-C ends the waiting", err=True)
            try:
                asyncio.run(_wait(datastore, [(pod.namespace, pod.name) for pod in awaited], answering, new, wait))
            except KeyboardInterrupt:
                click.echo("waited no longer", err=True)
            except NodeError as error:
                click.echo(f"not waited for: {error}", err=True)
        return outages(pods, answered, answering.replies, new)


async def _wait(
    datastore: DatastoreSettings,
    names: Sequence[PodName],
    answering: Answering,
    new: dict[PodName, str],
    seconds: float,
) -> None:
    """Fill ``new`` with the pods' new addresses, and return when all answer, or after ``seconds``."""
    until = time.monotonic() + seconds
    async with opened_store(datastore) as store:
        while time.monotonic() < until:
            for name in [name for name in names if name not in new]:
                address = await _address(store, name)
                if address:
                    new[name] = address
                    answering.add(address)
            if all(new.get(name) in answering.replies.first for name in names):
                return
            await asyncio.sleep(_LOOK_AGAIN)


async def _address(store: ResourceStore, name: PodName) -> str:
    """Return the IPv4 address that a pod has on our network; empty while it has none."""
    namespace, pod = name
    endpoints = await store.list(WorkloadEndpoint, namespace=namespace)
    found = (address for each in endpoints if each.spec.pod == pod for address in each.spec.addresses)
    return next((str(address) for address in found if address.version == _V4), "")
