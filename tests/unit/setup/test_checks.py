"""``make check`` runs every tool and fails when one does."""

import pytest

from bgpkit_setup import checks

TOOLS = {"ruff", "mypy", "pyright", "lint-imports", "interrogate", "pytest"}


def test_every_tool_is_run() -> None:
    """Linter, formatter, both type checkers, import contracts, docstrings and house rules are all there."""
    assert {command[0] for command in checks.CHECKS} == TOOLS
    assert ("ruff", "format") in {command[:2] for command in checks.CHECKS}


@pytest.mark.parametrize(("command", "status"), [("import this", 0), ("raise SystemExit('bad')", 1)])
def test_the_status_is_that_of_the_tools(
    command: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One failing tool fails the whole, its words are shown, and the words of the others are not."""
    monkeypatch.setattr(checks, "CHECKS", (("python", "-c", "print('quiet')"), ("python", "-c", command)))
    assert checks.main() == status
    printed = capsys.readouterr()
    assert "quiet" not in printed.out.replace("print('quiet')", "")
    assert ("bad" in printed.out) is (status == 1)
    assert ("set-up: failed" in printed.err) is (status == 1)
