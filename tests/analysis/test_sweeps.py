import shutil

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pytest

from safeconduct import (ProgramError, ResultsError, cells, effects, open_sweep, plot_sensitivity, plot_sweep,
                         plot_tornado, run, sensitivity)
from safeconduct.intervals import Z
from safeconduct.program import call


@pytest.fixture(scope="module")
def ds(example_sweep):
    return open_sweep(example_sweep)


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
    assert sum("±" in w and "\n" in w for w in words) == 6


def test_one_factor_is_a_line_with_intervals_over_the_mean_of_the_others(ds):
    one = ds.copy()
    one.attrs = {**ds.attrs, "factors": ["th_J"]}
    ax = plot_sweep(one, "member_visits")
    table = cells(ds, "member_visits").groupby("th_J")["mean"].mean()
    assert np.allclose(ax.lines[0].get_xydata(), table.reset_index())  # errorbar keeps what it was given as objects
    assert "whiskers" in " ".join(t.get_text() for t in ax.texts)


def test_effects_are_differences_between_the_ends_of_a_factor(ds):
    table = effects(ds, "member_visits").set_index("factor")
    by = cells(ds, "member_visits").groupby("th_J")["mean"].mean()
    assert table.loc["th_J", "difference"] == pytest.approx(by[3.0] - by[0.0])
    assert not table["paired"].any()  # 64 replicates are one batch
    errors = cells(ds, "member_visits")["se"]
    assert table.loc["th_J", "se"] == pytest.approx(np.sqrt((errors**2).sum()) / 3)
    assert table["difference"].abs().is_monotonic_decreasing


def test_batches_under_common_luck_make_the_error_of_a_difference(ds):
    """Two cells that differ by a constant in every batch differ without error; without common luck they do not."""
    some = ds.copy(deep=True)
    rng = np.random.default_rng(1)
    luck = rng.normal(size=32)
    at = some["measure"].values.tolist().index("visits")
    some["batch_mean"].values[:, :, 0, at] = luck[None, :] + np.arange(6)[:, None]
    table = effects(some, "visits").set_index("factor")
    assert table["paired"].all() and np.allclose(table["se"], 0, atol=1e-12)
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


def test_a_grid_has_no_indices_and_the_program_says_so(example_sweep, example):
    with pytest.raises(ProgramError, match="morris.*saltelli|saltelli.*morris"):
        sensitivity(example_sweep)
    with pytest.raises(ResultsError, match="holds no safeconduct sweep"):
        sensitivity(example)
    with pytest.raises(FileNotFoundError):
        sensitivity("none.h5")
