"""A results file opens in every reader at hand, by name alone, and says the same in each."""
import os
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest
import xarray as xr

PROGRAM = os.environ.get("SAFECONDUCT", "")


@pytest.fixture(scope="module", params=["dushanbe_2025", "two_leaders_2025", "netanyahu_2024"])
def results(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / f"{request.param}.h5"
    subprocess.run([PROGRAM, "run", request.param, "--replicates", "100", "--trips", "sample", "--out", str(path)],
                   check=True, capture_output=True, timeout=300)
    return path


def tool(*command):
    if not shutil.which(command[0]):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{command[0]} is not installed")
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def test_the_columns_of_the_exported_trips_are_on_the_page(results):
    page = subprocess.run([PROGRAM, "page", "schema"], check=True, capture_output=True, text=True).stdout
    table = page.split("## Exported tables")[1].split("\n## ")[0]
    ran = subprocess.run([PROGRAM, "export", "trips", results], check=True, capture_output=True, text=True)
    assert re.findall(r"(?m)^\| `(\w+)`", table) == ran.stdout.split("\n")[0].split(",")
    none = subprocess.run([PROGRAM, "export", "trips", results.with_name("none.h5")], capture_output=True, text=True)
    assert none.returncode == 74 and "P(arrest)" not in none.stderr  # nothing is said of what is not there


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray_reads_what_h5py_reads(results, engine):
    with h5py.File(results) as f, xr.open_dataset(results, engine=engine) as ds:
        names = {name for name in f if isinstance(f[name], h5py.Dataset)}
        assert set(ds.variables) == names
        for name in names - {"week"}:
            ours = f[name].asstr()[()] if h5py.check_string_dtype(f[name].dtype) else f[name][()]
            np.testing.assert_array_equal(ds[name].values, ours, err_msg=name)
            assert ds[name].dtype == ours.dtype, name
            if "units" in f[name].attrs:
                assert ds[name].attrs["units"] == f[name].attrs["units"]
            assert ds[name].attrs["long_name"]
        start = np.datetime64(f.attrs["start_date"])
        assert (ds["week"].values == start + f["week"][()].astype("timedelta64[D]")).all()
        assert ds["host_visits"].dims == ("leader", "host")
        assert "host_name" in ds.coords and "event_date" in ds.coords
        assert ds.attrs["replicates"] == 100 and ds.attrs["filetype"] == "safeconduct results"
        assert ds["host_visits"].to_dataframe().shape[0] == ds.sizes["leader"] * ds.sizes["host"]


@pytest.mark.parametrize("engine", ["netcdf4", "h5netcdf"])
def test_xarray_reads_the_groups(results, engine):
    with h5py.File(results) as f, xr.open_dataset(results, engine=engine, group="trips") as trips:
        assert trips.sizes == {"trip": len(f["trips/rep"])}
        for name in trips:
            np.testing.assert_array_equal(trips[name].values, f["trips"][name][()], err_msg=str(name))
        assert trips["out"].attrs["flag_meanings"].split()[1] == "cut_short"
        assert trips["days"].dtype == np.float32  # not a time span
    with xr.open_dataset(results, engine=engine, group="world") as world:
        assert str(world["hosts.csv"].values).startswith("host,")
    with xr.open_dataset(results, engine=engine, group="provenance") as provenance:
        assert provenance.attrs["generator"] == "Philox4x32-10"


def test_ncdump_lists_every_variable(results):
    said = tool("ncdump", "-h", str(results))
    with h5py.File(results) as f:
        for name, item in f.items():
            if isinstance(item, h5py.Dataset):
                assert re.search(rf"\b{name}(\(| ;)", said), name
        assert f"host = {len(f['host'])} ;" in said


def test_ncdump_reads_the_same_numbers(results):
    said = tool("ncdump", "-p", "9,17", "-v", "host_opportunities,ridge_p_arrest", str(results))
    with h5py.File(results) as f:
        for name in ("host_opportunities", "ridge_p_arrest"):
            values = re.search(rf"\n {name} =\s*([^;]*);", said).group(1)
            np.testing.assert_array_equal([float(v) for v in values.split(",")], f[name][()].ravel())


def test_h5dump_reads_it(results):
    assert "safeconduct results" in tool("h5dump", "-A", str(results))
    said = tool("h5dump", "-y", "-w", "1", "-d", "/host_opportunities", str(results))
    data = re.search(r"DATA \{(.*?)\}", said, re.DOTALL).group(1)
    with h5py.File(results) as f:
        assert [int(v) for v in re.findall(r"\d+", data)] == f["host_opportunities"][()].ravel().tolist()


def test_only_types_that_every_reader_knows(results):
    """No fixed-length text, enum, bool or compound; numbers under a checksum; no clock."""
    def check(name, item):
        if not isinstance(item, h5py.Dataset):
            return
        text = h5py.check_string_dtype(item.dtype)
        assert text.length is None if text else item.dtype.kind in "if", name
        phony = item.attrs.get("NAME", b"").startswith(b"This is a netCDF dimension")
        assert text or phony or item.shape == () or item.fletcher32, name
        assert not item.id.get_create_plist().get_obj_track_times(), name

    with h5py.File(results) as f:
        f.visititems(check)


def test_equal_runs_give_equal_files(results, tmp_path):
    name = results.stem
    for threads in ("1", "3"):
        path = tmp_path / f"{threads}.h5"
        subprocess.run([PROGRAM, "run", name, "--replicates", "100", "--trips", "sample", "--threads", threads, "--out",
                        str(path)], check=True, capture_output=True, timeout=300)
        assert path.read_bytes() == results.read_bytes()
