"""The list of Debian packages is read as written, and presence is what is on the machine."""

from pathlib import Path

import pytest

from bgpkit_setup.packages import Package, Purpose, find_executable, is_present, missing, read_packages


def test_a_list_is_read_by_sections(tmp_path: Path) -> None:
    """Names, evidence and purposes come out as they stand; comments and empty lines do not."""
    path = tmp_path / "list.txt"
    path.write_text("# head\n[demo]  # why\niproute2 ip /sbin/bridge\n\n[daemons]\nbird2 bird # comment\n")
    assert read_packages(path) == (
        Package("iproute2", Purpose.DEMO, ("ip", "/sbin/bridge")),
        Package("bird2", Purpose.DAEMONS, ("bird",)),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("iproute2 ip\n", "list.txt:1: iproute2 stands before"),
        ("\n[demos]\n", r"list.txt:2: unknown section \[demos\]"),
    ],
)
def test_a_faulty_list_is_refused_by_line(tmp_path: Path, text: str, complaint: str) -> None:
    """A package outside a section and an unknown section are named with their line."""
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        read_packages(path)


def test_presence_needs_every_evidence(tmp_path: Path) -> None:
    """One missing file makes a package missing, whatever dpkg believes."""
    there = tmp_path / "there"
    there.touch()
    assert is_present(Package("any", Purpose.TEST, ("sh", str(there))))
    assert not is_present(Package("any", Purpose.TEST, ("sh", str(there), str(tmp_path / "absent"))))


def test_an_executable_needs_not_come_from_dpkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that someone put on PATH counts."""
    program = tmp_path / "bgpkit-probe"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    package = Package("bgpkit-probe-package", Purpose.TEST, ("bgpkit-probe",))
    assert not is_present(package)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert is_present(package)


def test_sbin_is_searched_for_ordinary_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a PATH that lacks /usr/sbin, its programs are still found."""
    expected = next(path for path in Path("/usr/sbin").iterdir() if path.is_file() and path.stat().st_mode & 0o001)
    monkeypatch.setenv("PATH", "/nowhere")
    assert find_executable(expected.name) == str(expected)


def test_dpkg_is_asked_for_a_package_without_evidence() -> None:
    """A package that names nothing is looked up by name; an unknown one is missing."""
    assert not is_present(Package("bgpkit-no-such-package", Purpose.TEST, ()))


def test_missing_keeps_to_the_purposes() -> None:
    """Only packages of the wanted purposes are reported."""
    packages = (Package("a", Purpose.DEMO, ("/no/a",)), Package("b", Purpose.TEST, ("/no/b",)))
    assert [package.name for package in missing(packages, [Purpose.TEST])] == ["b"]
