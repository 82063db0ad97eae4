"""The world's attributes, built a second time from the tables of scenarios/world by the rules of world/SOURCES.md, equal
those that the program exports. Written from the rules, not from scenarios/derive.cpp."""

import csv
import datetime as dt
import math
import os
import pathlib
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORLD = ROOT / "scenarios" / "world"
PROGRAM = pathlib.Path(os.environ.get("SAFECONDUCT", ROOT / "build" / "release" / "safeconduct"))
CASES = {"putin_2023": ("putin", "RUS"), "bashir_2009": ("bashir", "SDN"), "netanyahu_2024": ("netanyahu", "ISR")}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def number(text):
    return float(text) if text else math.nan


def or_other(row, name, late, early_suffix="_0915", late_suffix="_latest"):
    """The epoch's figure, else the other epoch's, else nan."""
    figures = [number(row[name + early_suffix]), number(row[name + late_suffix])]
    own, other = figures[late], figures[1 - late]
    return other if math.isnan(own) else own


def holds(row, day, start="from", end="to"):
    return (not row[start] or row[start] <= day) and (not row[end] or day < row[end])


class Rules:
    """The rules of SOURCES.md for one start date (text, so that dates compare as text)."""

    def __init__(self, start):
        self.start = start
        self.late = int(start[:4]) >= 2016
        self.states = {row["state"]: row for row in read(WORLD / "states.csv")}
        self.vdem = {row["state"]: row for row in read(WORLD / "vdem.csv")}
        self.icc = {row["state"]: row for row in read(WORLD / "icc.csv")}
        self.members = [row for row in read(WORLD / "blocs.csv") if row["status"] == "member"]
        self.home_blocs = read(WORLD / "home_blocs.csv")
        self.western = read(WORLD / "western.csv")
        self.rulers = read(WORLD / "rulers.csv")
        self.dated = read(WORLD / "dated.csv")
        self.reach = read(WORLD / "ngo_reach.csv")

    def member(self, bloc, state, day):
        return any(m["bloc"] == bloc and m["state"] == state and holds(m, day) for m in self.members)

    def J(self, state):
        both = [or_other(self.vdem[state], name, self.late) for name in ("judicial_constraint", "rule_of_law")]
        return 0.5 if any(map(math.isnan, both)) else sum(both) / 2

    def C(self, state):
        figure = or_other(self.vdem[state], "civil_society", self.late)
        return 0.5 if math.isnan(figure) else figure

    def mass(self, state):
        gdp = or_other(self.states[state], "gdp", self.late, "_2012", "_2023")
        return 0.0 if math.isnan(gdp) else min(max((math.log10(gdp) - 8) / 5.4, 0), 1)

    def Q(self, state):
        if state not in self.icc:
            return 0
        if self.icc[state]["implementing_legislation"]:
            return int(self.icc[state]["implementing_legislation"])
        return int(self.member("COE", state, self.start) or self.J(state) > 0.8)

    def W(self, state, day):
        row, years = self.states[state], "_1822" if self.late else "_0915"
        aid = np.nan_to_num(number(row["aid_us" + years])) + np.nan_to_num(number(row["aid_eu" + years])) / 2
        by_aid = min(max(0.6 * aid / 0.02, 0), 0.6)
        belongs = {bloc: self.member(bloc, state, day) for bloc in ("EU", "NATO", "OECD", "EU_MICRO", "MNNA", "EU_CAND")}
        if state == "USA":
            tier = 1.0
        elif belongs["EU"] and belongs["NATO"]:
            tier = 0.95
        elif belongs["EU"] or belongs["NATO"]:
            tier = 0.9
        elif belongs["OECD"] or belongs["EU_MICRO"]:
            tier = 0.7
        elif belongs["MNNA"]:
            tier = 0.6
        elif belongs["EU_CAND"]:
            tier = 0.5
        else:
            tier = None
        limits = [float(row["limit"]) for row in self.western if row["state"] == state and holds(row, day)]
        if limits:
            return min(by_aid if tier is None else tier, limits[0])
        return max(0.1, by_aid) if tier is None else tier

    def shared_blocs(self, home, host, day):
        blocs = [row["bloc"] for row in self.home_blocs if row["home"] == home]
        return min(sum(self.member(b, home, day) and self.member(b, host, day) for b in blocs) / 5, 1)

    def tenure(self, state):
        since = max((r["since"] for r in self.rulers if r["state"] == state and r["since"] <= self.start), default=None)
        if since is None:
            return 0.0
        years = (dt.date.fromisoformat(self.start) - dt.date.fromisoformat(since)).days / 365.25
        polyarchy = or_other(self.vdem[state], "polyarchy", self.late)
        return min(years / 20, 1) * (1 - (0.5 if math.isnan(polyarchy) else polyarchy))

    def dated_value(self, feature, home, host, day, value):
        rows = [r for r in self.dated if (r["target"], r["home"], r["host"]) == (feature, home, host) and r["date"] <= day]
        return float(max(rows, key=lambda r: r["date"])["value"]) if rows else value

    def dyads(self, home):
        rows = read(WORLD / f"dyads_{home.lower()}.csv")
        arms, votes, two = ("1423", "1519", ("2024", "2023")) if self.late else ("0514", "0914", ("2012", "2012"))

        def share(row, name, years):
            known = [number(row[f"{name}_{y}"]) for y in years if row[f"{name}_{y}"]]
            return sum(known) / len(known) if known else 0.0

        known_votes = np.array([float(r["unga_agreement_" + votes]) for r in rows if r["unga_agreement_" + votes]])
        median, top = np.median(known_votes), np.quantile(known_votes, 0.98)
        found = {}
        for row in rows:
            host = row["host"]
            trade = share(row, "trade_share", ["2023"] if self.late else ["0911", "1416"])
            home_trade = share(row, "home_trade_share", ["1416"] if self.late else ["0911", "1416"])
            agreement = number(row["unga_agreement_" + votes])
            x = {
                "trade": min((trade + home_trade) / 0.3, 1),
                "pact": float(row["pact_" + two[0]]),
                "base": float(row["base_" + two[1]]),
                "arms": np.nan_to_num(number(row["arms_share_" + arms])),
                "unga": 0.0 if math.isnan(agreement) else float(np.clip((agreement - median) / (top - median), 0, 1)),
                "border": float(row["border_2016"]),
                "blocs": self.shared_blocs(home, host, self.start),
                "tenure": self.tenure(host),
                "hostility": 0.0,
                "patronage": (np.nan_to_num(number(row["home_arms_share_" + arms])) + min(home_trade / 0.3, 1)) / 2,
            }
            found[host] = {k: self.dated_value(k, home, host, self.start, v) for k, v in x.items()}
        return found


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory):
    """The exported tables of a shipped case, and the rules at its start."""
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not built")
    folder = tmp_path_factory.mktemp(request.param)
    scenario = ROOT / "scenarios" / "cases" / f"{request.param}.toml"
    subprocess.run([PROGRAM, "check", scenario, "--export", folder], check=True, capture_output=True)
    lines = scenario.read_text(encoding="utf-8").splitlines()
    start = next(line.split("=")[1].split("#")[0].strip() for line in lines if line.startswith("start"))
    tables = {name: read(folder / f"{name}.csv") for name in ("hosts", "leaders", "dyads", "shocks", "reach", "ngos")}
    return tables, Rules(start), *CASES[request.param]


