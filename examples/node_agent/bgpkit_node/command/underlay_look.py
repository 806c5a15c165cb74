"""The network below as all nodes see it: each agent measures, and what is silent is told."""

from collections.abc import Mapping
from typing import Final

import msgspec

from bgpkit_node.command.advise_measure import is_own
from bgpkit_node.command.asking import read_from
from bgpkit_node.diagnosis import Between, Target, longest, measure, targets_of
from bgpkit_node.doctor import Look
from bgpkit_node.errors import DatastoreError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.node_status import ask_nodes
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import ResourceStore

_MOST_PATIENCE: Final = 1.0
"""Seconds in which a packet that gets through has come back."""
_HERE: Final = "this machine"


class _Answer(msgspec.Struct, frozen=True):
    measured: tuple[Between, ...]


async def underlay(
    store: ResourceStore, cluster: Cluster, seconds: float, known_silent: Mapping[str, str]
) -> tuple[list[Look], dict[str, str]]:
    """Have every node measure the way to every other one, and return that, and which nodes did not, with why.

    Those ``known_silent`` are not asked again. Agents answer within ``seconds`` and the time that measuring takes.
    Where the agent of this machine does not, or there is none, it is measured from here, as far as whoever asks has
    the rights.
    """
    targets = list(targets_of(cluster, await load_snapshot(store.datastore)))
    names = [target.node for target in targets if target.node not in known_silent]
    silent = {target.node: known_silent[target.node] for target in targets if target.node in known_silent}
    patience = min(_MOST_PATIENCE, seconds)
    looks: list[Look] = []
    try:
        question = {"request": "underlay", "seconds": patience}
        told = await ask_nodes(store, names, question, seconds=seconds + longest(len(targets), patience))
    except DatastoreError as error:
        silent |= dict.fromkeys(names, f"cannot be asked: {error}")
    else:
        silent |= told.silent
        for node, answer in told.answers.items():
            looks += [Look(node, between) for between in read_from(node, answer, _Answer).measured]
    here = next((target for target in targets if is_own(target.address)), None)
    if here is None or here.node in silent:
        looks = [*await _from_here(here, targets, patience), *looks]
        silent.pop(here.node if here is not None else "", "")
    return looks, silent


async def _from_here(here: Target | None, targets: list[Target], patience: float) -> list[Look]:
    others = [target for target in targets if target is not here]
    found = await measure(others, seconds=patience)
    return [Look(_HERE if here is None else here.node, between) for between in found]
