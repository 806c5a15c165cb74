"""A policy that asks a function of the user's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import TypeAlias

from bgpkit.errors import ConfigError
from bgpkit.policy.change import Change
from bgpkit.policy.route_view import PathView, RouteView
from bgpkit.policy.verdict import Verdict
from bgpkit_fsm import Family
from bgpkit_rib import Path

Answer: TypeAlias = bool | Verdict | Change | None
"""True accepts, a Change accepts and changes, False and None refuse; a Verdict says it all."""


@dataclass(frozen=True, slots=True)
class FunctionPolicy:
    """Asks ``function`` about each route.

    A function that raises, or answers with anything else, refuses the route it was asked about, and the verdict says
    why. Unless it is declared ``pure`` nothing that it says is remembered.
    """

    function: Callable[[RouteView], Answer]
    name: str
    pure: bool = False
    """Whether it always answers the same for the same route."""
    keyed: bool = True
    """Whether it looks at the destination; otherwise it is asked once for each path, with ``key`` None."""

    def __post_init__(self) -> None:
        """Refuse what cannot be called, or not without waiting."""
        if not callable(self.function) or iscoroutinefunction(self.function):
            raise ConfigError(f"policy {self.name!r}: {self.function!r} is not a plain function of a route")

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Divide ``keys`` by what the function answers."""
        view = PathView(family, path)
        if not self.keyed:
            return ((self._ask(RouteView(view, None)), keys),)
        groups: dict[Verdict, list[bytes]] = {}
        for key in keys:
            groups.setdefault(self._ask(RouteView(view, key)), []).append(key)
        if len(groups) == 1:
            return ((next(iter(groups)), keys),)
        return groups.items()

    def _ask(self, route: RouteView) -> Verdict:
        try:
            answer: object = self.function(route)
        except Exception as error:
            return Verdict(False, f"{self.name} failed: {type(error).__name__}: {error}")
        match answer:
            case Verdict():
                return answer
            case Change():
                return Verdict(True, self.name, answer if answer.actions else None)
            case bool():
                return Verdict(answer, self.name)
            case None:
                return Verdict(False, f"{self.name}: no answer")
            case _:
                return Verdict(False, f"{self.name} failed: {answer!r} is no answer of a policy")
