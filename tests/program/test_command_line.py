"""The command line: what it says, with which exit code, and what it leaves behind when something goes wrong."""
import errno
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import h5py
import numpy as np
import pytest
from program import PROGRAM, SOURCE, catches, safeconduct, started, wait_until_it_lives

COMMANDS = ["run", "compare", "allocate", "sensitivity", "replay", "check", "parameters", "export", "page"]
SHORT = ("run", "--replicates", "20")
LONG = ("run", "bashir_2009", "--replicates", "400000")  # minutes


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "r.h5"
    safeconduct(*SHORT, "--out", path)
    return path


# ---- what it says -------------------------------------------------------------------------------------------------


def test_help_names_every_command_and_every_exit_code():
    text = safeconduct("--help").stdout
    assert text == safeconduct("-h").stdout == safeconduct("help").stdout
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", text, re.M)
    for code in (0, 2, 65, 74, 129, 130, 143):
        assert re.search(rf"\b{code} ", text[text.index("Exit codes") :] + " ") or f"and {code}" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(command):
    ran = safeconduct(command, "--help")
    assert ran.stdout.startswith(f"usage: safeconduct {command}") and ran.stderr == ""
    assert max(map(len, ran.stdout.splitlines())) <= 120


def test_the_version_is_one_line():
    assert re.fullmatch(r"safeconduct \d+\.\d+\.\d+ \(.+\)\n", safeconduct("--version").stdout)


MISUSED = [
    (["rum"], "unknown command 'rum': did you mean 'run'?"),
    (["sweeep"], "unknown command 'sweeep'"),
    (["run", "--seed", "1", "--set", "run.seed=3"], "'--seed' is short for '--set run.seed=...', which is given too"),
    (["export", "hosts", "r.h5", "--replicates", "5"], "option '--replicates' goes with trips"),
    (["report", "r.h5"], "'report' is a command of the launcher ./safeconduct in the checkout"),
    (["run", "--thread", "3"], "unknown option '--thread': did you mean '--threads'?"),  # close, but no guessing
    (["check", "--exprt=x"], "unknown option '--exprt': did you mean '--export'?"),
    (["run", "-x"], "unknown option '-x': 'safeconduct run --help' lists them"),
    (["run", "--out", ""], "option '--out' takes the name of a file, not ''"),
    (["run", "--out", "-"], "not '-'"),
    (["run", "--out", "folder/"], "not 'folder/'"),
    (["run", "--threads", "0"], "'--threads' takes a whole number from 1 to 4096, not '0'"),
    (["run", "--threads", "-1"], "not '-1'"),
    (["run", "--threads", "99999999999999999999"], "not '99999999999999999999'"),
    (["run", "--threads", "1e3"], "not '1e3'"),
    (["run", "--threads", "0x10"], "not '0x10'"),
    (["run", "--threads"], "'--threads'"),
    (["slurm", "memberships", "--time", ""], "takes a time as Slurm does"),
    (["run", "--trips", "some"], "none, sample or all, not 'some'"),
    (["run", "dushanbe_2025", "bashir_2009"], "unexpected word 'bashir_2009'"),
    (["run", "--seed", "1", "--seed", "2"], "'--seed' is given twice"),
    (["run", "--seed", "-1"], "'--seed' takes a whole number from 0 to 9223372036854775807, not '-1'"),
    (["run", "--seed", "99999999999999999999"], "not '99999999999999999999'"),
    (["run", "--seed", "many"], "not 'many'"),
    (["run", "--replicates", "0"], "'--replicates' takes a whole number from 1 to 4000000000, not '0'"),
    (["run", "--replicates", "4000000001"], "not '4000000001'"),
    (["run", "--replicates", "1e6"], "not '1e6'"),
    (["compare", "--replicates", "1"], "--replicates takes at least 2 here"),
    (["allocate", "--replicates", "1"], "--replicates takes at least 2 here"),
    (["allocate", "--effort", "0"], "'--effort' takes a number from 0.001 to 100, not '0'"),
    (["freeze", "--from", "tomorrow"], "'--from' takes a date such as 2026-01-01, not 'tomorrow'"),
    (["replay"], "takes a results file"),
    (["export", "trips"], "export takes two words"),
    (["export", "host", "r.h5"], "there is no table 'host': did you mean 'hosts'"),
    (["export", "r.h5", "hosts"], "the file comes last"),
    (["page", "nothing"], "which page?"),
    (["parameters", "H_nuu"], "did you mean 'H_nu'?"),
    (["parameters", "th_j"], "did you mean 'th_J'?"),
    (["route", "--to", "BRA", "--avoid", "tur"], "'--avoid': 'tur' is not in the scenario: did you mean 'TUR'?"),
    (["route", "--to", "Brazil"], "'--to': 'Brazil' is not in the scenario: did you mean 'BRA'?"),
    (["card", "--host", "Mongolia", "--date", "2026-09-02"], "'Mongolia' is not in the scenario: did you mean 'MNG'?"),
    (["card", "--host", "BR", "--date", "2026-09-02"], "states go by their ISO 3166-1 alpha-3 codes, such as 'MNG'"),
    (["parameters", "\x1b[31mred"], "no parameter '"),
]


