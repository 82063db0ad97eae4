"""The long version of the fault matrix: 40 sweeps killed at least 200 times, disks that fill up, odd surroundings."""
import os
import shutil
import subprocess

import pytest
from program import PROGRAM, lacking
from test_sweep import bytes_of, clean, design, left_behind, sweep, tmp_path, torture  # noqa: F401 (clean and tmp_path are fixtures)


def test_200_kills_over_40_sweeps(tmp_path, clean):  # noqa: F811
    torture(tmp_path, clean, sweeps=40, least_kills=200)


def test_a_disk_that_fills_up_and_grows(tmp_path, clean):  # noqa: F811
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True, text=True)
    if mount.returncode != 0:
        lacking(f"the right to mount ({mount.stderr.strip()})")
    try:
        full = sweep(tmp_path, disk / "out", fails=True)
        assert full.returncode == 74 and "No space left on device" in full.stderr.splitlines()[-1]
        kept = len(list((disk / "out" / "cells").glob("*.h5")))
        assert left_behind(disk / "out") == []
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        said = sweep(tmp_path, disk / "out", "--resume").stderr
        assert f"{kept} cells are done" in said
        assert bytes_of(disk / "out") == clean[0].read_bytes()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
SURROUNDINGS = {
    "a clock in 1999": ({"LD_PRELOAD": FAKETIME, "FAKETIME": "@1999-01-01 00:00:00"}, []),
    "a clock in 2039": ({"LD_PRELOAD": FAKETIME, "FAKETIME": "@2039-01-01 00:00:00"}, []),
    "a zone far off": ({"TZ": "Pacific/Apia"}, []),
    "no address randomisation": ({}, ["setarch", "-R"]),
    "one core": ({}, ["taskset", "-c", "0"]),
    "64 threads": ({"SLURM_CPUS_PER_TASK": "64"}, []),
    "no FMA": ({"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable,-FMA4"}, []),
}


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_odd_surroundings_leave_no_trace(tmp_path, clean, name):  # noqa: F811
    variables, before = SURROUNDINGS[name]
    if before and not shutil.which(before[0]):
        lacking(before[0])
    if "FAKETIME" in variables and not os.path.exists(FAKETIME):
        lacking("libfaketime")
    command = [*before, str(PROGRAM), "sweep", str(design(tmp_path)), "--out", str(tmp_path / "out")]
    ran = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
    assert bytes_of(tmp_path / "out") == clean[0].read_bytes()


def test_a_language_with_a_decimal_comma(tmp_path, clean):  # noqa: F811
    if not shutil.which("localedef"):
        lacking("localedef")
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", str(tmp_path / "de_DE.UTF-8")], capture_output=True)
    german = {"LOCPATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}
    sweep(tmp_path, tmp_path / "out", variables=german)
    assert bytes_of(tmp_path / "out") == clean[0].read_bytes()
