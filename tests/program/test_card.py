"""card puts a trip into the calendar and lives it: its shares are those of a run with the same event, and they add up."""
import json

import h5py
import pytest
from program import safeconduct

TRIP = ("--host", "MNG", "--date", "2026-09-02")


def card(*options):
    return json.loads(safeconduct("card", "dushanbe_2025", *options, "--json").stdout)


@pytest.fixture(scope="module")
def mongolia():
    return card(*TRIP, "--replicates", 4000)


def test_its_shares_are_those_of_a_run_with_the_same_event(mongolia, tmp_path):
    key = "events.trip_card."
    event = [key + 'host="MNG"', key + "start=2026-09-02", key + "days=2"]
    path = tmp_path / "r.h5"
    safeconduct("run", "dushanbe_2025", "--replicates", 4000, "--out", path, *[w for e in event for w in ("--set", e)])
    with h5py.File(path) as f:
        row = f["event_name"].asstr()[()].tolist().index("trip_card")
        count = {name: int(f[f"event_{name}"][row]) for name in
                 "opportunities go delegate skip visited cut_short stays_home withdrawn".split()}
    n = count["opportunities"]
    assert mongolia["invitations"] == n
    for name in ("go", "delegate", "skip", "stays_home", "withdrawn", "cut_short"):
        assert mongolia["odds"][name]["share"] == pytest.approx(count[name] / n)
    assert mongolia["odds"]["visit"]["share"] == pytest.approx((count["visited"] + count["cut_short"]) / n)


def test_shares_add_up_and_lie_in_their_intervals(mongolia):
    odds = mongolia["odds"]
    assert odds["go"]["share"] + odds["delegate"]["share"] + odds["skip"]["share"] == pytest.approx(1)
    assert odds["withdrawn"]["share"] + odds["stays_home"]["share"] + odds["visit"]["share"] <= odds["go"]["share"] + 1e-12
    assert odds["finding"]["share"] == pytest.approx(odds["visit"]["share"] / 2)  # zeta
    for share in odds.values():
        assert 0 <= share["low"] <= share["share"] <= share["high"] <= 1


def test_arrest_is_a_row_never_a_point(mongolia):
    ridge = mongolia["arrest_ridge"]
    assert [round(p["kap_arrest"], 1) for p in ridge] == [5.0, 6.0, 6.5, 7.0, 8.0]
    chances = [p["p_arrest"] for p in ridge]
    assert chances == sorted(chances, reverse=True) and chances[0] > 3 * chances[-1] > 0
    visits = [p["visit"] for p in ridge]
    assert max(visits) - min(visits) < 0.03  # the record could not tell them apart
    assert "assumed" in mongolia["caveat"]
    text = safeconduct("card", "dushanbe_2025", *TRIP, "--replicates", 300).stdout
    assert "never as a point" in text and mongolia["caveat"] in text


def test_without_arrests_by_assumption_there_is_no_row(tmp_path):
    never = ("--set", "parameters.kap_arrest=inf", "--replicates", 300)
    for text in (safeconduct("card", "dushanbe_2025", *TRIP, *never).stdout,
                 safeconduct("run", "dushanbe_2025", *never, "--out", tmp_path / "r.h5").stdout):
        assert "none by assumption" in text and "inf*" not in text and "the row" not in text.replace("row of", "")
        assert "stands in the row of P(arrest)" not in text
    free = safeconduct("run", "no_warrant", "--replicates", 300, "--out", tmp_path / "f.h5").stdout
    assert "P(arrest): none, no host ever has a duty to arrest\n" in free and "Read the row" not in free


def test_reasons_and_ignorance(mongolia):
    assert mongolia["visit_by_resolve_histories"] == mongolia["drivers"]["histories"] < mongolia["invitations"]
    going = {t["term"]: t for t in mongolia["drivers"]["going"]}
    assert going["fear of arrest"]["mean"] < 0 < going["value of the occasion"]["mean"]
    assert going["value of the occasion"]["sd"] == pytest.approx(0, abs=1e-6)
    fifths = [s["share"] for s in mongolia["visit_by_resolve"]]
    assert len(fifths) == 5 and fifths[0] > fifths[-1]  # a softer host is visited more
    split = mongolia["variance_of_the_visit"]
    assert 0 < split["hidden_resolve_of_the_host"] < 0.5 and sum(split.values()) == pytest.approx(1)


