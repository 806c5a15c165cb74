"""What is to be done to a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element, SetType


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSet:
    """A set as nft declares it."""

    type: SetType
    comment: str


@dataclass(slots=True, kw_only=True)
class TableChange:
    """What is to be done to the table; new sets have their elements in ``added``."""

    chains: dict[str, Chain] = field(default_factory=dict[str, Chain])
    sets: dict[str, KernelSet] = field(default_factory=dict[str, KernelSet])
    added: dict[str, set[Element]] = field(default_factory=dict[str, set[Element]])
    removed: dict[str, set[Element]] = field(default_factory=dict[str, set[Element]])
    gone_chains: list[str] = field(default_factory=list[str])
    gone_sets: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        parts = (self.chains, self.sets, self.gone_chains, self.gone_sets)
        return any(parts) or any(self.added.values()) or any(self.removed.values())

    def exchange(self, name: str, added: Iterable[Element], removed: Iterable[Element]) -> None:
        """Add elements that come to a set and that go; what comes and goes is left alone."""
        coming, going = self.added.setdefault(name, set()), self.removed.setdefault(name, set())
        for element in removed:
            if element in coming:
                coming.remove(element)
            else:
                going.add(element)
        for element in added:
            if element in going:
                going.remove(element)
            else:
                coming.add(element)
