"""Which datastore a command uses, when its user has said so and when not."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.calico_config import CONFIG, ENDPOINTS, read_config, read_environment
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.errors import DatastoreError
from bgpkit_node.paths import DATASTORE

RULE: Final = (
    f"The first of these that is given: --datastore, --config, {CONFIG} if it exists, {ENDPOINTS} (and the other "
    f"ETCD_ variables), the embedded datastore {DATASTORE}."
)
"""The rule, for the help of commands."""


def choose(
    file: Path | None = None,
    config: Path | None = None,
    *,
    default_config: Path = CONFIG,
    environment: Mapping[str, str] | None = None,
) -> DatastoreSettings:
    """Return the datastore that is meant, as RULE says: ``file`` is --datastore, ``config`` is --config.

    What comes first counts alone: nothing is taken from the others. Raises DatastoreError when it cannot be read.
    """
    if file is not None:
        return SqliteSettings(file)
    if config is not None:
        return read_config(config)
    try:
        present = default_config.exists()
    except OSError as error:
        raise DatastoreError(f"{default_config}: cannot be reached: {error.strerror}") from error
    if present:
        return read_config(default_config)
    return read_environment(os.environ if environment is None else environment) or SqliteSettings(DATASTORE)
