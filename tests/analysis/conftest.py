"""A small results file, made by the program for the tests and for the examples in the docstrings."""
import os
import subprocess
from pathlib import Path

import matplotlib
import pytest

matplotlib.use("Agg")


@pytest.fixture(scope="session")
def program() -> str:
    path = os.environ.get("SAFECONDUCT")
    if not path:
        pytest.fail("SAFECONDUCT does not name the program; run ./safeconduct test")
    return path


@pytest.fixture(scope="session")
def folder(program, tmp_path_factory) -> Path:
    """example.h5 with a sample of trips, all.h5 with a folder of trips."""
    folder = tmp_path_factory.mktemp("results")
    for name, trips in (("example", "sample"), ("all", "all")):
        subprocess.run([program, "run", "dushanbe_2025", "--replicates", "500", "--trips", trips, "--out",
                        str(folder / f"{name}.h5")], check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def example(folder) -> Path:
    return folder / "example.h5"
