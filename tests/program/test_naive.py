"""The program against the naive C++ peer (bench/naive), written from the equations alone, in doubles and with the standard
library's generator: do their tables of trips come from one model (tests/support/compare_trips.py)?

About 220 statistics a case. The largest |z| allowed is 4.5: one false alarm in 650 runs. Seeds are fixed.
"""
import re
import subprocess
import sys

import pytest
from program import PROGRAM, SOURCE, safeconduct

NAIVE = PROGRAM.parent / "bench" / "naive_trips"
PEERS, LIVED = 4000, 8000  # replicates of the naive one, of the program
LIMIT = 4.5
CASES = {
    "dushanbe_2025": ["dushanbe_2025"],
    "bashir_2009": ["bashir_2009", "weeks=156"],
    "two_leaders_2025": ["two_leaders_2025"],
    # As the default case, but with more of what is rare: arrests, orders, second stops.
    "harsher": ["dushanbe_2025", "parameters.kap_arrest=3", "parameters.rho_suit=1", "parameters.tau=0.6"],
}


@pytest.fixture(scope="module", params=CASES)
def program(request, tmp_path_factory):
    """A case, and a folder with its world and the program's trips."""
    scenario, *sets = CASES[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    settings = [word for s in sets for word in ("--set", s)]
    safeconduct("check", scenario, *settings, "--export", folder / "world")
    safeconduct("run", scenario, *settings, "--replicates", LIVED, "--seed", 20261123, "--out", folder / "r.h5")
    safeconduct("export", "trips", folder / "r.h5", "--out", folder / "program.csv")
    return request.param, folder


def compare(name, folder, trips, *mutant):
    """(exit code, largest |z|, the lines)."""
    scenario, *sets = CASES[name]
    subprocess.run([NAIVE, scenario, str(PEERS), "1", trips, *sets, *mutant], check=True, capture_output=True, timeout=300)
    script = SOURCE / "tests" / "support" / "compare_trips.py"
    ran = subprocess.run([sys.executable, script, folder / "program.csv", trips, "--replicates", str(LIVED), str(PEERS),
                          "--export", folder / "world"], capture_output=True, text=True)
    largest = re.search(r"compared (\d+) statistics .*largest \|z\| ([\d.]+)", ran.stdout)
    assert largest and int(largest[1]) > 150, ran.stdout + ran.stderr
    return ran.returncode, float(largest[2]), ran.stdout


def test_the_trips_come_from_one_model(program, tmp_path):
    code, largest, lines = compare(*program, tmp_path / "naive.csv")
    assert code == 0 and largest <= LIMIT, lines


# Each of these, told to the peer only, must show.
MUTANTS = {
    "dushanbe_2025": ["parameters.tau=0.25"],
    "bashir_2009": ["parameters.sigma_u=0.7"],
    "harsher": ["parameters.kap_arrest=3.2"],
}


@pytest.mark.parametrize("mutant", sorted({m for mutants in MUTANTS.values() for m in mutants}))
def test_a_parameter_that_differs_is_caught(program, tmp_path, mutant):
    name, folder = program
    if mutant not in MUTANTS.get(name, []):
        pytest.skip("belongs to another case")
    code, largest, lines = compare(name, folder, tmp_path / "naive.csv", mutant)
    assert code == 1 and largest > LIMIT, lines
