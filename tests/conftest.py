"""Fixtures of every test, and what pytest does around the run: cleaning up before, naming skips after."""

import gc
import os
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.support import guest_tests
from tests.support.daemons import Bird, Frr, GoBgp
from tests.support.dealing import Dealing
from tests.support.netns import Namespace, Namespaces, remove_leftovers
from tests.support.skips import in_ci, require_kernel


@pytest.fixture
def namespaces() -> Generator[Namespaces]:
    """Network namespaces of the test's own, deleted after it; skipped by name where they cannot be had."""
    require_kernel("netns")
    own = Namespaces()
    try:
        yield own
    finally:
        own.close()


@pytest.fixture
def open_folder() -> Generator[Path]:
    """Give a folder that other users may enter; pytest's own is shut again by each run that begins beside this one."""
    with tempfile.TemporaryDirectory(prefix="bgpkit-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def start_bird(tmp_path: Path) -> Generator[Callable[[Namespace, str], Bird]]:
    """Give a function (namespace, configuration) that starts BIRD 2; stopped after the test."""
    with ExitStack() as stack:

        def start(namespace: Namespace, configuration: str) -> Bird:
            daemon = Bird(namespace, tmp_path, configuration)
            stack.callback(daemon.stop)
            return daemon

        yield start


@pytest.fixture
def start_gobgp(tmp_path: Path) -> Generator[Callable[[Namespace, str], GoBgp]]:
    """Give a function (namespace, configuration) that starts gobgpd; stopped after the test."""
    with ExitStack() as stack:

        def start(namespace: Namespace, configuration: str) -> GoBgp:
            daemon = GoBgp(namespace, tmp_path, configuration)
            stack.callback(daemon.stop)
            return daemon

        yield start


@pytest.fixture
def start_frr(tmp_path: Path) -> Generator[Callable[[Namespace, str], Frr]]:
    """Give a function (namespace, configuration of bgpd) that starts FRR's zebra and bgpd; stopped after the test."""
    with ExitStack() as stack:

        def start(namespace: Namespace, configuration: str) -> Frr:
            daemon = Frr(namespace, tmp_path, configuration)
            stack.callback(daemon.stop)
            return daemon

        yield start


def pytest_sessionstart(session: pytest.Session) -> None:
    """Delete the namespaces that crashed runs left behind, once, before the workers start."""
    if not _is_worker(session.config):
        for name in remove_leftovers():
            session.config.get_terminal_writer().line(f"removed the namespace {name} of a run that is no more")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks that these fixtures and hooks understand, and let Python keep what it has compiled.

    A run starts hundreds of Python processes; without it each compiles all that it imports.
    """
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config.addinivalue_line("markers", f"{guest_tests.MARK}(*features): run in a guest kernel where this one lacks one")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Dealing | None:
    """Deal the tests to the workers in a way of our own."""
    return Dealing.when_grouped(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send tests that this kernel cannot run to one that can."""
    guest_tests.relay(items)


def pytest_collection_finish() -> None:
    """Leave the tests themselves, hundreds of megabytes, out of what the garbage collector walks through ever again.

    A full collection takes seconds otherwise, longer than some of the hold times that tests use.
    """
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the tests marked netns, by name, where namespaces cannot be had."""
    if item.get_closest_marker("netns"):
        require_kernel("netns")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Let whoever waits for it outside a guest know what has become of a test."""
    guest_tests.note(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every skipped test and its reason."""
    reports: list[pytest.TestReport | pytest.CollectReport] = terminalreporter.stats.get("skipped", [])
    if not reports:
        return
    terminalreporter.section(f"{len(reports)} skipped, and why")
    for report in sorted(reports, key=lambda report: report.nodeid):
        terminalreporter.line(f"{report.nodeid}: {_reason(report)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration, a run in which no test passed is no success."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not in_ci() or _is_worker(session.config) or not isinstance(reporter, pytest.TerminalReporter):
        return
    if session.exitstatus == pytest.ExitCode.OK and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def _is_worker(config: pytest.Config) -> bool:
    """Tell whether this process is one of the workers that the tests are dealt to."""
    return hasattr(config, "workerinput")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the reason of a skip."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")
