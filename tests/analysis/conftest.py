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


DESIGN = """
extends = "dushanbe_2025.toml"

[run]
replicates = 64

[sweep]
design = "grid"

[[sweep.factors]]
name = "budget"
key = "ngos.*.budget"
op = "multiply"
values = [0, 1, 2]

[[sweep.factors]]
key = "parameters.th_J"
values = [0.0, 3.0]
"""


@pytest.fixture(scope="session")
def example_design(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("design") / "levers.toml"
    path.write_text(DESIGN)
    return path


@pytest.fixture(scope="session")
def example_sweep(program, example_design) -> Path:
    """The folder of a sweep of six cells."""
    folder = example_design.with_suffix(".sweep")
    subprocess.run([program, "sweep", str(example_design), "--out", str(folder)], check=True, capture_output=True,
                   timeout=300)
    return folder


MORRIS = """
extends = "dushanbe_2025.toml"

[run]
replicates = 1024

[sweep]
design = "%s"
samples = 8

[[sweep.factors]]
key = "parameters.th_J"

[[sweep.factors]]
key = "parameters.kap_refuse"
"""


def swept(program, folder: Path, design: str) -> Path:
    path = folder / f"{design}.toml"
    path.write_text(MORRIS % design)
    subprocess.run([program, "sweep", str(path), "--out", str(path.with_suffix(""))], check=True, capture_output=True,
                   timeout=300)
    return path.with_suffix("") / "results.h5"


@pytest.fixture(scope="session")
def example_morris(program, tmp_path_factory) -> Path:
    return swept(program, tmp_path_factory.mktemp("screen"), "morris")


@pytest.fixture(scope="session")
def example_sobol(program, tmp_path_factory) -> Path:
    return swept(program, tmp_path_factory.mktemp("indices"), "saltelli")


@pytest.fixture(scope="session")
def example_comparison(program, tmp_path_factory) -> Path:
    """Two alternatives to the default case."""
    path = tmp_path_factory.mktemp("comparison") / "compare.h5"
    subprocess.run([program, "compare", "dushanbe_2025", "no_warrant", "--set", "parameters.th_J=4", "--replicates",
                    "500", "--out",
                    str(path)], check=True, capture_output=True, timeout=300)
    return path
