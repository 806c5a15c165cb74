"""UPDATEs of many origins get the action that the RFCs ask for."""

import pytest

from bgpkit.errors import MessageError
from bgpkit.wire import next_message
from bgpkit_fsm import Notification
from tests.unit.wire.octets import Verdict, verdict
from tests.unit.wire.vector_rows import Row, name_of, rows

UPDATES = rows("malformed.jsonl", "update") + rows("messages.jsonl", "update")


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("row", UPDATES, ids=name_of)
def test_an_update_leads_to_the_action_that_the_rfcs_ask_for(row: Row) -> None:
    """The action is the one that a reading of RFC 7606 gives, in the session that the row belongs to."""
    wanted = {row.expect.get("rfc_action"), *row.expect.get("action_also_acceptable", [])}
    assert wanted & {found.action for found in _verdicts(row)}


@pytest.mark.rfc("4271", "6.3")
@pytest.mark.parametrize(
    "row", [row for row in UPDATES if row.expect.get("rfc_action") == "session-reset"], ids=name_of
)
def test_a_session_reset_names_the_fault(row: Row) -> None:
    """Code and subcode of the NOTIFICATION are those of RFC 4271, sections 6.1 and 6.3."""
    wanted = row.expect.get("rfc_notification") or {}
    found = {(sent.code, sent.subcode) for sent in _notifications(row)}
    assert (wanted.get("code"), wanted.get("subcode")) in found


def _verdicts(row: Row) -> list[Verdict]:
    try:
        end = next_message(row.octets, 0, len(row.octets), 65535)
    except MessageError as error:
        return [Verdict("session-reset", error.notification)]
    if end != len(row.octets):
        return [Verdict("session-reset", Notification(1, 2))]
    return [
        verdict(row.octets, four_octet_as=four_octet_as, internal=internal) for four_octet_as, internal in row.sessions
    ]


def _notifications(row: Row) -> list[Notification]:
    return [found.notification for found in _verdicts(row) if found.notification is not None]
