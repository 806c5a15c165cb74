"""The corpus is replayed without a fuzzer; what drives the target is tried out."""

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS, ROWS
from tests.fuzz import codec
from tests.fuzz.corpus import add, entries, main, unpack
from tests.fuzz.laws import run


@pytest.fixture(scope="module")
def outcomes() -> frozenset[str]:
    """Return what came of each input of the corpus; an input that breaks a law is told."""
    found: set[str] = set()
    for data in entries():
        try:
            found.add(run(data))
        except Exception as error:
            raise AssertionError(f"broken by {data.hex()}") from error
    return frozenset(found)


def test_all_laws_hold_for_the_corpus(outcomes: frozenset[str]) -> None:
    """Every input is read or refused as the laws say, and each way in is among them."""
    ways = {outcome.partition(":")[0].partition(" ")[0] for outcome in outcomes}
    assert {"update", "attributes", "message", "capabilities", "nlri", "stream", "mrt"} < ways


@pytest.mark.parametrize("name", [f"nlri of {family}" for family in ROWS])
def test_the_corpus_has_nlri_of_every_family(outcomes: frozenset[str], name: str) -> None:
    """Such that are read, and such that are refused."""
    assert {f"{name}: read", f"{name}: refused"} <= outcomes


@pytest.mark.parametrize("name", [row.code.name for row in ATTRIBUTE_ROWS.values()])
def test_the_corpus_has_values_of_every_attribute(outcomes: frozenset[str], name: str) -> None:
    """Such that are read."""
    assert f"{name}: read" in outcomes


def test_the_corpus_has_all_verdicts(outcomes: frozenset[str]) -> None:
    """UPDATEs without fault, with each kind of it; messages that come back as they were, and in another form."""
    assert {f"update: {verdict}" for verdict in ("no fault", "faults", "treat-as-withdraw", "session reset")} < outcomes
    assert {"message 1: the same octets", "message 1: refused", "mrt: records", "stream: messages"} < outcomes


def test_nothing_and_anything_can_be_run() -> None:
    """The target takes any octets."""
    assert run(b"") == "nothing"
    assert {run(bytes((first,))) for first in range(256)}


def test_the_corpus_is_packed_and_unpacked(tmp_path: Path) -> None:
    """One file for each input; only what is new is added, with its origin."""
    packed = tmp_path / "corpus.txt"
    packed.write_text("# origin\n00\n0102\n", encoding="ascii")
    folder = tmp_path / "folder"
    unpack(folder, packed)
    assert sorted(path.read_bytes() for path in folder.iterdir()) == [b"\0", b"\1\2"]
    (folder / "new").write_bytes(b"\3")
    assert add(folder, "found", packed) == 1
    assert add(folder, "found", packed) == 0
    assert packed.read_text(encoding="ascii") == "# origin\n00\n0102\n# found\n03\n"


def test_the_command_of_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It unpacks; it says how it is used."""
    assert main(["unpack", str(tmp_path)]) == 0
    assert len(list(tmp_path.iterdir())) == len(set(entries()))
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_blind_changes_keep_the_laws(capsys: pytest.CaptureFixture[str]) -> None:
    """What is done where there is no atheris."""
    assert codec.blindly(0.3, seed=1) == 0
    assert "all laws hold" in capsys.readouterr().out
    rng = random.Random(1)
    assert len({codec.changed(b"abcdef", rng) for _ in range(50)}) > 40


def test_atheris_is_given_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It instruments the library, gets the options, and a folder with the corpus in it."""
    told: list[object] = []
    targets: list[Callable[[bytes], None]] = []

    @contextmanager
    def instrument_imports(include: Sequence[str]) -> Generator[None]:
        told.append(include)
        yield

    def set_up(arguments: Sequence[str], target: Callable[[bytes], None]) -> None:
        told.append(arguments[1:])
        targets.append(target)

    def fuzz() -> None:
        told.append(len(list(tmp_path.iterdir())))
        for target in targets:
            target(b"\0")

    atheris = ModuleType("atheris")
    vars(atheris).update(instrument_imports=instrument_imports, Setup=set_up, Fuzz=fuzz)
    monkeypatch.setattr(codec, "find_atheris", lambda: atheris)
    arguments = ["-max_total_time=1", str(tmp_path)]
    assert codec.main(arguments) == 0
    assert told == [["bgpkit", "bgpkit_fsm", "bgpkit_rib"], arguments, len(set(entries()))]


def test_without_atheris_changes_are_blind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """For as long as was asked for."""
    monkeypatch.setattr(codec, "find_atheris", lambda: None)
    assert codec.main(["-max_total_time=0.2"]) == 0
    assert "there is no atheris" in capsys.readouterr().err
