"""What an operator asks of ``bgpkit-node install`` about manifests."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintWish:
    """What the options say; ``printing`` or ``checked`` says which of the two is wanted, if any."""

    printing: bool
    checked: Path | None
    endpoints: str
    authority: Path | None
    certificate: Path | None
    key: Path | None
    kubernetes: Path | None
    image: str
    offline: bool

    @property
    def for_printing(self) -> str:
        """One of the options given that mean something with --print alone; empty: none is."""
        given = {
            "--etcd-endpoints": self.endpoints,
            "--etcd-ca": self.authority,
            "--etcd-cert": self.certificate,
            "--etcd-key": self.key,
            "--from-kubernetes": self.kubernetes,
        }
        return next((option for option, value in given.items() if value), "")
