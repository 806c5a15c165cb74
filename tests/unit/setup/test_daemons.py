"""Unpacked daemons are found with their libraries, and only when they are complete."""

from pathlib import Path

import pytest

from bgpkit_setup import apt, daemons
from bgpkit_setup.daemons import Program, ensure, find_program, unpacked
from bgpkit_setup.packages import Package, Purpose
from bgpkit_setup.report import SetupError

PACKAGE = Package("bgpkit-probe", Purpose.DAEMONS, ("bgpkit-probed", "/usr/lib/probe/worker"))


def _unpack(folder: Path) -> None:
    """Lay out an unpacked package."""
    for name in ("usr/sbin/bgpkit-probed", "usr/lib/probe/worker", "usr/lib/x86_64-linux-gnu/frr/libfrr.so"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)


def test_an_unpacked_program_is_found_with_its_libraries(tmp_path: Path) -> None:
    """Executables by name and by file; the library folders, FRR's own among them, go on LD_LIBRARY_PATH."""
    folder = tmp_path / "bgpkit-probe-1.0"
    _unpack(folder)
    (folder / ".complete").touch()
    libraries = (folder / "usr/lib/x86_64-linux-gnu", folder / "usr/lib/x86_64-linux-gnu/frr")
    assert find_program(PACKAGE, "bgpkit-probed", tmp_path) == Program(folder / "usr/sbin/bgpkit-probed", libraries)
    assert find_program(PACKAGE, "/usr/lib/probe/worker", tmp_path) == Program(
        folder / "usr/lib/probe/worker", libraries
    )
    assert find_program(PACKAGE, "absent", tmp_path) is None


def test_a_half_unpacked_package_does_not_count(tmp_path: Path) -> None:
    """Without the mark that is written last there is nothing."""
    _unpack(tmp_path / "bgpkit-probe-1.0")
    assert unpacked(PACKAGE, tmp_path) is None
    assert find_program(PACKAGE, "bgpkit-probed", tmp_path) is None


def test_a_program_of_the_machine_comes_without_libraries(tmp_path: Path) -> None:
    """An installed daemon is run as it is."""
    found = find_program(Package("dash", Purpose.DAEMONS, ("sh",)), "sh", tmp_path)
    assert found is not None
    assert found.argv("-c", "true") == [str(found.path), "-c", "true"]


def test_libraries_are_given_by_env() -> None:
    """The command line sets LD_LIBRARY_PATH for the program alone."""
    program = Program(Path("/p"), (Path("/a"), Path("/b")))
    assert program.argv("x") == ["env", "LD_LIBRARY_PATH=/a:/b", "/p", "x"]


def test_ensure_unpacks_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first call unpacks under the version, without a colon in the folder's name; the second does nothing."""
    calls: list[list[str]] = []

    def unpack(names: list[str], _archives: Path, root: Path) -> None:
        calls.append(names)
        _unpack(root)

    def closure(name: str) -> dict[str, str]:
        return {"libprobe": "1", name: "2:1.0"}

    monkeypatch.setattr(apt, "closure", closure)
    monkeypatch.setattr(apt, "unpack", unpack)
    assert ensure([PACKAGE], tmp_path) == ()
    assert ensure([PACKAGE], tmp_path) == ()
    assert calls == [["libprobe", "bgpkit-probe"]]
    assert unpacked(PACKAGE, tmp_path) == tmp_path / "bgpkit-probe-2_1.0"
    assert [path.name for path in tmp_path.iterdir()] == ["bgpkit-probe-2_1.0"]


def test_what_cannot_be_had_is_reported_not_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An ordinary user without the package gets a line, and the tests that need it are skipped later."""

    def refuse(name: str) -> dict[str, str]:
        raise SetupError(f"apt-get does not offer {name}")

    monkeypatch.setattr(apt, "closure", refuse)
    monkeypatch.setattr(apt, "is_root", lambda: False)
    assert ensure([PACKAGE], tmp_path) == (PACKAGE,)
    assert "the tests with bgpkit-probe cannot run: apt-get does not offer bgpkit-probe" in capsys.readouterr().err


def test_root_installs_what_cannot_be_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When unpacking does not do, root has the package installed unstarted."""
    installed: list[str] = []

    def refuse(*_: object) -> None:
        raise SetupError("dpkg-deb is broken")

    def closure(name: str) -> dict[str, str]:
        return {name: "1"}

    def is_present(package: Package) -> bool:
        return package.name in installed

    monkeypatch.setattr(apt, "closure", closure)
    monkeypatch.setattr(apt, "unpack", refuse)
    monkeypatch.setattr(apt, "is_root", lambda: True)
    monkeypatch.setattr(apt, "install_unstarted", installed.extend)
    monkeypatch.setattr(daemons, "is_present", is_present)
    assert ensure([PACKAGE], tmp_path) == ()
    assert installed == ["bgpkit-probe"]
