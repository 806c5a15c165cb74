"""Address families."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import numbers
from bgpkit.testing.strategies.nlri import NLRI_STRATEGIES
from bgpkit_fsm import Family

BUILT_IN: Final = sorted(NLRI_STRATEGIES)


def families() -> st.SearchStrategy[Family]:
    """Return the families that the codec can carry by itself, of whose NLRI there are strategies."""
    return st.sampled_from(BUILT_IN)


def any_families() -> st.SearchStrategy[Family]:
    """Return families that are carried, and others, as a capability or a ROUTE-REFRESH may name them."""
    return families() | st.builds(Family, numbers(16), numbers(8))
