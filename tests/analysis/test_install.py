"""The package as pip installs it, away from the checkout: everything that it reads comes along."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(os.environ["SAFECONDUCT_SOURCE"])

USE = """
import sys
import safeconduct
assert safeconduct.__file__.startswith(sys.argv[1]), safeconduct.__file__
ds = safeconduct.open_results(sys.argv[2])
safeconduct.save(safeconduct.plot_map(ds), "map.png")
from safeconduct.report import main
raise SystemExit(main([sys.argv[2], "--out", "report.html"]))
"""


def test_what_pip_installs_draws_a_map_and_writes_a_report(example, tmp_path):
    shutil.copytree(SOURCE / "analysis", tmp_path / "analysis")  # building leaves files beside the sources
    place = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
                    "--no-build-isolation", "--target",
                    str(place), str(tmp_path / "analysis")], check=True, capture_output=True, timeout=300)
    subprocess.run([sys.executable, "-c", USE, str(place), str(example)], check=True, cwd=tmp_path,
                   env={**os.environ, "PYTHONPATH": str(place), "MPLBACKEND": "Agg"})
    assert (tmp_path / "map.png").stat().st_size > 10_000 and (tmp_path / "report.html").stat().st_size > 100_000
