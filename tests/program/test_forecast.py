"""freeze and score: a forecast is the same whenever it is made, cannot be changed unseen, and is scored as it says."""
import hashlib
import json
import re

import numpy as np
import pytest
from program import safeconduct

HEADER = "leader,id,start,end,host_iso3,city,event,kind,host_icc_member_at_date,outcome,source,confidence\n"


def freeze(path, *options):
    return safeconduct("freeze", "dushanbe_2025", "--from", "2025-08-01", "--weeks", 20, "--replicates", 512, "--out", path,
                       *options)


@pytest.fixture(scope="module")
def forecast(tmp_path_factory):
    path = tmp_path_factory.mktemp("forecast") / "f.json"
    freeze(path)
    return path


@pytest.fixture
def record(tmp_path):
    rows = [("P1", "2025-08-15", "USA", "Talks", "visited"), ("P2", "2025-08-31", "CHN", "SCO summit", "visited"),
            ("P3", "2025-10-09", "TJK", "CIS summit", "visited"), ("P4", "2025-10-30", "HUN", "Talks", "event_moved"),
            ("P5", "2025-11-22", "ZAF", "G20 summit", "virtual_or_delegate"), ("P6", "2025-11-01", "FJI", "Call", "visited"),
            ("P7", "2026-02-01", "KAZ", "Call", "visited")]
    path = tmp_path / "happened.csv"
    path.write_text(HEADER + "".join(f"Vladimir Putin,{i},{day},{day},{host},X,{event},other,,{out},test,high\n"
                                     for i, day, host, event, out in rows))
    return path


def test_the_same_whenever_and_with_any_threads(forecast, tmp_path):
    for threads in (1, 3):
        freeze(tmp_path / f"{threads}.json", "--threads", threads)
        assert (tmp_path / f"{threads}.json").read_bytes() == forecast.read_bytes()


def test_the_hash_is_of_the_lines_between(forecast):
    lines = forecast.read_bytes().splitlines(keepends=True)
    whole = json.loads(forecast.read_text())
    assert hashlib.sha256(b"".join(lines[1:-1])).hexdigest() == whole["sha256"]
    f = whole["forecast"]
    assert (f["stated"], f["from"], f["to"], f["histories"]) == ("2025-08-01", "2025-08-06", "2025-12-23", 512)
    leader = f["leaders"][0]
    assert sum(leader["by_visits"]) == sum(leader["by_member_visits"]) == 512
    assert sum(h["visits"] for h in leader["hosts"]) == sum(k * n for k, n in enumerate(leader["by_visits"]))
    for event in leader["events"]:
        assert "2025-08-06" <= event["date"] <= "2025-12-23"
        said = sum(event[x] for x in ("goes", "delegates", "skips", "stays_home", "withdrawn", "arrested"))
        assert 500 < said <= 512 and event["goes"] >= event["cut_short"]


def test_a_forecast_is_never_written_over(forecast):
    ran = safeconduct("freeze", "--from", "2025-08-01", "--out", forecast, fails=True)
    assert ran.returncode == 74 and "not written over" in ran.stderr


def test_any_change_is_seen(forecast, tmp_path, record):
    good = forecast.read_text()
    changes = [re.sub(r'"goes": (\d)', lambda m: f'"goes": {9 - int(m[1])}', good, count=1), good.replace("2025-08-01", "2025-07-01"), good[:-3], good + " ",
               good.replace("\n ", "\n  ", 1), good.replace('"sha256": "', '"sha256": "0', 1), "", "{}"]
    for text in changes:
        assert text != good
        (tmp_path / "f.json").write_text(text)
        ran = safeconduct("score", tmp_path / "f.json", "--records", record, fails=True)
        assert ran.returncode == 65 and "f.json" in ran.stderr, text[:100]


def scored(forecast, record, *options):
    lines = safeconduct("score", forecast, "--records", record, "--json", *options).stdout.splitlines()
    return {(row["of"], row["score"]): row for row in map(json.loads, lines)}


def test_scores_are_those_of_the_counts(forecast, record):
    leader = json.loads(forecast.read_text())["forecast"]["leaders"][0]
    chance = lambda n: (n + 0.5) / 513
    mine = scored(forecast, record)

    by_host = {e["host"]: e for e in leader["events"] if e["host"] in ("USA", "CHN", "TJK", "HUN", "ZAF")
               and e["date"] not in ("2025-09-23",)}
    p = np.array([chance(by_host[h]["goes"] + by_host[h]["arrested"]) for h in ("USA", "CHN", "TJK", "HUN", "ZAF")])
    y = np.array([1, 1, 1, 0, 0])
    assert mine["events", "brier"]["value"] == pytest.approx(((p - y) ** 2).mean(), abs=1e-5)
    assert mine["events", "log"]["value"] == pytest.approx(-np.log(np.where(y, p, 1 - p)).mean(), abs=1e-5)

    gone = {"USA", "CHN", "TJK", "FJI"}
    hosts = {h["host"]: chance(h["visited"]) for h in leader["hosts"]}
    p = np.array(list(hosts.values()))
    y = np.array([h in gone for h in hosts])
    assert gone < set(hosts) and "RUS" not in hosts and min(p) == chance(0)  # not only hosts that some history visited
    assert mine["hosts", "brier"]["value"] == pytest.approx(((p - y) ** 2).mean(), abs=1e-5)

    n = np.array(leader["by_visits"])
    assert mine["visits", "crps"]["record"] == 4
    assert mine["visits", "crps"]["below"] == pytest.approx(n[:5].sum() / 512, abs=1e-5)
    assert mine["visits", "crps"]["above"] == pytest.approx(n[4:].sum() / 512, abs=1e-5)
    at_or_below = np.cumsum(n) / 512
    assert mine["visits", "crps"]["value"] == pytest.approx(((at_or_below - (np.arange(len(n)) >= 4)) ** 2).sum(), abs=1e-5)


