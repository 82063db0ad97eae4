import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from safeconduct import ProgramError, hindcast_table, plot_reliability, reliability, scores


@pytest.fixture(scope="module")
def table():
    return hindcast_table("bashir_2009", particles=200, seed=1)


def test_chances_add_up_and_outcomes_are_known(table):
    chances = table.filter(regex="^p_(?!went)")
    assert chances.shape[1] == 5 and np.allclose(chances.sum(axis=1), 1, atol=1e-4)
    assert np.allclose(table["p_went"], table[["p_visited", "p_cut_short", "p_arrested"]].sum(axis=1), atol=1e-4)
    assert table["date"].is_monotonic_increasing and set(table["went"]) == {0, 1}


def test_the_scores_are_of_the_table_and_beside_baselines(table):
    told = scores(table).set_index("forecaster")
    assert (told["n"] == len(table)).all() and {"model", "base rate", "membership"} <= set(told.index)
    assert told.loc["model", "brier"] == pytest.approx(((table["p_went"] - table["went"]) ** 2).mean(), abs=1e-5)
    assert (told["brier_low"] <= told["brier"]).all() and (told["brier"] <= told["brier_high"]).all()
    with pytest.raises(ValueError, match="no group 'x': all, "):
        scores(table, "x")


def test_reliability_counts_every_decision_once(table):
    groups = reliability(table, bins=4)
    assert groups["n"].sum() == len(table) and groups["went"].sum() == table["went"].sum()
    assert (groups["low"] <= groups["share"]).all() and (groups["share"] <= groups["high"]).all()
    assert groups["p"].is_monotonic_increasing


def test_a_model_that_is_right_lies_on_the_diagonal_and_one_that_is_not_does_not():
    rng = np.random.default_rng(3)
    p = rng.uniform(size=4000)
    happened = (rng.uniform(size=4000) < p).astype(int)
    right = reliability(pd.DataFrame({"p_went": p, "went": happened}))
    assert (np.abs(right["share"] - right["p"]) < 0.05).all()
    wrong = reliability(pd.DataFrame({"p_went": p**3, "went": happened}))
    assert ((wrong["p"] < wrong["low"]) | (wrong["p"] > wrong["high"])).sum() >= 4


def test_the_diagram_draws_the_groups(table):
    ax = plot_reliability(table, bins=4)
    drawn = ax.containers[0].lines[0].get_xydata()
    assert np.allclose(drawn, reliability(table, bins=4)[["p", "share"]])
    assert any(f"{len(table)} recorded decisions" in t.get_text() for t in ax.texts)
    plt.close("all")


def test_a_scenario_outside_the_record_is_the_programs_error():
    with pytest.raises(ProgramError):
        hindcast_table("no_such_case", particles=10)
