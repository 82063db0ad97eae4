"""Whatever happens while a file is written, its name holds the old file, the new one, or nothing: the program is killed
or its calls fail at every single call that changes the file, one run for each."""
import os
import subprocess
from pathlib import Path

import h5py
import pytest

SOURCE = Path(__file__).parents[2]
PROGRAM = os.environ.get("SAFECONDUCT", "")
WAYS = [("kill", False), ("torn", False), ("enospc", False), ("enospc", True), ("eio", False)]


@pytest.fixture(scope="session")
def failio(tmp_path_factory):
    library = tmp_path_factory.mktemp("failio") / "failio.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", str(SOURCE / "tests/support/failio.c"), "-o", str(library), "-ldl"],
                   check=True)
    return library


def call(failio, arguments, match, at, mode="kill", on=False, count=None):
    environment = dict(os.environ, LD_PRELOAD=str(failio), FAILIO_MATCH=match, FAILIO_AT=str(at), FAILIO_MODE=mode)
    if on:
        environment["FAILIO_ON"] = "1"
    if count:
        environment["FAILIO_COUNT"] = str(count)
    return subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=300)


def run(path, seed, *more):
    return ["run", "no_warrant", "--replicates", "3", "--threads", "1", "--seed", str(seed), "--out", str(path), *more]


def whole(path):
    """Equal bytes are not enough: a file can be the same every time and still not open."""
    with h5py.File(path) as f:
        return int(f["host_opportunities"][()].sum()) > 0


def hidden(folder):
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("before", ["", "old"])
def test_results_are_whole_or_absent(failio, tmp_path, before):
    path = tmp_path / "r.h5"
    assert call(failio, run(path, 1), "r.h5", 0).returncode == 0
    old = path.read_bytes()
    assert call(failio, run(path, 2), "r.h5", 0, count=tmp_path / "count").returncode == 0
    new = path.read_bytes()
    assert whole(path) and new != old
    total = int((tmp_path / "count").read_text())
    assert total >= 3  # write, fsync, rename
    for mode, on in WAYS:
        for at in range(1, total + 1):
            path.unlink(missing_ok=True)
            if before:
                path.write_bytes(old)
            done = call(failio, run(path, 2), "r.h5", at, mode, on)
            now = path.read_bytes() if path.exists() else b""
            case = (mode, on, at, done.returncode, done.stderr)
            assert now in (old if before else b"", new), case
            assert done.returncode != 0 or now == new, case
            if mode in ("kill", "torn"):
                assert done.returncode == -9, case
                for name in hidden(tmp_path):
                    (tmp_path / name).unlink()
            else:
                assert done.returncode == 74, case
                assert str(path) in done.stderr.splitlines()[-1], case
                assert ("No space left on device" if mode == "enospc" else "Input/output error") in done.stderr, case
                assert hidden(tmp_path) == [], case


def test_trips_are_whole_or_absent(failio, tmp_path):
    path, folder = tmp_path / "r.h5", tmp_path / "r.trips"
    arguments = run(path, 2, "--trips", "all")
    assert call(failio, arguments, "r.trips", 0, count=tmp_path / "count").returncode == 0
    new = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert list(new) == ["part_000000.h5"]
    total = int((tmp_path / "count").read_text())
    assert total >= 4  # the part's write, fsync and rename, the folder's rename
    for mode, on in WAYS:
        for at in range(1, total + 1):
            for p in folder.iterdir() if folder.exists() else ():
                p.unlink()
            if folder.exists():
                folder.rmdir()
            done = call(failio, arguments, "r.trips", at, mode, on)
            now = {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}
            case = (mode, on, at, done.returncode, done.stderr)
            assert now in ({}, new), case
            assert done.returncode != 0 or now == new, case
            assert done.returncode in ((-9,) if mode in ("kill", "torn") else (0, 74)), case


def test_a_real_full_disk_is_an_error_that_says_so(tmp_path):
    """/dev/full cannot be renamed to, so the limit on the size of files stands for the disk."""
    path = tmp_path / "r.h5"
    command = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", PROGRAM, *run(path, 1)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 74, done
    assert "File too large" in done.stderr and str(path) in done.stderr
    assert list(tmp_path.iterdir()) == []


