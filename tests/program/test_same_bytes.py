"""Same scenario, seed and version: same bytes of the results file, whatever the threads, the language, the clock's zone,
the folder, the processor's instructions. What other compilers make of it: test_other_builds.py."""
import os
import shutil
import subprocess
import sys

import pytest
from program import lacking, safeconduct

CASE, REPLICATES = "two_leaders_2025", 1100  # three chunks, the last one not full
NO_FMA = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable,-FMA4"}


def live(folder, *options, **more):
    """The bytes of a results file, written into a new folder."""
    folder.mkdir()
    safeconduct("run", CASE, "--replicates", REPLICATES, "--out", folder / "r.h5", *options, **more)
    return (folder / "r.h5").read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return live(tmp_path_factory.mktemp("expected") / "one", "--threads", 1, "--trips", "sample")


@pytest.mark.parametrize("threads", [1, 2, 3, 7])  # 1 is the same run once more
def test_the_number_of_threads_leaves_no_trace(tmp_path, expected, threads):
    assert live(tmp_path / "r", "--threads", threads, "--trips", "sample") == expected


@pytest.mark.parametrize("isa", ["baseline", "avx2", "avx512"])
def test_the_instruction_set_leaves_no_trace(tmp_path, expected, isa):
    known = {"baseline": "", "avx2": "avx2", "avx512": "avx512dq"}[isa]
    if known not in open("/proc/cpuinfo").read():
        pytest.skip(f"this processor has no {isa}")
    assert live(tmp_path / "r", "--isa", isa, "--trips", "sample") == expected


def test_the_name_of_the_file_and_the_folder_leave_no_trace(tmp_path, expected):
    (tmp_path / "Über alles, 100 % €").mkdir()
    safeconduct("run", CASE, "--replicates", REPLICATES, "--trips", "sample", cwd=tmp_path / "Über alles, 100 % €")
    assert (tmp_path / "Über alles, 100 % €" / f"{CASE}.h5").read_bytes() == expected


def test_the_path_of_a_scenario_leaves_no_trace(tmp_path):
    (tmp_path / "mine.toml").write_text(f'extends = "{CASE}.toml"\n[run]\nreplicates = 20\n')
    (tmp_path / "elsewhere").mkdir()
    here = safeconduct("run", "mine.toml", "--out", "a.h5", cwd=tmp_path)
    there = safeconduct("run", "../mine.toml", "--out", "../b.h5", cwd=tmp_path / "elsewhere")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert here.stdout.replace("a.h5", "") == there.stdout.replace("../b.h5", "")


@pytest.mark.parametrize("zone", ["Asia/Dushanbe", "XYZ+11:30"])
def test_the_time_zone_leaves_no_trace(tmp_path, expected, zone):
    assert live(tmp_path / "r", "--trips", "sample", variables={"TZ": zone}) == expected


def test_an_empty_environment_will_do(tmp_path, expected):
    assert live(tmp_path / "r", "--trips", "sample", env={}) == expected


def test_a_language_with_a_decimal_comma_changes_nothing(tmp_path, expected):
    if not shutil.which("localedef"):
        lacking("localedef")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], capture_output=True)
    german = {"LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    point = subprocess.run(["locale", "decimal_point"], capture_output=True, text=True, env=os.environ | german).stdout
    if point.strip() != ",":
        lacking(f"what localedef makes the locale de_DE of ({made.stderr.decode()})")
    assert live(tmp_path / "r", "--trips", "sample", variables=german) == expected
    setting = ("check", CASE, "--set", "parameters.th_J=1.25")
    assert safeconduct(*setting, variables=german).stdout == safeconduct(*setting).stdout
    a, b = (safeconduct("export", "hosts", tmp_path / "r" / "r.h5", variables=v).stdout for v in (german, {}))
    assert a == b


def test_a_processor_without_fused_multiply_add_gives_the_same_bytes(tmp_path, expected):
    # Can glibc be made to take its other branch here? Then its exponential differs somewhere.
    numbers = "import math; print(sum(hash(math.exp(0.001 * i)) ^ i for i in range(20000)))"
    one, other = (
        subprocess.run([sys.executable, "-c", numbers], capture_output=True, text=True, env=os.environ | v).stdout
        for v in ({}, NO_FMA)
    )
    if one == other:
        pytest.skip("this processor has no FMA to hide, or this C library does not care")
    assert live(tmp_path / "r", "--trips", "sample", variables=NO_FMA) == expected
    for case in ("dushanbe_2025", "bashir_2009", "netanyahu_2024"):
        safeconduct("check", case, "--export", tmp_path / "with" / case)
        safeconduct("check", case, "--export", tmp_path / "without" / case, variables=NO_FMA)
        tables = sorted(path.name for path in (tmp_path / "with" / case).iterdir())
        assert len(tables) >= 10
        for table in tables:
            with_fma, without = ((tmp_path / kind / case / table).read_bytes() for kind in ("with", "without"))
            assert with_fma == without, f"{case}: {table} differs"


def test_another_seed_gives_other_bytes(tmp_path, expected):
    assert live(tmp_path / "r", "--trips", "sample", "--seed", 8) != expected


def test_a_file_holds_the_first_histories_whatever_their_number(tmp_path):
    """What is equal in a run that was stopped: test_command_line.py."""
    for n in (40, 600):
        safeconduct("run", CASE, "--replicates", n, "--out", tmp_path / f"{n}.h5")
    few, many = (safeconduct("export", "trips", tmp_path / f"{n}.h5").stdout for n in (40, 600))
    assert len(few) > 1000 and many.startswith(few)
