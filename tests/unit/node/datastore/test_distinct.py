"""One transaction writes a key once."""

import pytest

from bgpkit_node.datastore import Delete, Operation, Put, Unchanged
from bgpkit_node.datastore.distinct import check_distinct


@pytest.mark.parametrize("second", [Put("/a", b""), Delete("/a", 3)])
def test_two_writes_of_a_key_are_a_fault_of_the_caller(second: Operation) -> None:
    """Whatever stands between them."""
    with pytest.raises(ValueError, match=r"^two operations of one transaction write /a$"):
        check_distinct([Put("/a", b"x"), Put("/b", b""), second])


def test_a_condition_writes_nothing() -> None:
    """It may be about a key that is written, and be said twice."""
    check_distinct([Unchanged("/a", 1), Put("/a", b""), Unchanged("/a", 1), Delete("/b")])
