"""The cluster's settings of address management."""

from typing import Final

from msgspec import DecodeError, Struct, field, json

from bgpkit_node.resources.ipam_configuration import DEFAULT_MAX_BLOCKS


class IpamConfig(Struct, frozen=True, omit_defaults=False):
    """Settings as they stand under ``/calico/ipam/v2/config``; a stored document without a flag means false."""

    strict_affinity: bool = False
    """Never take an address out of another node's block."""
    auto_allocate_blocks: bool = False
    """Claim blocks for a node as it needs them."""
    max_blocks_per_host: int = field(default=0, name="maxBlocksPerHost")
    """Blocks a node may have; 0: 20."""
    cooldown: int = field(default=0, name="ipCooldownSeconds")
    """Seconds for which an address that was released is nobody's."""

    @property
    def block_limit(self) -> int:
        """Blocks a node may have, 1 or more."""
        return self.max_blocks_per_host if self.max_blocks_per_host > 0 else DEFAULT_MAX_BLOCKS


DEFAULT_CONFIG: Final = IpamConfig(auto_allocate_blocks=True)
"""What holds when nothing is stored."""


def decode_config(value: bytes) -> IpamConfig:
    """Read the settings; ValueError when the document is none."""
    try:
        return json.decode(value, type=IpamConfig)
    except DecodeError as error:
        raise ValueError(f"not the settings of address management: {error}") from error


def encode_config(config: IpamConfig) -> bytes:
    """Write the settings."""
    return json.encode(config)
