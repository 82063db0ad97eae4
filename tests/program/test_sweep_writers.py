"""Every call that changes a cell, a plan, a merged file or an exported table fails or kills in turn: what carries the name is
whole, the exit code says what happened, and going on gives the same bytes."""
import os
import shutil
import subprocess

import h5py
import pytest
from program import PROGRAM, SOURCE
from test_sweep import tmp_path  # noqa: F401 (a fixture)

WAYS = [("kill", False), ("torn", False), ("enospc", False), ("enospc", True), ("eio", False)]
DESIGN = """
extends = "no_warrant.toml"
weeks = 4
run.replicates = 3
[sweep]
[[sweep.factors]]
key = "parameters.th_J"
values = [1, 2]
"""


@pytest.fixture(scope="module")
def failio(tmp_path_factory):
    library = tmp_path_factory.mktemp("failio") / "failio.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", str(SOURCE / "tests/support/failio.c"), "-o", str(library), "-ldl"],
                   check=True)
    return library


def call(failio, arguments, match, at=0, mode="kill", on=False, count=None):
    variables = {"LD_PRELOAD": str(failio), "FAILIO_MATCH": match, "FAILIO_AT": str(at), "FAILIO_MODE": mode}
    variables |= {"FAILIO_ON": "1"} if on else {}
    variables |= {"FAILIO_COUNT": str(count)} if count else {}
    return subprocess.run([str(PROGRAM), *map(str, arguments)], env=os.environ | variables, capture_output=True, text=True,
                          timeout=300)


def whole(path):
    with h5py.File(path) as file:
        return len(file) > 0


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    (folder / "d.toml").write_text(DESIGN)
    subprocess.run([str(PROGRAM), "sweep", "d.toml", "--out", "out", "--threads", "1"], cwd=folder, check=True,
                   capture_output=True)
    assert whole(folder / "out" / "results.h5") and whole(folder / "out" / "cells" / "cell_000000.h5")
    return folder


def snapshot(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.suffix in (".h5", ".csv")}


def exhaust(failio, tmp_path, arguments, match, watched, prepare, mend, least):
    """Number of violations of: whole or absent, told, and mended by the same command again."""
    want = None
    violations = []
    total = None
    for mode, on in [("kill", False)] + WAYS:
        for at in range(1, (total or 0) + 1) if total else [0]:
            prepare()
            count = tmp_path / "count"
            done = call(failio, arguments, match, at, mode, on, count=None if total else count)
            now = snapshot(watched)
            if not total:  # the run that counts
                assert done.returncode == 0, done.stderr
                total, want = int(count.read_text()), now
                assert total >= least
                continue
            case = (mode, on, at, done.returncode, done.stderr[-200:])
            if any(want.get(name) != bytes for name, bytes in now.items()):
                violations.append(("not whole", case))
            if done.returncode == 0 and now != want:
                violations.append(("told wrongly", case))
            if mode in ("kill", "torn") and done.returncode != -9 or mode in ("enospc", "eio") and done.returncode != 74:
                violations.append(("exit code", case))
            if done.returncode == 74 and "cannot write" not in done.stderr.splitlines()[-1]:
                violations.append(("words", case))
            again = subprocess.run([str(PROGRAM), *map(str, mend)], capture_output=True, text=True)
            left = [p.name for p in watched.rglob(".*.tmp") if "cells" in p.parts or mode not in ("kill", "torn")]
            if again.returncode != 0 or snapshot(watched) != want or left:
                violations.append(("not mended", case, again.stderr[-200:], left))
    print(f"{match}: {total} calls, {len(WAYS)} ways, {len(violations)} violations")
    return violations


def test_cells_are_whole_or_absent_and_gone_on_with(failio, tmp_path, clean):
    out = tmp_path / "out"
    arguments = ["sweep", clean / "d.toml", "--out", out, "--threads", 1, "--resume"]
    assert exhaust(failio, tmp_path, arguments, "cell_0", out, lambda: shutil.rmtree(out, ignore_errors=True), arguments,
                   least=6) == []


def test_the_plan_is_whole_or_absent(failio, tmp_path, clean):
    out = tmp_path / "out"
    arguments = ["sweep", clean / "d.toml", "--out", out, "--threads", 1, "--resume"]
    assert exhaust(failio, tmp_path, arguments, "plan.h5", out, lambda: shutil.rmtree(out, ignore_errors=True), arguments,
                   least=3) == []


def test_merged_files_are_whole_or_absent(failio, tmp_path, clean):
    out = tmp_path / "merged"
    out.mkdir()
    arguments = ["merge", clean / "out", "--out", out / "all.h5"]
    assert exhaust(failio, tmp_path, arguments, "all.h5", out, lambda: [p.unlink() for p in out.iterdir()], arguments,
                   least=3) == []


def test_exported_tables_are_whole_or_absent(failio, tmp_path, clean):
    results = tmp_path / "r.h5"
    subprocess.run([str(PROGRAM), "run", "no_warrant", "--replicates", "3", "--out", str(results)], check=True,
                   capture_output=True)
    out = tmp_path / "exported"
    out.mkdir()
    arguments = ["export", "hosts", results, "--out", out / "hosts.csv"]
    assert exhaust(failio, tmp_path, arguments, "hosts.csv", out, lambda: [p.unlink() for p in out.iterdir()], arguments,
                   least=3) == []
