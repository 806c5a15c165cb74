"""A policy of rules in order: the first that matches and has the last word decides."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bgpkit.policy.compiled_rules import CompiledRules
from bgpkit.policy.rule import Rule
from bgpkit.policy.verdict import CommonVerdict, Verdict
from bgpkit.rpki import RoaTable
from bgpkit_fsm import Family
from bgpkit_rib import Path


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """Rules in order: each that matches changes the route, the first with a last word decides.

    A rule looks at the route as it came to the policy, not at what rules before it have changed. A policy is
    compiled when it is first asked: path conditions are answered once for each path, prefixes are divided block by
    block. It gives the same Verdict object for the same rules.
    """

    name: str
    rules: tuple[Rule, ...]
    default: bool = False
    """Whether a route is accepted that no rule has decided on; what rules have changed of it stays."""
    roas: RoaTable | None = None
    """What conditions on the RPKI state go by; without it every route is not-found."""
    own_as: int | None = None
    """Our own AS, where a route with an empty AS_PATH comes from. RFC 6811, section 2."""
    _compiled: CompiledRules = field(init=False, compare=False, repr=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find out what the rules ask for."""
        compiled = CompiledRules(self.name, self.rules, self.default, self.roas, self.own_as)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "_hash", hash((self.name, self.rules, self.default, self.roas, self.own_as)))

    def __hash__(self) -> int:
        """Return the hash of all that makes a policy another one."""
        return self._hash

    @property
    def keyed(self) -> bool:
        """Whether any rule asks for the destination."""
        return self._compiled.keyed

    @property
    def uses_rpki(self) -> bool:
        """Whether any rule asks for the RPKI state."""
        return self._compiled.uses_rpki

    def bind(self, roas: RoaTable | None, own_as: int | None = None) -> "RoutePolicy":
        """Return the same rules with a table of ROAs; ``own_as`` is kept unless it is given."""
        return replace(self, roas=roas, own_as=self.own_as if own_as is None else own_as)

    def by_destination(self, family: Family) -> Verdict | CommonVerdict | None:
        """Return what can be said of routes of whatever path; see `bgpkit.policy.by_destination`."""
        rules = self._compiled.of(family)
        if rules.only is None:
            return None
        return rules.only.verdict or (rules.only.common if rules.plain else None)

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Divide ``keys`` by what the rules say of them."""
        compiled = self._compiled
        rules = compiled.latest if family is compiled.latest_family else compiled.of(family)
        program = rules.only or rules.paths.get(path) or rules.program_of(path)
        if program.verdict is not None:
            return ((program.verdict, keys),)
        return program.run(keys, rules.block) if rules.plain else rules.divide(program, path, keys)
