"""What a peer's configuration cannot be: one rule for each field, one sentence for each fault."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from bgpkit.errors import ConfigError

if TYPE_CHECKING:
    from bgpkit.speaker.config import PeerConfig

ASN_MAX: Final = 2**32 - 1
_BROADCAST: Final = IPv4Address(2**32 - 1)
_RANGES: Final = (
    ("asn", 1, ASN_MAX, " (AS 0: RFC 7607)"),
    ("port", 1, 65535, ""),
    ("hold_time", 0, 65535, " seconds"),
    ("restart_time", 0, 4095, " seconds"),
    ("long_lived_stale_time", 0, 2**24 - 1, " seconds"),
    ("long_lived_longest", 0, 2**24 - 1, " seconds; None sets no bound"),
    ("delay_open_time", 0, 240, " seconds"),
    ("idle_hold_time", 0, 3600, " seconds"),
    ("weight", 0, 65535, ""),
    ("allow_own_as", 0, 10, " times"),
    ("max_prefixes_out", 1, 2**32 - 1, "; None sets no bound"),
    ("local_asn", 1, ASN_MAX, ""),
)
"""Numbers of a peer: field, lowest, highest, and what there is to say of them. None is always allowed."""


def peer_address(address: str) -> str:
    """Return the one spelling of a peer's address; ConfigError when it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        raise ConfigError(f"peer address {address!r} is not an IPv4 or IPv6 address") from None
    if parsed.is_unspecified or parsed.is_multicast or parsed == _BROADCAST:
        raise ConfigError(f"peer address {parsed} is not that of one host")
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        raise ConfigError(f"peer address {parsed} is an IPv4 address in the form of IPv6; say {parsed.ipv4_mapped}")
    return str(parsed)


def check_peer(config: "PeerConfig") -> None:
    """Raise ConfigError, which names peer, field and value, for what cannot be."""
    for check in _CHECKS:
        check(config, f"peer {config.address}")


def _check_local_address(config: "PeerConfig", name: str) -> None:
    if config.local_address is None:
        return
    try:
        local = ip_address(config.local_address)
    except ValueError:
        raise ConfigError(f"{name}: local_address {config.local_address!r} is not an IPv4 or IPv6 address") from None
    version = ip_address(config.address).version
    if local.version != version:
        raise ConfigError(f"{name}: local_address {local} is not of the peer's IP version, {version}")


def _check_link_local(config: "PeerConfig", name: str) -> None:
    for field, text in (("address", config.address), ("local_address", config.local_address or "::")):
        address = ip_address(text)
        zone = text.partition("%")[2]
        if zone.isdecimal():
            raise ConfigError(f"{name}: {field} {text} numbers its interface; name it, such as fe80::1%eth0")
        if field == "address" and address.version == 6 and address.is_link_local and not zone:
            raise ConfigError(f"{name}: {field} {text} is link-local; say on which interface, such as {text}%eth0")


def _check_ranges(config: "PeerConfig", name: str) -> None:
    for field, lowest, highest, hint in _RANGES:
        value: float | None = getattr(config, field)
        if value is not None and not lowest <= value <= highest:
            raise ConfigError(f"{name}: {field} {value} is not between {lowest} and {highest}{hint}")


def _check_times(config: "PeerConfig", name: str) -> None:
    if config.hold_time in {1, 2}:
        raise ConfigError(f"{name}: hold_time {config.hold_time} is neither 0 nor between 3 and 65535 seconds")
    if config.connect_retry_time <= 0:
        raise ConfigError(f"{name}: connect_retry_time {config.connect_retry_time} is not more than 0 seconds")
    if config.send_hold_time and config.send_hold_time <= config.hold_time:
        raise ConfigError(
            f"{name}: send_hold_time {config.send_hold_time} is neither 0 nor more than hold_time {config.hold_time}"
        )
    if config.advertisement_interval < 0:
        raise ConfigError(f"{name}: advertisement_interval {config.advertisement_interval} is less than 0 seconds")


def _check_policies(config: "PeerConfig", name: str) -> None:
    for field, policy in (("import_policy", config.import_policy), ("export_policy", config.export_policy)):
        if policy is not None and not callable(getattr(policy, "apply", None)):
            raise ConfigError(f"{name}: {field} {policy!r} is no policy; see bgpkit.policy")


def _check_local_asn(config: "PeerConfig", name: str) -> None:
    if config.local_asn == config.asn:
        raise ConfigError(f"{name}: local_asn {config.local_asn} is the peer's own AS; it is for external peers")


def _check_role(config: "PeerConfig", name: str) -> None:
    if config.strict_role and config.role is None:
        raise ConfigError(f"{name}: strict_role asks for the peer's role; say ours with role (RFC 9234, section 4.2)")


def _check_families(config: "PeerConfig", name: str) -> None:
    if not config.families:
        raise ConfigError(f"{name}: families is empty; name at least one, such as ipv4-unicast")
    if len(set(config.families)) < len(config.families):
        raise ConfigError(f"{name}: families names one of them twice; name each once")


def _check_restart(config: "PeerConfig", name: str) -> None:
    for field, used in (
        ("notification_support", config.notification_support),
        ("long_lived_stale_time", config.long_lived_stale_time > 0),
    ):
        if used and not config.graceful_restart:
            raise ConfigError(f"{name}: {field} is a part of graceful_restart, which is turned off")
    if bool(config.long_lived_stale_time) is not bool(config.long_lived_families):
        raise ConfigError(
            f"{name}: long_lived_stale_time and long_lived_families go together: name the time and each family"
        )
    for family in config.long_lived_families:
        if family not in config.families:
            raise ConfigError(f"{name}: long_lived_families names {family}, which is not in families")


_CHECKS: Final[tuple[Callable[["PeerConfig", str], None], ...]] = (
    _check_local_address,
    _check_link_local,
    _check_ranges,
    _check_times,
    _check_policies,
    _check_local_asn,
    _check_role,
    _check_families,
    _check_restart,
)
