"""What the kernel counts of segments that it dropped without a word: the only trace of a wrong key or a small TTL."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

_FILE = Path("/proc/thread-self/net/netstat")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpCounters:
    """Segments dropped in our network namespace, of all connections. RFC 2385, section 2; RFC 5082, section 3."""

    signature_missing: int = 0
    """They had no TCP-MD5 signature, and we have a key (TCPMD5NotFound)."""
    signature_unexpected: int = 0
    """They had a TCP-MD5 signature, and we have no key (TCPMD5Unexpected)."""
    signature_wrong: int = 0
    """Their TCP-MD5 signature was made with another key (TCPMD5Failure)."""
    authentication_failed: int = 0
    """They failed TCP-AO: wrong, missing or unexpected (TCPAOBad, TCPAORequired, TCPAOKeyNotFound)."""
    ttl_too_small: int = 0
    """They came from further away than TTL security allows (TCPMinTTLDrop)."""

    @classmethod
    def now(cls) -> Self:
        """Return what the kernel has counted until now; zeros where it does not say."""
        try:
            return cls.read(_FILE.read_text(encoding="ascii"))
        except OSError:
            return cls()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the counters in the text of ``/proc/net/netstat``; what it lacks is zero."""
        lines = [line.split() for line in text.splitlines() if line.startswith("TcpExt:")]
        names, values = (lines[0], lines[1]) if len(lines) > 1 else ([], [])
        found = {name: int(value) for name, value in zip(names[1:], values[1:], strict=False)}
        return cls(
            signature_missing=found.get("TCPMD5NotFound", 0),
            signature_unexpected=found.get("TCPMD5Unexpected", 0),
            signature_wrong=found.get("TCPMD5Failure", 0),
            authentication_failed=sum(found.get(name, 0) for name in ("TCPAOBad", "TCPAORequired", "TCPAOKeyNotFound")),
            ttl_too_small=found.get("TCPMinTTLDrop", 0),
        )

    def since(self, before: Self) -> "TcpCounters":
        """Return what has been counted since ``before``."""
        return TcpCounters(
            signature_missing=self.signature_missing - before.signature_missing,
            signature_unexpected=self.signature_unexpected - before.signature_unexpected,
            signature_wrong=self.signature_wrong - before.signature_wrong,
            authentication_failed=self.authentication_failed - before.authentication_failed,
            ttl_too_small=self.ttl_too_small - before.ttl_too_small,
        )
