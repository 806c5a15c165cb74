"""The command as a new user meets it: wrong words, no datastore, no rights, no room; a sentence, never a trace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bgpkit_node.command import program
from tests.support.commands import PATIENCE, PROGRAM, applied, asked, bgpkit_node, document
from tests.support.processes import wait_until
from tests.support.skips import require_kernel

COMMANDS = (
    "agent",
    "apply",
    "create",
    "datastore",
    "delete",
    "demo",
    "diagnose",
    "doctor",
    "explain",
    "get",
    "install",
    "ipam",
    "label",
    "node",
    "patch",
    "replace",
    "routes",
    "topology",
    "validate",
    "version",
)
BELOW = (
    ("ipam", "show"),
    ("ipam", "check"),
    ("ipam", "configure"),
    ("ipam", "release"),
    ("ipam", "split"),
    ("diagnose", "peer"),
    ("node", "status"),
    ("routes", "diff"),
    ("routes", "summary"),
)
WITHOUT = [
    ("get", "node"),
    ("delete", "node", "a"),
    ("label", "node", "a", "x=y"),
    ("patch", "node", "a", "-p", "{}"),
    ("ipam", "show"),
    ("ipam", "check"),
    ("ipam", "release", "--ip", "10.0.0.1"),
    ("ipam", "configure", "--strictaffinity", "true"),
    ("ipam", "split", "2", "--name", "p"),
    ("topology",),
    ("routes", "summary"),
    ("routes", "diff"),
    ("explain", "10.0.0.1"),
    ("explain", "10.0.0.1", "--to", "10.0.0.2"),
    ("diagnose", "peer", "k8s-node1"),
]
UNPRIVILEGED = ("setpriv", "--reuid=65534", "--clear-groups")
POOL = document("IPPool", "p", "{cidr: 10.244.0.0/16}")


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS), *BELOW])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_explains_each_command(words: tuple[str, ...], option: str) -> None:
    """Usage and at least a sentence, exit code 0."""
    answer = CliRunner().invoke(program.bgpkit_node, [*words, option], prog_name="bgpkit-node")
    assert answer.exit_code == 0
    usage, empty, sentence, *_ = answer.output.splitlines()
    assert usage.startswith(f"Usage: {' '.join(('bgpkit-node', *words))} [OPTIONS]")
    assert (empty, sentence[:2]) == ("", "  ")
    assert "Options:" in answer.output


def test_help_lists_the_commands() -> None:
    """Each with what it does, also without any word."""
    told, bare = asked("-h"), asked()
    for name in COMMANDS:
        assert f"\n  {name} " in told.out
        assert f"\n  {name} " in bare.out + bare.err
    assert bare.status == 2


def test_the_version_is_that_of_the_package() -> None:
    """One line."""
    answer = bgpkit_node("--version")
    assert (answer.status, answer.out.split()[0], answer.err) == (0, "bgpkit-node", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("frob",), "No such command 'frob'."),
        (("get",), "give a KIND, with NAMES or without, or -f FILE, and not both"),
        (("delete",), "give a KIND with NAMES, or -f FILE, and not both"),
        (("delete", "node"), "which Node? give NAMES"),
        (("label", "node"), "Missing argument 'NAME'."),
        (("patch", "node", "a"), "Missing option '-p' / '--patch'."),
        (("patch", "node", "a", "-p", "{}", "-t", "yaml"), "'yaml' is not one of 'strategic', 'merge', 'json'."),
        (("get", "node", "-o", "go-template={{.}}"), "go-template is not offered"),
        (("get", "node", "-o", "custom-columns"), "need to specify at least one column: custom-columns=NAME,..."),
        (("get", "wep", "a", "-A"), "--all-namespaces is for lists: name no resource"),
        (("ipam", "show", "--ip", "10.0.0.1", "--show-blocks"), "--ip and --show-blocks exclude each other"),
        (("ipam", "release"), "give --ip ADDRESS, or --from-report FILE, and not both"),
        (("node", "status", "--compat", "2"), "'2' is not one of '3.9', 'current'."),
        (("apply",), "Missing option '-f' / '--filename'."),
        (
            ("get", "node", "-o", "xml"),
            "'xml' is not one of 'ps', 'wide', 'yaml', 'json', 'name', 'custom-columns=...'",
        ),
        (("get", "node", "--frob"), "--frob"),
        (("agent", "--ip", "10.4.7"), "'10.4.7' is not an IPv4 address with its subnet, such as 10.4.7.11/24"),
    ],
)
def test_wrong_words_are_named(words: tuple[str, ...], sentence: str) -> None:
    """With the way to the help, exit code 2."""
    answer = asked(*words)
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err.splitlines()[-1]
    assert "--help' for help." in answer.err


@pytest.mark.parametrize("words", WITHOUT)
def test_without_a_datastore_the_cure_is_named(words: tuple[str, ...], tmp_path: Path) -> None:
    """The path, the option, where else was looked, and the first step; nothing is made. walkthrough 13."""
    answer = asked(*words, datastore=tmp_path / "none.sqlite")
    answer.assert_refused(f"{tmp_path}/none.sqlite: there is no datastore; name it with --datastore")
    assert all(place in answer.err for place in ("/etc/calico/calicoctl.cfg", "ETCD_ENDPOINTS", "apply -f FILE"))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_datastore_to_read(tmp_path: Path) -> None:
    """Looking makes none out of it; the first resource does, as where there was no file."""
    file = tmp_path / "empty"
    file.touch()
    asked("get", "node", datastore=file).assert_refused(f"{file}: there is no datastore; name it with --datastore")
    assert file.stat().st_size == 0
    applied(file, POOL)


@pytest.mark.parametrize("words", [("get", "node"), ("apply", "-f", "-")])
def test_a_file_that_is_no_datastore_is_left_as_it_is(words: tuple[str, ...], tmp_path: Path) -> None:
    """Named, in one sentence."""
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, not an SQLite database, and they are worth a lot\n" * 9)
    before = file.read_bytes()
    asked(*words, given=POOL, datastore=file).assert_refused(f"{file} is not an SQLite database")
    assert file.read_bytes() == before


def test_another_user_may_neither_read_nor_write_the_datastore(open_folder: Path) -> None:
    """It is its owner's alone, since it may hold secrets."""
    _require_root()
    datastore = open_folder / "d.sqlite"
    applied(datastore, POOL)
    for words in (("get", "ippool"), ("apply", "-f", "-")):
        answer = bgpkit_node(*words, given=POOL, prefix=UNPRIVILEGED, datastore=datastore)
        answer.assert_refused("permission denied: run the command as root")


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A read-only filesystem, as root: apply and install say which path, and nothing is left behind."""
    _require_root()
    place = tmp_path / "mnt"
    place.mkdir()
    prefix = _mounted(place, "ro")
    refused = bgpkit_node("apply", "-f", "-", given=POOL, datastore=place / "d.sqlite", prefix=prefix)
    refused.assert_refused(f"{place}/d.sqlite cannot be opened for writing: Read-only file system")
    refused = bgpkit_node("apply", "-f", "-", given=POOL, datastore=place / "new" / "d.sqlite", prefix=prefix)
    refused.assert_refused(f"{place}/new: cannot be made: Read-only file system")
    refused = bgpkit_node("install", "--cni-bin", place / "bin", "--cni-conf", tmp_path / "conf", prefix=prefix)
    refused.assert_refused(f"{place}/bin: cannot be written: Read-only file system")


def test_a_full_disk_is_named_and_nothing_is_half_applied(tmp_path: Path) -> None:
    """A filesystem of 300 kilobytes; the pools that were there are all that is there afterwards."""
    _require_root()
    place = tmp_path / "mnt"
    place.mkdir()
    many = "---\n".join(
        document("IPPool", f"p{number}", f"{{cidr: 11.{number}.0.0/16}}", labels=f"{{filler: {'x' * 60}}}")
        for number in range(250)
    )
    (tmp_path / "many.yaml").write_text(many)
    datastore = place / "d.sqlite"
    script = (
        f'exec 2>&1; apply() {{ {" ".join(PROGRAM)} apply --datastore {datastore} "$@"; }}\n'
        f"apply -f {tmp_path}/one.yaml; apply -f {tmp_path}/many.yaml; echo status $?\n"
        f"{' '.join(PROGRAM)} get ippool --datastore {datastore}"
    )
    (tmp_path / "one.yaml").write_text(POOL)
    words = [*_mounted(place, "size=300k"), "sh", "-c", script]
    answer = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=True)
    lines = answer.stdout.splitlines()
    assert lines[0] == "Successfully applied 1 'IPPool' resource(s)"
    assert lines[1:3] == [f"bgpkit-node: datastore {datastore} cannot be written: the disk is full", "status 1"]
    assert [line.split()[0] for line in lines[3:] if line.strip()] == ["NAME", "p"]


INTERRUPTED_IMPORT = """
import os, signal, sys

