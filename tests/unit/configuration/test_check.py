"""What only a speaker can refuse, told before there is one."""

from pathlib import Path

import pytest

from bgpkit.configuration import ConfigurationFileError, check
from tests.unit.configuration.files import configuration


async def test_a_file_in_order_passes(tmp_path: Path) -> None:
    """Nothing is said."""
    await check(configuration(tmp_path, '[[peers]]\naddress = "192.0.2.2"\nasn = 64512\n'))


async def test_all_that_a_speaker_refuses_is_told_with_lines(tmp_path: Path) -> None:
    """Peers and templates of ranges; routes of our own and files of ROAs without a line."""
    text = (
        '[[peers]]\naddress = "192.0.2.2"\nasn = 64513\nroute_reflector_client = true\n'
        '[[peers]]\naddress = "192.0.2.3"\nasn = 64512\nfamilies = "l2vpn-evpn"\n'
        '[[peers]]\nrange = "10.0.0.0/8"\nasn = 64512\nas_override = true\n'
        '[[announcements]]\nprefixes = "10.0.0.0/8"\nfamily = "ipv4-multicast"\n'
        '[rpki]\nroas_file = "gone"\n'
    )
    with pytest.raises(ConfigurationFileError) as caught:
        await check(configuration(tmp_path, text))
    told = [(fault.line, fault.what.split(":")[0]) for fault in caught.value.faults]
    assert told[2:] == [(4, "peer 192.0.2.2"), (8, "peer 192.0.2.3"), (12, "peer 10.0.0.0")]
    assert [line for line, _ in told[:2]] == [0, 0]
