"""The policies under which a reflector is measured, and which routes of a feed they let through."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from benchmarks._peers_daemon import Settings
from benchmarks._peers_daemons_python import Bgpkit, BgpkitCompiled
from benchmarks._peers_octets import IPV4

LISTED: Final = 1000
"""Prefixes in each list."""
_LONGEST: Final = 32
_REFUSED_LENGTH: Final = 20
_TENS: Final = (0, 64, 128, 192)
"""Second octets of the four /10 below a first octet."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Policies of the way in and of the way out, by their names in the file; empty for none."""

    name: str
    import_policy: str = ""
    export_policy: str = ""


VARIANTS: Final = (
    Variant("no policy"),
    Variant("accept-all, both ways", "open", "open"),
    Variant("1,000 prefixes accepted, import", "listed"),
    Variant("1,000 prefixes accepted, export", "", "listed"),
    Variant("1,000 prefixes accepted, both ways", "listed", "listed"),
    Variant("1,000 prefixes refused, both ways", "refused", "refused"),
)
"""What is measured, without a policy first."""


@cache
def accepted_list(keys: Sequence[bytes]) -> tuple[str, ...]:
    """Return prefixes with an ``le`` of 24 in which all of ``keys`` lie: the /10 of each, and /16 among these."""
    tens = dict.fromkeys((key[1], max(each for each in _TENS if each <= key[2])) for key in keys)
    wide = [f"{first}.{second}.0.0/10" for first, second in tens]
    more = random.Random(1).sample(list(dict.fromkeys((key[1], key[2]) for key in keys)), max(0, LISTED - len(wide)))
    return (*wide, *(f"{first}.{second}.0.0/16" for first, second in more))


@cache
def refused_list(keys: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the first octets, 20 bits of them, of a list that is spread over all of ``keys`` and holds few."""
    rng = random.Random(2)
    sixteens = list(dict.fromkeys(key[1:3] for key in keys))
    chosen = rng.sample(sixteens, min(LISTED, len(sixteens)))
    return tuple(octets + bytes((rng.randrange(16) << 4,)) for octets in chosen)


def refused(keys: Sequence[bytes]) -> Collection[bytes]:
    """Return those of ``keys`` that the list of what is refused holds."""
    listed = {int.from_bytes(octets) >> 4 for octets in refused_list(tuple(keys))}
    return {key for key in keys if key[0] >= _REFUSED_LENGTH and int.from_bytes(key[1:4]) >> 4 in listed}


def policy_file(keys: Sequence[bytes]) -> str:
    """Return the policies for a feed of ``keys``, as ``bgpkit reflect --policy`` reads them."""
    listed = ", ".join(f'"{text} le 24"' for text in accepted_list(tuple(keys)))
    out = ", ".join(
        f'"{first}.{second}.{third}.0/{_REFUSED_LENGTH} le {_LONGEST}"'
        for first, second, third in refused_list(tuple(keys))
    )
    return f"""[prefix-sets]
listed = [ {listed} ]
refused = [ {out} ]

[policies.open]
default = "accept"

[policies.listed]
default = "reject"
rules = [ {{ match = {{ prefix = "listed" }}, then = "accept" }} ]

[policies.refused]
default = "accept"
rules = [ {{ match = {{ prefix = "refused" }}, then = "reject" }} ]
"""


class Reflector(Bgpkit):
    """This project's reflector with the policies of a variant."""

    def __init__(self, variant: Variant, keys: Sequence[bytes]) -> None:
        """Start it for a feed of ``keys``."""
        self._variant = variant
        self._policies = policy_file(keys)
        super().__init__(Settings(IPV4, policy=False))

    def _command(self) -> Sequence[str]:
        words = list(super()._command())
        ways = (("--import-policy", self._variant.import_policy), ("--export-policy", self._variant.export_policy))
        named = [word for option, name in ways if name for word in (option, name)]
        if named:
            file = self.folder / "policies.toml"
            file.write_text(self._policies, encoding="utf-8")
            words += ["--policy", str(file), *named]
        return words


class CompiledReflector(Reflector, BgpkitCompiled):
    """The same with its hot modules compiled."""


REFLECTORS: Final[dict[str, type[Reflector]]] = {"bgpkit": Reflector, "compiled": CompiledReflector}
"""What can be measured, by the name that ``--daemons`` takes."""
