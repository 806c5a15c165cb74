"""The rows themselves: all of them are there, each kind is taken by a test, each exception is of a row."""

import re
from collections import Counter

import pytest

from tests.conformance.vectors.exceptions import ACTION, EXCEPTIONS, NOTIFICATION, OCTETS, VALUE, VectorException
from tests.conformance.vectors.kinds import (
    ATTRIBUTES,
    CAPABILITIES,
    COUNTS,
    FRAGMENTS,
    NLRI,
    OTHER_MESSAGES,
    UPDATE,
)
from tests.unit.wire.vector_rows import VECTORS, all_rows

TAKEN = (*UPDATE, *OTHER_MESSAGES, *FRAGMENTS, *ATTRIBUTES, *NLRI, *CAPABILITIES)
PERMISSIVE = {"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "MIT OR Apache-2.0", "ISC-style (RIPE NCC)"}
FREE = {"Unlicense", "none needed"}
ORIGIN = re.compile(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \|$", re.MULTILINE)


def test_all_1480_rows_are_there_and_taken() -> None:
    """Each kind has as many rows as was collected, and is among the kinds of exactly one test module."""
    found = Counter(row.kind for row in all_rows())
    assert found == COUNTS
    assert found.total() == len({row.name for row in all_rows()}) == 1480
    assert Counter(TAKEN) == dict.fromkeys(found, 1)


def test_every_row_says_what_is_expected_of_it() -> None:
    """Messages and attributes an action, parts that stand alone whether they are valid: no row is passed over."""
    said = all_rows(*UPDATE, *OTHER_MESSAGES, *ATTRIBUTES, "message")
    assert [row.name for row in said if not row.actions] == []
    valid = all_rows(*NLRI, *CAPABILITIES, "header", "capability_msg")
    assert [row.name for row in valid if row.expect.get("valid") not in {True, False}] == []


def test_every_row_has_an_origin_and_a_licence_that_lets_it_be_here() -> None:
    """The README counts the rows of each origin and licence."""
    found = Counter((re.split(r"[:#]", row.source)[0], row.licence) for row in all_rows())
    assert {licence for _, licence in found} <= PERMISSIVE | FREE
    readme = (VECTORS / "README.md").read_text(encoding="utf-8")
    assert {(origin, licence): int(count) for origin, licence, count in ORIGIN.findall(readme)} == found


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=lambda each: f"{each.rows[0]} {each.found[0][0]}")
def test_an_exception_is_of_rows_and_cites_an_rfc(exception: VectorException) -> None:
    """It names rows that are there, says what comes instead of what others say, and why, in the RFC's words."""
    assert set(exception.rows) <= {row.name for row in all_rows()}
    words = {ACTION, NOTIFICATION, OCTETS, VALUE, "yabgp"}
    assert {of for of, _ in exception.found if not of.startswith("tshark ")} <= words
    assert exception.reason
    assert exception.sentence
    assert re.fullmatch(r"RFC \d+, section [\d.]+( \([a-z]\))?", exception.section)


def test_no_row_has_two_exceptions_of_one_kind() -> None:
    """What is expected of a row is said once."""
    said = Counter((row, of) for each in EXCEPTIONS for row in each.rows for of, _ in each.found)
    assert [place for place, count in said.items() if count > 1] == []
