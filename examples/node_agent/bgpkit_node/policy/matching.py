"""Which policies are for which of a node's endpoints."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from bgpkit_node.policy.model import PolicyId
from bgpkit_node.policy.selector_index import SelectorIndex
from bgpkit_node.resources import Selector


class Matching:
    """Policies on one side, endpoints on the other; policies with the same selector are looked at once."""

    def __init__(self) -> None:
        """Begin with no policy and no endpoint."""
        self._index: SelectorIndex[str] = SelectorIndex()
        self._sharing: dict[str, set[PolicyId]] = defaultdict(set)
        self._selectors: dict[PolicyId, str] = {}

    def put_policy(self, policy: PolicyId, selector: Selector) -> AbstractSet[str]:
        """Take in a policy, or its new selector; return the endpoints that it came to be for, or no longer is for."""
        selector_id = selector.canonical
        before = self._selectors.get(policy)
        if before == selector_id:
            return set()
        left = self.remove_policy(policy) if before is not None else set[str]()
        if selector_id not in self._index:
            self._index.add_selector(selector_id, selector)
        self._sharing[selector_id].add(policy)
        self._selectors[policy] = selector_id
        return left ^ self._index.found(selector_id)

    def remove_policy(self, policy: PolicyId) -> AbstractSet[str]:
        """Forget a policy; return the endpoints that it was for."""
        selector_id = self._selectors.pop(policy)
        left = set(self._index.found(selector_id))
        self._sharing[selector_id].discard(policy)
        if not self._sharing[selector_id]:
            del self._sharing[selector_id]
            self._index.remove_selector(selector_id)
        return left

    def put_endpoint(self, key: str, labels: Mapping[str, str]) -> set[PolicyId]:
        """Take in an endpoint, or its new labels; return the policies that came to be for it, or no longer are."""
        moves = self._index.put(key, labels)
        return self._policies(moves.joined | moves.left)

    def remove_endpoint(self, key: str) -> set[PolicyId]:
        """Forget an endpoint; return the policies that were for it."""
        return self._policies(self._index.remove(key))

    def endpoints(self, policy: PolicyId) -> AbstractSet[str]:
        """Return the endpoints that a policy is for."""
        return self._index.found(self._selectors.get(policy, ""))

    def policies(self, endpoint: str) -> set[PolicyId]:
        """Return the policies that are for an endpoint."""
        return self._policies(self._index.finders(endpoint))

    def _policies(self, selector_ids: Iterable[str]) -> set[PolicyId]:
        return {policy for selector_id in selector_ids for policy in self._sharing[selector_id]}
