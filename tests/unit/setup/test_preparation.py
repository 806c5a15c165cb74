"""Each target gets what it needs, in one order, or a sentence."""

from pathlib import Path

import pytest

from bgpkit_setup import apt, daemons, peers, preparation
from bgpkit_setup.compiled import Compiled
from bgpkit_setup.environment import Environment
from bgpkit_setup.packages import Package, Purpose

LIST = (
    Package("for-demo", Purpose.DEMO, ("/no/demo",)),
    Package("for-test", Purpose.TEST, ("/no/test",)),
    Package("for-compiled", Purpose.COMPILED, ("/no/compiled",)),
    Package("a-daemon", Purpose.DAEMONS, ("/no/daemon",)),
)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the steps of a preparation on a machine that lacks everything."""
    noted: list[str] = []

    def note_environment(_: Environment, extra: str) -> None:
        noted.append(f"pip {extra}")

    def note_packages(names: list[str]) -> None:
        noted.append(f"apt {' '.join(names)}")

    def note_daemons(*_: object) -> None:
        noted.append("daemons")

    def note_peers(*_: object) -> None:
        noted.append("peers")

    def note_compiled(*_: object) -> None:
        noted.append("compiled")

    monkeypatch.setattr(Compiled, "ensure", note_compiled)
    monkeypatch.setattr(preparation, "PROJECT", tmp_path)
    monkeypatch.setattr(preparation, "read_packages", lambda: LIST)
    monkeypatch.setattr(Environment, "ensure", note_environment)
    monkeypatch.setattr(apt, "install", note_packages)
    monkeypatch.setattr(daemons, "ensure", note_daemons)
    monkeypatch.setattr(peers, "ensure", note_peers)
    monkeypatch.setattr(apt, "is_root", lambda: True)
    return noted


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("demo", ["pip node", "apt for-demo"]),
        ("test", ["pip dev", "apt for-demo for-test for-compiled", "daemons"]),
        ("check", ["pip dev"]),
        ("bench", ["pip dev", "apt for-demo for-test for-compiled", "daemons", "peers", "compiled"]),
        ("compiled", ["pip dev", "apt for-compiled", "compiled"]),
    ],
)
def test_a_target_gets_what_it_needs_and_no_more(target: str, expected: list[str], steps: list[str]) -> None:
    """The demo needs no development tools, the checks need nothing of Debian."""
    assert preparation.main(["--for", target]) == 0
    assert steps == expected


def test_an_ordinary_user_is_told_what_is_missing(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the right to install: every missing package and the command in one sentence, status 1, nothing done."""
    monkeypatch.setattr(apt, "is_root", lambda: False)
    assert preparation.main(["--for", "test"]) == 1
    assert capsys.readouterr().err == (
        "set-up: these Debian packages are missing: for-demo, for-test, for-compiled; "
        "install them as root with: apt-get install --no-install-recommends for-demo for-test for-compiled\n"
    )
    assert steps == []
