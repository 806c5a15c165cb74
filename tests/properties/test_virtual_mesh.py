"""Simulations are deterministic, and speakers find together again whatever the network did to them."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bgpkit.testing import NetworkEventKind
from tests.properties.virtual_mesh import BANDWIDTH, addresses, digest, prefix_of, run
from tests.support.sources import PROJECT


def test_the_same_seed_gives_the_same_log() -> None:
    """Event by event, times included; another seed gives another one. There is trouble of every kind in it."""
    with capture_logs():
        first, again, other = (run(seed)[0].log for seed in (7, 7, 8))
    assert first == again
    assert first != other
    kinds = Counter(event.kind for event in first)
    assert set(kinds) == set(NetworkEventKind)
    assert min(kinds[kind] for kind in (NetworkEventKind.RESET, NetworkEventKind.SILENT)) > 3


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same_log(hash_seed: str) -> None:
    """Whatever its hashes of texts are."""
    with capture_logs():
        lab, _ = run(7)
    answer = subprocess.run(
        [sys.executable, "-m", "tests.properties.virtual_mesh", "7"],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == f"{len(lab.log)} {digest(lab)}\n"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(2, 5))
def test_a_mesh_heals_when_the_network_does(seed: int, size: int) -> None:
    """After resets, half-open connections, lost connects, an interruption and a crash everybody has every route."""
    with capture_logs():
        _, found = run(seed, size)
    assert found == [{prefix_of(address) for address in addresses(size)}] * size


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_mesh_lives_through_a_narrow_network(seed: int) -> None:
    """Two hundred octets in a second and small windows, with a crash between."""
    with capture_logs():
        _, found = run(seed, 4, BANDWIDTH)
    assert found == [{prefix_of(address) for address in addresses(4)}] * 4