def test_what_a_record_cannot_say_is_not_scored(forecast, record, tmp_path):
    """A record that ends within the forecast's weeks does not tell where nobody went, unless it is said to be complete."""
    short = tmp_path / "short.csv"
    short.write_text("".join(line for line in record.read_text().splitlines(keepends=True) if "P7" not in line))
    assert {of for of, _ in scored(forecast, short)} == {"events"}
    assert {of for of, _ in scored(forecast, short, "--complete")} > {"events", "hosts", "visits"}


def test_one_leaders_record_says_nothing_of_another(forecast, record, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(record.read_text().replace("Vladimir Putin,P7", "Omar al-Bashir,P7"))
    assert {of for of, _ in scored(forecast, other)} == {"events"}
    assert "No decision of this leader's" in safeconduct("score", forecast, "--records", other).stdout


def test_a_leader_whom_the_record_does_not_know_is_named(forecast, record):
    """With --complete a name spelt otherwise would be scored as one who went nowhere."""
    assert safeconduct("score", forecast, "--records", record).stderr == ""
    record.write_text(record.read_text().replace("Vladimir Putin", "V. Putin"))
    note = safeconduct("score", forecast, "--records", record, "--complete", "--json").stderr
    assert note == f"note: {record}: no decision of 'Vladimir Putin' ('putin'), by either name\n"


def test_who_is_a_member_is_the_models_word(forecast, record, tmp_path):
    """The counts of histories go by the model's duties; the record's column may be empty."""
    mine = scored(forecast, record)["visits to members", "crps"]
    assert mine["record"] == 2  # TJK and FJI
    told = tmp_path / "told.csv"
    told.write_text(record.read_text().replace(",other,,", ",other,0,"))
    assert scored(forecast, told)["visits to members", "crps"] == mine


def test_who_leaves_within_the_weeks_is_a_member_until_then(tmp_path):
    """As in the histories: Hungary's withdrawal takes effect on 2 June 2026."""
    path, happened = tmp_path / "f.json", tmp_path / "happened.csv"
    safeconduct("freeze", "dushanbe_2025", "--from", "2026-05-01", "--weeks", 10, "--replicates", 512, "--out", path)
    hosts = {h["host"]: h for h in json.loads(path.read_text())["forecast"]["leaders"][0]["hosts"]}
    assert hosts["HUN"]["member"] and hosts["HUN"]["member_changes"] == ["2026-06-03"]
    assert "member_changes" not in hosts["MNG"]
    for day, members in (("2026-06-02", 1), ("2026-06-03", 0)):
        happened.write_text(HEADER + f"Vladimir Putin,P1,{day},{day},HUN,X,Call,other,,visited,test,high\n")
        assert scored(path, happened, "--complete")["visits to members", "crps"]["record"] == members


def test_names_with_quotes_are_json(tmp_path, record):
    freeze(tmp_path / "f.json", "--set", 'leaders.putin.name="V. \\"X\\" Putin"')
    told = tmp_path / "told.csv"
    told.write_text(record.read_text().replace("Vladimir Putin", "putin"))
    lines = safeconduct("score", tmp_path / "f.json", "--records", told, "--json").stdout.splitlines()
    assert {json.loads(line)["leader"] for line in lines} == {'V. "X" Putin'}


def test_hosts_that_nobody_visits_are_not_among_those_visited(tmp_path):
    told = safeconduct("freeze", "dushanbe_2025", "--from", "2025-06-04", "--weeks", 1, "--replicates", 64,
                       "--out", tmp_path / "f.json").stdout
    assert "visits; at least one" in told and "AFG" not in told


def test_set_counts_the_histories_as_its_short_form_does(tmp_path):
    for name, few in (("short", ("--replicates", 64)), ("long", ("--set", "run.replicates=64"))):
        safeconduct("freeze", "dushanbe_2025", "--from", "2026-06-01", *few, "--out", tmp_path / name)
    assert (tmp_path / "short").read_bytes() == (tmp_path / "long").read_bytes()


@pytest.mark.parametrize("options", [[], ["--from", "soon"], ["--from", "2024-01-01"], ["--from", "2026-12-01", "--weeks", 40]])
def test_mistakes(options, tmp_path):
    ran = safeconduct("freeze", *options, "--out", tmp_path / "f.json", fails=True)
    assert ran.returncode == 2 and "--from" in ran.stderr
    assert not (tmp_path / "f.json").exists()
