import datetime
import pickle

import numpy as np
import pytest

import safeconduct
from safeconduct import ProgramError, open_results, run


def test_a_run_from_python_is_the_run_of_the_command_line(example):
    ds = run("dushanbe_2025", replicates=500, trips="sample", quiet=True)
    assert ds.attrs["digest"] == open_results(example).attrs["digest"]


def test_overrides_reach_the_scenario(tmp_path):
    ds = run("dushanbe_2025", replicates=10, seed=np.int64(7), out=tmp_path / "mine.h5", quiet=True,
             hosts__MNG__member=False,
             **{"hosts.MNG.civil_society": np.float64(0.25), "events.unga_2025.start": datetime.date(2025, 9, 24)})
    text = ds.attrs["provenance_scenario"]
    assert ds.attrs["seed"] == 7 and (tmp_path / "mine.h5").exists()
    assert "2025-09-24" in text and "0.25" in text
    assert ds["host_member_at_start"].sel(host="MNG").item() == 0


def test_a_card_is_that_of_the_command_line():
    asked = dict(replicates=200, days=1, leader="putin", hosts__MNG__judicial_independence=0.9)
    trip = safeconduct.card("MNG", datetime.date(2026, 9, 2), "dushanbe_2025", **asked)
    assert trip == safeconduct.card("MNG", "2026-09-02", **asked)
    assert (trip["leader"], trip["date"], trip["days"], trip["replicates"]) == ("putin", "2026-09-02", 1, 200)
    words = "--host MNG --date 2026-09-02 --days 1 --replicates 200 --set hosts.MNG.judicial_independence=0.9".split()
    printed = safeconduct.program.call(["card", *words])
    assert f"go {100 * trip['odds']['go']['share']:18.1f} %" in printed
    with pytest.raises(ProgramError, match="--kind"):
        safeconduct.card("MNG", "2026-09-02", kind="picnic")


def test_the_program_speaks_for_itself(tmp_path):
    with pytest.raises(ProgramError, match="no_such_case") as caught:
        run("no_such_case", quiet=True)
    assert caught.value.code == 65
    with pytest.raises(ProgramError, match="'--replicates' takes a whole number from 1") as caught:
        run("dushanbe_2025", replicates=-1, quiet=True)
    assert caught.value.code == 2


def test_an_error_of_the_program_can_be_sent_between_processes():
    error = pickle.loads(pickle.dumps(ProgramError("no such case", 65)))
    assert (str(error), error.code) == ("no such case", 65)


def test_trips_are_asked_for_by_name():
    with pytest.raises(ValueError, match="trips is 'none', 'sample' or 'all', not True"):
        run("dushanbe_2025", trips=True)


def test_without_a_program_the_message_says_where_to_name_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SAFECONDUCT")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("safeconduct.program.__file__", str(tmp_path / "a/b/c/program.py"))
    with pytest.raises(ProgramError, match="environment variable SAFECONDUCT"):
        safeconduct.program.program()


def test_progress_goes_to_stderr(capfd, monkeypatch, tmp_path):
    slow = tmp_path / "safeconduct"
    slow.write_text("#!/bin/sh\necho '5 of 10 histories, 3 s left' >&2\necho '{}'\n")
    slow.chmod(0o755)
    monkeypatch.setenv("SAFECONDUCT", str(slow))
    assert safeconduct.program.call(["run"], quiet=False) == "{}\n"
    assert "5 of 10 histories" in capfd.readouterr().err
