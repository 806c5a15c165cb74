"""Enforcement on one node: the program in the kernel's table, and each change of it. Linux only; blocks.

Chains never change: another content is another chain. So new sets and chains of policies come first, by a script of
nft, and no packet sees them; then one transaction exchanges elements of sets and maps, and with it all that packets
see; then what nothing leads to any longer goes. Where all new chains are stages, which only lead to others, that one
transaction makes them too, without nft.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Self

from bgpkit_node.nft.chain import callees_first
from bgpkit_node.nft.claims import sought
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.found import difference, remembered
from bgpkit_node.nft.host_interfaces import interfaces_with
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.octets import (
    Request,
    add_chain,
    add_elements,
    delete_chains,
    delete_elements,
    delete_set,
    delete_table,
)
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.script import additions, whole_table
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.nft.table_change import TableChange
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.program import NodeProgram, ProgramChange


class Enforcer:
    """Our table in the network namespace of the thread that makes this object."""

    def __init__(self, settings: EnforcementSettings | None = None, *, whole: bool = False) -> None:
        """Touch nothing yet; NftError when this machine cannot filter packets by nf_tables.

        With ``whole``, a program of which something cannot be enforced as it is written is refused.
        """
        self.settings = settings or EnforcementSettings()
        self._kernel = KernelTable(self.settings.table)
        self._rendering: Rendering | None = None
        self._whole = whole
        self.faults: Mapping[str, str] = {}
        """By endpoint, what of the program in force is not enforced as it is written: that endpoint alone is shut."""
        self.hosts: Mapping[str, str] = {}
        """Which endpoint of the program in force has which interface of the node."""
        self.sought: Mapping[Address, str] = {}
        """The addresses by which interfaces of the node are found, with the name of that which has it, or without."""

    def __enter__(self) -> Self:
        """Return the enforcer itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the socket; what is in force stays so."""
        self._kernel.close()

    def enforce(self, program: NodeProgram) -> bool:
        """Bring a whole program into force, and return whether anything had to change.

        What the kernel holds of it already is left as it is, also by an earlier run. NftError when the program or the
        kernel refuses: then what was in force still is.
        """
        endpoints = program.endpoints.values()
        rendering = Rendering(program, self.settings, interfaces_with(sought(endpoints)))
        if self._whole and rendering.faults:
            raise NftError(min(rendering.faults.values()))
        change = difference(self._kernel, rendering)
        if change is None:
            self._kernel.run(whole_table(rendering, remembered(self._kernel)))
            self._settle(rendering)
            self._rendering = rendering
        else:
            self._carry_out(rendering, change)
        return change is None or bool(change)

    def change(self, change: ProgramChange, program: Callable[[], NodeProgram]) -> bool:
        """Bring a change into force, of which ``program`` gives the result; return whether anything had to change.

        The cost is that of the change: ``program`` is called only the first time and after an error, when the kernel's
        table is looked at as a whole.
        """
        rendering, self._rendering = self._rendering, None
        if rendering is None or not rendering.serves(change) or self._has_moved(rendering, change):
            return self.enforce(program())
        done = rendering.update(change)
        self._carry_out(rendering, done)
        return bool(done)

    def tear_down(self) -> bool:
        """Delete the table with all in it, and nothing else; return whether there was one."""
        self._rendering = None
        if self._kernel.comment() is None:
            return False
        self._kernel.commit([delete_table(self.settings.table)])
        return True

    def _has_moved(self, rendering: Rendering, change: ProgramChange) -> bool:
        """Tell whether an address that an interface of the node is found by is somewhere else now."""
        addresses = rendering.sought() | sought(each for each in change.endpoints.values() if each)
        return interfaces_with(addresses) != rendering.interfaces

    def _carry_out(self, rendering: Rendering, change: TableChange) -> None:
        made: list[Request] = []
        if change.sets or not all(chain.leaps for chain in change.chains.values()):
            self._kernel.run(additions(self.settings.table, change))
        else:
            made = [
                request for chain in callees_first(change.chains) for request in add_chain(self.settings.table, chain)
            ]
        moves = [*made, *self._moves(rendering, change)]
        if moves:
            self._kernel.commit(moves)
        self._settle(rendering)
        self._rendering = rendering if self._sweep(change) else None

    def _settle(self, rendering: Rendering) -> None:
        """Note what is in force now."""
        self.faults, self.hosts = dict(rendering.faults), rendering.hosts()
        self.sought = {address: rendering.interfaces.get(address, "") for address in rendering.sought()}

    def _moves(self, rendering: Rendering, change: TableChange) -> Iterator[Request]:
        """Give the requests that exchange elements, the old ones first."""
        for write, moved in ((delete_elements, change.removed), (add_elements, change.added)):
            for name, elements in moved.items():
                if elements and name not in change.sets:
                    yield from write(self.settings.table, name, rendering.sets[name].type, elements)

    def _sweep(self, change: TableChange) -> bool:
        """Delete what nothing leads to any longer; False when the kernel will not let go: the next call sees to it."""
        gone = list(delete_chains(self.settings.table, change.gone_chains))
        gone += [delete_set(self.settings.table, name) for name in change.gone_sets]
        try:
            if gone:
                self._kernel.commit(gone)
        except NftError:
            return False
        return True
