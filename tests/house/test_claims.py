"""What the READMEs claim is true in every commit."""

import re
import tomllib
from pathlib import Path

import pytest

from bgpkit_setup.packages import read_packages
from tests.support.rfc_coverage import README, matrix, printed
from tests.support.sources import PROJECT, functions

PROVING_TEST = re.compile(r"`(tests/[\w./-]+\.py)(?:::(\w+))?`")
NODE_AGENT = PROJECT / "examples" / "node_agent"
TARGETS = ("demo", "test", "check", "fix", "bench", "soak")


def test_the_coverage_matrix_is_the_present_one() -> None:
    """The RFC coverage matrix in tests/README.md is what the markers say; ``make fix`` prints it anew."""
    assert printed(README.read_text(encoding="utf-8")) == matrix()


def test_the_readme_names_a_proving_test_for_each_capability() -> None:
    """The table of the root README has rows, and each names at least one test."""
    rows = _capability_rows()
    assert rows
    assert [row for row in rows if not PROVING_TEST.search(row)] == []


@pytest.mark.parametrize("readme", ["README.md", "DECISIONS.md", "CHANGELOG.md"])
def test_named_tests_exist(readme: str) -> None:
    """Every test that a text names is there, file and function."""
    gone: list[str] = []
    for file, function in PROVING_TEST.findall((PROJECT / readme).read_text(encoding="utf-8")):
        path = PROJECT / file
        if not path.exists() or (function and function not in _function_names(path)):
            gone.append(f"{file}::{function}")
    assert gone == []


@pytest.mark.parametrize("target", TARGETS)
def test_the_makefile_has_the_targets(target: str) -> None:
    """Each of the guessable commands is a target of the Makefile, and sets itself up first."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:.*\n\t\$\(PREPARE\) ", makefile, re.MULTILINE)


def test_the_changelog_has_an_unreleased_section() -> None:
    """CHANGELOG.md keeps the format of Keep a Changelog, newest first."""
    headings = re.findall(r"^## \[(.+?)\]", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"


def test_decisions_are_numbered_and_dated() -> None:
    """DECISIONS.md counts its entries from 1 without a gap, each with its date, of about ten lines."""
    text = (PROJECT / "DECISIONS.md").read_text(encoding="utf-8")
    entries = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    heads = [re.match(r"(\d+)\. .+ \(\d{4}-\d\d-\d\d\)\n", entry) for entry in entries]
    assert [int(head[1]) if head else entry for head, entry in zip(heads, entries, strict=True)] == list(
        range(1, len(entries) + 1)
    )
    assert [entry.splitlines()[0] for entry in entries if len(entry.strip().splitlines()) > 14] == []


def test_the_package_list_can_be_read() -> None:
    """Every package of setup/debian.txt stands once and names what shows its presence."""
    packages = read_packages()
    names = [package.name for package in packages]
    assert sorted(names) == sorted(set(names))
    assert [package.name for package in packages if not package.evidence] == []


def test_the_scripts_named_in_pyproject_exist() -> None:
    """Each command that the wheel installs points to a module that is there."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for target in project["scripts"].values():
        module, _, function = target.partition(":")
        file = Path(*module.split(".")).with_suffix(".py")
        path = next((root / file for root in (PROJECT, NODE_AGENT) if (root / file).exists()), None)
        assert path is not None, target
        assert function in _function_names(path)


def _capability_rows() -> list[str]:
    """Return the rows of the root README's table whose heading speaks of proving tests."""
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    start = next((index for index, line in enumerate(lines) if line.startswith("|") and "proving test" in line), None)
    if start is None:
        return []
    rows: list[str] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(line)
    return rows


def _function_names(path: Path) -> set[str]:
    """Return the names of the functions in a file, without their classes."""
    return {name.rpartition(".")[2] for name, _ in functions(path)}
