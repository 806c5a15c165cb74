"""How many routes the UPDATEs of a session have spoken of."""

from dataclasses import dataclass

from bgpkit_fsm import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCounts:
    """Routes in one direction of a session, of one family, each as often as it was told. RFC 4271, section 4.3."""

    family: Family
    announced: int = 0
    withdrawn: int = 0
