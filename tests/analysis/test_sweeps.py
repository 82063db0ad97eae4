import shutil

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest

import safeconduct
from safeconduct import (ProgramError, ResultsError, cells, effects, open_sweep, plot_sensitivity, plot_sweep,
                         plot_tornado, run, sensitivity)
from safeconduct.intervals import Z, with_error
from safeconduct.program import call


@pytest.fixture(scope="module")
def ds(example_sweep):
    return open_sweep(example_sweep)


@pytest.fixture(scope="module")
def swept(program, tmp_path_factory):
    """Lives a design of three cells or more and opens it."""
    folder = tmp_path_factory.mktemp("designs")

    def live(name, design, replicates=200, *words):
        path = folder / f"{name}.toml"
        path.write_text(f'extends = "dushanbe_2025.toml"\n[run]\nreplicates = {replicates}\n[sweep]\n{design}')
        call(["sweep", str(path), "--out", str(folder / name), *words])
        return open_sweep(folder / name)
    return live


WARRANT = """
[[sweep.factors]]
name = "warrant"
alternatives = [{ name = "no warrant", scenario = "no_warrant.toml" }, { name = "a warrant" }]
"""
JUDGES = '[[sweep.factors]]\nkey = "parameters.th_J"\n'


@pytest.fixture(scope="module")
def one_at_a_time(swept):
    return swept("one_at_a_time", 'design = "one_at_a_time"\nsamples = 3\n' + WARRANT + JUDGES)


@pytest.fixture(scope="module")
def members(swept):
    return swept("members", """design = "list"
[[sweep.factors]]
name = "membership"
alternatives = [
  { name = "as it is" },
  { name = "Kazakhstan joins", set.hosts.KAZ.member = true },
  { name = "back to as it is" },
]
""")


@pytest.fixture(scope="module")
def ridge(swept):
    """Two factors that move together."""
    return swept("ridge", """design = "list"
[[sweep.factors]]
key = "parameters.th_J"
values = [0.0, 3.0, 1.0]
[[sweep.factors]]
name = "budget"
key = "ngos.*.budget"
op = "add"
values = [1, 3, 2]
""")


def one_factor(ds, factor):
    """The sweep as if this were its only factor."""
    return ds.assign_attrs(factors=[factor], shape=[len(np.unique(ds[factor]))])


def without(ds, *missing):
    """The sweep as ``merge --partial`` writes it without these cells."""
    some = ds.copy(deep=True)
    for name, values in some.data_vars.items():
        if values.dims[:1] == ("cell",):
            values.values[list(missing)] = np.nan if values.dtype.kind == "f" else 0
    return some


def words_of(ax):
    return " ".join(t.get_text() for t in ax.texts)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_a_cell_is_the_run_with_its_levels(ds):
    """Under common luck a cell says what a run with the same settings says."""
    table = cells(ds, "member_visits")
    row = table[(table["budget"] == 1) & (table["th_J"] == 3.0)].iloc[0]
    alone = run("dushanbe_2025", replicates=64, quiet=True, parameters__th_J=3.0)
    for column, name in (("mean", "measure_mean"), ("se", "measure_se")):
        assert row[column] == pytest.approx(alone[name].sel(leader="putin", measure="member_visits").item(), rel=1e-9)
    assert (table["replicates"] == 64).all() and len(table) == 6
    nu = cells(ds, "final_nu")
    assert np.allclose(nu["mean"], ds["final_nu"])


def test_a_file_or_its_folder_can_be_opened(ds, example_sweep):
    assert open_sweep(example_sweep / "results.h5").attrs["fingerprint"] == ds.attrs["fingerprint"]
    assert set(ds.attrs["factors"]) <= set(ds.coords)


