"""compare: paired counterfactuals by the command line, their file and its tables."""
import os
import re
import signal

import h5py
import numpy as np
import pytest
import xarray
from program import rows, safeconduct, started, wait_until_it_lives

SHORT = ("--replicates", "2000")


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """The default case with and without campaigns: what it prints, and its file."""
    path = tmp_path_factory.mktemp("compare") / "c.h5"
    ran = safeconduct("compare", "dushanbe_2025", "no_campaign", *SHORT, "--out", path)
    return ran.stdout, path


def test_campaigns_prevent_member_visits_and_shared_luck_is_worth_five_times_the_histories(campaign):
    text, path = campaign
    with xarray.open_dataset(path) as file:
        here = file.sel(alternative="no_campaign", leader="putin", outcome="member_visits")
        assert float(here.difference_low) > 0
        assert float(here.variance_reduction) >= 5
        assert float(here.variance_reduction) == pytest.approx(
            float(here.unpaired_variance) / float(here.paired_variance))
    assert re.search(r"^  member visits .* x \d", text, re.M)
    assert "P(arrest) rests on assumed parameters" in text


def test_its_means_are_those_of_two_runs_and_its_luck_theirs(campaign, tmp_path):
    _, path = campaign
    runs = []
    for case in ("dushanbe_2025", "no_campaign"):
        safeconduct("run", case, *SHORT, "--out", tmp_path / "r.h5")
        with h5py.File(tmp_path / "r.h5") as file:
            runs.append(dict(zip(file["measure"].asstr()[()], file["measure_mean"][0])))
    with xarray.open_dataset(path) as file:
        here = file.isel(alternative=0, leader=0)
        for measure, mean in runs[0].items():
            assert float(here.base.sel(outcome=measure)) == pytest.approx(mean, rel=1e-12, abs=1e-12)
            assert float(here.difference.sel(outcome=measure)) == pytest.approx(runs[1][measure] - mean, abs=1e-9)


def test_where_itineraries_part_adds_up(campaign):
    _, path = campaign
    partings = rows(safeconduct("export", "partings", path).stdout)
    with h5py.File(path) as file:
        assert sum(int(p["parting_itineraries"]) for p in partings) == file["changed"][0, 0]
    # A campaign acts on hosts with a duty, and on what was announced: most itineraries part by how a trip ends.
    ends = sum(int(p["parting_itineraries"]) for p in partings if p["parting_how"] == "outcome")
    assert ends > 0.8 * sum(int(p["parting_itineraries"]) for p in partings)


def test_tables_as_csv(campaign):
    _, path = campaign
    table = rows(safeconduct("export", "differences", path).stdout)
    with h5py.File(path) as file:
        assert [float(r["difference"]) for r in table] == list(file["difference"][()].ravel())
        assert {r["outcome"] for r in table} == set(file["outcome"].asstr()[()])
        by_host = rows(safeconduct("export", "host-differences", path).stdout)
        assert sum(float(r["host_difference"]) for r in by_host) == pytest.approx(
            float(file["difference"][0, 0, list(file["outcome"].asstr()[()]).index("visits")]))
    assert "no safeconduct comparison" in safeconduct("export", "differences", __file__, fails=True).stderr


def test_the_same_bytes_whatever_the_threads(campaign, tmp_path):
    _, path = campaign
    for threads in (1, 3):
        out = tmp_path / f"{threads}.h5"
        safeconduct("compare", "dushanbe_2025", "no_campaign", *SHORT, "--threads", threads, "--out", out)
        assert out.read_bytes() == path.read_bytes()


def test_changes_on_the_command_line_are_alternatives(tmp_path):
    ran = safeconduct("compare", "dushanbe_2025", "--replicates", "200", "--everywhere", "parameters.tau=0",
                      "--set", "leaders.putin.warrant=false", "--set", "parameters.eta=0; parameters.rho_suit=0",
                      cwd=tmp_path)
    assert "wrote dushanbe_2025.compare.h5" in ran.stdout
    with h5py.File(tmp_path / "dushanbe_2025.compare.h5") as file:
        assert list(file["alternative"].asstr()[()]) == ["leaders.putin.warrant=false",
                                                         "parameters.eta=0; parameters.rho_suit=0"]
        worlds = file["provenance/scenario"].asstr()[()]
        assert len(worlds) == 3 and all(re.search(r"^tau = 0(\.0)? ", w, re.M) for w in worlds)
        assert [bool(re.search(r"^eta = 0(\.0)? ", w, re.M)) for w in worlds] == [False, False, True]
        member_visits = list(file["outcome"].asstr()[()]).index("member_visits")
        assert file["alternative_mean"][0, 0, member_visits] == 0  # no warrant, no duty


