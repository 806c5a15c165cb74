"""A number in a file, written anew, whole at every moment; what stands in the way ends nothing."""

import asyncio
import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit import ConfigError
from bgpkit.command import count_file
from bgpkit.command.count_file import CountFile
from tests.support.scripted_peer import eventually


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write more often than once a second."""
    monkeypatch.setattr(count_file, "SECONDS", 0.001)


def files_in(folder: Path) -> list[Path]:
    """Return what is there."""
    return list(folder.iterdir())


async def test_the_number_is_written_at_once_and_then_again_and_again(tmp_path: Path) -> None:
    """The last one stays; nothing else is left in the folder."""
    numbers = iter(range(1_000_000))
    path = tmp_path / "count"
    async with CountFile(path, lambda: next(numbers)):
        assert path.read_text() == "0\n"
        await eventually(lambda: path.read_text() != "0\n", "another number")
    last = path.read_text()
    await asyncio.sleep(0.005)
    assert path.read_text() == last
    assert files_in(tmp_path) == [path]


async def test_the_file_is_another_one_each_time_so_that_nobody_reads_half_a_number(tmp_path: Path) -> None:
    """Who has opened it before reads the number of then."""
    path = tmp_path / "count"
    numbers = iter(range(1_000_000))
    async with CountFile(path, lambda: next(numbers)):
        with path.open() as held:
            await eventually(lambda: path.read_text() not in {"0\n", ""}, "another number")
            assert held.read().endswith("\n")
            assert os.fstat(held.fileno()).st_nlink == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing/count", "No such file or directory"), ("", "it is no regular file"), ("/dev/full", "no regular file")],
)
async def test_a_place_where_nothing_can_be_written_is_refused_at_once(tmp_path: Path, name: str, reason: str) -> None:
    """One sentence with the path; a device is not replaced by a file."""
    path = tmp_path / name if name else tmp_path
    with pytest.raises(ConfigError, match=reason) as refused:
        async with CountFile(path, lambda: 1):
            pass
    assert str(path) in str(refused.value)
    assert "full.new" not in {each.name for each in files_in(Path("/dev"))}


async def test_a_disk_that_is_full_is_told_once_and_it_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last number stays meanwhile, and no half file."""
    full = False
    write_text = Path.write_text

    def write(self: Path, data: str) -> int:
        if full:
            write_text(self, "")
            raise OSError(28, "No space left on device")
        return write_text(self, data)

    monkeypatch.setattr(Path, "write_text", write)
    path, tries = tmp_path / "count", 0

    def count() -> int:
        nonlocal tries
        tries += 1
        return tries

    with capture_logs() as logged:
        async with CountFile(path, count):
            full = True
            await eventually(lambda: tries > 5, "some more tries")
            assert path.read_text() == "1\n"
            assert files_in(tmp_path) == [path]
            full = False
            await eventually(lambda: path.read_text() != "1\n", "a number again")
    assert [entry["event"] for entry in logged] == ["count_file.failed"]
    assert files_in(tmp_path) == [path]