@pytest.mark.parametrize("arguments, message", MISUSED, ids=lambda x: " ".join(x)[:40] if isinstance(x, list) else "")
def test_a_bad_command_line_leaves_with_2_and_one_line(tmp_path, arguments, message):
    ran = safeconduct(*arguments, fails=True, cwd=tmp_path)
    assert ran.returncode == 2 and ran.stdout == ""
    assert ran.stderr.startswith("safeconduct: ") and ran.stderr.count("\n") == 1
    assert message in ran.stderr and "\x1b" not in ran.stderr
    assert not list(tmp_path.iterdir())


BAD_SCENARIOS = [
    (["--set", "run.seed=-1"], "'run.seed' must be between 0 and 9223372036854775807, got -1"),
    (["--set", "run.seed=99999999999999999999"], "seed"),
    (["--set", "run.replicates=0"], "'run.replicates' must be between 1 and 4000000000, got 0"),
    (["--set", "run.replicates=1e400"], "replicates"),
    (["--set", "parameters.tau=1.5"], "'parameters.tau' must be between 0 and 1, got 1.5"),
    (["--set", "parameters.tau=nan"], "parameters.tau"),
    (["--set", "parameters.tua=0.5"], "did you mean 'tau'?"),
    (["--set", "tau"], "expected KEY=VALUE"),
    (["--set", "parameters.tau=abc"], "help: 'parameters.tau' takes a number in [0, 1]"),
    (["--set", "parameters.tau="], "help: 'parameters.tau' takes a number in [0, 1]"),
    (["--set", "run.seed==1,5"], "help: 'run.seed' takes a whole number in [0, 2^63 - 1]"),
    (["--set", "hosts.MNG.member=no"], "help: 'hosts.MNG.member' takes true, false or a list of {from = date, to = date}"),
    (["--set", "leaders.putin.warrant=no"], "help: 'leaders.putin.warrant' takes a date or false"),
    (["--set", "weeks=5", "--set", "end=2026-01-01"], "give 'end' or 'weeks', not both"),
    (["no_such_case"], "the shipped cases are"),
    (["dushanbe"], "did you mean 'dushanbe_2025'?"),
    (["dushanbe_2026"], "did you mean 'dushanbe_2025'?"),
    (["dushanbe_2026.toml"], "did you mean 'dushanbe_2025.toml'?"),
    (["/"], "/"),
    (["/dev/zero"], "/dev/zero"),
]


