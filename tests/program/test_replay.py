"""replay tells the history that was counted: the same decisions as export trips, from the results file alone."""
import json
import re
import shutil

import h5py
import numpy as np
import pytest
from program import PROGRAM, safeconduct, trips

COLUMNS = "leader host ev ans out wk wk_out order days hours pi_a P_arr".split()
# What happens to a trip on the day, by the word for it in the diary.
ENDINGS = {"visit": "visited", "cut_short": "cut short", "stays_home": "stays home", "withdrawal": "withdrawn",
           "arrest": "arrested"}


@pytest.fixture(scope="module", params=["dushanbe_2025", "two_leaders_2025", "bashir_2009"])
def results(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "r.h5"
    # A low cut point, so that some are arrested.
    safeconduct("run", request.param, "--replicates", 12, "--set", "parameters.kap_arrest=3", "--out", path)
    return path


def history(results, n):
    return json.loads(safeconduct("replay", results, "--replicate", n, "--json").stdout)


def same(json_value, csv_text):
    return csv_text == json_value if isinstance(json_value, str) else np.float32(csv_text) == np.float32(json_value)


@pytest.mark.parametrize("n", [0, 1, 11])
def test_a_replay_decides_what_the_run_counted(results, n):
    counted = [row for row in trips(results) if int(row["rep"]) == n]
    told = history(results, n)["decisions"]
    assert len(told) == len(counted) > 5
    for mine, theirs in zip(told, counted):
        for column in COLUMNS:
            assert same(mine[column], theirs[column]), (column, mine, theirs)


def test_the_counts_of_all_replays_are_the_files(results):
    """Visits and arrests, summed over all twelve histories, are what the table of hosts holds."""
    told = [d for n in range(12) for d in history(results, n)["decisions"]]
    with h5py.File(results) as file:
        for out, name in (("visited", "host_visited"), ("withdrawn", "host_withdrawn"), ("arrested", "host_arrested")):
            assert sum(d["out"] == out for d in told) == round(float(file[name][...].sum())), name
        assert sum(d["out"] == "visited" for d in told) > 100


def test_the_diary_agrees_with_the_decisions(results):
    for n in (3, 8):
        told = history(results, n)
        answers = [step for step in told["steps"] if step["what"] == "answer"]
        assert [s["answer"] for s in answers] == [d["ans"] for d in told["decisions"]]
        for step, decision in zip(answers, told["decisions"]):
            assert (step["week"], step["leader"], step["host"]) == (decision["wk"], decision["leader"], decision["host"])
            assert 0 <= step["pi_arrest"] <= 1 and 0 < step["p_go"] + step["p_delegate"] < 1.000001
        for what, out in ENDINGS.items():
            noted = sorted((s["week"], s["leader"], s["host"]) for s in told["steps"] if s["what"] == what)
            decided = sorted((d["wk_out"], d["leader"], d["host"]) for d in told["decisions"] if d["out"] == out)
            assert noted == decided, what
        weeks = [step["week"] for step in told["steps"]]
        assert weeks == sorted(weeks)


def test_the_words_say_what_the_json_says(results):
    for n in (5, 6):
        told = history(results, n)
        words = safeconduct("replay", results, "--replicate", n).stdout
        lines = words.splitlines()
        assert lines[0].startswith(f"{told['title']}: history {n} of 12, seed ")
        # A new government is told only of hosts with which a leader has to do.
        hosts = {step["host"] for step in told["steps"] if step["what"] == "opportunity"}
        shown = [s for s in told["steps"] if s["what"] != "government" or s["host"] in hosts]
        steps = [line for line in lines if line.startswith("  ")]
        assert len(steps) == len(shown)
        dates = [step["date"] for step in shown]
        assert re.findall(r"^week of (\S+) ", words, re.M) == list(dict.fromkeys(dates))
        visits = [d for d in told["decisions"] if d["out"] in ("visited", "cut short")]
        totals = re.findall(r", in all: (\d+) visits?, ", words)
        assert sum(map(int, totals)) == len(visits)
        assert len(re.findall(r"^  (?:.*: )?visits ", words, re.M)) == sum(d["out"] == "visited" for d in visits)
        assert words.count("ARRESTED") == sum(d["out"] == "arrested" for d in told["decisions"])
        for line, step in zip(steps, shown):
            if step["what"] == "answer":
                word = {"go": "goes", "delegate": "sends a delegate", "skip": "declines"}[step["answer"]]
                assert line.strip().startswith(word)
                assert re.search(r"odds: go .* %, delegate .* %; fears arrest ", line)


def test_a_replay_is_the_same_every_time_and_each_history_its_own(results):
    first, again, other = (safeconduct("replay", results, "--replicate", n).stdout for n in (2, 2, 3))
    assert first == again != other
    assert safeconduct("replay", results).stdout == safeconduct("replay", results, "--replicate", 0).stdout


@pytest.mark.parametrize("results", ["dushanbe_2025"], indirect=True)
@pytest.mark.parametrize("n", ["12", "-1", "4000000000", "99999999999999999999", "two", "", "1.0"])
def test_a_history_that_is_not_in_the_file_is_refused(results, n):
    ran = safeconduct("replay", results, "--replicate", n, fails=True)
    assert ran.returncode == 2 and ran.stdout == ""
    assert f"'--replicate' takes a whole number from 0 to 11, not '{n}'" in ran.stderr


@pytest.mark.parametrize("results", ["dushanbe_2025"], indirect=True)
def test_only_the_results_file_counts(tmp_path, results):
    """Another folder, the program moved, and a shipped case of that name that now says something else."""
    expected = safeconduct("replay", results, "--replicate", 7).stdout
    shutil.copy(results, tmp_path / "moved.h5")
    shutil.copy(PROGRAM, tmp_path / "program")
    (tmp_path / "dushanbe_2025.toml").write_text("nonsense")
    moved = {"program": tmp_path / "program", "cwd": tmp_path}
    assert safeconduct("replay", "moved.h5", "--replicate", 7, **moved).stdout == expected


def test_a_world_that_has_changed_since_does_not_change_the_story(tmp_path):
    """Of a scenario of one's own only the results are left; then the same name means another world."""
    scenario = tmp_path / "mine.toml"
    scenario.write_text('extends = "dushanbe_2025.toml"\n[hosts.MNG]\nmember = false\n')
    safeconduct("run", scenario, "--replicates", 10, "--out", tmp_path / "r.h5")
    expected = safeconduct("replay", tmp_path / "r.h5", "--replicate", 7, "--json").stdout
    scenario.write_text('extends = "dushanbe_2025.toml"\n[parameters]\ntau = 1\nb_0 = 3\n')
    assert safeconduct("replay", tmp_path / "r.h5", "--replicate", 7, "--json").stdout == expected
    scenario.unlink()
    assert safeconduct("replay", tmp_path / "r.h5", "--replicate", 7, "--json").stdout == expected
