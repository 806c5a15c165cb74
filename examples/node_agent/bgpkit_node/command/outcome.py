"""What is said when resources have been changed, or could not be: calicoctl's sentences."""

from collections.abc import Sequence

from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError, NotFoundError
from bgpkit_node.resources import Document, Resource
from bgpkit_node.resources.fault import Fault


def succeeded(done: str, resources: Sequence[Resource]) -> str:
    """Return the sentence that says how many resources were ``done``, such as "applied"."""
    return f"Successfully {done} {counted([resource.kind for resource in resources])}"


def counted(kinds: Sequence[str]) -> str:
    """Return how many resources there are, and of which kind if all are of one."""
    kind = f" '{kinds[0]}'" if len(set(kinds)) == 1 else ""
    return f"{len(kinds)}{kind} resource(s)"


def failed(verb: str, resources: Sequence[Resource], why: str) -> NodeError:
    """Return the error that says that none of ``resources`` could be changed."""
    kinds = {resource.kind for resource in resources}
    match len(resources), len(kinds):
        case 1, _:
            what = f"'{kinds.pop()}' resource"
        case _, 1:
            what = f"any '{kinds.pop()}' resources"
        case _:
            what = "any resources"
    return NodeError(f"Failed to {verb} {what}: {why}")


def misfit(
    verb: str, documents: Sequence[Document], error: AlreadyExistsError | NotFoundError | ConflictError
) -> NodeError:
    """Return the error that says which of ``documents`` does not fit what is stored, and where it stands."""
    resources = [document.resource for document in documents]
    field = "metadata.resourceVersion" if isinstance(error, ConflictError) else "metadata.name"
    for document in documents:
        if str(document.resource) == error.key:
            return failed(verb, resources, str(document.error(Fault(field, str(error)))))
    return failed(verb, resources, str(error))
