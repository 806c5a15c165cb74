"""One at a time."""

import threading

import pytest

from bgpkit_node.nft import NftError, one_at_a_time, turn


def test_the_next_waits_until_the_one_before_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another table is another turn; whoever waits for too long is told."""
    with one_at_a_time("bgpkit-test"), one_at_a_time("bgpkit-test-2"):
        monkeypatch.setattr(turn, "_PATIENCE", 0.0)
        with (
            pytest.raises(NftError, match="another process has been programming table inet bgpkit-test"),
            one_at_a_time("bgpkit-test"),
        ):
            pytest.fail("two hold the turn")
        monkeypatch.undo()
        came = threading.Event()
        waiting = threading.Thread(target=_take, args=(came,))
        waiting.start()
    waiting.join(10)
    assert came.is_set()


def _take(came: threading.Event) -> None:
    with one_at_a_time("bgpkit-test"):
        came.set()
