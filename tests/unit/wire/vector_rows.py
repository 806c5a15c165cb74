"""The rows of tests/data/vectors, typed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypedDict

from tests.support.sources import PROJECT

VECTORS = PROJECT / "tests" / "data" / "vectors"


class Facts(TypedDict, total=False):
    """What tshark reads in a message."""

    attr_codes: list[int]
    nlri_addr: list[str]
    withdrawn_addr: list[str]
    mp_reach_v4_addr: list[str]
    mp_reach_v6_addr: list[str]
    mp_unreach_v4_addr: list[str]
    mp_unreach_v6_addr: list[str]
    prefix_lengths: list[int]
    origin: list[int]
    as_path: list[int]
    next_hop: list[str]
    mp_next_hop_v6: list[str]
    med: list[int]
    local_pref: list[int]
    originator_id: list[str]
    cluster_list: list[str]
    version: list[int]
    my_as: list[int]
    hold_time: list[int]
    bgp_id: list[str]
    capability_codes: list[int]
    notify_code: list[int]
    rr_afi: list[int]
    rr_safi: list[int]
    malformed: bool


class NotificationFacts(TypedDict, total=False):
    """The NOTIFICATION that the RFCs ask for."""

    code: int
    subcode: int


class Expectation(TypedDict, total=False):
    """What is expected of a row."""

    rfc_action: str
    rfc_notification: NotificationFacts | None
    action_also_acceptable: list[str]
    tshark: Facts


class Context(TypedDict, total=False):
    """What is known of the session."""

    as4: bool
    session: str


class Line(TypedDict):
    """One JSON object."""

    id: str
    kind: str
    hex: str
    context: Context
    expect: Expectation


@dataclass(frozen=True, slots=True)
class Row:
    """One message and what others say of it."""

    name: str
    kind: str
    octets: bytes
    context: Context
    expect: Expectation

    @property
    def tshark(self) -> Facts:
        """What tshark reads, nothing for a row without."""
        return self.expect.get("tshark", {})

    @property
    def sessions(self) -> list[tuple[bool, bool]]:
        """The sessions, as (four_octet_as, internal), that the message may be of."""
        as4, session = self.context.get("as4"), self.context.get("session")
        return [
            (four_octet_as, internal)
            for four_octet_as in ([True, False] if as4 is None else [as4])
            for internal in ([True, False] if session is None else [session == "ibgp"])
        ]


@cache
def rows(file: str, *kinds: str) -> tuple[Row, ...]:
    """Return the rows of a file that are of one of the kinds, or all."""
    return tuple(row for row in _read(file) if not kinds or row.kind in kinds)


def _read(file: str) -> Iterator[Row]:
    with (VECTORS / file).open(encoding="utf-8") as lines:
        for text in lines:
            line: Line = json.loads(text)
            yield Row(line["id"], line["kind"], bytes.fromhex(line["hex"]), line["context"], line["expect"])


def name_of(row: Row) -> str:
    """Name a row in the report of a run."""
    return row.name
