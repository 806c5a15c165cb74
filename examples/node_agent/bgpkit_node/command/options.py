"""Options that several commands share."""

import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from bgpkit_node.datastore.choice import RULE, choose
from bgpkit_node.paths import RUN_DIR

_FILE_OPTION: Final = click.option(
    "--datastore",
    "datastore_file",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    envvar="BGPKIT_NODE_DATASTORE",
    show_envvar=True,
    help="File of the embedded datastore.",
)
_CONFIG_OPTION: Final = click.option(
    "-c",
    "--config",
    "config_file",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    help=f"File that says where etcd is (kind CalicoAPIConfig). Which datastore is used: {RULE}",
)


class Seconds(click.FloatRange):
    """A number of seconds in a range; ``nan``, which no comparison keeps out, is none."""

    name = "number of seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; click says what is wrong with it."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return number


def datastore_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --datastore and --config; it gets what they say as ``datastore``."""

    @functools.wraps(command)
    def chosen(*arguments: Any, datastore_file: Path | None, config_file: Path | None, **options: Any) -> Any:
        """Find out which datastore is meant before the command runs."""
        if datastore_file is not None and config_file is not None:
            source = click.get_current_context().get_parameter_source("datastore_file")
            if source is ParameterSource.COMMANDLINE:
                raise click.UsageError("--datastore and --config name two datastores: give one of them")
            datastore_file = None
        return command(*arguments, datastore=choose(datastore_file, config_file), **options)

    return _FILE_OPTION(_CONFIG_OPTION(chosen))


run_dir_option = click.option(
    "--run-dir",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=RUN_DIR,
    envvar="BGPKIT_NODE_RUN_DIR",
    show_default=True,
    show_envvar=True,
    help="Directory of the agent's socket.",
)
cni_bin_option = click.option(
    "--cni-bin",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=Path("/opt/cni/bin"),
    show_default=True,
    help="Directory of the runtime's CNI executables.",
)
cni_conf_option = click.option(
    "--cni-conf",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=Path("/etc/cni/net.d"),
    show_default=True,
    help="Directory of the runtime's CNI configurations.",
)
