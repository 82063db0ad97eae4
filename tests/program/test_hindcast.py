"""hindcast and fit from the command line: the record predicted, a record of one's own, a posterior that runs can draw from."""
import json

import h5py
import pytest
from program import safeconduct

HEADER = "leader,id,start,host_iso3,city,event,kind,host_icc_member_at_date,outcome,confidence\n"


def lines(*arguments):
    return [json.loads(line) for line in safeconduct("hindcast", *arguments, "--json").stdout.splitlines()]


def test_the_shipped_record_is_predicted_better_than_by_its_base_rate():
    said = lines("bashir_2009", "putin_2023", "--particles", 200)
    decisions = [x for x in said if "decision" in x]
    assert len(decisions) == 127
    for x in decisions:
        assert abs(sum(x["p"].values()) - 1) < 1e-5
    went = [x["outcome"] in ("visited", "cut short", "arrested") for x in decisions]
    brier = sum((x["p_went"] - y) ** 2 for x, y in zip(decisions, went)) / len(went)
    rate = sum(went) / len(went)
    assert brier < 0.7 * rate * (1 - rate)


def test_threads_change_nothing():
    one, three = (safeconduct("hindcast", "putin_2023", "--particles", 100, "--json", "--threads", n).stdout
                  for n in (1, 3))
    assert one == three


def seed_of_set(seed, k):
    """Philox4x32-10, whose first two words make the seed of a set's own luck."""
    key, words = [seed & 0xffffffff, seed >> 32], [k, 0xfffffffd, 0, 0]
    for _ in range(10):
        a, b = words[0] * 0xD2511F53, words[2] * 0xCD9E8D57
        words = [b >> 32 ^ words[1] ^ key[0], b & 0xffffffff, a >> 32 ^ words[3] ^ key[1], a & 0xffffffff]
        key = [key[0] + 0x9E3779B9 & 0xffffffff, key[1] + 0xBB67AE85 & 0xffffffff]
    return (words[0] << 32 | words[1]) >> 1


def test_parameter_sets_are_mixed_by_how_well_they_have_done(tmp_path):
    (tmp_path / "sets.csv").write_text("b_0,putin.Lambda\n0.5,100\n2,300\n")

    def decisions(*arguments):
        return [x for x in lines("putin_2023", *arguments) if "decision" in x]

    both = decisions("--particles", 128, "--posterior", tmp_path / "sets.csv", "--set", "run.seed=7")
    alone = [decisions("--particles", 64, "--set", f"parameters.b_0={b_0}", "--set", f"leaders.putin.loss={Lambda}",
                       "--set", f"run.seed={seed_of_set(7, k)}") for k, (b_0, Lambda) in enumerate(((0.5, 100), (2, 300)))]
    weight = [0.5, 0.5]
    for mixed, one, two in zip(both, *alone):
        for fate, p in mixed["p"].items():
            assert p == pytest.approx(weight[0] * one["p"][fate] + weight[1] * two["p"][fate], abs=5e-5)
        weight = [w * x["p"][x["outcome"]] for w, x in zip(weight, (one, two))]
        weight = [w / sum(weight) for w in weight]
    assert abs(weight[0] - 0.5) > 0.05


def test_what_sets_gave_to_the_scenarios_before_counts_and_alike_sets_have_luck_of_their_own(tmp_path):
    table = tmp_path / "sets.csv"
    table.write_text("th_a\n1\n9\n")
    options = ["--particles", 400, "--posterior", table]
    alone, after = ([x for x in lines(*names, *options) if x.get("leader") == "Vladimir Putin"]
                    for names in (["putin_2023"], ["bashir_2009", "putin_2023"]))
    apart = [abs(a["p_went"] - b["p_went"]) for a, b in zip(alone, after)]
    assert max(apart[:5]) > 0.02  # al-Bashir's decisions have told the sets apart
    table.write_text("th_a\n" + "4.5\n" * 20)
    twenty = lines("putin_2023", *options)
    table.write_text("th_a\n4.5\n")
    assert twenty != lines("putin_2023", "--particles", 20, "--posterior", table)


