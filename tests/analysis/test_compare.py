"""Comparisons in Python: the program's paired differences, and the same from two runs that kept their decisions."""
import datetime

import matplotlib.pyplot as plt
import numpy as np
import pytest

import safeconduct
from safeconduct import (ResultsError, compare, counterfactual, open_comparison, open_results, outcomes,
                         plot_difference, plot_outcome, run)
from safeconduct.intervals import Z


@pytest.fixture(scope="module")
def ds(example_comparison):
    return open_comparison(example_comparison)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_programs_differences_are_those_of_two_runs_history_by_history(ds, folder):
    """Two implementations: the program's sums, and pandas over the decisions of both runs."""
    free = run("no_warrant", replicates=500, trips="all", quiet=True)
    ours = compare(open_results(folder / "all.h5"), free)
    theirs = compare(ds, alternative="no_warrant")
    both = ours.set_index("host").join(theirs.set_index("host"), rsuffix="_program")
    assert ours.attrs["paired"] and theirs.attrs["pairs"] == ours.attrs["pairs"] == 500
    assert np.allclose(both["difference"], both["difference_program"]) and both["difference"].abs().max() > 0.3
    assert np.allclose(both["se"], both["se_program"], rtol=1e-6)
    for name in ("difference", "se"):
        assert theirs.attrs["total"][name] == pytest.approx(ours.attrs["total"][name], rel=1e-6)


def test_outcomes_are_the_files(ds):
    table = outcomes(ds, "parameters.th_J=4").set_index("outcome")
    at = ds.sel(alternative="parameters.th_J=4", leader="putin", outcome="member_visits")
    row = table.loc["member_visits"]
    assert row["difference"] == at["difference"].item() == pytest.approx(row["alternative"] - row["base"])
    assert row["low"] <= row["difference"] <= row["high"] < 0  # stronger courts, fewer visits to members


def test_the_figures_draw_the_tables(ds):
    ax = plot_outcome(ds, "withdrawn")
    drawn = [c.lines[0].get_xydata()[0] for c in ax.containers]
    assert [x for x, _ in drawn] == [outcomes(ds, k).set_index("outcome").loc["withdrawn", "difference"]
                                     for k in (0, 1)]
    assert any("500 pairs" in t.get_text() for t in ax.texts)
    ax = plot_difference(ds, alternative=1, most=6)
    table = compare(ds, alternative=1)
    drawn = {t.get_text(): c.lines[0].get_xydata()[0][0] for t, c in zip(ax.get_yticklabels(), ax.containers)}
    table = table[table["difference"] != 0].sort_values("difference", key=abs, ascending=False, kind="stable").head(6)
    assert drawn == dict(zip(table["name"], table["difference"]))
    assert ax.get_xlabel().endswith("parameters.th_J=4 less dushanbe_2025")
    whisker = ax.containers[0].lines[2][0].get_segments()[0]
    first = table.set_index("name").loc[ax.get_yticklabels()[0].get_text()]
    assert np.ptp(whisker[:, 0]) == pytest.approx(2 * Z * first["se"])


def test_mistakes_say_what_to_do(ds, example):
    with pytest.raises(ResultsError, match="holds no safeconduct comparison"):
        open_comparison(example)
    with pytest.raises(ValueError, match="no alternative 'x' in this comparison: no_warrant, "):
        outcomes(ds, "x")
    with pytest.raises(ValueError, match="no outcome 'x'.*member_visits"):
        plot_outcome(ds, "x")
    with pytest.raises(ValueError, match="give two runs, or one comparison"):
        compare(open_results(example))
    with pytest.raises(ValueError, match="whole scenarios before changes"):
        counterfactual("dushanbe_2025", {"parameters.th_J": 3}, "no_warrant")
    with pytest.raises(safeconduct.ProgramError, match="unknown key"):
        counterfactual("dushanbe_2025", {"parameters.th_j": 3}, replicates=10, quiet=True)


def test_runs_of_unequal_length_are_compared_over_the_histories_of_both(folder, tmp_path):
    short = run("no_warrant", replicates=100, trips="all", quiet=True, out=tmp_path / "short.h5")
    table = compare(short, folder / "all.h5")
    assert table.attrs["paired"] and table.attrs["pairs"] == 100
    assert (table["difference"] == table["after"] - table["before"]).all()
    first = run("dushanbe_2025", replicates=100, quiet=True)
    visits = safeconduct.hosts(first, 0).set_index("host")["visits_a_year"]
    assert np.allclose(table.set_index("host")["after"], visits[table["host"]])
    assert table.attrs["total"]["difference"] == pytest.approx(table["difference"].sum())


def test_runs_and_comparisons_may_be_files(ds, folder, example_comparison):
    assert compare(str(folder / "all.h5"), folder / "all.h5")["difference"].abs().max() == 0
    assert compare(example_comparison).equals(compare(ds))
    assert outcomes(str(example_comparison)).equals(outcomes(ds))
    for show in (outcomes, plot_outcome):
        with pytest.raises(ValueError, match="dataset of safeconduct results: hosts, events"):
            show(open_results(folder / "all.h5"))
    with pytest.raises(ResultsError, match="holds no safeconduct comparison"):
        compare(folder / "all.h5")


def test_one_pair_of_histories_has_no_error():
    table = compare(*(run(name, replicates=1, trips="all", quiet=True) for name in ("dushanbe_2025", "no_warrant")))
    assert table.attrs["paired"] and table.attrs["pairs"] == 1 and table["difference"].abs().max() > 0
    assert table[["se", "low", "high"]].isna().all(axis=None) and np.isnan(table.attrs["total"]["se"])


def test_runs_of_other_weeks_are_not_compared():
    later = run("dushanbe_2025", replicates=10, quiet=True, **{"start": datetime.date(2025, 2, 5), "weeks": 105})
    with pytest.raises(ResultsError, match="begin on 2025-01-01 and on 2025-02-05"):
        compare(run("dushanbe_2025", replicates=10, quiet=True, weeks=105), later)


def test_a_run_whose_file_was_written_anew_is_not_compared_with_itself(tmp_path):
    before = run("dushanbe_2025", replicates=20, trips="all", quiet=True, out=tmp_path / "same.h5")
    after = run("no_warrant", replicates=20, trips="all", quiet=True, out=tmp_path / "same.h5")
    with pytest.raises(ValueError, match="same.h5 .*open"):
        compare(before, after)
