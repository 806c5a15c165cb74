"""apt-get and dpkg, as set-up uses them: quiet, never asking, their errors shown when they fail."""

import functools
import os
import shlex
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bgpkit_setup.packages import find_executable, search_path
from bgpkit_setup.quietly import run_quietly
from bgpkit_setup.report import SetupError, say

_LISTS = Path("/var/lib/apt/lists")
_POLICY = Path("/usr/sbin/policy-rc.d")
_OPTIONS = ("-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")


def is_root() -> bool:
    """Tell whether this process may install packages."""
    return os.geteuid() == 0


def install_command(names: Sequence[str]) -> str:
    """Return the command that a person types to install packages."""
    return shlex.join(["apt-get", "install", "--no-install-recommends", *names])


def install(names: Sequence[str]) -> None:
    """Install packages with what they need; fetch the package lists first where that is necessary.

    Raises SetupError when apt-get cannot.
    """
    say(f"installing the Debian packages {', '.join(names)}")
    _with_fresh_lists(["install", "-y", "--no-install-recommends", *names], f"could not install {', '.join(names)}")


def install_unstarted(names: Sequence[str]) -> None:
    """Install packages of daemons so that nothing is started and nothing stays enabled.

    Starting is refused by policy-rc.d, put there only while apt-get runs, and only if there is none.
    """
    with _no_starting():
        install(names)
    for name in names:
        _disable_services(name)


def closure(name: str) -> dict[str, str]:
    """Return what apt-get would install for a package: name -> version, empty when it is installed.

    Raises SetupError when apt-get does not know the package.
    """
    output = _with_fresh_lists(["-s", "install", "--no-install-recommends", name], f"apt-get does not offer {name}")
    lines = [line.split() for line in output.splitlines() if line.startswith("Inst ")]
    return {words[1]: next(word for word in words[2:] if word.startswith("("))[1:] for words in lines}


def unpack(names: Sequence[str], folder: Path, root: Path) -> None:
    """Download packages into a folder and unpack them under a root; raise SetupError when that fails."""
    # root drops to the user _apt for downloads, who may not write into the checkout
    options = ["-o", "APT::Sandbox::User=root"] if is_root() else []
    _with_fresh_lists([*options, "download", *names], f"could not download {', '.join(names)}", folder)
    for archive in sorted(folder.glob("*.deb")):
        answer = _run(["dpkg-deb", "-x", str(archive), str(root)])
        if answer.returncode != 0:
            raise SetupError(f"could not unpack {archive.name}: {_complaint(answer.stdout)}")


def _with_fresh_lists(arguments: Sequence[str], failure: str, folder: Path | None = None) -> str:
    """Run apt-get; when it fails or has no lists yet, fetch the package lists (as root) and run it again."""
    answer = _apt(arguments, folder) if any(_LISTS.glob("*_Packages*")) else None
    if answer is None or answer.returncode != 0:
        if not is_root():
            reason = _complaint(answer.stdout) if answer else "there are no package lists, run as root: apt-get update"
            raise SetupError(f"{failure}: {reason}")
        fetch_lists()
        answer = _apt(arguments, folder)
    if answer.returncode != 0:
        raise SetupError(f"{failure}: {_complaint(answer.stdout)}")
    return answer.stdout


@functools.cache
def fetch_lists() -> None:
    """Fetch the package lists, at most once; whether that sufficed shows when they are used."""
    say("fetching the Debian package lists")
    answer = _apt(["update"])
    if answer.returncode != 0 or "Temporary failure" in answer.stdout:
        say(f"apt-get update: {_complaint(answer.stdout)}")


def _apt(arguments: Sequence[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run apt-get in a folder, keeping its words."""
    program = find_executable("apt-get")
    if program is None:
        raise SetupError("this machine has no apt-get; install the packages of setup/debian.txt by other means.")
    return _run([program, *_OPTIONS, *arguments], folder)


def _run(command: Sequence[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of the system without a question, keeping its words."""
    variables = {"PATH": search_path(), "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    return run_quietly(command, folder, variables)


@contextmanager
def _no_starting() -> Generator[None]:
    """Forbid the start of daemons by package scripts for a while, unless the machine has its own rule."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    try:
        _POLICY.chmod(0o755)
        yield
    finally:
        _POLICY.unlink()


def _disable_services(name: str) -> None:
    """Disable the services that a freshly installed package brought, for systemd and for sysvinit."""
    for file in map(Path, _run(["dpkg", "-L", name]).stdout.splitlines()):
        if file.match("systemd/system/*.service"):
            _run(["deb-systemd-helper", "disable", file.name])
        elif file.match("/etc/init.d/*"):
            _run(["update-rc.d", file.name, "disable"])


def _complaint(text: str) -> str:
    """Return what apt-get complains of: its errors, else its warnings, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for sign in ("E:", "Err:", "W:"):
        found = [line for line in lines if line.startswith(sign)]
        if found:
            return " ".join(found[:3])
    return lines[-1] if lines else "no reason given"
