"""The rules of a policy, compiled: for each address family, and for paths that answer alike."""

from typing import Final

from bgpkit.policy.change import Change
from bgpkit.policy.condition import Condition, KeyCondition, PathCondition, leaves
from bgpkit.policy.key_block import KeyBlock, has_distinguisher, is_validated, prefix_key, width_of
from bgpkit.policy.path_facts import PathFacts
from bgpkit.policy.program import Groups, Program
from bgpkit.policy.reduction import Step, reduced
from bgpkit.policy.rule import Rule, Then
from bgpkit.policy.verdict import Verdict
from bgpkit.rpki import RoaTable
from bgpkit_fsm import Family
from bgpkit_rib import Path

_PATHS_MAXIMUM: Final = 1024
"""Paths remembered at most with their programs; few, since that keeps them alive."""
_PROGRAMS_MAXIMUM: Final = 1024


class CompiledRules:
    """The rules of one policy, ready to be asked, and what has been found out so far."""

    __slots__ = (
        "_default",
        "_families",
        "_name",
        "_rules",
        "_verdicts",
        "asked",
        "keyed",
        "latest",
        "latest_family",
        "origins",
    )

    asked: tuple[PathCondition, ...]
    """The path conditions of all rules, each once."""
    keyed: bool
    """Whether any rule asks for the destination."""
    latest: "FamilyRules"
    """The rules for the family asked for last; the next routes are most often of the same."""
    latest_family: Family | None
    origins: tuple[RoaTable | None, int | None] | None
    """ROAs and our own AS, when any rule asks for the RPKI state."""

    def __init__(
        self, name: str, rules: tuple[Rule, ...], default: bool, roas: RoaTable | None, own_as: int | None
    ) -> None:
        """Find out what ``rules`` ask for."""
        self._name = name
        self._rules = rules
        self._default = default
        asked = dict.fromkeys(leaf for rule in rules for leaf in leaves(rule.match))
        self.asked = tuple(leaf for leaf in asked if isinstance(leaf, PathCondition))
        on_keys = [leaf for leaf in asked if isinstance(leaf, KeyCondition)]
        self.keyed = bool(on_keys)
        self.origins = (roas, own_as) if any(leaf.uses_rpki for leaf in on_keys) else None
        self._families: dict[Family, FamilyRules] = {}
        self._verdicts: dict[tuple[int, ...], Verdict] = {}
        self.latest_family = None

    @property
    def uses_rpki(self) -> bool:
        """Whether any rule asks for the RPKI state."""
        return self.origins is not None

    def of(self, family: Family) -> "FamilyRules":
        """Return the rules for routes of ``family``."""
        rules = self._families.get(family)
        if rules is None:
            rules = self._families[family] = FamilyRules(family, self)
        self.latest_family, self.latest = family, rules
        return rules

    def steps(self, answers: dict[Condition, bool]) -> list[Step]:
        """Return what is left of the rules when the path conditions are answered."""
        steps: list[Step] = []
        for index, rule in enumerate(self._rules):
            condition = reduced(rule.match, answers)
            last = rule.then is not Then.NEXT
            if condition is not False:
                steps.append((index, condition, last))
            if condition is True and last:
                return steps
        return [*steps, (len(self._rules), True, True)]

    def verdict(self, matched: tuple[int, ...]) -> Verdict:
        """Return what the rules with these indexes say together; the last decides, beyond all it is the default."""
        verdict = self._verdicts.get(matched)
        if verdict is None:
            verdict = self._verdicts[matched] = self._said(matched)
        return verdict

    def _said(self, matched: tuple[int, ...]) -> Verdict:
        *before, last = matched
        decisive = self._rules[last] if last < len(self._rules) else None
        accepted = self._default if decisive is None else decisive.then is Then.ACCEPT
        text = "default" if decisive is None else f"rule {last + 1} ({decisive})"
        after = f", after rule {', '.join(str(index + 1) for index in before)}" if before else ""
        rules = [self._rules[index] for index in matched if index < len(self._rules)]
        actions = tuple(action for rule in rules for action in rule.actions)
        change = Change(actions) if accepted and actions else None
        return Verdict(accepted, f"{self._name}: {text}{after}", change)


class FamilyRules:
    """The rules for routes of one family."""

    __slots__ = ("_compiled", "_distinguished", "_family", "_programs", "_validated", "block", "only", "paths", "plain")

    only: Program | None
    """The one program for all paths, when no rule asks about paths."""
    paths: dict[Path, Program]
    """The programs of the latest paths."""
    plain: bool
    """Whether keys are prefixes, or none, and no ROAs are asked: a program is run as it is."""
    block: KeyBlock

    def __init__(self, family: Family, compiled: CompiledRules) -> None:
        """Take the rules for routes of ``family``."""
        self._compiled = compiled
        self._family = family
        self.block = KeyBlock(width_of(family))
        self._distinguished = has_distinguisher(family)
        self._validated = compiled.uses_rpki and is_validated(family)
        self.plain = not self._distinguished and not self._validated
        self._programs: dict[tuple[bool, ...], Program] = {}
        self.paths = {}
        self.only = None if compiled.asked else self._program(())

    def divide(self, program: Program, path: Path, keys: list[bytes]) -> Groups:
        """Run a program on keys that are not just prefixes, or with ROAs."""
        if self._distinguished:
            return self._by_prefix(program, keys)
        return program.run(keys, self._validating(path) if self._validated else self.block)

    def _by_prefix(self, program: Program, keys: list[bytes]) -> Groups:
        """Divide the prefixes behind route distinguishers, and give their keys back."""
        by_prefix: dict[bytes, list[bytes]] = {}
        for key in keys:
            by_prefix.setdefault(prefix_key(key), []).append(key)
        groups = program.run(list(by_prefix), self.block)
        if len(groups) == 1:
            return ((groups[0][0], keys),)
        return [(verdict, [key for prefix in group for key in by_prefix[prefix]]) for verdict, group in groups]

    def _validating(self, path: Path) -> KeyBlock:
        roas, own_as = self._compiled.origins or (None, None)
        return KeyBlock(self.block.width, roas, PathFacts(self._family, path).route_origin(own_as))

    def program_of(self, path: Path) -> Program:
        """Ask the path conditions about ``path``; return the rules for prefixes, which paths alike share."""
        compiled = self._compiled
        facts = PathFacts(self._family, path)
        program = self._program(tuple([condition.holds(facts) for condition in compiled.asked]))
        if compiled.keyed:
            if len(self.paths) >= _PATHS_MAXIMUM:
                self.paths.clear()
            self.paths[path] = program
        return program

    def _program(self, answers: tuple[bool, ...]) -> Program:
        program = self._programs.get(answers)
        if program is None:
            if len(self._programs) >= _PROGRAMS_MAXIMUM:
                self._programs.clear()
            compiled = self._compiled
            known: dict[Condition, bool] = dict(zip(compiled.asked, answers, strict=True))
            program = Program(compiled.steps(known), self.block.width, compiled.verdict)
            self._programs[answers] = program
        return program