@pytest.mark.parametrize("arguments, message", BAD_SCENARIOS, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_a_bad_scenario_leaves_with_65_and_writes_nothing(tmp_path, arguments, message):
    ran = safeconduct("run", *arguments, fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and ran.stdout == ""
    assert message in ran.stderr and ran.stderr.endswith(" problem\n")
    assert not list(tmp_path.iterdir())


def test_a_scenario_here_that_was_named_without_its_ending_is_pointed_to(tmp_path):
    (tmp_path / "mongolia.toml").write_text('extends = "dushanbe_2025.toml"\n')
    for folder, name in ((tmp_path, "mongolia"), ("/", str(tmp_path / "mongolia"))):
        ran = safeconduct("check", name, fails=True, cwd=folder)
        assert ran.returncode == 65 and f"did you mean '{name}.toml'?" in ran.stderr


def test_every_mistake_is_told_in_one_go(tmp_path):
    ran = safeconduct("check", "--set", "run.seed=-1", "--set", "parameters.tua=1", "--set", "hosts.MNG.Q=2", fails=True)
    assert ran.returncode == 65 and ran.stderr.endswith("3 problems\n")


@pytest.mark.parametrize("command", [["replay"], ["export", "trips"], ["export", "hosts"], ["export", "weeks"]])
def test_what_is_not_a_results_file_is_told_from_what_is_not_there(tmp_path, results, command):
    absent = safeconduct(*command, tmp_path / "absent.h5", fails=True)
    assert absent.returncode == 74 and "absent.h5: No such file or directory" in absent.stderr
    for name, content in (("empty", b""), ("text", b"hello\n"), ("cut", results.read_bytes()[:-100])):
        (tmp_path / name).write_bytes(content)
        ran = safeconduct(*command, tmp_path / name, fails=True)
        assert ran.returncode == 65 and str(tmp_path / name) in ran.stderr and ran.stdout == "", name
    folder = safeconduct(*command, tmp_path, fails=True)
    assert folder.returncode in (65, 74) and str(tmp_path) in folder.stderr


# ---- where the results go -----------------------------------------------------------------------------------------


def test_a_case_is_run_by_name_and_a_file_from_anywhere(tmp_path):
    safeconduct("run", "netanyahu_2024", "--replicates", "5", cwd=tmp_path)
    safeconduct("run", "netanyahu_2024.toml", "--replicates", "5", "--out", "b.h5", cwd=tmp_path)
    assert (tmp_path / "netanyahu_2024.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "mine.toml").write_text('extends = "netanyahu_2024.toml"\n[run]\nreplicates = 5\n')
    safeconduct("run", "deep/er/mine.toml", cwd=tmp_path)
    assert (tmp_path / "mine.h5").exists() and (tmp_path / "mine.run.json").exists()


def test_a_folder_hides_no_case_and_the_ending_of_a_file_of_ones_own_is_told(tmp_path):
    (tmp_path / "netanyahu_2024").mkdir()
    (tmp_path / "inner").mkdir()
    (tmp_path / "mine.toml").write_text('extends = "netanyahu_2024.toml"\n')
    safeconduct("check", "netanyahu_2024", cwd=tmp_path)
    assert "inner: error: is a folder" in safeconduct("check", "inner", fails=True, cwd=tmp_path).stderr
    assert "did you mean 'mine.toml'?" in safeconduct("check", "mine", fails=True, cwd=tmp_path).stderr


def test_without_a_word_the_default_case_is_lived(tmp_path):
    """The default of 100,000 histories takes a while: stopped as soon as it has begun."""
    with started(tmp_path) as process:
        wait_until_it_lives(process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    with h5py.File(tmp_path / "dushanbe_2025.h5") as file:
        assert file.attrs["scenario"] == "dushanbe_2025"


def test_set_changes_the_scenario_and_the_last_one_wins(tmp_path):
    safeconduct(*SHORT, "--set", "parameters.tau=0", "--set", "parameters.tau=0.25", "--out", tmp_path / "r.h5")
    with h5py.File(tmp_path / "r.h5") as file:
        assert re.search(r"^tau = 0\.25 .*--set", file["provenance/scenario"].asstr()[()], re.M)
        assert "\ntau,0.25\n" in file["world/parameters.csv"].asstr()[()]


def test_results_are_replaced_and_what_is_not_results_is_left_alone(tmp_path):
    path = tmp_path / "r.h5"
    safeconduct(*SHORT, "--out", path)
    first = path.read_bytes()
    safeconduct(*SHORT, "--seed", "7", "--out", path)
    assert path.read_bytes() != first
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["precious"] = 1
    (tmp_path / "notes.txt").write_text("precious")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("foreign.h5", "notes.txt", "empty", "folder", "dangling"):
        target = tmp_path / name
        before = target.read_bytes() if target.is_file() else None
        ran = safeconduct(*SHORT, "--out", target, fails=True)
        assert ran.returncode == 74 and f"'{target}' is not a results file of safeconduct" in ran.stderr, name
        assert ran.stdout == "" and (before is None or target.read_bytes() == before)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["r.h5", "r.run.json", "foreign.h5", "notes.txt", "empty", "folder", "dangling"]
    )


@pytest.mark.parametrize("arguments, kind", [
    (["export", "hosts", "r.h5", "--out", "r.h5"], "a table of hosts"),
    (["export", "hosts", "r.h5", "--out", "s.toml"], "a table of hosts"),
    (["export", "trips", "r.h5", "--out", "mine.csv"], "a table of trips"),
    (["route", "s.toml", "--to", "BRA", "--geojson", "package.json"], "a map of routes"),
    (["compare", "s.toml", "no_campaign", "--replicates", "9", "--out", "r.h5"], "a comparison file of safeconduct"),
    (["allocate", "s.toml", "--replicates", "9", "--out", "r.h5"], "an allocation file of safeconduct"),
    (["fit", "bashir_2009", "--out", "r.h5"], "a posterior file of safeconduct"),
    (["run", "s.toml", "--replicates", "9", "--out", "c.h5"], "a results file of safeconduct"),
])  # fmt: skip
def test_no_command_writes_over_what_is_not_of_its_kind(tmp_path, arguments, kind):
    safeconduct(*SHORT, "--out", tmp_path / "r.h5")
    safeconduct("compare", "no_warrant", "no_campaign", "--replicates", "9", "--out", tmp_path / "c.h5")
    (tmp_path / "s.toml").write_text('extends = "no_warrant.toml"\n')
    (tmp_path / "mine.csv").write_text("rep,leader\n")
    (tmp_path / "package.json").write_text('{"type": "FeatureCollection"}\n')
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    ran = safeconduct(*arguments, cwd=tmp_path, fails=True)
    assert ran.returncode == 74 and ran.stdout == ""
    assert f"'{arguments[-1]}' is not {kind} and is left alone ({arguments[-2]} FILE names another)" in ran.stderr
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_what_was_exported_is_replaced_by_the_same_kind_alone(tmp_path):
    safeconduct(*SHORT, "--out", tmp_path / "r.h5")
    for _ in range(2):
        for what in ("hosts", "trips"):
            safeconduct("export", what, "r.h5", "--out", f"{what}.csv", cwd=tmp_path)
        safeconduct("route", "--to", "BRA", "--geojson", "route.json", cwd=tmp_path)
        safeconduct("check", "--export", "world", cwd=tmp_path)
    assert safeconduct("export", "hosts", "r.h5", "--out", "trips.csv", cwd=tmp_path, fails=True).returncode == 74


def test_a_world_is_exported_over_nothing_else(tmp_path):
    (tmp_path / "shocks.csv").write_text("mine\n")
    ran = safeconduct("check", "--export", ".", cwd=tmp_path, fails=True)
    assert ran.returncode == 74 and ran.stdout == ""
    assert "shocks.csv' is not a table of an exported world and is left alone (--export DIR names another)" in ran.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["shocks.csv"]
    ran = safeconduct("check", "--export", "shocks.csv", cwd=tmp_path, fails=True)
    assert ran.returncode == 74 and "cannot create the folder 'shocks.csv': Not a directory" in ran.stderr


@pytest.mark.parametrize("arguments", [["fit", "bashir_2009"], ["freeze", "--from", "2026-01-07"]])
def test_long_work_is_not_begun_for_a_place_that_cannot_be_written(tmp_path, arguments):
    ran = safeconduct(*arguments, "--out", tmp_path / "absent" / "f", fails=True)
    assert ran.returncode == 74 and f"cannot write to '{tmp_path / 'absent'}'" in ran.stderr
    assert "left" not in ran.stderr  # no progress


@pytest.mark.parametrize("target", ["/proc/r.h5", "absent/r.h5", "file/r.h5", "n" * 300 + ".h5"])
def test_a_place_that_cannot_be_written_is_named(tmp_path, target):
    (tmp_path / "file").touch()
    ran = safeconduct(*SHORT, "--out", target, fails=True, cwd=tmp_path)
    assert ran.returncode == 74 and ran.stdout == ""
    assert target.rsplit("/", 1)[0] in ran.stderr and ran.stderr.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_file_size_limit_is_an_error_and_leaves_nothing(tmp_path):
    ran = subprocess.run(["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", PROGRAM, *SHORT, "--out", tmp_path / "r.h5"],
                         capture_output=True, text=True)
    assert ran.returncode == 74 and os.strerror(errno.EFBIG) in ran.stderr
    assert not list(tmp_path.iterdir())


def test_the_log_beside_the_results_tells_what_the_results_leave_out(tmp_path):
    arguments = ("--threads", "2", "--set", "parameters.tau=0.5", "--out", str(tmp_path / "r.h5"))
    safeconduct(*SHORT, *arguments)
    log = json.loads((tmp_path / "r.run.json").read_text())
    assert log["results"] == "r.h5" and log["threads"] == 2
    assert log["replicates_asked"] == log["replicates_lived"] == 20
    assert log["command_line"] == ["safeconduct", *SHORT, *arguments]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", log["started"]) and 0 < log["seconds"] < 300
    assert log["version"] in safeconduct("--version").stdout and log["machine"] and log["compiler"] and log["commit"]


@pytest.mark.parametrize("variables, taskset, threads", [
    ({"SLURM_CPUS_PER_TASK": "3"}, False, 3),
    ({"SLURM_CPUS_PER_TASK": "a few"}, False, len(os.sched_getaffinity(0))),
    ({}, True, 1),
])
def test_the_number_of_threads_follows_what_the_process_may_use(tmp_path, variables, taskset, threads):
    one = {min(os.sched_getaffinity(0))}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SLURM_")}
    safeconduct(*SHORT, "--out", tmp_path / "r.h5", env=clean | variables,
                preexec_fn=(lambda: os.sched_setaffinity(0, one)) if taskset else None)
    assert json.loads((tmp_path / "r.run.json").read_text())["threads"] == threads


# ---- signals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_stopped_run_writes_what_was_lived(tmp_path, number, code):
    """Equal to a run of the lived count in all but what names the count that was asked for, and the ridge."""
    with started(tmp_path, *LONG, "--out", "r.h5") as process:
        wait_until_it_lives(process)
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert time.monotonic() - began < 30  # a chunk takes a fraction of a second
    assert "wrote r.h5" in out
    log = json.loads((tmp_path / "r.run.json").read_text())
    lived = log["replicates_lived"]
    assert 0 < lived < 400000 == log["replicates_asked"]
    assert f"the {lived:,} histories of 400,000 that were done" in err
    if number != signal.SIGINT:
        return
    safeconduct("run", "bashir_2009", "--replicates", lived, "--out", tmp_path / "whole.h5")
    with h5py.File(tmp_path / "r.h5") as stopped, h5py.File(tmp_path / "whole.h5") as whole:
        assert stopped.attrs["replicates"] == whole.attrs["replicates"] == lived
        assert stopped.attrs["fingerprint"] == whole.attrs["fingerprint"]
        alike = [n for n in whole if isinstance(whole[n], h5py.Dataset) and not n.startswith(("ridge", "kap_arrest"))]
        assert len(alike) > 80
        for name in alike:
            np.testing.assert_array_equal(stopped[name][()], whole[name][()], err_msg=name)
        assert stopped["kap_arrest"].size == stopped["ridge_visits"].size == stopped.attrs["ridge_replicates"] == 0
        assert whole["kap_arrest"].size == 5 and whole.attrs["ridge_replicates"] > 0
    story = ("--replicate", lived - 1)
    a, b = (safeconduct("replay", tmp_path / name, *story).stdout for name in ("r.h5", "whole.h5"))
    assert a == b


def waits(process, number):
    status = pathlib.Path("/proc", str(process.pid), "status").read_text()
    return int(re.search(r"^ShdPnd:\s*(\w+)", status, re.M)[1], 16) >> (number - 1) & 1


SLOWLY = ("--isa", "baseline", "--threads")  # and as many chunks in hand


def signal_once(process, number):
    process.send_signal(number)
    while waits(process, number):  # two signals that wait are one
        time.sleep(0.001)


def test_a_second_signal_ends_it_at_once(tmp_path):
    with started(tmp_path, *LONG, *SLOWLY, "160", "--out", "r.h5") as process:
        wait_until_it_lives(process)
        signal_once(process, signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGSTOP)  # what is in hand is not done before
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=5)
    assert process.returncode == -signal.SIGINT
    assert not list(tmp_path.iterdir())


def test_the_same_signal_twice_within_a_second_is_one_request(tmp_path):
    """timeout signals the process, then its group."""
    with started(tmp_path, *LONG, *SLOWLY, "16", "--trips", "all", "--out", "r.h5") as process:
        wait_until_it_lives(process)
        for _ in range(2):
            signal_once(process, signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 143
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.h5", "r.run.json", "r.trips"]


def test_a_lost_connection_is_nothing_to_nohup(tmp_path):
    deaf = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with started(tmp_path, *LONG, "--out", "r.h5", preexec_fn=deaf) as process:
        wait_until_it_lives(process)
        assert not catches(process, signal.SIGHUP)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130


def test_what_has_nothing_to_save_ends_with_a_word(tmp_path):
    with started(tmp_path, "card", "--host", "MNG", "--date", "2026-09-02", "--replicates", "4000000") as process:
        while not catches(process, signal.SIGINT):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=5)[1]
    assert process.returncode == -signal.SIGINT and err.endswith("safeconduct: stopped before it was done\n")


def test_a_stopped_run_leaves_a_file_with_more_of_its_histories_alone(tmp_path):
    path = tmp_path / "r.h5"
    safeconduct("run", "bashir_2009", "--replicates", "20", "--seed", "1", "--out", path)
    with h5py.File(path, "r+") as file:
        file.attrs["replicates"] = np.int64(100000)
    before = path.read_bytes()
    for seed, kept in (("1", True), ("7", False)):
        with started(tmp_path, *LONG, "--seed", seed, "--threads", "1", "--out", "r.h5") as process:
            wait_until_it_lives(process)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        assert process.returncode == 130 and (path.read_bytes() == before) is kept
        assert ("are among the 100,000 of r.h5, which is left alone\n" in err) is kept


def test_a_stopped_run_leaves_an_older_file_until_it_has_a_new_one(tmp_path):
    safeconduct(*SHORT, "--out", tmp_path / "r.h5")
    before = (tmp_path / "r.h5").read_bytes()
    with started(tmp_path, *LONG, "--out", "r.h5") as process:
        wait_until_it_lives(process)
        process.kill()
        process.communicate(timeout=5)
    assert (tmp_path / "r.h5").read_bytes() == before


# ---- pipes and terminals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["--help"], ["check"], ["run"], ["page", "format"], ["export", "trips"]])
def test_output_that_cannot_be_written_is_an_error(tmp_path, results, command):
    arguments = {"run": [*SHORT, "--out", str(tmp_path / "r.h5")], "export": [*command, str(results)]}
    call = [PROGRAM, *arguments.get(command[0], command)]
    with open("/dev/full", "w") as full:
        for ran in (subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True),
                    subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *call], stderr=subprocess.PIPE, text=True)):
            assert ran.returncode == 74 and "cannot write to standard output: " in ran.stderr
    if command == ["run"]:  # the results themselves were written before
        assert safeconduct("replay", tmp_path / "r.h5").stdout


