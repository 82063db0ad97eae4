import matplotlib.pyplot as plt
import numpy as np
import pytest

from safeconduct import ProgramError, flips, ledger, open_results, plot_why, trips, why


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def story(example):
    """History 7: an answer to an invitation that went to a member."""
    table = why(example, 7)
    return why(example, 7, int(table[table["duty"] & (table["answer"] != "go")].iloc[0]["decision"]))


def test_the_decisions_are_those_of_the_trips(example):
    told, kept = why(example, 7), trips(example).query("rep == 7").reset_index(drop=True)
    assert told["host"].tolist() == kept["host"].tolist()
    assert told["answer"].tolist() == kept["ans"].tolist() and told["outcome"].tolist() == kept["out"].tolist()


def test_terms_add_up_to_the_logit_and_the_waterfall_ends_there(story):
    stage = story["stages"][0]
    total = sum(term["logits"] for term in stage["terms"])
    assert total == pytest.approx(stage["logit"], abs=1e-3)
    ax = plot_why(story)
    bars = ax.patches
    assert bars[-1].get_width() == pytest.approx(stage["logit"])
    last = bars[-2]
    assert last.get_x() + last.get_width() == pytest.approx(total, abs=0.05)  # terms below 0.005 are not drawn
    shown = [t for t in stage["terms"] if abs(t["logits"]) >= 0.005]
    assert [bar.get_width() for bar in bars[:-1]] == pytest.approx([t["logits"] for t in shown])


def test_the_smallest_change_comes_first_and_is_told(story):
    table = flips(story)
    turns = table.dropna(subset=["share"])
    assert turns["share"].is_monotonic_increasing and len(turns) > 0
    assert turns.iloc[0]["input"] in plot_why(story).get_xlabel()


def test_an_arrest_stage_says_that_it_is_a_prior(example):
    decisions = why(example, 7)
    visited = decisions[decisions["duty"] & (decisions["outcome"] == "visited")].iloc[0]
    told = why(example, 7, int(visited["decision"]))
    assert told["stages"][-1]["stage"] == "arrest"
    ax = plot_why(told, stage=len(told["stages"]) - 1)
    assert any("mostly a prior" in t.get_text() for t in ax.texts)


def test_a_decision_that_is_not_there_is_the_programs_error(example):
    with pytest.raises(ProgramError):
        why(example, 7, 9999)
    with pytest.raises(ProgramError):
        why(example, 10**9)


def test_the_ledger_in_python_is_the_programs(example):
    """Two implementations of the compliance index before anything has happened."""
    import json

    from safeconduct.program import call

    theirs = {row["host"]: row for row in json.loads(call(["why", str(example), "--hosts", "--json"]))["hosts"]}
    ours = ledger(open_results(example)).set_index("host")
    assert set(theirs) == set(ours.index)
    nu_decay = 0.01  # the program's norm is a week older
    for host, row in theirs.items():
        assert row["alliance"] == pytest.approx(ours.loc[host, "alliance"], abs=1e-3), host
        assert row["compliance_index"] == pytest.approx(ours.loc[host, "c"], abs=1e-3 + nu_decay), host
        assert np.isclose(row["duty"], ours.loc[host, "duty"])
