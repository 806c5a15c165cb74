"""What every store demands of a transaction before it looks at anything."""

from collections.abc import Iterable

from bgpkit_node.datastore.port import Operation, Unchanged


def check_distinct(operations: Iterable[Operation]) -> None:
    """Raise ValueError when two ``operations`` write the same key: it would have to have two values."""
    seen: set[str] = set()
    for operation in operations:
        if not isinstance(operation, Unchanged):
            if operation.key in seen:
                raise ValueError(f"two operations of one transaction write {operation.key}")
            seen.add(operation.key)
