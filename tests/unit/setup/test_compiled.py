"""The compiled wheel is made once for one state of the sources, or there is a sentence that says why not."""

from pathlib import Path

import pytest

from bgpkit_setup.compiled import Compiled
from bgpkit_setup.report import SetupError

PYPROJECT = '[tool.hatch.build.targets.wheel.hooks.custom]\nmodules = ["bgpkit/hot.py"]\n'
PYTHON = """#!/bin/sh
# Stands in for "python -m pip": notes its words; a wheel or a site appears, or the compiler complains.
echo "$3 $HATCH_BUILD_HOOK_ENABLE_CUSTOM" >> words
[ -e broken ] && echo "warning: this and that" && echo "hot.py:1: error: no such type" && exit 1
[ "$3" = wheel ] && mkdir -p cache/wheel && touch cache/wheel/made.whl
exit 0
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a checkout with one module, and a Python that only notes what it is asked for."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "bgpkit").mkdir()
    (tmp_path / "bgpkit" / "hot.py").write_text("one = 1\n")
    python = tmp_path / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def test_a_change_of_a_source_makes_it_anew(project: Path) -> None:
    """The second call does nothing; after a change all is made again."""
    compiled = Compiled(project, project / "cache")
    for _ in range(2):
        compiled.ensure(project / "python")
    assert (project / "words").read_text().splitlines() == ["wheel true", "install true"]
    (project / "bgpkit" / "hot.py").write_text("one = 2\n")
    compiled.ensure(project / "python")
    assert len((project / "words").read_text().splitlines()) == 4


def test_the_list_is_that_of_the_build_hook(project: Path) -> None:
    """One list for the hook, the tests and whoever asks."""
    assert Compiled(project, project / "cache").modules() == ("bgpkit/hot.py",)


def test_what_does_not_compile_is_one_sentence_and_tried_again(project: Path) -> None:
    """The compiler's first error is told, and no stamp says that all is well."""
    compiled = Compiled(project, project / "cache")
    (project / "broken").touch()
    with pytest.raises(SetupError, match=r"could not be compiled: hot.py:1: error: no such type"):
        compiled.ensure(project / "python")
    (project / "broken").unlink()
    compiled.ensure(project / "python")
    assert (project / "words").read_text().splitlines() == ["wheel true", "wheel true", "install true"]
