"""The rows of tests/data/vectors, typed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, TypedDict

from tests.support.sources import PROJECT

VECTORS = PROJECT / "tests" / "data" / "vectors"
FILES: Final = ("messages.jsonl", "malformed.jsonl", "parts.jsonl")


class Facts(TypedDict, total=False):
    """What tshark reads in a message."""

    types: list[int]
    attr_codes: list[int]
    nlri_addr: list[str]
    withdrawn_addr: list[str]
    mp_reach_v4_addr: list[str]
    mp_reach_v6_addr: list[str]
    mp_unreach_v4_addr: list[str]
    mp_unreach_v6_addr: list[str]
    prefix_lengths: list[int]
    path_ids: list[int]
    origin: list[int]
    as_path: list[int]
    next_hop: list[str]
    mp_next_hop_v4: list[str]
    mp_next_hop_v6: list[str]
    med: list[int]
    local_pref: list[int]
    communities_raw: list[int]
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
    expert: list[str]


class NotificationFacts(TypedDict, total=False):
    """The NOTIFICATION that the RFCs ask for."""

    code: int
    subcode: int
    attr: int | None


class Expectation(TypedDict, total=False):
    """What is expected of a row."""

    valid: bool | None
    rfc_action: str
    action: str
    action_also_acceptable: list[str]
    rfc_notification: NotificationFacts | None
    tshark: Facts
    command: str
    decoded: object
    decoded_exabgp: object
    decoded_yabgp: object


class Context(TypedDict, total=False):
    """What is known of the session, or of what the octets are a part of."""

    as4: bool
    session: str
    addpath: bool | str | dict[str, bool]
    extended_nexthop: list[str]
    family: str
    family_hint: str
    attr_type: int
    capability: int
    peer_call: str


class Line(TypedDict):
    """One JSON object."""

    id: str
    source: str
    licence: str
    kind: str
    hex: str
    context: Context
    expect: Expectation


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One message, or a part of one, and what others say of it; a row is equal to itself only."""

    name: str
    kind: str
    octets: bytes
    context: Context
    expect: Expectation
    source: str
    licence: str

    @property
    def tshark(self) -> Facts:
        """What tshark reads, nothing for a row without."""
        return self.expect.get("tshark", {})

    @property
    def actions(self) -> frozenset[str]:
        """The actions that are right, in the words of RFC 7606; none where nobody has said so."""
        found = {self.expect.get("rfc_action"), self.expect.get("action")}
        return frozenset({each for each in found if each}.union(self.expect.get("action_also_acceptable", [])))

    @property
    def notification(self) -> str | None:
        """Code and subcode of the NOTIFICATION that would say the fault: ``3/5``; None where nobody has said so."""
        facts = self.expect.get("rfc_notification")
        return f"{facts.get('code')}/{facts.get('subcode')}" if facts else None


@cache
def rows(file: str, *kinds: str) -> tuple[Row, ...]:
    """Return the rows of a file that are of one of the kinds, or all."""
    return tuple(row for row in _read(file) if not kinds or row.kind in kinds)


@cache
def all_rows(*kinds: str) -> tuple[Row, ...]:
    """Return the rows of all files that are of one of the kinds, or all."""
    return tuple(row for file in FILES for row in rows(file, *kinds))


def _read(file: str) -> Iterator[Row]:
    with (VECTORS / file).open(encoding="utf-8") as lines:
        for text in lines:
            line: Line = json.loads(text)
            octets = bytes.fromhex(line["hex"])
            place = line["source"], line["licence"]
            yield Row(line["id"], line["kind"], octets, line["context"], line["expect"], *place)


def name_of(row: Row) -> str:
    """Name a row in the report of a run."""
    return row.name
