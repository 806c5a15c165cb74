"""The programs that know the packet filter's rules, asked and told; blocks. iptables-save(8), nft(8)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel.rules import NFT, TABLES, Rules, Saved

_FAMILIES: Final = ("iptables", "ip6tables")
_VARIANTS: Final = ("-nft", "-legacy")
_PATIENCE: Final = 30
_SYSTEM_FOLDERS: Final = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class RulesFound:
    """What is flannel's among the rules of this machine."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.rules: list[Rules] = []
        self.drops_forwarded: list[str] = []
        """The programs whose rules let nothing be forwarded that none accepts."""
        self.unknown = ""
        """Why it is not known what there is; empty when it is."""


def read_rules() -> RulesFound:
    """Read the rules with every program that there is; those of flannel may have been written by any of them."""
    found = RulesFound()
    if os.geteuid() != 0:
        found.unknown = "rules of iptables are not looked at: they are root's to read"
        return found
    for program in _programs():
        try:
            saved = saved_rules(program)
        except NodeError as error:
            found.unknown = str(error)
            continue
        found.rules += saved.flannels()
        if saved.drops_forwarded:
            found.drops_forwarded.append(program)
    try:
        found.rules += _tables()
    except NodeError as error:
        found.unknown = str(error)
    return found


def saved_rules(program: str) -> Saved:
    """Return all rules as ``program`` tells them; NodeError when it does not."""
    return Saved.read(program, _run([f"{program}-save"]))


def remove_rules(rules: Rules) -> None:
    """Remove what was found, all or nothing; NodeError when the program refuses."""
    _restore(rules, rules.removal)


def put_rules_back(rules: Rules) -> bool:
    """Put back what was removed, unless something of it is there again; return whether it was put back.

    NodeError when the program is gone, or refuses.
    """
    if rules.program == NFT:
        if rules.table in {table.table for table in _tables()}:
            return False
        _restore(rules, rules.text)
        return True
    present = saved_rules(rules.program)
    if any(found.table == rules.table for found in present.flannels()):
        return False
    _restore(rules, rules.restoration(present))
    return True


def _restore(rules: Rules, script: str) -> None:
    words = [NFT, "-f", "-"] if rules.program == NFT else [f"{rules.program}-restore", "--noflush"]
    _run(words, script)


def _tables() -> Iterator[Rules]:
    """Yield flannel's own tables of nftables."""
    if _path(NFT) is None:
        return
    present = _run([NFT, "list", "tables"]).splitlines()
    for family, name in TABLES:
        if f"table {family} {name}" in present:
            table = f"{family} {name}"
            yield Rules(program=NFT, table=table, text=_run([NFT, "-s", "list", "table", family, name]))


def _programs() -> Iterator[str]:
    """Yield the programs: both variants of each family, or, where they have no names of their own, the one there is."""
    for family in _FAMILIES:
        variants = [f"{family}{variant}" for variant in _VARIANTS if _path(f"{family}{variant}-save")]
        yield from variants or ([family] if _path(f"{family}-save") else [])


def _path(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM_FOLDERS)))


def _run(words: list[str], given: str | None = None) -> str:
    """Run a program and return what it prints; NodeError with its own words when it fails."""
    path = _path(words[0])
    if path is None:
        raise NodeError(f"there is no program {words[0]}: install the package it is in")
    try:
        done = subprocess.run(
            [path, *words[1:]], input=given, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NodeError(f"{words[0]}: cannot be run: {error}") from error
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise NodeError(f"{words[0]} refused: {said}")
    return done.stdout