def test_what_is_no_sweep_says_so(example, example_sweep, tmp_path):
    with pytest.raises(ResultsError, match="holds no safeconduct sweep"):
        open_sweep(example)
    with pytest.raises(ResultsError, match="safeconduct merge"):
        open_sweep(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_sweep(tmp_path / "none.h5")
    shutil.copy(example_sweep / "results.h5", tmp_path / "later.h5")
    with h5py.File(tmp_path / "later.h5", "r+") as f:
        f.attrs["version"] = np.array([2, 0], dtype="int32")
    with pytest.raises(ResultsError, match="has format 2.0, this package reads 1.x"):
        open_sweep(tmp_path / "later.h5")


def test_an_unknown_measure_names_those_there_are(ds):
    with pytest.raises(ValueError, match="member_visits.*final_nu"):
        cells(ds, "happiness")
    with pytest.raises(ValueError, match="no factor 'x'.*budget, th_J"):
        plot_sweep(ds, x="x")


def test_the_heat_map_draws_the_cells(ds):
    ax = plot_sweep(ds, "member_visits")
    drawn = ax.collections[0].get_array().reshape(2, 3)
    table = cells(ds, "member_visits").pivot(index="th_J", columns="budget", values="mean")
    assert np.allclose(drawn, table)
    words = [t.get_text() for t in ax.texts]
    assert any("6 cells of 64 simulated histories" in w for w in words)
    row = cells(ds, "member_visits").iloc[0]
    fields = [w for w in words if w.split("\n")[-1].startswith("± ")]
    assert len(fields) == 6 and with_error(row["mean"], Z * row["se"]).replace(" ±", "\n±") in fields
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("budget (times ngos.*.budget)", "th_J (parameters.th_J, logit)")


def test_one_factor_is_a_line_with_intervals_over_the_mean_of_the_others(ds):
    ax = plot_sweep(one_factor(ds, "th_J"), "member_visits")
    table = cells(ds, "member_visits").groupby("th_J")["mean"].mean()
    assert np.allclose(ax.lines[0].get_xydata(), table.reset_index())  # errorbar keeps what it was given as objects
    assert "whiskers" in " ".join(t.get_text() for t in ax.texts)


def test_effects_are_differences_between_the_ends_of_a_factor(ds):
    table = effects(ds, "member_visits").set_index("factor")
    by = cells(ds, "member_visits").groupby("th_J")["mean"].mean()
    assert table.loc["th_J", "difference"] == pytest.approx(by[3.0] - by[0.0])
    assert not table["paired"].any()  # 64 replicates are one batch
    errors = cells(ds, "member_visits")["se"]
    # the three cells of a side share their luck, so that their mean is known no better than one of them
    sides = errors[[0, 2, 4]].mean(), errors[[1, 3, 5]].mean()
    assert table.loc["th_J", "se"] == pytest.approx(np.hypot(*sides))
    apart = ds.assign_attrs(luck="independent")
    assert effects(apart, "member_visits").set_index("factor").loc["th_J", "se"] == pytest.approx(
        np.sqrt((errors**2).sum()) / 3)
    assert table["difference"].abs().is_monotonic_decreasing


def test_batches_under_common_luck_make_the_error_of_a_difference(ds):
    """Two cells that differ by a constant in every batch differ without error; without common luck they do not."""
    some = ds.copy(deep=True)
    rng = np.random.default_rng(1)
    luck = rng.normal(size=32)
    at = some["measure"].values.tolist().index("visits")
    some["batch_mean"].values[:, :, 0, at] = luck[None, :] + np.arange(6)[:, None]
    some["batch_replicates"].values[:] = 512
    table = effects(some, "visits").set_index("factor")
    assert table["paired"].all() and np.allclose(table["se"], 0, atol=1e-12)
    few = some.copy(deep=True)
    few["batch_replicates"].values[:, 8:] = 0
    few["batch_mean"].values[:, :, 0, at] += rng.normal(size=(6, 32))
    wide = effects(few, "visits")
    assert wide["paired"].all()
    assert np.allclose((wide["high"] - wide["low"]) / wide["se"], 2 * 2.3646, atol=5e-3)  # Student's t, 7 degrees
    some.attrs["luck"] = "independent"
    assert not effects(some, "visits")["paired"].any()


def test_the_tornado_runs_from_the_first_to_the_last_level(ds):
    table = effects(ds, "member_visits")
    ax = plot_tornado(ds, "member_visits")
    for bar, row in zip(ax.patches, table.itertuples()):
        ends = sorted([bar.get_x(), bar.get_x() + bar.get_width()])
        assert ends == pytest.approx(sorted([row.at_first, row.at_last]))
    assert ax.get_xlim()[0] < (table["at_last"] - Z * table["se"]).min()


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_sensitivity_reads_what_the_program_writes_and_draws_it(method, request, tmp_path):
    path = request.getfixturevalue(f"example_{method}")
    table = sensitivity(open_sweep(path))
    order, drawn = ("mu_star", ["mu_star"]) if method == "morris" else ("ST", ["ST", "S1"])
    assert table.attrs["method"] == method and table[order].is_monotonic_decreasing
    out = tmp_path / "indices.h5"
    call(["sensitivity", str(path), "--out", str(out)])
    assert sensitivity(out).equals(table)  # from the file as from the sweep
    with h5py.File(out) as f:
        at = {name: [n.decode() for n in f[name][()]] for name in ("leader", "measure", "factor")}
        values = f[order][0, at["measure"].index("member_visits")]
    assert table.set_index("factor")[order].to_dict() == dict(zip(at["factor"], values))
    ax = plot_sensitivity(table)
    assert [bar.get_width() for bar in ax.patches] == [v for name in drawn for v in table[name]]
    whiskers = np.concatenate([[np.ptp(line[:, 0]) for line in c.get_segments()] for c in ax.collections])
    assert whiskers == pytest.approx([2 * v for name in drawn for v in table[f"{name}_conf"]])


def test_indices_without_intervals_are_drawn_without_whiskers(example_sobol):
    table = sensitivity(example_sobol)
    table[["S1_conf", "ST_conf"]] = np.nan
    ax = plot_sensitivity(table)
    assert len(ax.collections) == 0 and any("too few points" in t.get_text() for t in ax.texts)


def test_where_there_are_no_shares_the_figure_says_so(example_sobol):
    table = sensitivity(example_sobol)
    table[["S1", "S1_conf", "ST", "ST_conf"]] = np.nan
    ax = plot_sensitivity(table)
    assert len(ax.collections) == 0 and "no shares: the variance cannot be told from 0" in words_of(ax)
    assert np.isfinite(ax.get_xlim()).all()


def test_a_grid_has_no_indices_and_the_program_says_so(example_sweep, example):
    with pytest.raises(ProgramError, match="morris.*saltelli|saltelli.*morris"):
        sensitivity(example_sweep)
    with pytest.raises(ResultsError, match="holds no safeconduct sweep"):
        sensitivity(example)
    with pytest.raises(FileNotFoundError):
        sensitivity("none.h5")


def test_one_at_a_time_compares_the_cells_of_a_factor_with_the_others_at_the_base(one_at_a_time):
    table = effects(one_at_a_time, "member_visits").set_index("factor")
    at = cells(one_at_a_time, "member_visits")["mean"]  # the base, three of the warrant, three of th_J
    assert table.loc["warrant", ["first", "last"]].tolist() == ["no warrant", "a warrant"]
    assert table.loc["warrant", "at_first"] == 0 < table.loc["warrant", "at_last"] == at[0] == table.attrs["base"]
    assert table.loc["th_J", ["at_first", "at_last"]].tolist() == [at[4], at[6]] and at[4] > at[6]
    ax = plot_tornado(one_at_a_time, "member_visits")
    assert "dashed: the base point" in words_of(ax)
    drawn = plot_sweep(one_at_a_time, "member_visits", x="th_J")
    assert drawn.lines[0].get_xydata()[:, 1].tolist() == at[[4, 5, 6]].tolist() and at[5] == at[0]
    with pytest.raises(ValueError, match="no cell moves two factors.*leave y out"):
        plot_sweep(one_at_a_time, x="th_J", y="warrant")


def test_a_list_shows_each_alternative_against_the_first(members):
    table = effects(members, "member_visits").set_index("last")
    at = cells(members, "member_visits")["mean"]
    assert table.index.tolist() == ["Kazakhstan joins", "back to as it is"] and (table["first"] == "as it is").all()
    assert table["difference"].tolist() == [at[1] - at[0], 0] and at[1] > at[0]
    ax = plot_tornado(members, "member_visits")
    assert [t.get_text() for t in ax.get_yticklabels()] == table.index.tolist() and "against as it is" in words_of(ax)
    ax = plot_sweep(members, "member_visits")
    assert [t.get_text() for t in ax.get_yticklabels()] == members["membership"].values.tolist()
    assert ax.lines[0].get_xydata().tolist() == [[at[i], i] for i in range(3)] and ax.lines[0].get_linestyle() == "None"
    assert "dashed: as it is" in words_of(ax)


def test_factors_that_move_together_share_their_effect(ridge):
    table = effects(ridge, "member_visits")
    assert set(table["factor"]) == {"th_J, budget"} and set(table["first"]) == {"th_J = 0, budget = 1"}
    assert set(table["last"]) == {"th_J = 3, budget = 3", "th_J = 1, budget = 2"}
    ax = plot_sweep(ridge, "member_visits")
    assert [t.get_text() for t in ax.get_yticklabels()][1] == "th_J = 3, budget = 3"
    along = plot_sweep(ridge, "member_visits", x="budget")
    assert along.lines[0].get_xydata()[:, 0].tolist() == [1, 2, 3]
    assert along.get_xlabel() == "budget (change of ngos.*.budget, medium NGO)"
    with pytest.raises(ValueError, match="move together.*leave y out"):
        plot_sweep(ridge, x="th_J", y="budget")


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_designs_that_move_all_factors_at_once_have_no_effects_but_dots(method, request):
    ds = open_sweep(request.getfixturevalue(f"example_{method}"))
    for draw in (effects, plot_tornado):
        with pytest.raises(ValueError, match="differ in the others as well.*plot_sensitivity"):
            draw(ds, "member_visits")
    ax = plot_sweep(ds, "member_visits", x="kap_refuse")
    table = cells(ds, "member_visits").sort_values("kap_refuse", kind="stable")
    assert np.allclose(ax.lines[0].get_xydata(), table[["kap_refuse", "mean"]])
    assert ax.lines[0].get_linestyle() == "None" and "all other factors vary too" in words_of(ax)
    whiskers = [np.ptp(s[:, 1]) for s in ax.collections[0].get_segments()]
    assert whiskers == pytest.approx((2 * Z * table["se"]).tolist())
    plane = plot_sweep(ds, "member_visits", x="kap_refuse", y="th_J")
    assert np.allclose(plane.collections[0].get_array(), cells(ds, "member_visits")["mean"])


def test_random_points_have_no_effects_and_no_indices(swept):
    ds = swept("random", 'design = "random"\nsamples = 3\n' + WARRANT + JUDGES)
    with pytest.raises(ValueError, match="a grid or one_at_a_time tells it"):
        effects(ds)
    ax = plot_sweep(ds, "member_visits", x="warrant")
    assert set(t.get_text() for t in ax.get_yticklabels()) == set(ds["warrant"].values)


def test_missing_cells_do_not_bias_an_effect(ds):
    """th_J with a budget of 2 alone, as its other cells lack their partner; budget where both its ends were lived."""
    some = without(ds, 0, 3)  # budget 0 with th_J 0, and budget 1 with th_J 3
    table = effects(some, "member_visits").set_index("factor")
    at = cells(ds, "member_visits").set_index(["budget", "th_J"])["mean"]
    assert table.loc["th_J", "difference"] == at[2, 3.0] - at[2, 0.0] and table.loc["th_J", "cells"] == 1
    assert table.loc["budget", "difference"] == at[2, 3.0] - at[0, 3.0]
    assert "4 of 6 cells" in words_of(plot_tornado(some, "member_visits"))
    ax = plot_sweep(one_factor(some, "budget"), "member_visits")
    means = ax.lines[0].get_xydata()[:, 1]
    assert np.isnan(means[:2]).all() and means[2] == at[2].mean()  # no mean of a budget that lacks a th_J


def test_an_effect_without_cells_says_how_to_go_on(ds, members):
    with pytest.raises(ValueError, match="th_J = 0 with 3; 3 of 6 cells .* --resume.*safeconduct merge"):
        effects(without(ds, 0, 2, 4), "member_visits")
    with pytest.raises(ValueError, match="its first alternative, as it is.*1 of 3 cells.*--resume"):
        plot_tornado(without(members, 0), "member_visits")
    with pytest.raises(ValueError, match="no cell has a mean.*6 of 6 cells"):
        plot_sweep(without(ds, *range(6)))


def test_cells_of_unequal_replicates_are_compared_over_the_batches_of_both(members):
    """The difference is of the luck that both have met, as its error is."""
    some = members.copy(deep=True)
    at = some["measure"].values.tolist().index("visits")
    luck = np.random.default_rng(2).normal(size=32)
    some["batch_mean"].values[:, :, 0, at] = luck[None, :] + np.array([0, 1, 2])[:, None]
    some["batch_replicates"].values[:] = 512
    some["batch_replicates"].values[1, 16:] = 0
    some["batch_mean"].values[1, 16:] = np.nan
    row = effects(some, "visits").set_index("last").loc["Kazakhstan joins"]
    assert row["difference"] == pytest.approx(1) and row["se"] == pytest.approx(0, abs=1e-12) and row["paired"]
    assert row["at_first"] == pytest.approx(luck[:16].mean())


def test_the_error_of_a_mean_over_cells_with_one_luck_is_that_of_a_cell(ds):
    one = one_factor(ds, "th_J")
    by = cells(ds, "member_visits").groupby("th_J")["se"]
    for luck, se in (("common", by.mean()), ("independent", by.apply(lambda s: np.sqrt((s**2).sum()) / len(s)))):
        ax = plot_sweep(one.assign_attrs(luck=luck), "member_visits")
        whiskers = [np.ptp(s[:, 1]) for s in ax.collections[0].get_segments()]
        assert whiskers == pytest.approx((2 * Z * se).tolist())


def test_a_sweep_may_be_a_path_and_nothing_else(example, example_sweep, example_comparison):
    assert cells(example_sweep).equals(cells(open_sweep(example_sweep)))
    assert effects(str(example_sweep / "results.h5")).equals(effects(open_sweep(example_sweep)))
    for show in (cells, effects, safeconduct.plot_sweep, safeconduct.plot_tornado):
        with pytest.raises(ValueError, match="dataset of safeconduct results: hosts, events"):
            show(safeconduct.open_results(example))
        with pytest.raises(ValueError, match="dataset of safeconduct comparison: outcomes"):
            show(safeconduct.open_comparison(example_comparison))
