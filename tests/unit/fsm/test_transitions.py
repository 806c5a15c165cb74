"""Tests of the table: it is whole, its picture is true, and the README's example runs."""

import dataclasses
import doctest
import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from bgpkit_fsm import TRANSITIONS, ConnectionEvent, SessionConfig, State, Timer, TimerExpired, actions, guards
from bgpkit_fsm.row import EventKind
from bgpkit_fsm.transitions import render

README = Path(__file__).parents[3] / "fsm" / "README.md"
KINDS: frozenset[EventKind] = frozenset({*get_args(ConnectionEvent), *Timer}) - {TimerExpired}


def test_every_state_has_a_cell_for_every_kind_of_event() -> None:
    """The table is total: each state has exactly the kinds of event there are."""
    assert set(TRANSITIONS) == set(State)
    for rows in TRANSITIONS.values():
        assert frozenset(rows) == KINDS


def test_every_cell_ends_in_a_row_that_always_applies() -> None:
    """Only the last row of a cell is without a guard."""
    for rows in TRANSITIONS.values():
        for cell in rows.values():
            assert [row.when is None for row in cell] == [False] * (len(cell) - 1) + [True]


def test_every_row_names_event_and_source() -> None:
    """Each row carries RFC 4271's event numbers, or a dash, and an RFC's section."""
    for rows in TRANSITIONS.values():
        for cell in rows.values():
            for row in cell:
                assert re.fullmatch(r"-|\d+(-\d+)?(, \d+(-\d+)?)*", row.events)
                assert re.fullmatch(r"RFC \d{4}, section \d+(\.\d+)*", row.section)


@pytest.mark.parametrize("state", State)
def test_a_state_accounts_for_all_29_events(state: State) -> None:
    """The numbers 1 to 29 are all there but 14 and 15 (a driver's own) and what a state cannot meet."""
    text = ", ".join(row.events for cell in TRANSITIONS[state].values() for row in cell)
    numbers = {int(number) for number in re.findall(r"\d+", text.replace("3-7", "3, 4, 5, 6, 7"))}
    twenty = {20} if state is State.OPEN_SENT else set[int]()
    assert set(range(1, 30)) - numbers == {14, 15} | twenty


def test_every_guard_and_action_is_used() -> None:
    """No rule stands in guards or actions that the table does not name."""
    rows = [row for cells in TRANSITIONS.values() for cell in cells.values() for row in cell]
    used = {action.__name__ for row in rows for action in row.actions}
    used |= {row.when.__name__ for row in rows if row.when is not None}
    public = {
        name
        for module in (actions, guards)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public == used


def test_readme_shows_the_table_of_the_code() -> None:
    """The table in fsm/README.md is the one that ``render`` returns."""
    _, _, rest = README.read_text(encoding="utf-8").partition("<!-- table -->\n")
    shown, _, _ = rest.partition("\n<!-- /table -->")
    assert shown == render()


def test_readme_names_tests_that_exist() -> None:
    """Each trap has its test, file and function."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", README.read_text(encoding="utf-8"))
    assert len(named) > 30
    root = README.parents[1]
    gone = [f"{file}::{name}" for file, name in named if not _is_there(root / file, name)]
    assert gone == []


def test_readme_tells_of_every_attribute_of_a_session() -> None:
    """No field of the configuration that is named in the table of session attributes has gone."""
    named = set(re.findall(r"`SessionConfig\.(\w+)`", README.read_text(encoding="utf-8")))
    fields = {field.name for field in dataclasses.fields(SessionConfig)}
    assert named <= fields
    assert fields - named == {
        *("local_asn", "bgp_identifier", "peer_asn", "capabilities", "strict_role", "idle_hold_time_max")
    }


def test_readme_example_runs() -> None:
    """The session in fsm/README.md prints what it says."""
    results = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert (results.failed, results.attempted > 8) == (0, True)


def test_picture_strips_the_rfc_that_rows_have_in_common() -> None:
    """A row of the picture has six columns; sections of RFC 4271 stand there without its name."""
    lines = [line for line in render().splitlines() if line.startswith("| `OpenReceived`")]
    assert "| `OpenReceived` | 19, 20 |  | nothing | Idle | 8.2.2 |" in lines
    assert all(line.count("|") == 7 for line in lines)
    assert any(line.endswith("| RFC 6608, section 4 |") for line in lines)


def _is_there(file: Path, function: str) -> bool:
    """Tell whether a test file is there and has a function; every file has the function without a name."""
    return file.exists() and f"def {function}" in file.read_text(encoding="utf-8")
