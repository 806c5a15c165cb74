"""From a TOML document to policies by name."""

import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from bgpkit.errors import ConfigError
from bgpkit.policy.condition import ANY_ROUTE
from bgpkit.policy.route_policy import RoutePolicy
from bgpkit.policy.rule import Rule, Then
from bgpkit.policy.toml.actions import read_set
from bgpkit.policy.toml.conditions import read_match
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets, read_sets
from bgpkit.policy.verdict import Policy


class Default(Enum):
    """What becomes of a route that no rule has decided on."""

    ACCEPT = "accept"
    REJECT = "reject"


def load_policies(source: Path | str) -> dict[str, Policy]:
    """Return the policies of a TOML document by name, in its order.

    ``source`` is a file as a Path, or the document itself as text; a text of one line without ``=`` and ``[`` names a
    file. ConfigError tells the first fault in one sentence: which policy, which rule, which key, and what to do.
    """
    if isinstance(source, Path) or (source.strip() and not any(sign in source for sign in "\n=[")):
        path = Path(source)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"policies cannot be read from {path}: {error}") from error
        return _read(text, str(path))
    return _read(source, "")


def _read(text: str, name: str) -> dict[str, Policy]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Node(None, name).fault(f"this is not TOML: {error}") from error
    try:
        tables = Node(document, "").table(("prefix-sets", "community-sets", "as-sets", "policies"))
        sets = read_sets(tables)
        policies = tables["policies"].table() if "policies" in tables else {}
        return {key: _policy(key, node.value, sets) for key, node in policies.items()}
    except ConfigError as error:
        raise Node(None, name).fault(str(error)) from error


def _policy(name: str, value: object, sets: Sets) -> RoutePolicy:
    place = Node(value, f"policy {name!r}")
    fields = place.table(("default", "rules"))
    default = "default" in fields and fields["default"].choice(Default) is Default.ACCEPT
    rules = tuple(_rules(name, fields, sets))
    return place.read(lambda: RoutePolicy(name, rules, default))


def _rules(name: str, fields: Mapping[str, Node], sets: Sets) -> list[Rule]:
    if "rules" not in fields:
        return []
    if not isinstance(fields["rules"].value, list):
        raise fields["rules"].fault(f"rules are a list; write each as [[policies.{name}.rules]]")
    rules = fields["rules"].items()
    return [_rule(Node(each.value, f"policy {name!r}, rule {number}"), sets) for number, each in enumerate(rules, 1)]


def _rule(place: Node, sets: Sets) -> Rule:
    fields = place.table(("name", "match", "set", "then"))
    name = fields["name"].text() if "name" in fields else ""
    match = read_match(fields["match"], sets) if "match" in fields else ANY_ROUTE
    actions = read_set(fields["set"], sets) if "set" in fields else ()
    then = fields["then"].choice(Then) if "then" in fields else Then.NEXT
    return place.read(lambda: Rule(match, actions, then, name))