def test_hosts_are_the_rules_applied_to_the_tables(case):
    tables, rules, _, _ = case
    exported = {row["host"]: row for row in tables["hosts"]}
    assert exported.keys() == rules.states.keys()
    for state, row in exported.items():
        expected = {"J": rules.J(state), "Q": rules.Q(state), "C": rules.C(state), "W": rules.W(state, rules.start),
                    "mass": rules.mass(state)}
        for name, value in expected.items():
            assert float(row[name]) == pytest.approx(value, abs=1e-9), (state, name)


def test_membership_begins_in_the_first_week_on_or_after_its_date(case):
    tables, rules, _, _ = case
    start = dt.date.fromisoformat(rules.start)

    def weeks(text):
        return str(math.ceil((dt.date.fromisoformat(text) - start).days / 7)) if text else ""

    exported = {row["host"]: (row["member_from"], row["member_to"]) for row in tables["hosts"]}
    for state in rules.states:
        row = rules.icc.get(state)
        assert exported[state] == ((weeks(row["in_force"]), weeks(row["withdrawn"])) if row else ("", "")), state


def test_dyads_are_the_rules_applied_to_the_tables(case):
    tables, rules, _, home = case
    exported = {row["host"]: row for row in tables["dyads"]}
    expected = rules.dyads(home)
    assert len(expected) == 196
    for host, features in expected.items():
        for name, value in features.items():
            assert float(exported[host][name]) == pytest.approx(value, abs=1e-9), (host, name)


def test_blocs_and_dependence_on_the_west_follow_memberships_to_the_last_week(case):
    tables, rules, leader, home = case
    weeks = int(tables["leaders"][0]["weeks"])
    last = str(dt.date.fromisoformat(rules.start) + dt.timedelta(days=7 * (weeks - 1)))
    W = {row["host"]: float(row["W"]) for row in tables["hosts"]}
    blocs = {row["host"]: float(row["blocs"]) for row in tables["dyads"]}
    for shock in tables["shocks"]:
        if shock["target"] == "W":
            W[shock["host"]] = float(shock["value"])
        elif shock["target"] == "blocs":
            blocs[shock["host"]] = float(shock["value"])
    for state in rules.states:
        assert W[state] == pytest.approx(rules.W(state, last), abs=1e-9), state
        if state != home:
            assert blocs[state] == pytest.approx(rules.shared_blocs(home, state, last), abs=1e-9), state


def test_dated_facts_reach_the_last_week(case):
    tables, rules, leader, home = case
    weeks = int(tables["leaders"][0]["weeks"])
    last = str(dt.date.fromisoformat(rules.start) + dt.timedelta(days=7 * (weeks - 1)))
    for name in ("pact", "base", "border", "hostility"):
        values = {row["host"]: float(row[name]) for row in tables["dyads"]}
        for shock in tables["shocks"]:
            if shock["target"] == name:
                values[shock["host"]] = float(shock["value"])
        for row in rules.dated:
            if row["target"] == name and row["home"] == home:
                expected = rules.dated_value(name, home, row["host"], last, values[row["host"]])
                assert values[row["host"]] == expected, (row["host"], name)


def test_reach_is_given_by_the_last_rule_that_fits(case):
    tables, rules, _, _ = case
    budgets = {row["ngo"]: float(row["B"]) for row in tables["ngos"]}
    assert sum(budgets.values()) == pytest.approx(5)
    exported = {(row["ngo"], row["host"]): float(row["G"]) for row in tables["reach"]}
    for ngo in budgets:
        for state, row in rules.states.items():
            fits = {
                "all": lambda which: True,
                "member": lambda which: state in rules.icc,
                "law": lambda which: rules.Q(state) == 1,
                "region": lambda which: row["region"] == which,
                "bloc": lambda which: rules.member(which, state, rules.start),
                "state": lambda which: which == state,
            }
            reach = 0.0
            for rule in rules.reach:
                if rule["ngo"] == ngo and fits[rule["where"]](rule["which"]):
                    reach = float(rule["reach"])
            assert exported.get((ngo, state), 0.0) == pytest.approx(reach, abs=1e-9), (ngo, state)
