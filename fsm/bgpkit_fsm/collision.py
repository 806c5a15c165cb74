"""Which of two connections between the same speakers is kept. RFC 4271, section 6.8; RFC 6286, section 2.3."""

from bgpkit_fsm.message import Open
from bgpkit_fsm.state import Slot, State


def preferred_slot(local: Open, remote: Open) -> Slot:
    """Return the slot whose connection was opened by the speaker with the higher BGP Identifier.

    Identifiers are compared as unsigned numbers; of equal ones, the larger AS number decides.
    RFC 6286, section 2.3. Both sides come to the same connection.
    """
    ours = (int(local.bgp_identifier), local.asn)
    theirs = (int(remote.bgp_identifier), remote.asn)
    return Slot.OUTGOING if ours > theirs else Slot.INCOMING


def losing_slot(slot: Slot, other: State, preferred: Slot, *, detect_established: bool = False) -> Slot | None:
    """Return the slot to close when an acceptable OPEN arrives on ``slot``, or None to close neither (yet).

    ``other`` is the state of the other slot's connection. RFC 4271, section 6.8: an Established connection
    stays, unless ``detect_established`` says that it, too, is to be the preferred one; against one in OpenConfirm the
    preferred connection stays. Where the other one still waits for the peer's OPEN, only the speaker that opened the
    preferred connection decides at once: the other speaker cannot know whether an OPEN is on its way there, and if
    both gave up a different connection, none would be left.
    """
    if other is State.IDLE:
        return None
    if other is State.ESTABLISHED and not detect_established:
        return slot
    if preferred is slot:
        return slot.other
    if other in (State.OPEN_CONFIRM, State.ESTABLISHED):
        return slot
    if preferred is Slot.INCOMING:
        return None
    return slot if other is State.OPEN_SENT else slot.other
