"""The build hook that compiles the hot modules into a wheel that is asked for with them; other wheels are pure Python.

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip wheel --no-deps .

needs a C compiler and Python's headers, and takes about a minute. mypyc makes C of the modules that pyproject.toml
lists; their sources are in the wheel, too, for people and debuggers to read.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GENERATE = """
import sys
from mypyc.build import mypycify

words = ["--config-file=compiled/mypyc.ini", f"--cache-dir={sys.argv[1]}.cache", *sys.argv[2:]]
modules = mypycify(words, opt_level="2", debug_level="0", target_dir=sys.argv[1] + ".c")
"""
"""Makes C of the modules that are named after a folder; needs no C compiler."""
_BUILD = f"""{GENERATE}
from setuptools import setup

places = ["--build-lib", sys.argv[1], "--build-temp", sys.argv[1] + ".temp"]
setup(name="bgpkit-compiled", packages=[], ext_modules=modules, script_args=["--quiet", "build_ext", *places])
"""


class CompiledModules(BuildHookInterface[BuilderConfig]):
    """Puts compiled modules beside their sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and name what is to be in the wheel; whatever the compiler complains of ends the build."""
        del version
        self._folder = TemporaryDirectory(prefix="bgpkit-compiled-")
        built = Path(self._folder.name, "built")
        modules = [str(module) for module in self.config["modules"]]
        subprocess.run([sys.executable, "-c", _BUILD, str(built), *modules], cwd=self.root, env=os.environ, check=True)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for made in built.rglob("*.so"):
            build_data["force_include"][str(made)] = str(made.relative_to(built))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clean up, once the wheel is written."""
        del version, build_data, artifact_path
        self._folder.cleanup()
