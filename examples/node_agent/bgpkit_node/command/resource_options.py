"""Options of the commands that read and write resources, as calicoctl has them, and the files that they name."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from bgpkit_node.errors import InvalidResourcesError, ResourceError, UsageError
from bgpkit_node.resources import Document, ResourceKind, kind_called, load_paths
from bgpkit_node.resources.documents import SUFFIXES, check_distinct
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import DEFAULT_NAMESPACE
from bgpkit_node.resources.metadata import check_namespace_name

F = TypeVar("F", bound=Callable[..., Any])

_EMPTY: Final = ("holds no resource", "is a directory without a resource file")

recursive_option = click.option("-R", "--recursive", is_flag=True, help="Read the directories in a directory, too.")
skip_empty_option = click.option(
    "--skip-empty", is_flag=True, help="A file or directory without a resource is no error."
)


def _namespace(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """Return the namespace that is given, or the empty text for none; UsageError for what can be no namespace."""
    if value is None:
        return ""
    for fault in check_namespace_name("", value):
        raise UsageError(f"--namespace: {fault.text}")
    return value


namespace_option = click.option(
    "-n",
    "--namespace",
    callback=_namespace,
    metavar="NAME",
    help="Namespace of the resources.  [default: default]",
)
yes_option = click.option("--yes", is_flag=True, help="Do even what leaves nodes without a path to each other.")


def filename_option(*, required: bool = False) -> Callable[[F], F]:
    """Return the option that names files with resources."""
    return click.option(
        "-f",
        "--filename",
        "files",
        multiple=True,
        metavar="FILE",
        required=required,
        help="File or directory with resources, YAML or JSON; '-' is standard input. May be given more than once.",
    )


def kind_argument(word: str, *, namespace: str = "", everywhere: bool = False) -> ResourceKind[Any]:
    """Return the kind that ``word`` names; UsageError lists the known ones.

    A ``namespace``, or ``everywhere``, is refused where the kind has no namespaces, and both together.
    """
    try:
        kind = kind_called(word)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if namespace and everywhere:
        raise UsageError("--namespace and --all-namespaces exclude each other")
    if (namespace or everywhere) and not kind.namespaced:
        raise UsageError(f"{kind.name} is not namespaced: leave --namespace and --all-namespaces out")
    return kind


def read_files(
    files: Sequence[str], *, namespace: str = "", recursive: bool = False, skip_empty: bool = False
) -> tuple[Document, ...]:
    """Read all resources of ``files``; InvalidResourcesError with every fault of all of them.

    ``namespace`` is given to those that have none, and must not differ from that of the others.
    """
    documents: list[Document] = []
    errors: list[ResourceError] = []
    for path in [path for file in files for path in _walked(file, recursive=recursive)]:
        try:
            documents += load_paths([path], namespace=namespace or DEFAULT_NAMESPACE)
        except InvalidResourcesError as error:
            errors += [fault for fault in error.errors if not (skip_empty and fault.text.startswith(_EMPTY))]
    for document in documents:
        own = document.resource.namespace
        if namespace and own not in {"", namespace}:
            errors.append(document.error(Fault("metadata.namespace", f"is {own}, and --namespace says {namespace}")))
    errors += check_distinct(documents) if not errors else ()
    if errors:
        raise InvalidResourcesError(errors)
    return tuple(documents)


def _walked(file: str, *, recursive: bool) -> Iterator[str]:
    """Yield ``file``; when it is a directory, and ``recursive``, the directories in it that hold files, too."""
    if not recursive or file == "-" or not Path(file).is_dir():
        yield file
        return
    inside = [Path(folder) for folder, _, _ in os.walk(file)]
    full = [folder for folder in sorted(inside) if any(name.suffix in SUFFIXES for name in folder.iterdir())]
    yield from [str(folder) for folder in full] or [file]
