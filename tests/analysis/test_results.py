import doctest
import functools
import importlib
import inspect
import io
import os
import pkgutil
import re
import shutil
from pathlib import Path

import h5py
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import safeconduct
from safeconduct import (ResultsError, events, file_of, host_id, hosts, ledger, open_results, to_dataframe, trips,
                         world)
from safeconduct.program import call
from safeconduct.results import leader_id


#: Fixtures of conftest.py that an example may name.
FILES = {"example", "example_sweep", "example_design", "example_morris", "example_comparison"}
MODULES = ["safeconduct", *(f"safeconduct.{m.name}" for m in pkgutil.iter_modules(safeconduct.__path__)
                             if m.name != "__main__")]


@functools.cache
def read_once(path):
    return open_results(path)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_the_docstrings_are_true(module, request):
    module = importlib.import_module(module)
    files = FILES & set(re.findall(r"example\w*", inspect.getsource(module)))
    names = {name: request.getfixturevalue(name) for name in files}
    names["open_results"] = lambda path: read_once(path).copy(deep=True)
    result = doctest.testmod(module, extraglobs=names)
    assert result.failed == 0 and result.attempted > 0


def test_a_file_knows_where_it_comes_from(example):
    ds = open_results(example)
    assert ds.attrs["provenance_generator"] == "Philox4x32-10"
    assert "dushanbe" in ds.attrs["provenance_scenario"]
    assert str(ds["week"].values[1])[:10] == "2025-01-08"


def test_tables_say_what_the_file_says(example):
    ds = open_results(example)
    with h5py.File(example) as f:
        at = f["host"].asstr()[()].tolist().index("CHN")
        opportunities = int(f["host_opportunities"][0, at])
    table = hosts(ds).set_index("host")
    assert table.loc["CHN", "opportunities"] == opportunities > 0
    assert table.loc["CHN", "name"] == "China"
    assert table.loc["HUN", ["member_at_start", "member_at_end"]].tolist()[0] == "yes"
    assert len(table) == ds.sizes["host"]
    assert (table["go"] + table["delegate"] + table["skip"] == table["opportunities"]).all()
    settled = ["visited", "cut_short", "stays_home", "withdrawn", "arrested", "void", "pending"]
    assert (table[settled].sum(axis=1) == table["go"]).all()


def test_tables_mix_no_dimensions(example):
    with pytest.raises(ValueError, match="tables of their own"):
        to_dataframe(open_results(example), "nu_mean", "host_visits")


def test_trips_and_counts_agree(folder):
    table = trips(folder / "all.h5")
    counts = hosts(open_results(folder / "all.h5")).set_index("host")
    for outcome in ("visited", "withdrawn", "stays_home", "pending"):
        by_host = table[table["out"] == outcome].groupby("host", observed=True).size()
        assert by_host.sum() > 0
        assert (counts[outcome].reindex(by_host.index) == by_host).all(), outcome
    assert table["rep"].is_monotonic_increasing and table["rep"].max() == 499


def test_a_folder_of_trips_equals_the_sample(folder):
    sample, everything = trips(folder / "example.h5"), trips(folder / "all.trips")
    shared = everything[everything["rep"] <= sample["rep"].max()]
    pd.testing.assert_frame_equal(sample, shared.reset_index(drop=True))


def test_trips_of_another_run_are_refused(folder, tmp_path):
    shutil.copy(folder / "all.h5", tmp_path / "all.h5")
    shutil.copytree(folder / "all.trips", tmp_path / "all.trips")
    with h5py.File(tmp_path / "all.h5", "r+") as f:
        f.attrs["fingerprint"] = "of another world"
    with pytest.raises(ResultsError, match="belongs to another run"):
        trips(tmp_path / "all.h5")
    (tmp_path / "all.trips" / "part_000000.h5").unlink()
    with pytest.raises(ResultsError, match="no parts of trips"):
        trips(tmp_path / "all.trips")


def test_a_run_without_trips_says_how_to_get_them(folder, tmp_path):
    shutil.copy(folder / "all.h5", tmp_path / "alone.h5")
    with pytest.raises(ResultsError, match="--trips sample or --trips all"):
        trips(tmp_path / "alone.h5")