class Interrupts:
    def find_spec(self, name, *_):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
from bgpkit_node.command.main import main
main()
"""


def test_ctrl_c_ends_a_command_that_still_loads() -> None:
    """As it ends one that runs: the signal comes in the middle of an import."""
    answer = subprocess.run([sys.executable, "-c", INTERRUPTED_IMPORT], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout, answer.stderr) == (130, "", "interrupted\n")


def test_ctrl_c_ends_a_command(tmp_path: Path) -> None:
    """Exit code 130 and one word, whatever it waited for; nothing was written."""
    words = [*PROGRAM, "apply", "-f", "-", "--datastore", str(tmp_path / "d.sqlite")]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        waits = Path(f"/proc/{process.pid}/wchan")
        wait_until(lambda: "pipe" in waits.read_text(), "reading standard input", PATIENCE)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")
    assert not (tmp_path / "d.sqlite").exists()


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    """As ``bgpkit-node get node | head -1`` does: no trace, no complaint."""
    datastore = tmp_path / "d.sqlite"
    applied(datastore, POOL)
    reading, writing = os.pipe()
    os.close(reading)
    words = [*PROGRAM, "get", "ippool", "-o", "yaml", "--datastore", str(datastore)]
    process = subprocess.Popen(words, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (1, "")


@pytest.mark.parametrize("words", [("get", "ippool", "-o", "yaml"), ("datastore", "migrate", "export"), ("--help",)])
def test_output_that_finds_no_room_is_said_in_a_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever the command, as ``> FILE`` on a full disk does; once, and not again when the interpreter ends."""
    datastore = tmp_path / "d.sqlite"
    applied(datastore, POOL)
    answer = _redirected(">/dev/full", *words, datastore=datastore)
    said = "bgpkit-node: the output cannot be written: No space left on device\n"
    assert (answer.returncode, answer.stderr) == (1, said)