def test_a_leader_and_a_record_nobody_has_fitted(tmp_path):
    record = tmp_path / "mine.csv"
    record.write_text(HEADER + "Benjamin Netanyahu,a,2025-02-04,USA,Washington,Talks,bilateral,0,visited,high\n"
                      "netanyahu,b,2025-04-03,HUN,Budapest,Official visit,bilateral,1,visited,high\n"
                      "Nobody,c,2025-04-03,HUN,Budapest,Official visit,bilateral,1,visited,high\n")
    said = lines("netanyahu_2024", "--records", record, "--particles", 200)
    assert [x["decision"] for x in said if "decision" in x] == ["a", "b"]
    assert [x["member"] for x in said if "decision" in x] == [False, True]


def test_a_record_sends_no_codes_to_the_terminal(tmp_path):
    record = tmp_path / "codes.csv"
    record.write_text(HEADER + "netanyahu,a,2025-02-04,USA,Washington,Talks \x1b[31mred,bilateral,0,visited,high\n")
    said = safeconduct("hindcast", "netanyahu_2024", "--records", record, "--particles", 50).stdout
    assert "Talks  [31mred" in said and "\x1b" not in said


@pytest.mark.parametrize("arguments, code, words", [
    (["hindcast"], 2, "which scenarios"),
    (["fit", "putin_2023"], 2, "--out"),
    (["hindcast", "putin_2023", "--records", "none.csv"], 74, "cannot read none.csv: No such file"),
    (["hindcast", "netanyahu_2024"], 65, "no decision"),
    (["hindcast", "putin_2023", "putin_2023"], 2, "takes each scenario once: 'putin_2023' stands there twice"),
    (["patterns", "--records", "empty.csv"], 65, "empty.csv: no decision of these scenarios' leaders"),
    (["run", "putin_2023", "--posterior", "none.h5"], 74, "none.h5")])
def test_mistakes_are_told(tmp_path, arguments, code, words):
    (tmp_path / "empty.csv").write_text(HEADER)
    done = safeconduct(*arguments, cwd=tmp_path, fails=True)
    assert done.returncode == code, done.stderr
    assert words in done.stderr


def test_a_small_fit_is_the_same_whatever_the_threads_and_runs_draw_from_it(tmp_path):
    small = ["--chains", 2, "--draws", 8, "--sweeps", 1, "--scouts", 128, "--settling", 1, "--particles", 8, "--travelled", 16]
    for n in (1, 2):
        said = safeconduct("fit", "putin_2023", *small, "--threads", n, "--out", tmp_path / f"{n}.h5")
        assert "overlap" in said.stdout
        assert "WARNING: the chains disagree (R-hat over 1.05) about " in said.stdout  # eight sets cannot do
    assert (tmp_path / "1.h5").read_bytes() == (tmp_path / "2.h5").read_bytes()
    with h5py.File(tmp_path / "1.h5") as file:
        assert file["value"].shape == (16, file["parameter"].size)
        assert abs(file["weight"][()].sum() - 1) < 1e-9
        assert file["rolling_p"].shape == (29, 5)
        assert file["draw_chain"][()].tolist() == [0] * 8 + [1] * 8
        assert file["r_hat"][()].max() > 1.05
        assert file["mean_ess"].shape == file["mean"].shape
        assert file["chain_log_evidence"].shape == (2,)
        names = list(file["parameter"].asstr()[()])
        own, shared = (file["value"][:, names.index(name)] for name in ("putin.Lambda", "Lambda"))
        assert (own != shared).all()
    seen = safeconduct("hindcast", "putin_2023", "--posterior", tmp_path / "1.h5", "--particles", 64)
    assert "was fitted to 29 of these 29 decisions" in seen.stderr
    other = safeconduct("hindcast", "bashir_2009", "--posterior", tmp_path / "1.h5", "--particles", 64)
    assert "was fitted to" not in other.stderr
    out = tmp_path / "run.h5"
    safeconduct("run", "putin_2023", "--posterior", tmp_path / "1.h5", "--replicates", 640, "--out", out)
    assert out.exists()
