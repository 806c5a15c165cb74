"""Policies of a tier that are asked together, or not at all: where they all are for packets of known addresses.

A packet that comes from none of these, or goes to none, meets none of their rules, whatever these do. So one look at
the union of the addresses spares it the whole group, and changes nothing of what becomes of it or is counted.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bgpkit_node.nft.naming import digest
from bgpkit_node.nft.unions import Union
from bgpkit_node.policy.model import Direction, Network
from bgpkit_node.policy.program import PolicyProgram, SetId

FEWEST: Final = 64
"""Policies of a tier from which on it is worth it."""
SIZE: Final = 32
"""Policies of a group, on the average."""
WORTH: Final = 3
"""Policies that are cheaper asked one by one."""


class Group(NamedTuple):
    """Policies in their order, and whom they may be about; without a ``union`` all are asked of every packet."""

    policies: tuple[PolicyProgram, ...]
    union: Union | None


def grouped(policies: Sequence[PolicyProgram], direction: Direction) -> Iterator[Group]:
    """Give the policies of a tier in groups, in their order.

    Where a group ends the names of its policies say: so a policy that comes or goes leaves all other groups alone.
    """
    run: list[PolicyProgram] = []
    for policy in policies if len(policies) >= FEWEST else ():
        if _far(policy, direction) is None:
            yield from _group(run, direction)
            yield Group((policy,), None)
            run = []
            continue
        run.append(policy)
        if int(digest(*policy.id), 16) % SIZE == 0:
            yield from _group(run, direction)
            run = []
    yield from _group(run, direction)
    if len(policies) < FEWEST and policies:
        yield Group(tuple(policies), None)


def _group(run: Sequence[PolicyProgram], direction: Direction) -> Iterator[Group]:
    if not run:
        return
    parts: list[SetId] = []
    nets: list[Network] = []
    for policy in run:
        more_parts, more_nets = _far(policy, direction) or ((), ())
        parts += more_parts
        nets += more_nets
    yield Group(tuple(run), Union.of(parts, nets) if len(run) > WORTH else None)


def _far(policy: PolicyProgram, direction: Direction) -> tuple[Sequence[SetId], Sequence[Network]] | None:
    """Return sets and networks one of which has the other end of each packet that a rule can match; None if any may."""
    parts: list[SetId] = []
    nets: list[Network] = []
    for rule in policy.rules(direction):
        side = rule.source if direction is Direction.INGRESS else rule.destination
        if side.sets:
            parts.append(side.sets[0])
        elif side.nets:
            nets += side.nets
        else:
            return None
    return parts, nets
