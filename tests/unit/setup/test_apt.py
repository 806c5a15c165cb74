"""What apt-get is asked, and what of its answers is understood: with an apt-get of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bgpkit_setup import apt
from bgpkit_setup.report import SetupError

SIMULATION = """echo "$@" >> {calls}
case "$*" in
*nonsense*) echo "E: Unable to locate package nonsense" >&2; exit 100;;
*"-s install"*) echo "NOTE: This is only a simulation!"
  echo "Inst libyang2 (2.1.30-2 Debian:12.15/oldstable [amd64])"
  echo "Inst frr [8.4] (8.4.4-1 Debian:12.15/oldstable, Debian-Security:12 [amd64])"
  echo "Conf frr (8.4.4-1 Debian:12.15/oldstable [amd64])";;
esac
"""

FakeApt = Callable[[], list[str]]


@pytest.fixture
def fake_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApt:
    """Put an apt-get that notes its arguments on PATH; return what reads the notes."""
    folder, calls, lists = tmp_path / "bin", tmp_path / "calls", tmp_path / "lists"
    folder.mkdir()
    lists.mkdir()
    (lists / "mirror_Packages").touch()
    program = folder / "apt-get"
    program.write_text("#!/bin/sh\n" + SIMULATION.format(calls=calls))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(apt, "_LISTS", lists)
    apt.fetch_lists.cache_clear()
    return lambda: calls.read_text().splitlines() if calls.exists() else []


def test_the_closure_is_what_apt_would_install(fake_apt: FakeApt) -> None:
    """Names and candidate versions come from the lines of a simulation, an upgrade's included."""
    assert apt.closure("frr") == {"libyang2": "2.1.30-2", "frr": "8.4.4-1"}


def test_installing_asks_nothing_and_recommends_nothing(fake_apt: FakeApt) -> None:
    """apt-get waits for dpkg's lock, answers yes and leaves recommended packages out; lists are not fetched again."""
    apt.install(["a", "b"])
    (call,) = fake_apt()
    assert "DPkg::Lock::Timeout=300" in call
    assert call.endswith("install -y --no-install-recommends a b")


def test_lists_are_fetched_when_there_are_none(fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without package lists apt-get update comes first, once."""
    monkeypatch.setattr(apt, "_LISTS", Path("/nowhere"))
    monkeypatch.setattr(apt, "is_root", lambda: True)
    apt.install(["a"])
    apt.install(["b"])
    assert [call.split()[-1] for call in fake_apt()] == ["update", "a", "b"]


def test_an_ordinary_user_is_told_apts_reason(fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not fetch the lists gets the error in a sentence, and nothing more is tried."""
    monkeypatch.setattr(apt, "is_root", lambda: False)
    with pytest.raises(SetupError, match="does not offer nonsense: E: Unable to locate package nonsense"):
        apt.closure("nonsense")
    assert len(fake_apt()) == 1


def test_root_tries_again_with_fresh_lists(fake_apt: FakeApt, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that old lists do not know may be in new ones."""
    monkeypatch.setattr(apt, "is_root", lambda: True)
    with pytest.raises(SetupError, match="Unable to locate"):
        apt.closure("nonsense")
    assert [call.split()[-1] for call in fake_apt()] == ["nonsense", "update", "nonsense"]


def test_nothing_is_started_while_daemons_are_installed(
    fake_apt: FakeApt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """policy-rc.d says 101 while apt-get runs, and is gone afterwards."""
    policy, seen = tmp_path / "policy-rc.d", tmp_path / "seen"
    with (tmp_path / "bin" / "apt-get").open("a") as program:
        program.write(f"{policy}; echo $? > {seen}\n")
    monkeypatch.setattr(apt, "_POLICY", policy)
    apt.install_unstarted(["bgpkit-no-such-package"])
    assert seen.read_text() == "101\n"
    assert not policy.exists()


def test_a_policy_of_the_machine_is_left_alone(
    fake_apt: FakeApt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A policy-rc.d that was there stays as it was."""
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    monkeypatch.setattr(apt, "_POLICY", policy)
    apt.install_unstarted(["bgpkit-no-such-package"])
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"


def test_the_command_for_a_person_is_complete() -> None:
    """The command that is printed can be typed as it stands."""
    assert apt.install_command(["a", "b"]) == "apt-get install --no-install-recommends a b"