def test_bad_files_say_what_is_wrong(example, tmp_path):
    with pytest.raises(FileNotFoundError, match="no such results file: .*none.h5"):
        open_results(tmp_path / "none.h5")
    good = example.read_bytes()
    text_at = good.index(b"Chemin") if b"Chemin" in good else good.index(b"Belarus")
    changed = good[:text_at] + b"X" + good[text_at + 1:]
    for name, contents, message in (("empty", b"", "is empty"), ("csv", b"rep,leader\n", "is not an HDF5 file"),
                                    ("cut", good[: len(good) // 2], "cut short or damaged"),
                                    ("changed", changed, "do not match their digest")):
        path = tmp_path / f"{name}.h5"
        path.write_bytes(contents)
        with pytest.raises(ResultsError, match=message):
            open_results(path)
    with pytest.raises(ResultsError, match="is a folder"):
        open_results(tmp_path)
    with h5py.File(tmp_path / "foreign.h5", "w") as f:
        f["x"] = np.arange(3)
    with pytest.raises(ResultsError, match="holds no safeconduct results"):
        open_results(tmp_path / "foreign.h5")


def test_a_later_format_names_the_version_it_needs(example, tmp_path):
    path = tmp_path / "later.h5"
    shutil.copy(example, path)
    with h5py.File(path, "r+") as f:
        f.attrs["version"] = np.array([2, 0], dtype="int32")
        f.attrs["source"] = "safeconduct 3.1.0"
    with pytest.raises(ResultsError, match="has format 2.0, this package reads 1.x: use .* safeconduct 3.1.0"):
        open_results(path)




def test_everything_promised_is_there():
    for name in safeconduct.__all__:
        assert getattr(safeconduct, name).__doc__


def test_a_file_that_was_written_over_is_not_taken_for_what_was_opened(example, tmp_path, monkeypatch):
    shutil.copy(example, tmp_path / "x.h5")
    monkeypatch.chdir(tmp_path)
    before = open_results("x.h5")
    monkeypatch.chdir("/")  # the path is absolute
    assert len(ledger(before)) > 100 and file_of(before) == tmp_path / "x.h5"
    safeconduct.run("dushanbe_2025", replicates=20, out=tmp_path / "x.h5", trips="all", quiet=True, parameters__th_J=3)
    for read in (lambda ds: world(ds, "parameters"), trips, ledger, events, safeconduct.decisions,
                 safeconduct.plot_ledger, safeconduct.plot_ridge):
        with pytest.raises(ValueError, match="x.h5 was written over since it was opened.*an 'out' of its own"):
            read(before)
    (tmp_path / "x.h5").unlink()
    with pytest.raises(FileNotFoundError, match="x.h5 is gone"):
        trips(before)


def test_results_may_be_opened_or_a_path(example):
    ds = open_results(example)
    for read in (hosts, events, ledger, trips, lambda r: world(r, "hosts"), lambda r: to_dataframe(r, "nu_mean"),
                 lambda r: safeconduct.decisions(r, 7), lambda r: safeconduct.why(r, 7, 0),
                 lambda r: safeconduct.flips(r, 7, 0), safeconduct.map_table):
        pd.testing.assert_frame_equal(read(ds), read(str(example)))


def test_other_datasets_are_called_by_their_name(example, example_sweep, example_comparison):
    swept, pairs = safeconduct.open_sweep(example_sweep), safeconduct.open_comparison(example_comparison)
    for show in (hosts, events, ledger, trips, lambda ds: world(ds, "hosts"), safeconduct.plot_map,
                 safeconduct.plot_fan, safeconduct.plot_ridge):
        with pytest.raises(ValueError, match="dataset of safeconduct sweep: cells, effects"):
            show(swept)
        with pytest.raises(ValueError, match="dataset of safeconduct comparison: outcomes"):
            show(pairs)
        with pytest.raises(ValueError, match="no dimension 'leader' any more; give it whole"):
            show(open_results(example).sel(leader="putin"))
    with pytest.raises(ResultsError, match="holds no safeconduct results; open_comparison reads it"):
        open_results(example_comparison)
    with pytest.raises(ValueError, match=r"no variable 'host_visit' \(did you mean 'host_visits'\?\)"):
        to_dataframe(open_results(example), "host_visit")


def test_leaders_and_hosts_may_be_named(example):
    ds = open_results(example)
    for leader in (0, -1, np.int64(0), "putin", "Vladimir Putin", "Putin", "vladimir"):
        assert leader_id(ds, leader) == "putin"
    assert [host_id(ds, h) for h in ("MNG", "mongolia", "Guinea", "emirates")] == ["MNG", "MNG", "GIN", "ARE"]
    for wrong in (3, None, -2):
        with pytest.raises(ValueError, match=rf"no leader {wrong} in these results; there are 0 \(putin\)"):
            ledger(ds, wrong)
    with pytest.raises(ValueError, match=r"no leader 'Putn' \(did you mean 'putin'\?\)"):
        hosts(ds, "Putn")
    with pytest.raises(ValueError, match="'Korea' may be KOR, PRK: say which"):
        host_id(ds, "Korea")


def test_trips_are_those_of_the_programs_export(folder):
    told = pd.read_csv(io.StringIO(call(["export", "trips", str(folder / "all.h5")])), keep_default_na=False)
    table = trips(folder / "all.h5")
    assert set(told["over"]) > {"", "KAZ"} and table["over"].tolist() == told["over"].tolist()
    assert table["diverted_to"].astype(object).fillna("").tolist() == told["diverted_to"].tolist()
    assert "AFG" in table["diverted_to"].cat.categories
    weeks = (table["date_out"] - pd.Timestamp("2025-01-01")) / pd.Timedelta(weeks=1)
    assert (weeks == told["wk_out"]).all()


def test_a_folder_of_trips_alone_has_no_dates(folder, tmp_path):
    shutil.copytree(folder / "all.trips", tmp_path / "all.trips")
    assert not {"over", "date"} & set(trips(tmp_path / "all.trips"))
    shutil.copy(folder / "all.h5", tmp_path)
    assert {"over", "date"} < set(trips(tmp_path / "all.trips"))


def test_dates_are_dates(example):
    for table in (events(example), safeconduct.decisions(example, 7), trips(example)):
        assert str(table["date"].dtype) == "datetime64[ns]"


def test_the_version_is_the_projects():
    project = (Path(os.environ["SAFECONDUCT_SOURCE"]) / "analysis/pyproject.toml").read_text()
    assert f'version = "{safeconduct.__version__}"' in project
    assert safeconduct.__version__ in call(["--version"])


def test_a_run_over_parameter_sets_says_so(program, tmp_path):
    fit = tmp_path / "fit.h5"
    call(["fit", "bashir_2009", "--chains", "2", "--draws", "8", "--sweeps", "1", "--scouts", "8", "--settling", "2",
          "--particles", "16", "--no-figures", "--out", str(fit)])
    ds = safeconduct.run(posterior=fit, replicates=256, quiet=True)
    sets = world(ds, "parameter_sets")
    assert ds.attrs["parameter_sets"] == len(sets) > 1
    ax = safeconduct.plot_map(ds, "arrest")
    words = " ".join(t.get_text() for t in ax.texts)
    assert f"under {len(sets)} parameter sets" in words
    assert f"kap_arrest {sets['kap_arrest'].min():.3g} to {sets['kap_arrest'].max():.3g}" in words
    for draw in (safeconduct.plot_ledger, safeconduct.plot_ridge):
        assert any("the scenario's own, not those of any set" in t.get_text() for t in draw(ds).texts)
    fewer = safeconduct.run(posterior=fit, sets=2, replicates=256, quiet=True)
    assert fewer.attrs["parameter_sets"] == 2
    told = safeconduct.posterior(ds)
    assert told["visits_ignorance"].sel(leader="putin", host="BLR").ndim == 0
    assert told["measure"].values.tolist() == ds["measure"].values.tolist()
    plt.close("all")


def test_the_calendar_can_be_joined_to_the_trips(folder):
    """Counts of the table of events are those of the decisions that name its rows."""
    told, table = trips(folder / "all.h5"), events(folder / "all.h5").set_index("row")
    answers = told[told["ev"] >= 0].groupby("ev").size()
    assert answers.to_dict() == table.loc[table["opportunities"] > 0, "opportunities"].to_dict()