def test_too_few_histories_do_not_tell_what_resolve_explains():
    few = card(*TRIP, "--replicates", 64)
    assert few["visit_by_resolve"] == [] and set(few["variance_of_the_visit"].values()) == {None}


def test_an_occasion_worth_more_is_visited_more():
    plain, summit = (card(*TRIP, "--replicates", 1000, *more) for more in ((), ("--value", "3")))
    assert summit["odds"]["go"]["low"] > plain["odds"]["go"]["high"]


def test_ignorance_of_parameters_is_told_from_chance(tmp_path):
    table = tmp_path / "sets.csv"
    table.write_text("b_V\n" + "\n".join(str(1.5 + 0.25 * (i % 9)) for i in range(20)) + "\n")
    unsure = card(*TRIP, "--replicates", 2560, "--posterior", table)["posterior"]
    assert unsure["sets"] == 20 and unsure["ignorance"] > 2 * unsure["ignorance_se"] > 0
    table.write_text("b_V\n" + "2.5\n" * 20)
    sure = card(*TRIP, "--replicates", 2560, "--posterior", table)["posterior"]
    assert abs(sure["ignorance"]) < 4 * sure["ignorance_se"] and sure["ignorance"] < unsure["ignorance"] / 3


def test_findings_follow_the_sets_own_zeta(tmp_path):
    table = tmp_path / "sets.csv"
    table.write_text("zeta\n" + "1\n" * 20)
    odds = card(*TRIP, "--replicates", 1280, "--posterior", table)["odds"]
    assert odds["finding"]["share"] == odds["visit"]["share"] > 0


def test_the_trip_is_named_as_it_was_asked_for():
    first = [safeconduct("card", *TRIP, "--replicates", 64, "--days", days, "--value", 0.25).stdout.splitlines()[0]
             for days in (0.5, 1, 1.5)]
    assert [line.split(", ")[2:4] for line in first] == [[days, "an occasion of value 0.25; the host has a duty to arrest"]
                                                         for days in ("0.5 days", "1 day", "1.5 days")]


def test_no_duty_no_arrest():
    china = card("--host", "CHN", "--date", "2026-09-02", "--replicates", 500)
    assert china["arrest_ridge"] == [] and not china["duty"] and china["odds"]["finding"]["high"] == 0


def test_a_visit_that_was_not_seen_may_be_found_against():
    never = card(*TRIP, "--replicates", 300, "--set", "leaders.putin.loss=inf")["odds"]
    assert never["visit"]["share"] == never["finding"]["share"] == 0
    assert 0 < never["finding"]["high"] == pytest.approx(never["visit"]["high"] / 2)  # zeta


@pytest.mark.parametrize("trip, code, words", [
    ((), 2, "--host"),
    (("--host", "XXX", "--date", "2026-09-02"), 2, "option '--host': 'XXX' is not in the scenario"),
    (("--host", "MNG", "--date", "2036-09-02"), 2, "inside the scenario"),
    (("--host", "MNG", "--date", "2024-09-02"), 2, "week 0"), (("--host", "RUS", "--date", "2026-09-02"), 2, "home"),
    ((*TRIP, "--leader", "bashir"), 2, "option '--leader': 'bashir' is not in the scenario: known: putin"),
    (("--host", "MNG", "--date", "soon"), 2, "a date such as"),
    ((*TRIP, "--days", "0"), 2, "a number from 0.5 to 60"), ((*TRIP, "--lead", "1.5"), 2, "a whole number from 1 to 104"),
    ((*TRIP, "--kind", "foo"), 2, "option '--kind': 'foo' is not a kind of event: known: state_visit, "),
    ((*TRIP, "--kind", "foo", "--set", "parameters.tua=1"), 65, "did you mean 'tau'?")])
def test_mistakes(trip, code, words):
    wrong = safeconduct("card", "dushanbe_2025", *trip, fails=True)
    assert wrong.returncode == code and words in wrong.stderr
