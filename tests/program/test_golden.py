"""A few itineraries of three cases, as text that a person can diff: a change of the model shows here, by name.

After a change that is meant:  SAFECONDUCT=build/release/safeconduct python3 tests/program/test_golden.py --rewrite
and the commit says why the numbers changed.
"""
import sys
import tempfile
from pathlib import Path

import pytest
from program import SOURCE, safeconduct, trips

CASES = {"dushanbe_2025": 3, "two_leaders_2025": 2, "bashir_2009": 1}  # histories
GOLDEN = SOURCE / "tests" / "golden"


def itineraries(case):
    """Aligned columns, one line a decision; numbers with all the digits the program prints."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "r.h5"
        safeconduct("run", case, "--replicates", CASES[case], "--out", results)
        table = trips(results, "--replicates", CASES[case])
    columns = "rep leader host ev wk ans wk_out out order days hours pi_a P_arr".split()
    lines = [columns] + [[row[name].replace(" ", "_") for name in columns] for row in table]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    text = "\n".join("  ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip() for line in lines)
    return f"# {case}: histories 0 to {CASES[case] - 1}. Written by tests/program/test_golden.py --rewrite\n{text}\n"


@pytest.mark.parametrize("case", CASES)
def test_the_itineraries_are_the_known_ones(case):
    known = (GOLDEN / f"{case}.txt").read_text().splitlines()
    assert itineraries(case).splitlines() == known, "meant? see the head of this file"


def test_another_seed_tells_another_story(tmp_path):
    safeconduct("run", "dushanbe_2025", "--replicates", 3, "--seed", 1, "--out", tmp_path / "r.h5")
    told = [row["host"] for row in trips(tmp_path / "r.h5")]
    known = [line.split()[2] for line in (GOLDEN / "dushanbe_2025.txt").read_text().splitlines()[2:]]
    assert told != known


if __name__ == "__main__":
    if sys.argv[1:] != ["--rewrite"]:
        sys.exit(__doc__)
    for name in CASES:
        (GOLDEN / f"{name}.txt").write_text(itineraries(name))
