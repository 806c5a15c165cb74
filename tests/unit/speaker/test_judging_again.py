"""Judging anew in slices."""

import pytest

from bgpkit.speaker import judging_again
from bgpkit.speaker.judging_again import judge_again
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table


def test_each_wanted_path_comes_once_a_slice_with_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare paths and those among several; paths that nobody asked for are left alone."""
    monkeypatch.setattr(judging_again, "SLICE", 3)
    table = Table(32)
    one, two = (Source(name, SourceKind.CLIENT, bgp_identifier=number) for number, name in enumerate("ab", 1))
    keys = [Prefix.parse(f"10.{number}.0.0/16").key for number in range(7)]
    path, other = Path(one, b"1"), Path(two, b"2")
    table.announce(path, keys)
    table.announce(other, keys[:2])
    judged: list[tuple[Family, Path, list[bytes]]] = []

    def judge(family: Family, path: Path, some: list[bytes]) -> None:
        judged.append((family, path, some))

    steps = judge_again(IPV4_UNICAST, table, lambda each: each.source is one, judge)
    assert sum(1 for _ in steps) == 3
    assert judged == [(IPV4_UNICAST, path, some) for some in (keys[:3], keys[3:6], keys[6:])]


def test_what_goes_meanwhile_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is gone when its slice comes is passed over."""
    monkeypatch.setattr(judging_again, "SLICE", 1)
    table = Table(32)
    source = Source("a", SourceKind.CLIENT)
    keys = [Prefix.parse(f"10.{number}.0.0/16").key for number in range(2)]
    table.announce(Path(source, b"1"), list(keys))
    judged: list[bytes] = []
    steps = judge_again(IPV4_UNICAST, table, lambda _path: True, lambda _family, _path, some: judged.extend(some))
    next(steps)
    table.withdraw(source, [keys[1]])
    assert sum(1 for _ in steps) == 1
    assert judged == [keys[0]]
