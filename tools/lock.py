"""Resolves every dependency anew into the two lock files, with hashes and without addresses; uv lives in a throwaway `.venv`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--python-version=3.11",
    "--quiet",
)
FILES = {"requirements.lock": ("setup", "semantic"), "requirements-test.lock": ("setup", "semantic", "test")}


def main() -> None:
    """Write both files. The tests' one is resolved with the program's as constraint, so that versions agree."""
    with tempfile.TemporaryDirectory() as folder:
        _run(sys.executable, "-m", "venv", folder)
        python = str(Path(folder, "bin", "python"))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")
        uv = str(Path(folder, "bin", "uv"))
        for name, extras in FILES.items():
            chosen = [f"--extra={extra}" for extra in extras]
            same = [] if name == "requirements.lock" else ["--constraints=requirements.lock", "--no-annotate"]
            upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
            _run(uv, "pip", "compile", "pyproject.toml", *chosen, *same, *upgrade, *OPTIONS, f"--output-file={name}")
            sys.stderr.write(f"{name} is written.\n")


def _run(*command: str) -> None:
    environment = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    if subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode:  # noqa: S603 - fixed commands
        sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
