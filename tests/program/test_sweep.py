"""Sweeps as their users run them: stopped, killed, damaged, spread over pieces, two at once. The same bytes every time."""
import hashlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

import h5py
import numpy as np
import pytest
import xarray as xr
from program import PROGRAM, SOURCE, safeconduct

DESIGN = """
title = "Courts and budgets"
extends = "dushanbe_2025.toml"
weeks = 26
[run]
replicates = {replicates}
[sweep]
[[sweep.factors]]
key = "parameters.th_J"
values = [0.5, 1.5, 3]
[[sweep.factors]]
name = "budgets"
key = "ngos.*.budget"
op = "multiply"
values = [0, 1]
[[sweep.factors]]
name = "membership"
alternatives = [{{ name = "as it is" }}, {{ name = "Mongolia leaves", set.hosts.MNG.member = false }}]
"""
CELLS = 12


def design(folder, replicates=600, name="d.toml"):
    path = folder / name
    path.write_text(DESIGN.format(replicates=replicates))
    return path


@pytest.fixture
def tmp_path(tmp_path):
    """In memory where there is such a place: on a disk shared with others every flush waits."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path
        return
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sweep_", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A sweep that nobody disturbed."""
    folder = tmp_path_factory.mktemp("clean")
    safeconduct("sweep", design(folder), "--out", folder / "first")  # plans the flights of its cells; they are kept
    began = time.monotonic()
    safeconduct("sweep", design(folder), "--out", folder / "out")
    return folder / "out" / "results.h5", time.monotonic() - began


def sweep(folder, out, *options, **more):
    return safeconduct("sweep", design(folder), "--out", out, *options, **more)


def bytes_of(out):
    return (out / "results.h5").read_bytes()


def left_behind(out):
    return [p.name for p in (out / "cells").iterdir() if not p.name.endswith(".h5")]


def test_a_cell_is_the_run_of_its_scenario(tmp_path, clean):
    changes = ("parameters.th_J=3", "hosts.MNG.member=false", "weeks=26", *(f"ngos.{n}.budget=0" for n in
               xr.open_dataset(clean[0])["ngo"].values))
    sets = [word for change in changes for word in ("--set", change)]
    safeconduct("run", "dushanbe_2025", "--replicates", 600, "--out", tmp_path / "run.h5", *sets)
    run, merged = xr.open_dataset(tmp_path / "run.h5"), xr.open_dataset(clean[0])
    assert list(merged["th_J"].values) == [0.5] * 4 + [1.5] * 4 + [3] * 4
    assert list(merged["membership"].values) == ["as it is", "Mongolia leaves"] * 6
    cell = merged.isel(cell=9)
    assert cell["budgets"] == 0 and cell["replicates"] == 600
    compared = [name for name in cell.data_vars if name in run]
    assert len(compared) > 30
    for name in compared:
        assert np.array_equal(cell[name].values, run[name].values, equal_nan=cell[name].dtype.kind == "f"), name


def test_a_grid_unstacks_and_common_luck_shows(clean):
    merged = xr.open_dataset(clean[0])
    assert merged["budgets"].attrs["op"] == "multiply" and "op" not in merged["th_J"].attrs
    grid = merged.set_index(cell=merged.attrs["factors"].split())["measure_mean"].unstack("cell")
    visits = grid.sel(measure="member_visits", leader="putin")
    assert dict(visits.sizes) == {"th_J": 3, "budgets": 2, "membership": 2}
    assert float(visits.sel(budgets=0).mean()) > float(visits.sel(budgets=1).mean())
    batches = merged["batch_mean"].sel(measure="member_visits", leader="putin").dropna("batch", how="all")
    assert batches.sizes["batch"] == 2
    apart = batches.isel(cell=0) - batches.isel(cell=1)
    assert float(abs(apart.isel(batch=0) - apart.isel(batch=1))) < 0.2  # independent luck: about 0.1 sqrt(2) each


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_leaves_no_trace(tmp_path, clean, threads):
    sweep(tmp_path, tmp_path / "out", "--threads", threads)
    assert bytes_of(tmp_path / "out") == clean[0].read_bytes()


