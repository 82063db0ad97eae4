"""route, the cache it leans on, and what check says about closures."""
import json
import os
import re
import time

from program import rows, safeconduct


def hours(text, word):
    return float(re.search(rf"^{word}.*?: ([\d.]+) h", text, re.M)[1])


def test_a_route_is_told_and_drawn(tmp_path):
    told = safeconduct("route", "netanyahu_2024", "--to", "USA", "--avoid", "FRA,ITA,GRC", "--geojson", tmp_path / "r.json").stdout
    assert hours(told, "direct") < hours(told, "avoiding") < 1.2 * hours(told, "direct")
    drawn = json.loads((tmp_path / "r.json").read_text())
    direct, avoiding = drawn["features"]
    assert [f["properties"]["route"] for f in drawn["features"]] == ["direct", "avoid"]
    over = {o["state"] for o in avoiding["properties"]["over"]}
    assert not over & {"FRA", "ITA", "GRC"} and {o["state"] for o in direct["properties"]["over"]} & {"FRA", "ITA", "GRC"}
    (line,) = avoiding["geometry"]["coordinates"]
    assert line[0] == [35.23, 31.77] or abs(line[0][0] - 35.2) < 0.2 and abs(line[0][1] - 31.8) < 0.2
    assert abs(line[-1][0] + 77) < 0.3 and abs(line[-1][1] - 38.9) < 0.3
    assert abs(avoiding["properties"]["detour_hours"] - (hours(told, "avoiding") - hours(told, "direct"))) < 0.011


def test_a_line_is_cut_at_the_date_line(tmp_path):
    safeconduct("route", "--to", "FJI", "--set", "leaders.putin.refused_by=[]", "--geojson", tmp_path / "r.json")
    for feature in json.loads((tmp_path / "r.json").read_text())["features"]:
        for line in feature["geometry"]["coordinates"]:
            assert all(abs(a[0] - b[0]) < 90 for a, b in zip(line, line[1:]))


def test_closures_are_told(tmp_path):
    told = safeconduct("check", "dushanbe_2025").stderr
    assert re.search(r"putin has no way to .*\bSRB\b", told) and "HUN" not in told.split("no way to")[1].split("(")[0]
    assert "no route to its host): francis_funeral" in told  # the Vatican lies in Italy
    shut = safeconduct("check", "dushanbe_2025", "--set", "leaders.putin.corridors.HUN=[]").stderr
    assert re.search(r"no way to .*\bHUN\b", shut) and "budapest_2025" in shut
    assert "lies behind states that refuse" in safeconduct("route", "--to", "SRB").stdout
    assert safeconduct("check", "bashir_2009").stderr.count("no way to") == 0


def test_a_state_that_is_not_there_yet_is_told():
    south_sudan = lambda week: safeconduct("route", "bashir_2009", "--to", "SSD", "--week", week).stdout
    assert "there is no such state in that week" in south_sudan(10) and "no such state" not in south_sudan(140)


def test_mistakes_have_a_way_out():
    for words in (["route"], ["route", "--to", "XXX"], ["route", "--to", "RUS"], ["route", "--to", "BRA", "--avoid", "ZZZ"],
                  ["route", "--to", "BRA", "--leader", "puttin"]):
        ran = safeconduct(*words, fails=True)
        assert ran.returncode == 2 and ran.stderr.startswith("safeconduct: "), words
    ran = safeconduct("check", "dushanbe_2025", "--set", "leaders.putin.corridors={HUN=[\"BGX\"]}", fails=True)
    assert ran.returncode == 65 and "BGX" in ran.stderr


def test_the_cache_may_be_lost(tmp_path):
    """Planned, taken from the cache, and planned again because the cache was damaged: the same table."""
    cache = tmp_path / "cache"

    def flights(name, **variables):
        safeconduct("check", "dushanbe_2025", "--export", tmp_path / name, variables=variables)
        return (tmp_path / name / "flights.csv").read_text()

    planned = flights("a", SAFECONDUCT_CACHE="")
    assert not cache.exists()
    assert flights("b", SAFECONDUCT_CACHE=str(cache)) == planned
    (entry,) = cache.iterdir()
    before = time.process_time(), os.times().children_user
    assert flights("c", SAFECONDUCT_CACHE=str(cache)) == planned
    assert os.times().children_user - before[1] < 1
    entry.write_bytes(entry.read_bytes()[:-100])
    assert flights("d", SAFECONDUCT_CACHE=str(cache)) == planned
    cache.joinpath("x").write_text("")
    assert flights("e", SAFECONDUCT_CACHE=str(cache / "x")) == planned  # no folder at all


def test_replay_tells_the_flight(tmp_path):
    safeconduct("run", "dushanbe_2025", "--replicates", 5, "--out", tmp_path / "r.h5")
    told = safeconduct("replay", tmp_path / "r.h5", "--replicate", 3).stdout
    assert re.search(r"departs for .* flying \d+\.\d h", told)
    table = [row for row in rows(safeconduct("export", "trips", tmp_path / "r.h5").stdout) if float(row["hours"]) > 0]
    assert any(row["host"] == "TJK" or row["over"] for row in table)
    assert all(set(row["over"].split()).isdisjoint({"RUS", row["host"]}) for row in table)
