"""The reachability tables of ``tests/data/netpol``: the state of each, and which connections work in it."""

import copy
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeAlias

import yaml

from tests.support.sources import PROJECT

CASES = PROJECT / "tests/data/netpol/cases"

Flow: TypeAlias = tuple[str, str, int, str]
"""From, to, port and protocol."""
_State: TypeAlias = dict[str, Any]

_NOTHING: list[_State] = []


@dataclass(frozen=True)
class Table:
    """One table: ``step`` is 0 before any change; ``state`` is in the form that ``policy eval`` takes."""

    case: str
    step: int
    state: _State
    flows: tuple[Flow, ...]
    denied: frozenset[Flow]

    def __str__(self) -> str:
        """Give the name of the case, and the step."""
        return f"{self.case}-{self.step}"


@functools.cache
def tables() -> tuple[Table, ...]:
    """Return all tables of all cases."""
    return tuple(table for path in sorted(CASES.glob("*.yaml")) for table in _tables(path.read_text(encoding="utf-8")))


def changed(state: _State, changes: list[_State]) -> _State:
    """Return a state after the changes of a step."""
    after = copy.deepcopy(state)
    for change in changes:
        ((verb, what),) = change.items()
        _change(after, verb, what)
    return after


def flows_of(state: _State) -> tuple[Flow, ...]:
    """Return every connection that the table of a state speaks of."""
    addresses = dict(_addresses(state))
    pods = [f"{pod['ns']}/{pod['name']}" for pod in state["pods"]]
    found = [(source, *flow) for source in addresses for flow in _served(state["pods"], "{ns}/{name}")]
    found += [(source, *flow) for source in pods for flow in _served(state["externals"], "ext/{name}")]
    return tuple(flow for flow in found if addresses[flow[0]] == addresses[flow[1]])


def _tables(text: str) -> Iterator[Table]:
    case = yaml.safe_load(text)
    state: _State = {key: case.get(key) or _NOTHING for key in ("namespaces", "nodes", "pods", "externals", "policies")}
    yield _table(case["name"], 0, state, case["expect"])
    for number, step in enumerate(case.get("steps") or [], 1):
        state = changed(state, step["do"])
        yield _table(case["name"], number, state, step["expect"])


def _table(name: str, step: int, state: _State, expect: _State) -> Table:
    flows = flows_of(state)
    assert len(flows) == expect["flows"], (name, step)
    return Table(name, step, state, flows, frozenset(map(tuple, expect["denied"])))


def _addresses(state: _State) -> Iterator[tuple[str, int]]:
    """Yield each name and the family of its address."""
    for title, key in (("{ns}/{name}", "pods"), ("node/{name}", "nodes"), ("ext/{name}", "externals")):
        for each in state[key]:
            yield title.format_map(each), ip_address(each["ip"]).version


def _served(holders: list[_State], title: str) -> Iterator[tuple[str, int, str]]:
    for each in holders:
        ports: list[_State] = each.get("ports") or _NOTHING
        for port in ports:
            yield title.format_map(each), port["port"], port["protocol"]


def _change(state: _State, verb: str, what: Any) -> None:
    match verb:
        case "apply":
            _drop_policy(state, _name_of(what))
            state["policies"].append(what)
        case "delete-policy":
            _drop_policy(state, what)
        case "label-pod":
            _pod(state, what["pod"])["labels"] = what["labels"]
        case "label-namespace":
            next(each for each in state["namespaces"] if each["name"] == what["namespace"])["labels"] = what["labels"]
        case "create-pod":
            state["pods"].append(what)
        case "delete-pod" | "finish-pod":
            state["pods"].remove(_pod(state, what))
        case "create-namespace":
            state["namespaces"].append(what)
        case "delete-namespace":
            state["namespaces"] = [each for each in state["namespaces"] if each["name"] != what]
            state["pods"] = [pod for pod in state["pods"] if pod["ns"] != what]
        case _:
            raise AssertionError(verb)


def _pod(state: _State, name: str) -> _State:
    pod: _State = next(each for each in state["pods"] if f"{each['ns']}/{each['name']}" == name)
    return pod


def _name_of(manifest: _State) -> str:
    return f"{manifest['metadata'].get('namespace', 'default')}/{manifest['metadata']['name']}"


def _drop_policy(state: _State, name: str) -> None:
    state["policies"] = [each for each in state["policies"] if _name_of(each) != name]
