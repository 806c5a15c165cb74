"""What is written at the rules and chains of our table, read again whenever a packet has met one that is new."""

from bgpkit_node.nft import KernelTable
from bgpkit_node.nft.kernel_rules import KernelRule, chain_comments, rules_of


class RuleBook:
    """The rules of one table by their handles."""

    def __init__(self, kernel: KernelTable) -> None:
        """Read nothing yet."""
        self.table = kernel.name
        self._kernel = kernel
        self._rules: dict[int, KernelRule] = {}
        self._chains: dict[str, str] = {}

    def rule(self, chain: str, handle: int) -> KernelRule:
        """Return a rule; one that has gone before it could be read says nothing."""
        if handle not in self._rules:
            self._read()
        return self._rules.setdefault(handle, KernelRule(chain, handle))

    def chain(self, name: str) -> str:
        """Return what is written at a chain."""
        if name not in self._chains:
            self._read()
        return self._chains.setdefault(name, "")

    def _read(self) -> None:
        self._chains |= chain_comments(self._kernel)
        self._rules |= {rule.handle: rule for rule in rules_of(self._kernel)}
