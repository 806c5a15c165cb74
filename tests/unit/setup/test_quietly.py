"""What programs say is kept; of a failure of pip one sentence is made."""

import sys
from pathlib import Path

import pytest

from bgpkit_setup.quietly import run_pip, run_quietly
from bgpkit_setup.report import SetupError

SHOW = "import os, sys; print(os.getcwd(), os.environ['MORE'], os.environ.get('PYTHONHOME')); print(sys.stdin.read())"


def test_a_program_runs_in_its_folder_with_its_variables_and_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its words come back, errors among them; where this Python is at home is not told to others."""
    monkeypatch.setenv("PYTHONHOME", sys.base_prefix)
    answer = run_quietly(["env", "-u", "PYTHONPATH", sys.executable, "-c", SHOW], tmp_path, {"MORE": "x"})
    assert (answer.returncode, answer.stdout) == (0, f"{tmp_path} x None\n\n")
    assert "no-such-folder" in run_quietly(["ls", "no-such-folder"]).stdout
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Could not find: connection broken by 'X'", "they failed: the package index cannot be reached, is there a n"),
        ("ProxyError('...')", "they failed: the package index cannot be reached, is there a network?"),
        ("no such thing", "they failed because of: no such thing"),
    ],
)
def test_a_failure_of_pip_is_one_sentence(words: str, sentence: str) -> None:
    """A lack of network is said as such; of all else the caller says what the words mean."""
    with pytest.raises(SetupError) as refused:
        run_pip(["sh", "-c", 'echo "$0"; exit 1', words], "they failed", lambda said: f" because of: {said.strip()}")
    assert str(refused.value).startswith(sentence)


def test_pip_is_told_not_to_ask() -> None:
    """Nor to look for a newer one of itself; what succeeds says nothing."""
    probe = '[ "$PIP_NO_INPUT$PIP_DISABLE_PIP_VERSION_CHECK$MORE" = 11x ] && ! read line'
    run_pip(["sh", "-c", probe], "it asks", lambda _: "", variables={"MORE": "x"})