def test_a_closed_standard_stream_is_an_empty_one(tmp_path: Path) -> None:
    """As ``<&-`` and ``>&-`` leave it: nothing is read, and what is told goes nowhere."""
    datastore = tmp_path / "d.sqlite"
    applied(datastore, POOL)
    read = _redirected("<&-", "apply", "-f", "-", datastore=datastore)
    assert (read.returncode, read.stderr) == (1, "bgpkit-node: standard input: holds no resource\n")
    told = _redirected(">&-", "get", "ippool", datastore=datastore)
    assert (told.returncode, told.stderr) == (0, "")


def test_the_installed_script_is_the_same_command() -> None:
    """``bgpkit-node`` stands beside the interpreter."""
    script = Path(sys.executable).with_name("bgpkit-node")
    answer = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert answer.stdout == bgpkit_node("--version").out


@pytest.mark.parametrize(
    ("command", "absent"),
    [
        ("node", {"bgpkit", "pyroute2"}),
        ("get", {"bgpkit", "pyroute2"}),
        ("apply", {"bgpkit", "pyroute2"}),
    ],
)
def test_a_command_loads_what_it_needs_and_no_more(command: str, absent: set[str]) -> None:
    """An operator's word waits for no speaker."""
    program = f"import sys, bgpkit_node.command.program, bgpkit_node.command.{command}; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert absent & set(answer.stdout.split()) == set()


def _redirected(streams: str, *words: str, datastore: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with its ``streams`` as a shell's user writes them."""
    script = f'"$@" {streams}'
    argv = ["env", f"BGPKIT_NODE_DATASTORE={datastore}", "sh", "-c", script, "sh", *PROGRAM, *words]
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _mounted(place: Path, options: str) -> list[str]:
    """Return the words that run a command where a fresh tmpfs is mounted at ``place``."""
    return ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o {options} tmpfs {place} && exec "$0" "$@"']


def _require_root() -> None:
    """Only root can become somebody else, or mount."""
    require_kernel("netns")
