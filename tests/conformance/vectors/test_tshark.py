"""UPDATEs say what tshark 4.0.17 reads in them, fact by fact; for other messages see `tests/unit/wire`.

Not compared: ``expert``, which are remarks in prose; messages in which tshark has given up; the values of attributes
that are at fault; and what leads to a session reset, for then there is no message.
"""

from ipaddress import IPv6Address

import pytest

from bgpkit.wire import FaultAction, UpdateMessage
from tests.conformance.vectors.exceptions import ACTION, expected
from tests.conformance.vectors.kinds import UPDATE
from tests.conformance.vectors.sessions import right_outcomes
from tests.conformance.vectors.tshark_facts import CODES, Fact, facts_of
from tests.unit.wire.vector_rows import Row, all_rows, name_of

READ = [row for row in all_rows(*UPDATE) if row.tshark.get("malformed") is False and row.actions - {"session-reset"}]


@pytest.mark.parametrize("row", READ, ids=name_of)
def test_an_update_says_what_tshark_reads(row: Row) -> None:
    """Routes with their lengths and path identifiers, codes of attributes in order, and the values of those known."""
    action = expected(row.name, ACTION, None)
    for each in right_outcomes(row, row.actions if action is None else frozenset({action})):
        if not isinstance(each.message, UpdateMessage):
            assert each.action == "session-reset"
            continue
        at_fault = {fault.code for fault in each.message.faults if fault.action >= FaultAction.DISCARD}
        for name, found in facts_of(each.message).items():
            if CODES.get(name) not in at_fault:
                assert _text(found) == expected(row.name, f"tshark {name}", _text(_theirs(row, name))), name


def _theirs(row: Row, name: str) -> Fact:
    """Return a fact in the form that `facts_of` has."""
    facts: dict[str, list[int | str]] = {key: value for key, value in row.tshark.items() if isinstance(value, list)}
    fact = facts.get(name, [])
    if name == "mp_next_hop_v6":
        return [str(IPv6Address(each)) for each in fact]
    return sorted(fact, key=int) if name == "prefix_lengths" else fact


def _text(fact: Fact) -> str:
    return " ".join(map(str, fact))
