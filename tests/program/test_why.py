"""why explains the decisions that replay tells: same odds, terms that add up, and a change that turns what it says."""
import json
import math

import pytest
from program import safeconduct


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    path = tmp_path_factory.mktemp("why") / "r.h5"
    safeconduct("run", "two_leaders_2025", "--replicates", 40, "--set", "parameters.kap_arrest=4", "--out", path)
    return path


def why(results, *options):
    return json.loads(safeconduct("why", results, "--json", *options).stdout)


def replay(results, n):
    return json.loads(safeconduct("replay", results, "--replicate", n, "--json").stdout)


def kinds_of_decisions(results, n):
    """The places of each leader's own ideas and of events, with a duty or without, by answer and outcome."""
    listed, told = why(results, "--replicate", n)["decisions"], replay(results, n)["decisions"]
    kinds = {}
    for k, (d, t) in enumerate(zip(listed, told, strict=True)):
        kinds.setdefault((d["leader"], t["ev"] < 0, d["duty"], d["answer"], d["outcome"]), []).append(k)
    assert len(kinds) > 20
    return kinds.values()


def near(a, b):
    return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-5)


def test_it_lists_the_decisions_of_the_replay(results):
    listed, told = why(results, "--replicate", 3)["decisions"], replay(results, 3)["decisions"]
    assert [(d["host"], d["answer"], d["outcome"]) for d in listed] == [(d["host"], d["ans"], d["out"]) for d in told]


def test_in_words_it_says_whose_decisions_they_are_and_what_no_number_knows(results):
    listed = why(results, "--replicate", 3)["decisions"]
    lines = safeconduct("why", results, "--replicate", 3).stdout.splitlines()[2:]
    names = {"putin": "Vladimir Putin", "netanyahu": "Benjamin Netanyahu"}
    assert [names[d["leader"]] in line for d, line in zip(listed, lines)] == len(listed) * [True]
    for k, *_ in kinds_of_decisions(results, 3):
        words = safeconduct("why", results, "--replicate", 3, "--decision", k).stdout
        assert words.count("P(arrest) rests on assumed parameters") == 1, k


def test_terms_add_up_to_the_odds_that_the_replay_tells(results):
    """The first and the last decision of each kind in a history of the shipped world: its law, dyads and flights."""
    told = replay(results, 3)
    answers = [step for step in told["steps"] if step["what"] == "answer"]
    seen = set()
    for k in {k for places in kinds_of_decisions(results, 3) for k in (places[0], places[-1])}:
        decision, answer = told["decisions"][k], answers[k]
        explained = why(results, "--replicate", 3, "--decision", k)
        assert explained["host"] == decision["host"] and explained["caveat"]
        for stage in explained["stages"]:
            seen.add(stage["stage"])
            if stage["logit"] is not None:
                assert near(sum(t["logits"] for t in stage["terms"]), stage["logit"]), stage
        first = explained["stages"][0]
        assert first["stage"] == "answer" and near(first["odds"]["go"], answer["p_go"])
        assert near(first["oracle"][0], answer["U_go"]) and near(first["pi_arrest"], answer["pi_arrest"])
        last = explained["stages"][-1]
        if last["stage"] == "arrest":
            assert near(last["odds"]["arrest"], decision["P_arr"])
            assert near(explained["stages"][-2]["pi_arrest"], decision["pi_a"])
    assert seen == {"answer", "invitation", "look", "arrest"}


def flippable(results):
    """The first decision of a history that a scenario key can turn, with a value a little beyond the turning point."""
    for n in range(40):
        explained = why(results, "--replicate", n, "--decision", 0)
        for flip in explained["stages"][0]["flips"]:
            turn = flip["this_history_turns_at"]
            if flip.get("key", "").endswith((".loss", ".retaliation", ".judicial_independence")) and turn is not None:
                beyond = turn + 0.02 * (turn - flip["now"])
                short = turn - 0.05 * (turn - flip["now"])
                if flip["range"][0] <= beyond <= flip["range"][1]:
                    return n, explained, flip["key"], short, beyond
    raise AssertionError("no history whose first decision such a key turns")


