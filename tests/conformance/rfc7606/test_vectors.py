"""UPDATEs of many origins get the action that the RFCs ask for, and the verdict says why."""

import pytest

from bgpkit.errors import HeaderError, UpdateError
from bgpkit.wire import AttributeFault, FaultAction, UpdateMessage
from bgpkit_fsm import UpdateSubcode
from tests.conformance.vectors.exceptions import ACTION, NOTIFICATION, expected
from tests.conformance.vectors.kinds import UPDATE
from tests.conformance.vectors.sessions import Outcome, outcomes, right_outcomes
from tests.unit.wire.vector_rows import Row, all_rows, name_of

UPDATES = all_rows(*UPDATE)
MISSING = UpdateSubcode.MISSING_WELL_KNOWN_ATTRIBUTE


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("row", UPDATES, ids=name_of)
def test_an_update_leads_to_the_action_that_the_rfcs_ask_for(row: Row) -> None:
    """The action is the one that a reading of RFC 7606 gives, in every session that the row may belong to."""
    assert right_outcomes(row, _actions(row)), [each.action for session in outcomes(row) for each in session]


@pytest.mark.rfc("4271", "6.3")
@pytest.mark.parametrize(
    "row", [row for row in UPDATES if row.notification and "session-reset" in row.actions], ids=name_of
)
def test_a_session_reset_names_the_fault(row: Row) -> None:
    """Code and subcode of the NOTIFICATION are those of RFC 4271, sections 6.1 and 6.3."""
    errors = [each.error for each in _resets(row)]
    found = {f"{error.notification.code}/{error.notification.subcode}" for error in errors if error is not None}
    assert found == {expected(row.name, NOTIFICATION, row.notification)}


@pytest.mark.rfc("4271", "6.3")
@pytest.mark.parametrize(
    "row", [row for row in UPDATES if row.notification and "session-reset" not in row.actions], ids=name_of
)
def test_a_fault_that_the_session_survives_has_the_subcode_that_would_say_it(row: Row) -> None:
    """It is among those of the faults, unless the attribute is well-formed and has no place in the session."""
    attribute = (row.expect.get("rfc_notification") or {}).get("attr")
    for each in right_outcomes(row, _actions(row)):
        found = {f"3/{fault.subcode:d}" for fault in _faults(each)}
        misplaced = {fault.code for fault in _faults(each) if not fault.malformed}
        assert row.notification in found or attribute in misplaced


@pytest.mark.rfc("7606", "6")
@pytest.mark.parametrize("row", [row for row in UPDATES if row.actions != frozenset({"accept"})], ids=name_of)
def test_a_verdict_says_what_is_wrong_and_keeps_it(row: Row) -> None:
    """Attribute, reason and section are named; the octets are there for a log unless it is that they are missing."""
    for each in right_outcomes(row, _actions(row)):
        for fault in _faults(each):
            assert fault.text
            assert fault.section.startswith("RFC ")
            assert fault.octets or fault.subcode == MISSING
            assert fault.code or fault.section == "RFC 7606, section 4"
        if isinstance(each.error, UpdateError):
            assert str(each.error)
            assert each.error.section.startswith("RFC ")
            assert each.error.octets
            assert each.error.octets in row.octets
        elif each.error is not None:
            assert isinstance(each.error, HeaderError)
            assert str(each.error)


def _actions(row: Row) -> frozenset[str]:
    other = expected(row.name, ACTION, None)
    return row.actions if other is None else frozenset({other})


def _resets(row: Row) -> list[Outcome]:
    return [each for each in right_outcomes(row, _actions(row)) if each.action == "session-reset"]


def _faults(each: Outcome) -> list[AttributeFault]:
    assert not isinstance(each.message, UpdateMessage) or each.error is None
    faults = each.message.faults if isinstance(each.message, UpdateMessage) else ()
    return [fault for fault in faults if fault.action is not FaultAction.IGNORE]
