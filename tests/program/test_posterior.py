"""run --posterior: parameter sets by blocks of histories. What the file says of chance and ignorance is computed again
from the decisions; a block is lived as a plain run with its set's values lives it."""
import h5py
import numpy as np
import pytest
from program import safeconduct, trips

SETS = "b_0,putin.lam\n-1,0.2\n0,0.4\n1,0.4\n2,0.6\n3,0.2\n"
HISTORIES = 5 * 64 - 20  # the last block is short


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("posterior")
    (folder / "sets.csv").write_text(SETS)
    return folder


def run(folder, out, *options):
    return safeconduct("run", "dushanbe_2025", "--replicates", HISTORIES, "--out", folder / out, *options)


@pytest.fixture(scope="module")
def results(folder):
    ran = run(folder, "r.h5", "--posterior", folder / "sets.csv")
    assert "Chance and ignorance: 5 parameter sets of 64 histories each, the last 44\n" in ran.stdout
    assert "note: " not in ran.stderr
    assert "the whole row is theirs,\nnot that of the parameter sets" in ran.stdout
    assert "counted under the parameter sets: " in ran.stdout and "counted at *" not in ran.stdout
    return folder / "r.h5"


@pytest.fixture(scope="module")
def decisions(results):
    return trips(results)


def test_any_number_of_threads_writes_the_same_bytes(folder, results):
    for threads in (1, 3):
        run(folder, "t.h5", "--posterior", folder / "sets.csv", "--threads", threads)
        assert (folder / "t.h5").read_bytes() == results.read_bytes()


def test_a_block_lives_as_a_plain_run_with_its_values(folder, results, decisions):
    for k, line in enumerate(SETS.split()[1:]):
        b_0, lam = line.split(",")
        run(folder, "plain.h5", "--set", f"parameters.b_0={b_0}", "--set", f"leaders.putin.opportunities={lam}")
        plain = [row for row in trips(folder / "plain.h5") if int(row["rep"]) // 64 == k]
        assert [row for row in decisions if int(row["rep"]) // 64 == k] == plain
        assert plain


def test_a_replay_knows_its_set(results, decisions):
    words = safeconduct("replay", results, "--replicate", 130).stdout
    assert "parameter set 2" in words
    told = sum(row["rep"] == "130" for row in decisions)
    assert told > 0 and words.count("week of ") > 0


def test_the_split_of_the_variance_is_the_one_of_the_decisions(results, decisions):
    visits = np.zeros(HISTORIES)
    dushanbe = np.zeros(HISTORIES)
    with h5py.File(results) as file:
        names = list(file["measure"].asstr()[()])
        event = int(file["event_row"][list(file["event_date"].asstr()[()]).index("2025-10-08")])
        which = list(file["event_row"][()]).index(event)
        for row in decisions:
            if row["out"] in ("visited", "cut short"):
                visits[int(row["rep"])] += 1
                dushanbe[int(row["rep"])] += int(row["ev"]) == event
        group = file["posterior"]
        assert group.attrs["set_replicates"] == 64
        assert group["parameter_value"][:, 0].tolist() == [-1, 0, 1, 2, 3]
        means = group["set_measure_mean"][:, 0, names.index("visits")]
        for x, name, at in ((visits, "measure", (0, names.index("visits"))), (dushanbe, "goes", which)):
            blocks = [x[first:first + 64] for first in range(0, HISTORIES, 64)]
            within = [b.var(ddof=1) for b in blocks]
            chance = sum(len(b) * v for b, v in zip(blocks, within)) / HISTORIES
            noise = np.mean([v / len(b) for b, v in zip(blocks, within)])
            ignorance = np.var([b.mean() for b in blocks], ddof=1) - noise
            assert group[f"{name}_chance"][at] == pytest.approx(chance)
            assert group[f"{name}_ignorance"][at] == pytest.approx(ignorance)
        assert group["measure_ignorance"][0, names.index("visits")] > 0
        assert means == pytest.approx([visits[first:first + 64].mean() for first in range(0, HISTORIES, 64)])


def test_fewer_sets_can_be_asked_for(folder):
    ran = run(folder, "two.h5", "--posterior", folder / "sets.csv", "--sets", 2)
    assert "2 of 5 parameter sets of 192 histories each, the last 108\n" in ran.stdout and "note: " not in ran.stderr


def test_sets_that_are_left_out_are_named(folder, tmp_path):
    ran = safeconduct("run", "--posterior", folder / "sets.csv", "--replicates", 200, "--out", tmp_path / "few.h5")
    assert "4 of 5 parameter sets of 64 histories each, the last 8\n" in ran.stdout
    assert (f"note: {folder}/sets.csv: 4 of its 5 parameter sets are used, spread evenly; without number 5. "
            "'--replicates 320' uses all\n") in ran.stderr
    ran = safeconduct("run", "--posterior", folder / "sets.csv", "--replicates", 320, "--out", tmp_path / "all.h5")
    assert "5 parameter sets of 64 histories each\n" in ran.stdout and "note: " not in ran.stderr
    (tmp_path / "many.csv").write_text("b_0\n" + "".join(f"{k / 1000}\n" for k in range(300)))
    ran = safeconduct("run", "--posterior", tmp_path / "many.csv", "--replicates", 640, "--out", tmp_path / "ten.h5")
    assert "10 of its 300 parameter sets are used, spread evenly. '--sets 300 --replicates 19200' uses all" in ran.stderr


@pytest.mark.parametrize("text, message", [
    ("th_x\n1\n", "sets.csv:1:1: unknown parameter 'th_x'"),
    ("th_m\n", "no parameter set"),
    ("b_0,th_m\n1,1\n1,-1000\n", "sets.csv:3:3: th_m"),
])
def test_mistakes_in_the_sets_are_named(tmp_path, text, message):
    (tmp_path / "sets.csv").write_text(text)
    ran = safeconduct("run", "--posterior", tmp_path / "sets.csv", "--out", tmp_path / "r.h5", fails=True)
    assert ran.returncode == 65 and message in ran.stderr
    if ".csv:" in message:
        assert ran.stderr.startswith(f"{tmp_path}/sets.csv:")  # a path that can be opened from here
    assert not (tmp_path / "r.h5").exists()


def test_sets_go_with_a_posterior(tmp_path):
    ran = safeconduct("run", "--sets", 3, "--out", tmp_path / "r.h5", fails=True)
    assert ran.returncode == 2 and "--posterior" in ran.stderr
