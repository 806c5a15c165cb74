"""Notices that are read some at a time, and thrown away when others are lost."""

import struct
from itertools import repeat

import pytest

from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.netlink.patient_reader import PatientReader
from tests.unit.fib.netlink.scripted_socket import LOST, ScriptedSocket, scripted

COME = struct.pack("=IHHII", 36, 24, 0, 0, 0) + bytes.fromhex("02080000fe04000600000000080001000a000000")


def reader(monkeypatch: pytest.MonkeyPatch) -> tuple[PatientReader, ScriptedSocket]:
    """Return a reader and the socket by which it listens."""
    _, listening = scripted(monkeypatch)
    return PatientReader(254), listening


def keys(made: PatientReader) -> tuple[list[bytes], bool]:
    """Read once, and return the prefixes that were told of, and whether others are lost."""
    told, lost = made.notices()
    return [notice.key for notice in told if isinstance(notice, RouteNotice)], lost


def test_some_are_left_for_the_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is forgotten."""
    made, listening = reader(monkeypatch)
    listening.given.extend(repeat(COME, 300))
    found = [keys(made) for _ in range(4)]
    assert [len(told) for told, _ in found] == [128, 128, 44, 0]
    assert not any(lost for _, lost in found)
    assert found[0][0][0] == b"\x08\x0a"


def test_what_is_older_than_a_loss_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that was there is no news after the dump that makes up for the loss; what comes then is."""
    made, listening = reader(monkeypatch)
    listening.given += [LOST, *repeat(COME, 3000)]
    assert keys(made) == ([], True)
    assert keys(made) == ([], True)
    assert len(listening.given) == 3000 - 2048
    assert keys(made) == ([], True)
    assert not listening.given
    assert keys(made) == ([], False)
    listening.given.append(COME)
    assert keys(made) == ([b"\x08\x0a"], False)
