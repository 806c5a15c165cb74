"""bgpkit.bfd.words: lines of JSON and what they mean."""

import json

import pytest

from bgpkit.bfd import BfdError
from bgpkit.bfd.words import line_of, liveness_of, path_of, plain_liveness, plain_path, words_of
from bgpkit.speaker import (
    BfdAuthentication,
    BfdAuthenticationType,
    BfdMode,
    BfdOptions,
    Liveness,
    LivenessState,
    MonitoredPath,
)
from bgpkit.transport import Secret

KEY = BfdAuthentication(type=BfdAuthenticationType.KEYED_MD5, key=Secret(b"\0secret"), key_id=9)
PATHS = [
    MonitoredPath(remote="192.0.2.9", local=None, options=BfdOptions()),
    MonitoredPath(
        remote="2001:db8::9",
        local="2001:db8::1",
        options=BfdOptions(
            mode=BfdMode.STRICT,
            transmit_interval=0.05,
            receive_interval=1.5,
            detect_multiplier=7,
            multihop=True,
            minimum_ttl=250,
            interface="eth0",
            authentication=KEY,
        ),
    ),
]


@pytest.mark.parametrize("path", PATHS, ids=["plain", "all fields"])
def test_a_path_comes_back_as_it_went(path: MonitoredPath) -> None:
    """Over a line, its key, too."""
    assert path_of(words_of(line_of({"path": plain_path(path)}))["path"]) == path


@pytest.mark.parametrize("state", LivenessState, ids=lambda state: state.value)
def test_a_liveness_comes_back_as_it_went(state: LivenessState) -> None:
    """Over a line."""
    liveness = Liveness(state=state, reason="Path Down", independent=True)
    assert liveness_of(words_of(line_of(plain_liveness(liveness)))) == liveness


@pytest.mark.parametrize("line", [b"rubbish", b"[1]", b"\xff", b"7", 100_000 * b"["])
def test_a_line_that_is_no_object_is_refused(line: bytes) -> None:
    """With BfdError and nothing else."""
    with pytest.raises(BfdError, match="a line is no JSON"):
        words_of(line)


@pytest.mark.parametrize(
    "change",
    [
        {"remote": "nowhere"},
        {"local": "nowhere"},
        {"options": None},
        {"options": {"mode": "hasty"}},
        {"options": {"detect_multiplier": 0}},
        {"options": {"unheard": 1}},
        {"options": {"transmit_interval": "soon"}},
        {"options": {"authentication": {"type": "NONE", "key": "00", "key_id": 1}}},
        {"options": {"authentication": {"type": "SIMPLE", "key": "zz", "key_id": 1}}},
        {"options": {"authentication": 7}},
    ],
    ids=lambda change: json.dumps(change),
)
def test_a_path_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    """A client of another version, or none of ours."""
    with pytest.raises(BfdError, match="a path that cannot be"):
        path_of(plain_path(PATHS[0]) | change)


@pytest.mark.parametrize("plain", [None, {}, {"state": "sleepy", "reason": "", "independent": False}])
def test_a_liveness_that_cannot_be_is_refused(plain: object) -> None:
    """As a path."""
    with pytest.raises(BfdError, match="a liveness that cannot be"):
        liveness_of(plain)
