import doctest
import importlib
import inspect
import pkgutil
import re
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest

import safeconduct
from safeconduct import ResultsError, hosts, open_results, to_dataframe, trips


#: Fixtures of conftest.py that an example may name.
FILES = {"example", "example_sweep", "example_design", "example_morris", "example_comparison"}
MODULES = ["safeconduct", *(f"safeconduct.{m.name}" for m in pkgutil.iter_modules(safeconduct.__path__)
                             if m.name != "__main__")]


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_the_docstrings_are_true(module, request):
    module = importlib.import_module(module)
    files = FILES & set(re.findall(r"example\w*", inspect.getsource(module)))
    names = {name: request.getfixturevalue(name) for name in files} | {"open_results": open_results}
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
