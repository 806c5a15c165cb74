"""The only way a test is skipped: for a Debian package or a kernel feature that is not there, named.

With CI=true a missing package is a failure, since set-up should have brought it; a missing kernel
feature stays a skip. The end of each run lists every skip and its reason.
"""

import functools
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from bgpkit_setup.daemons import unpacked
from bgpkit_setup.packages import Package, find_executable, is_present, read_packages
from bgpkit_setup.preparation import DAEMON_CACHE
from tests.support.netns import Namespace

_TCP_MD5SIG = 14


def in_ci() -> bool:
    """Tell whether this run is one of continuous integration (CI=true)."""
    return os.environ.get("CI") == "true"


def package(name: str) -> Package:
    """Return a package of the project's list; raise KeyError for one that setup/debian.txt does not name."""
    packages = {package.name: package for package in read_packages()}
    return packages[name]


@functools.cache
def has_package(name: str) -> bool:
    """Tell whether a package of the list can be used: from the machine or unpacked in the cache."""
    wanted = package(name)
    return is_present(wanted) or unpacked(wanted, DAEMON_CACHE) is not None


def require_package(name: str) -> None:
    """Skip the test when a Debian package is missing; with CI=true fail it."""
    if has_package(name):
        return
    reason = f"the Debian package {name} is missing"
    if in_ci():
        pytest.fail(f"{reason}, and CI=true", pytrace=False)
    pytest.skip(reason)


def require_kernel(feature: str) -> None:
    """Skip the test when the kernel, or this user's rights in it, lack a feature: a key of FEATURES."""
    reason = _lack(feature)
    if reason:
        pytest.skip(f"kernel feature {feature}: {reason}")


def skip_as_there(reason: str) -> None:
    """Skip the test since it was skipped, for this reason, where it ran in place of here."""
    pytest.skip(reason)


def has_kernel(feature: str) -> bool:
    """Tell whether the kernel has a feature, a key of FEATURES: for tests of which only a part needs it."""
    return not _lack(feature)


def _accepts(*arguments: str) -> Callable[[], str]:
    """Return a probe that asks ip for something in a namespace of its own."""

    def probe() -> str:
        refusal = _lack("netns")
        if refusal:
            return refusal
        with Namespace("probe") as namespace:
            try:
                namespace.ip(*arguments)
            except AssertionError as error:
                return str(error).strip().splitlines()[-1]
        return ""

    return probe


def _device(kind: str, *arguments: str) -> Callable[[], str]:
    """Return a probe that makes a network device of a kind."""
    return _accepts("link", "add", "probe", "type", kind, *arguments)


def _encap(*words: str) -> Callable[[], str]:
    """Return a probe that makes a route which wraps packets."""
    return _accepts("route", "add", "192.0.2.0/24", "encap", *words, "dev", "lo")


def _network_namespaces() -> str:
    """Probe for the right to make network namespaces."""
    if find_executable("ip") is None:
        return "there is no ip command (package iproute2)"
    try:
        Namespace("probe").delete()
    except AssertionError as error:
        return str(error).strip().splitlines()[-1]
    return ""


def _user_namespaces() -> str:
    """Probe for user namespaces."""
    answer = subprocess.run(["unshare", "-Ur", "true"], capture_output=True, text=True, check=False)
    return answer.stderr.strip() if answer.returncode else ""


def _other_users() -> str:
    """Probe for the right to become another user: not so in a user namespace of one user."""
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "true"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stderr.strip() if answer.returncode else ""


def _containers() -> str:
    """Probe for what runc needs to start a container: cgroups that may be written, and overlay mounts."""
    if os.geteuid() != 0:
        return "containers are started by root"
    roots = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/devices")]
    if not any(os.access(root / "cgroup.procs", os.W_OK) for root in roots):
        return "no cgroup can be written"
    known = Path("/proc/filesystems").read_text(encoding="ascii")
    return "" if "\toverlay\n" in known else "no overlay file system"


def _user_mode_linux() -> str:
    """Probe for what a kernel as a process needs: it traces its programs, and there is one for x86-64 only."""
    if platform.machine() != "x86_64":
        return f"user-mode Linux does not run on {platform.machine()}"
    ask = "import ctypes, os; c = ctypes.CDLL(None, use_errno=True); c.ptrace(0, 0, 0, 0) and print(ctypes.get_errno())"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    return f"ptrace: {os.strerror(int(answer.stdout))}" if answer.stdout.strip() else ""


def _tcp_md5() -> str:
    """Probe for TCP MD5 signatures (RFC 2385): a key for 192.0.2.1 on a socket."""
    address = b"\x02\x00\x00\x00" + socket.inet_aton("192.0.2.1")
    value = address.ljust(128, b"\0") + b"\0\0\x03\0\0\0\0\0" + b"key".ljust(80, b"\0")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG, value)
        except OSError as error:
            return error.strerror or str(error)
    return ""


FEATURES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "bridge": _device("bridge"),
        "containers": _containers,
        "dummy": _device("dummy"),
        "encap_ip": _encap("ip", "id", "1", "dst", "192.0.2.1"),
        "encap_mpls": _encap("mpls", "100"),
        "encap_seg6": _encap("seg6", "mode", "encap", "segs", "2001:db8::1"),
        "ipip": _device("ipip", "local", "192.0.2.1", "remote", "192.0.2.2"),
        "netns": _network_namespaces,
        "other_users": _other_users,
        "tcp_md5": _tcp_md5,
        "uml": _user_mode_linux,
        "userns": _user_namespaces,
        "veth": _device("veth", "peer", "name", "probe2"),
        "vrf": _device("vrf", "table", "10"),
        "vxlan": _device("vxlan", "id", "1", "dstport", "4789"),
        "wireguard": _device("wireguard"),
    }
)


@functools.cache
def _lack(feature: str) -> str:
    """Return why a feature is not there, or nothing; each is probed once in a run."""
    return FEATURES[feature]()