def test_in_pieces_with_any_launcher_and_merged_twice(tmp_path, clean):
    out = tmp_path / "out"
    launchers = [
        (("--shard", "0/3"), {}),
        ((), {"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "4", "SLURM_ARRAY_TASK_COUNT": "3"}),
        ((), {"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3"}),
    ]
    for options, variables in launchers:
        assert safeconduct("merge", out, fails=True).returncode == 65 or variables
        said = sweep(tmp_path, out, *options, variables=variables)
        assert "is done" in said.stdout and not (out / "results.h5").exists()
    for _ in range(2):
        safeconduct("merge", out)
        assert bytes_of(out) == clean[0].read_bytes()
    safeconduct("merge", out, "--out", tmp_path / "elsewhere.h5")
    assert (tmp_path / "elsewhere.h5").read_bytes() == clean[0].read_bytes()


def test_a_partial_merge_says_what_is_not_there(tmp_path, clean):
    out = tmp_path / "out"
    sweep(tmp_path, out, "--shard", "1/2")
    said = safeconduct("merge", out, fails=True)
    assert said.returncode == 65 and "6 of 12 cells" in said.stderr and not (out / "results.h5").exists()
    assert "done 6, begun 0, missing 6" in safeconduct("status", out).stdout
    safeconduct("merge", out, "--partial")
    partial, whole = xr.open_dataset(out / "results.h5"), xr.open_dataset(clean[0])
    done = partial["replicates"].values > 0
    assert done.sum() == 6
    assert np.array_equal(partial["measure_mean"].values[done], whole["measure_mean"].values[done])
    assert np.isnan(partial["measure_mean"].values[~done]).all()


def torture(tmp_path, clean, sweeps, least_kills):
    """kill -9 and SIGTERM at random moments, then on with --resume, until it gets through; at least so many sweeps and kills."""
    want, seconds = clean[0].read_bytes(), clean[1]
    pick = random.Random(2025)
    kills = number = 0
    while number < sweeps or kills < least_kills:
        out = tmp_path / f"out{number}"
        for attempt in range(1000):
            began = time.monotonic()
            process = subprocess.Popen([str(PROGRAM), "sweep", str(design(tmp_path)), "--out", str(out), "--resume"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            try:
                # Later and later, so that a slow machine gets through as well.
                process.communicate(timeout=pick.uniform(0.005, seconds * (0.6 + attempt / 20)))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(pick.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]))
                process.communicate()
                kills += 1
        if attempt == 0:  # nobody else was working when this one ran through: measure by it
            seconds = min(seconds, time.monotonic() - began)
        assert process.returncode == 0
        assert bytes_of(out) == want, f"sweep {number} differs after {kills} kills"
        assert left_behind(out) == []
        cells = xr.open_dataset(out / "results.h5")
        assert (cells["replicates"].values == 600).all()
        shutil.rmtree(out)
        number += 1
    print(f"{kills} kills over {number} sweeps, 0 files differ")


def test_killed_at_random_and_gone_on_with(tmp_path, clean):
    torture(tmp_path, clean, sweeps=2, least_kills=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_soon_and_says_how_to_go_on(tmp_path, clean, number):
    out = tmp_path / "out"
    path = design(tmp_path, 10**6)
    process = subprocess.Popen([str(PROGRAM), "sweep", str(path), "--out", str(out)], stderr=subprocess.PIPE, text=True)
    while not (out / "plan.h5").exists():
        time.sleep(0.01)
    time.sleep(1)
    process.send_signal(number)
    began = time.monotonic()
    said = process.communicate()[1]
    assert process.returncode == 128 + number and "--resume" in said
    assert time.monotonic() - began < 5  # 1 s on a machine with nothing else to do
    begun = safeconduct("status", out).stdout
    assert "begun" in begun and "histories" in begun


def test_a_second_process_is_refused_and_the_first_unharmed(tmp_path):
    out = tmp_path / "out"
    path = design(tmp_path, 10**6)
    first = subprocess.Popen([str(PROGRAM), "sweep", str(path), "--out", str(out)], stderr=subprocess.DEVNULL)
    while not (out / "plan.h5").exists():
        time.sleep(0.005)
    second = safeconduct("sweep", path, "--out", out, "--resume", fails=True)
    assert second.returncode == 75 and str(out) in second.stderr
    assert "somebody is writing here now" in safeconduct("status", out).stdout
    first.send_signal(signal.SIGTERM)
    assert first.wait() == 128 + signal.SIGTERM
    said = safeconduct("status", out).stdout
    assert "begun 0" not in said and "damaged 0, foreign 0\n" in said


def test_another_sweep_is_refused_and_nothing_changed(tmp_path, clean):
    out = tmp_path / "out"
    shutil.copytree(clean[0].parent, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    other = sweep(tmp_path, out, "--resume", "--seed", 9, fails=True)
    assert other.returncode == 65 and "there:" in other.stderr and "asked:" in other.stderr
    again = sweep(tmp_path, out, fails=True)
    assert again.returncode == 65 and "--resume" in again.stderr
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("plan", ["whole", "cut", "absent"])
def test_another_sweep_is_refused_whatever_became_of_the_plan(tmp_path, clean, plan):
    out = tmp_path / "damaged"  # a folder's name says nothing of what is in it
    shutil.copytree(clean[0].parent, out)
    if plan == "cut":
        (out / "plan.h5").write_bytes((out / "plan.h5").read_bytes()[:900])
    if plan == "absent":
        (out / "plan.h5").unlink()
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    other = sweep(tmp_path, out, "--resume", "--seed", 9, fails=True)
    assert other.returncode == 65 and "another sweep and is left alone" in other.stderr
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    sweep(tmp_path, out, "--resume")
    assert bytes_of(out) == clean[0].read_bytes()


def test_damaged_cells_are_found_named_and_lived_again(tmp_path, clean):
    out = tmp_path / "out"
    shutil.copytree(clean[0].parent, out)
    cells = sorted((out / "cells").iterdir())
    good = cells[0].read_bytes()
    cells[0].write_bytes(good[:700])
    cells[1].write_bytes(b"")
    cells[2].write_bytes(os.urandom(3000))
    cells[3].write_bytes(good[:4000] + bytes([good[4000] ^ 1]) + good[4001:])
    shutil.copy(cells[6], cells[5])
    sweep(tmp_path, tmp_path / "other", "--seed", 9)
    shutil.copy(tmp_path / "other" / "cells" / cells[7].name, cells[7])
    cells[8].unlink()
    cells[9].unlink()
    cells[9].mkdir()
    (out / "cells" / (".cell_000002.h5.999.tmp")).write_bytes(b"torn")
    (out / "results.h5").unlink()
    assert "missing 1, damaged 5, foreign 2" in safeconduct("status", out).stdout
    said = sweep(tmp_path, out, "--resume").stderr
    for number in (0, 1, 2, 3, 5, 7, 9):
        assert cells[number].name in said
    assert bytes_of(out) == clean[0].read_bytes() and left_behind(out) == []


def test_a_damaged_plan_says_what_writes_it_anew(tmp_path, clean):
    out = tmp_path / "out"
    shutil.copytree(clean[0].parent, out)
    plan = (out / "plan.h5").read_bytes()
    (out / "plan.h5").write_bytes(plan[:900])
    ran = safeconduct("status", out, fails=True)
    assert ran.returncode == 65 and f"'safeconduct sweep DESIGN --out {out} --resume' writes it anew" in ran.stderr
    assert "(it is cut short or changed" in sweep(tmp_path, out, "--resume").stderr
    assert (out / "plan.h5").read_bytes() == plan


def test_more_replicates_can_be_added_and_are_never_taken_away(tmp_path, clean):
    out = tmp_path / "out"
    sweep(tmp_path, out, "--replicates", 512)
    sweep(tmp_path, out, "--resume")
    assert bytes_of(out) == clean[0].read_bytes()
    sweep(tmp_path, out, "--resume", "--replicates", 520)
    assert bytes_of(out) == clean[0].read_bytes()


def test_the_name_of_the_design_and_its_folder_leave_no_trace_in_the_cells(tmp_path, clean):
    out = tmp_path / "out"
    shutil.copytree(clean[0].parent, out)
    moved = design(tmp_path, name="another name.toml")
    assert "12 cells are done, 0 are to do" in safeconduct("sweep", moved, "--out", out, "--resume").stderr


def test_places_that_cannot_be_written(tmp_path, clean):
    path = design(tmp_path)
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "at all")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    for out in ("/proc/x", tmp_path / "file" / "x", tmp_path / ("n" * 300), tmp_path / "link", tmp_path / "mine"):
        said = safeconduct("sweep", path, "--out", out, fails=True)
        assert said.returncode == 74 and str(out) in said.stderr, (out, said.returncode, said.stderr)
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == ["letter.txt"]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "lock").touch()  # as the script of slurm leaves it
    (tmp_path / "theirs" / "results.h5").write_text("of a run")
    said = safeconduct("sweep", path, "--out", tmp_path / "theirs", fails=True)
    assert said.returncode == 74 and "results.h5' is not a sweep file" in said.stderr
    assert (tmp_path / "theirs" / "results.h5").read_text() == "of a run"
    for limit, codes in (("-f 8", (74,)), ("-n 6", (0, 74)), ("-v 60000", (71, 74, 127))):
        out = tmp_path / limit.replace(" ", "")
        command = ["sh", "-c", f'ulimit {limit}; exec "$@"', "sh", str(PROGRAM), "sweep", str(path), "--out", str(out)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert said.returncode in codes and said.stderr, (limit, said)
    sweep(tmp_path, tmp_path / "-f8", "--resume")
    assert bytes_of(tmp_path / "-f8") == clean[0].read_bytes()


@pytest.mark.parametrize("kind, cells", [("random", 3), ("latin_hypercube", 3), ("sobol", 3), ("one_at_a_time", 10),
                                         ("morris", 12), ("saltelli", 15)])
def test_sampled_designs(tmp_path, kind, cells):
    path = tmp_path / "d.toml"
    path.write_text(f"""
extends = "dushanbe_2025.toml"
weeks = 8
run.replicates = 8
[sweep]
design = "{kind}"
samples = 3
[[sweep.factors]]
key = "parameters.th_J"
[[sweep.factors]]
key = "ngos.*.budget"
name = "budget"
low = 0.1
high = 10
scale = "log"
[[sweep.factors]]
key = "hosts.MNG.member"
values = [true, false]
""")
    safeconduct("sweep", path, "--out", tmp_path / "out")
    merged = xr.open_dataset(tmp_path / "out" / "results.h5")
    assert merged.sizes["cell"] == cells and merged.attrs["design"] == kind
    assert merged["budget"].min() >= 0.1 and merged["budget"].max() <= 10 and set(merged["hosts_MNG_member"].values) <= {
        "true", "false"}
    assert merged["th_J"].min() >= 0 and merged["th_J"].max() <= 1.5 + 0.7 * 1.96 + 1e-3
    if kind == "one_at_a_time":
        assert abs(merged["th_J"].values[0] - 1.5) < 1e-6 and abs(merged["budget"].values[0] - 1) < 1e-12


def test_parameters_each_for_themselves_and_a_posterior(tmp_path):
    (tmp_path / "sets.csv").write_text("th_J,kap_arrest,Lambda\n1,6,100\n2,7,300\n1.5,6.5,200\n")
    (tmp_path / "p.toml").write_text('extends = "two_leaders_2025.toml"\nweeks = 8\nrun.replicates = 8\n'
                                     '[sweep]\ndesign = "posterior"\nfile = "sets.csv"\n')
    safeconduct("sweep", tmp_path / "p.toml", "--out", tmp_path / "p")
    posterior = xr.open_dataset(tmp_path / "p" / "results.h5")
    assert list(posterior["Lambda"].values) == [100, 300, 200] and list(posterior["kap_arrest"].values) == [6, 7, 6.5]
    (tmp_path / "m.toml").write_text('extends = "dushanbe_2025.toml"\nweeks = 4\nrun.replicates = 2\n[sweep]\n'
                                     'design = "latin_hypercube"\nsamples = 2\n[[sweep.factors]]\nkey = "parameters.*"\n'
                                     'each = true\n')
    safeconduct("sweep", tmp_path / "m.toml", "--out", tmp_path / "m")
    assert len(xr.open_dataset(tmp_path / "m" / "results.h5").attrs["factors"].split()) > 50


def test_a_target_is_reached_and_what_was_reached_is_told(tmp_path):
    path = design(tmp_path)
    path.write_text(path.read_text().replace("[sweep]", '[sweep]\nadaptive = {outcome = "member_visits", standard_error = '
                                             "0.0075, most = 4000}"))
    safeconduct("sweep", path, "--out", tmp_path / "out")
    merged = xr.open_dataset(tmp_path / "out" / "results.h5")
    error, lived = merged["target_error"].values, merged["replicates"].values
    assert set(lived) <= {1024, 2048, 4000} and len(set(lived)) > 1
    assert ((error <= 0.0075) | (lived == 4000)).all() and (error > 0).all()
    safeconduct("sweep", path, "--out", tmp_path / "other", "--threads", 1)
    assert bytes_of(tmp_path / "other") == bytes_of(tmp_path / "out")
    assert "0 are to do" in safeconduct("sweep", path, "--out", tmp_path / "out", "--resume").stderr


@pytest.mark.parametrize("goal, marked, said", [
    ('outcome = "membr_visits", standard_error = 0.1', '"membr_visits"', "help: did you mean 'member_visits'?"),
    ('outcome = "visits", standard_error = 0.1, leader = "putn"', '"putn"', "help: did you mean 'putin'?"),
])
def test_a_target_that_nobody_knows_is_marked_where_it_stands(tmp_path, goal, marked, said):
    path = design(tmp_path)
    path.write_text(path.read_text().replace("[sweep]", "[sweep]\nadaptive = {" + goal + "}"))
    lines = path.read_text().splitlines()
    line = next(i for i, text in enumerate(lines, 1) if marked in text)
    ran = safeconduct("sweep", path, "--out", tmp_path / "out", fails=True)
    assert ran.returncode == 65 and said in ran.stderr
    assert f"{path}:{line}:{lines[line - 1].index(marked) + 1}: error: 'sweep.adaptive." in ran.stderr


def test_a_factor_with_the_name_of_a_result_is_marked_where_it_stands(tmp_path):
    path = design(tmp_path)
    path.write_text(path.read_text().replace('"budgets"', '"replicates"'))
    line = path.read_text()[:path.read_text().index('"replicates"')].count("\n")  # the line before its name
    ran = safeconduct("sweep", path, "--out", tmp_path / "out", fails=True)
    assert ran.returncode == 65 and f"{path}:{line}:1: error: the results have a variable 'replicates'" in ran.stderr


def test_a_name_of_no_sweep_tells_those_that_are_shipped(tmp_path):
    ran = safeconduct("sweep", "nonesuch", fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and "the shipped sweeps are arrest_ridge.toml, " in ran.stderr
    ran = safeconduct("sweep", "membership.toml", fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and "did you mean 'memberships.toml'?" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_verify_finds_the_same_bits_and_a_changed_one(tmp_path, clean):
    said = safeconduct("verify", clean[0], "--cells", 2, "--choice", 5)
    assert "2 of 2 cells" in said.stdout and "--choice 5" in said.stdout
    safeconduct("run", "two_leaders_2025", "--replicates", 520, "--trips", "sample", "--out", tmp_path / "run.h5")
    assert "give the same bits" in safeconduct("verify", tmp_path / "run.h5").stdout
    # One count changed, and the digest put right, as a careful forger would.
    for file, name in ((tmp_path / "sweep.h5", "host_visited"), (tmp_path / "run.h5", "host_visited")):
        if not file.exists():
            shutil.copy(clean[0], file)
        forge(file, name)
        said = safeconduct("verify", file, "--cells", 100, fails=True) if "sweep" in file.name else safeconduct(
            "verify", file, fails=True)
        assert said.returncode == 1 and name in said.stdout, (said.stdout, said.stderr)
    damaged = tmp_path / "damaged.h5"
    good = clean[0].read_bytes()
    for at in range(3000, len(good), len(good) // 12):
        damaged.write_bytes(good[:at] + bytes([good[at] ^ 255]) + good[at + 1:])
        assert safeconduct("verify", damaged, "--cells", 1, fails=True).returncode in (0, 65)
    assert safeconduct("verify", tmp_path / "none.h5", fails=True).returncode == 74
    assert "1 of 1 cells" in safeconduct("verify", clean[0].parent, "--cells", 1).stdout
    not_merged = safeconduct("verify", clean[0].parent / "cells", fails=True)
    assert not_merged.returncode == 74 and "holds no results.h5, which 'safeconduct merge" in not_merged.stderr


def forge(path, name):
    with h5py.File(path, "r+") as file:
        values = file[name][()]
        values.flat[int(np.flatnonzero(values)[0])] += 1
        file[name][...] = values
        lines = []

        def add(where, what):
            if isinstance(what, h5py.Dataset) and not str(what.attrs.get("NAME", b"")).count("netCDF dimension but not"):
                data = what[()]
                if what.dtype.kind == "O":
                    raw = b"".join(t + b"\0" for t in np.atleast_1d(data).ravel())
                else:
                    raw = np.ascontiguousarray(data).tobytes()
                lines.append(f"{where} {hashlib.sha256(raw).hexdigest()}\n")

        file.visititems(add)
        digest = hashlib.sha256("".join(sorted(lines, key=lambda line: line.split(" ")[0])).encode()).hexdigest()
        file.attrs.modify("digest", digest)


def test_shipped_designs_are_good(tmp_path):
    shipped = sorted((SOURCE / "scenarios" / "sweeps").glob("*.toml"))
    assert len(shipped) >= 5
    for path in shipped:
        said = safeconduct("slurm", path.stem, "--array", 3)
        assert "--signal=B:TERM@60" in said.stdout  # without B: Slurm tells no batch script
        assert "--array=0-2" in said.stdout and subprocess.run(["sh", "-n"], input=said.stdout, text=True).returncode == 0
    safeconduct("sweep", "memberships", "--out", tmp_path / "out", "--replicates", 16)
    merged = xr.open_dataset(tmp_path / "out" / "results.h5").set_index(cell="membership")
    assert "India joins" in merged["cell"].values