def test_a_reader_that_leaves_early_is_no_drama(results):
    ran = subprocess.run(["sh", "-c", '"$1" export trips "$2" | head -n 2', "sh", PROGRAM, results],
                         capture_output=True, text=True)
    assert ran.stdout.startswith("rep,leader,host") and ran.stdout.count("\n") == 2
    assert ran.stderr.startswith("note: P(arrest) rests on assumed parameters") and ran.stderr.count("\n") == 1


def test_export_to_a_file_writes_what_it_would_print(tmp_path, results):
    for what in ("trips", "hosts", "weeks"):
        assert safeconduct("export", what, results, "--out", tmp_path / what).stdout == ""
        assert (tmp_path / what).read_text() == safeconduct("export", what, results).stdout


def test_into_a_pipe_a_short_run_says_nothing_of_its_progress(tmp_path):
    assert safeconduct(*SHORT, "--out", tmp_path / "r.h5").stderr == ""


def on_terminal(tmp_path, columns=80, **variables):
    """What a run of a second draws on a terminal (standard error only)."""
    try:
        ours, theirs = pty.openpty()
    except OSError as error:  # a bare root without /dev/pts
        pytest.skip(f"no pseudo-terminal here: {error}")
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | variables
    arguments = ("run", "--replicates", "60000", "--out", "r.h5")
    with started(tmp_path, *arguments, stderr=theirs, env=environment) as process:
        os.close(theirs)
        drawn, seen = b"", ""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            ready, _, _ = select.select([ours, process.stdout], [], [], 1)
            if process.stdout in ready:
                part = os.read(process.stdout.fileno(), 65536)
                if not part and process.poll() is not None:
                    break
            if ours in ready:
                try:
                    drawn += os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
        process.wait(timeout=10)
    os.close(ours)
    assert process.returncode == 0
    return drawn.decode()