def test_what_it_says_would_turn_a_decision_turns_it(results, tmp_path):
    n, explained, key, short, beyond = flippable(results)

    def answer(value):
        path = tmp_path / f"{value}.h5"
        safeconduct("run", "two_leaders_2025", "--replicates", n + 1, "--set", "parameters.kap_arrest=4", "--set",
                    f"{key}={value}", "--out", path)
        first = why(path, "--replicate", n)["decisions"][0]
        assert (first["host"], first["date"]) == (explained["host"], explained["date"])
        return first["answer"]

    assert (answer(short) == "go") == (explained["answer"] == "go")
    assert (answer(beyond) == "go") != (explained["answer"] == "go")


def test_where_hosts_stand(results):
    table = why(results, "--hosts")
    hosts = {(h["leader"], h["host"]): h for h in table["hosts"]}
    assert len(hosts) > 300 and table["caveat"]
    for h in hosts.values():
        assert near(sum(t["logits"] for t in h["terms"]), h["compliance_index"])
        assert near(h["pressure_to_comply"] - h["alliance"], h["compliance_index"])
        assert h["duty"] or h["p_arrest"] == 0
    assert hosts["putin", "BLR"]["alliance"] > hosts["putin", "DEU"]["alliance"]
    assert hosts["putin", "DEU"]["compliance_index"] > hosts["putin", "TJK"]["compliance_index"]


def test_where_hosts_stand_after_shocks(tmp_path):
    scenario = tmp_path / "shocked.toml"
    scenario.write_text("""start = 2025-01-01
weeks = 60
[leaders.putin]
[parameters]
nu0 = 1.6
[[shocks]]
date = 2025-01-15
target = "nu"
value = 0.5
[[shocks]]
date = 2025-01-15
target = "delta"
op = "add"
value = 0.4
host = "MNG"
""")
    path = tmp_path / "shocked.h5"
    safeconduct("run", scenario, "--replicates", 8, "--out", path)
    for week in (0, 1, 2, 54):
        table = why(path, "--hosts", "--week", week)
        expected = 1 + 0.6 * 2 ** (-(week + 1) / 104) if week < 2 else 1 - 0.5 * 2 ** (-(week - 1) / 104)
        assert near(table["nu"], expected)
        hosts = {h["host"]: {t["symbol"]: t["logits"] for t in h["terms"]} for h in table["hosts"]}
        assert near(hosts["MNG"]["th_nu nu"], 0.85 * expected)
        delta = 0 if week < 2 else 0.4 * 2 ** (-(week - 1) / 52)
        assert near(hosts["MNG"].get("-th_a delta", 0), -4.5 * delta) and "-th_a delta" not in hosts["TJK"]


def test_a_history_of_a_posterior_is_explained_under_its_own_parameters(tmp_path):
    table = tmp_path / "sets.csv"
    table.write_text("b_0\n1\n-1\n")
    path = tmp_path / "p.h5"
    safeconduct("run", "dushanbe_2025", "--replicates", 128, "--posterior", table, "--out", path)
    assert "the scenario's own, not those of the sets" in safeconduct("why", path, "--hosts").stdout
    for n, b_0 in ((5, 1), (100, -1)):
        first = why(path, "--replicate", n, "--decision", 0)["stages"][0]
        (term,) = [t for t in first["terms"] if t["symbol"] == "-b_0"]
        assert term["logits"] == -b_0 and near(first["oracle"][2], first["odds"]["go"])


def test_mistakes(results):
    assert safeconduct("why", fails=True).returncode == 2
    assert "goes with --hosts" in safeconduct("why", results, "--week", 3, fails=True).stderr
    assert "--hosts tells of no history" in safeconduct("why", results, "--hosts", "--decision", 3, fails=True).stderr
    assert safeconduct("why", results, "--replicate", 40, fails=True).returncode == 2
    assert safeconduct("why", results, "--decision", 9999, fails=True).returncode == 2
    text = safeconduct("why", results, "--replicate", 3, "--decision", 0).stdout
    assert "logit" in text and "even odds" in text
