"""One ROA."""

import pytest

from bgpkit.rpki import Roa
from bgpkit.rpki.roa import roa_of
from bgpkit_rib import Prefix


@pytest.mark.parametrize(
    ("prefix", "most", "asn", "words"),
    [
        ("10.0.0.0/8", 7, 1, "maximum length of 10.0.0.0/8 is from 8 to 32, not 7"),
        ("10.0.0.0/8", 33, 1, "from 8 to 32"),
        ("2001:db8::/32", 129, 1, "from 32 to 128"),
        ("10.0.0.0/8", 8, -1, "no AS number"),
        ("10.0.0.0/8", 8, 1 << 32, "no AS number"),
    ],
)
def test_what_no_roa_can_say_is_refused(prefix: str, most: int, asn: int, words: str) -> None:
    """The sentence tells what would do."""
    with pytest.raises(ValueError, match=words):
        Roa(Prefix.parse(prefix), most, asn)


def test_a_roa_has_a_text() -> None:
    """Prefix, maximum length, AS."""
    assert str(roa_of(32, 0x10A, 64500 << 8 | 24)) == "10.0.0.0/8-24 AS64500"