def test_on_a_terminal_one_line_is_redrawn_and_erased(tmp_path):
    drawn = on_terminal(tmp_path)
    assert "\n" not in drawn and drawn.endswith("\r\x1b[K")
    lines = drawn.split("\r")[1:-1]
    assert len(lines) >= 2
    for line in lines:
        assert re.search(r"[\d,]+ of [\d,]+ histories", line)
        assert len(re.sub(r"\x1b\[\d*[mK]", "", line)) < 80
    assert "\x1b[32m#" in drawn


def test_no_color_means_no_colour(tmp_path):
    drawn = on_terminal(tmp_path, NO_COLOR="1")
    assert "histories" in drawn and not re.search(r"\x1b\[\d+m", drawn)


def test_a_dumb_terminal_is_treated_as_a_pipe(tmp_path):
    assert "\x1b" not in on_terminal(tmp_path, TERM="dumb")


@pytest.mark.parametrize("columns", [30, 50])
def test_a_narrow_terminal_is_not_overrun(tmp_path, columns):
    drawn = on_terminal(tmp_path, columns=columns)
    for line in drawn.split("\r"):
        assert len(re.sub(r"\x1b\[\d*[mK]", "", line)) < columns


def test_nothing_is_written_into_the_checkout(tmp_path):
    cases = SOURCE / "scenarios" / "cases"
    before = sorted(p.name for p in cases.iterdir())
    safeconduct("check", "--export", tmp_path / "w")
    assert sorted(p.name for p in cases.iterdir()) == before
    assert {p.name for p in pathlib.Path(tmp_path / "w").iterdir()} >= {"hosts.csv", "leaders.csv", "parameters.csv"}


def test_one_history_tells_no_error(tmp_path):
    told = safeconduct("run", "dushanbe_2025", "--replicates", 1, "--out", tmp_path / "one.h5").stdout
    assert ", 1 history, seed" in told and "a year (one history: its error is not known)" in told
    assert "± 0.00, simulation error" not in told
    with h5py.File(tmp_path / "one.h5") as file:
        assert all(np.isnan(file[name][()]).all() for name in ("measure_se", "host_visits_se", "final_nu_se"))
