"""The cluster's settings are read as Calico stores them."""

import pytest

from bgpkit_node.ipam.config import DEFAULT_CONFIG, IpamConfig, decode_config, encode_config


def test_a_flag_that_is_left_out_is_false() -> None:
    """Calico leaves flags out that are false; without any document blocks are allocated automatically."""
    assert decode_config(b'{"strict_affinity":true}') == IpamConfig(strict_affinity=True, auto_allocate_blocks=False)
    assert (DEFAULT_CONFIG.strict_affinity, DEFAULT_CONFIG.auto_allocate_blocks) == (False, True)


def test_settings_are_written_with_calicos_keys() -> None:
    """Names are not of one style; they are what they are."""
    config = IpamConfig(strict_affinity=True, auto_allocate_blocks=True, max_blocks_per_host=4, cooldown=30)
    value = b'{"strict_affinity":true,"auto_allocate_blocks":true,"maxBlocksPerHost":4,"ipCooldownSeconds":30}'
    assert encode_config(config) == value
    assert decode_config(value) == config


@pytest.mark.parametrize(("number", "limit"), [(0, 20), (-1, 20), (1, 1), (30, 30)])
def test_no_limit_means_twenty_blocks(number: int, limit: int) -> None:
    """Zero is Calico's word for the default."""
    assert IpamConfig(max_blocks_per_host=number).block_limit == limit


def test_what_is_no_settings_is_refused() -> None:
    """A wrong type is not taken for the default."""
    with pytest.raises(ValueError, match="not the settings of address management"):
        decode_config(b'{"strict_affinity":"yes"}')