def test_what_is_left_out_of_an_alternative_is_told(tmp_path):
    """Else it differs in nothing, and nobody knows why."""
    change, late = 'events.early={start=2024-01-01, host="MNG"}', 'events.late={start=2030-01-01, host="MNG"}'
    notes = safeconduct("compare", "dushanbe_2025", "no_campaign", "--set", change, "--everywhere", late,
                        "--replicates", 2, cwd=tmp_path).stderr.splitlines()
    assert f"note: {change}: calendar of putin: left out (it starts in week 0 or before): early" in notes
    assert any(note.startswith("note: no_campaign: the NGOs' budgets sum to 0") for note in notes)
    assert [note for note in notes if "after the last week" in note] == [  # the base's own, once
        "note: event late: begins after the last week; what is announced by then stays pending"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    for folder, th_J in (("a", 1), ("b", 3)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.toml").write_text(f'extends = "no_campaign.toml"\n[parameters]\nth_J = {th_J}\n')
    told = safeconduct("compare", "a/x.toml", "b/x.toml", "no_warrant", "--replicates", 2, cwd=tmp_path).stdout
    assert "Vladimir Putin: b/x.toml, against a/x.toml\n" in told and "no_warrant, against a/x.toml\n" in told
    assert "wrote x.compare.h5" in told


@pytest.mark.parametrize("arguments, code, message", [
    (["dushanbe_2025"], 2, "with what?"),
    (["dushanbe_2025", "bashir_2009"], 2, "do not cover the same weeks"),
    (["dushanbe_2025", "--set", "parameters.tua=1"], 65, "did you mean 'tau'?"),
    (["dushanbe_2025", "--set", "run.seed=5"], 2, "'run.seed' is the same in every world of a comparison"),
    (["dushanbe_2025", "--set", "parameters.tau=0; run = {replicates = 9}"], 2, "'run' is the same in every world"),
    (["dushanbe_2025", "--set", 'title="a;b"; parameters.tua=1'], 65, "did you mean 'tau'?"),
    (["dushanbe_2025", "--set", " ;"], 2, "'--set' takes KEY=VALUE"),
    (["dushanbe_2025", "nothing_like_it"], 65, "the shipped cases are"),
    (["dushanbe_2025", "no_warrant", "--out", "-"], 2, "takes the name of a file"),
], ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_what_cannot_be_compared_is_said_and_nothing_is_written(tmp_path, arguments, code, message):
    ran = safeconduct("compare", *arguments, fails=True, cwd=tmp_path)
    assert ran.returncode == code and message in ran.stderr and ran.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [("compare", "no_warrant", "no_campaign"),
                                     ("allocate", "dushanbe_2025", "--hosts", "2")])
def test_a_stopped_answer_leaves_one_of_more_histories_alone(tmp_path, command):
    path = tmp_path / "a.h5"
    began = os.times()
    safeconduct(*command, "--replicates", 4096, "--out", path)
    seconds = os.times().children_user - began.children_user  # so long allocate looks for hosts, at most
    with h5py.File(path, "r+") as file:
        file.attrs["replicates"] = np.int64(4000000)
    before = path.read_bytes()
    for seed, kept in (((), True), (("--seed", "7"), False)):
        with started(tmp_path, *command, "--replicates", "4000000", "--out", "a.h5", *seed) as process:
            wait_until_it_lives(process, seconds)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=120)
        assert process.returncode == 130 and (path.read_bytes() == before) is kept
        assert ("are among the 4,000,000 of a.h5, which is left alone\n" in err) is kept


def test_a_stopped_comparison_tells_what_was_lived(tmp_path):
    """And equals a comparison of that many histories in every number."""
    with started(tmp_path, "compare", "dushanbe_2025", "no_warrant", "--replicates", "4000000", "--out", "s.h5") as process:
        wait_until_it_lives(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130 and "that were done" in err
    with h5py.File(tmp_path / "s.h5") as stopped:
        lived = int(stopped.attrs["replicates"])
        assert 0 < lived < 4000000 and lived % 512 == 0
        safeconduct("compare", "dushanbe_2025", "no_warrant", "--replicates", lived, "--out", tmp_path / "w.h5")
        with h5py.File(tmp_path / "w.h5") as whole:
            for name in whole:
                if isinstance(whole[name], h5py.Dataset):
                    np.testing.assert_array_equal(stopped[name][()], whole[name][()], err_msg=name)
