"""Results files as datasets and tables. What is in a file: sim/output/SCHEMA.md.

The examples below run on a small file, `example`, made by the program (tests/analysis/conftest.py).
"""
from __future__ import annotations

import hashlib
import io
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from .intervals import wilson

#: The format versions read here: this major, any minor.
FORMAT = 1

_FILETYPE = "safeconduct results"
_NO_VALUES = "This is a netCDF dimension but not a netCDF variable."


class ResultsError(RuntimeError):
    """Not a results file, or not one that can be trusted; the message says which and what to do."""


def open_results(path: str | Path) -> xr.Dataset:
    """Read a results file, whole and checked.

    The attributes of its group ``provenance`` are added as ``provenance_*``, the scenario as
    ``provenance_scenario``, and the file's place as ``path``. Weeks become dates. Raises FileNotFoundError, or
    ResultsError if the file is empty, cut short, damaged, foreign or of a later format.

    >>> ds = open_results(example)
    >>> int(ds.attrs["replicates"])
    500
    >>> ds["host_visits"].dims
    ('leader', 'host')
    >>> float(ds["host_visits"].sel(host="BLR").sum()) > 0
    True
    """
    path = Path(path)
    checked(path, _FILETYPE)
    ds = decoded(path, None)
    provenance = decoded(path, "provenance")
    for name, value in provenance.attrs.items():
        ds.attrs[f"provenance_{name}"] = value
    ds.attrs["provenance_scenario"] = str(provenance["scenario"].item())
    ds.attrs["path"] = str(path)
    return ds


def to_dataframe(ds: xr.Dataset, *names: str) -> pd.DataFrame:
    """Variables of the same dimensions as a tidy table: a column for each dimension, then one for each variable.

    Without names: every variable that has the first one's dimensions. Flags become categories.

    >>> to_dataframe(open_results(example), "host_visits", "host_arrivals").columns.tolist()
    ['leader', 'host', 'host_visits', 'host_arrivals']
    >>> to_dataframe(open_results(example), "nu_mean").shape
    (105, 2)
    """
    if not names:
        first = next(iter(ds.data_vars.values()))
        names = tuple(str(n) for n, v in ds.data_vars.items() if v.dims == first.dims)
    dims = ds[names[0]].dims
    for name in names:
        if ds[name].dims != dims:
            raise ValueError(f"{name} has the dimensions {ds[name].dims}, {names[0]} has {dims}: "
                             "ask for them in tables of their own")
    if not dims:
        return pd.DataFrame({name: [ds[name].item()] for name in names})
    table = ds[list(names)].reset_coords(drop=True).to_dataframe(dim_order=list(dims)).reset_index()
    for name in names:
        table[name] = _labelled(ds[name], table[name])
    return table


def hosts(ds: xr.Dataset | str | Path, leader: int | str | None = None) -> pd.DataFrame:
    """The table of hosts: one row for each leader (or of one leader) and host, with names, and ``visits_a_year``.

    ``p_arrest`` and ``pi_arrest``, means over the arrivals, rest on assumed parameters: P(arrest) is mostly a prior.

    >>> table = hosts(open_results(example))
    >>> table.sort_values("visits_a_year").iloc[-1][["host", "name", "member_at_start"]].tolist()
    ['BLR', 'Belarus', 'no']
    """
    ds = ds if isinstance(ds, xr.Dataset) else open_results(ds)
    counts = [str(n) for n, v in ds.data_vars.items() if v.dims == ("leader", "host")]
    table = to_dataframe(ds, *counts)
    table.columns = [c.removeprefix("host_") for c in table.columns]
    of_host = ds["host"].to_index().get_indexer(table["host"])
    labels = ["name", "region", "latitude", "longitude", "member_at_start", "member_at_end"]
    for place, label in enumerate(labels, start=2):
        values = pd.Series(ds[f"host_{label}"].values[of_host])
        table.insert(place, label, _labelled(ds[f"host_{label}"], values))
    table["visits_a_year"] = table["visits"] / years(ds)
    table["visits_a_year_se"] = table["visits_se"] / years(ds)
    return table if leader is None else table[table["leader"] == leader_id(ds, leader)].reset_index(drop=True)


def events(ds: xr.Dataset | str | Path, leader: int | str | None = None) -> pd.DataFrame:
    """The calendar: one row for each scheduled trip, stages merged, by date, with counts and ``goes_share``, the
    share that went.

    ``goes_share`` is the share of ``opportunities`` in which the leader reached the host, ``low`` and ``high`` its 95 %
    interval; ``duty`` whether the host has to arrest in the week of the start.

    >>> table = events(open_results(example)).set_index("name")
    >>> bool(table.loc["SCO summit, Bishkek", "goes_share"] > 0.9)
    True
    """
    ds = ds if isinstance(ds, xr.Dataset) else open_results(ds)
    names = [str(n) for n, v in ds.data_vars.items() if v.dims == ("event",)]
    table = to_dataframe(ds, *names)
    table.columns = [c.removeprefix("event_") for c in table.columns]
    labels = ["leader", "host", "name", "kind", "date", "week"]
    for place, label in enumerate(labels):
        table.insert(place, label, ds[f"event_{label}"].values)
    bound, issued = _membership(ds), dict(zip(ds["leader"].values, ds["leader_warrant_week"].values))
    table.insert(len(labels), "duty", [
        bool(issued[row.leader] <= row.week and ((since <= row.week) & (row.week < until)).any())
        for row in table.itertuples() for since, until in [bound.get(row.host, _NEVER)]])
    reached = table["visited"] + table["cut_short"] + table["arrested"]
    table["goes_share"] = reached / table["opportunities"].where(table["opportunities"] > 0)
    table["low"], table["high"] = wilson(reached, table["opportunities"])
    table = table.sort_values("date", kind="stable").drop(columns="event")
    return (table if leader is None else table[table["leader"] == leader_id(ds, leader)]).reset_index(drop=True)


def world(ds: xr.Dataset | str | Path, name: str) -> pd.DataFrame:
    """A table of the world that a run lived in, as the file keeps it: ``hosts``, ``dyads``, ``events``,
    ``parameters``, ...

    >>> world(example, "parameters").set_index("name").loc["th_a", "value"]
    4.5
    """
    path = Path(ds.attrs["path"] if isinstance(ds, xr.Dataset) else ds)
    if not isinstance(ds, xr.Dataset):
        checked(path, _FILETYPE)
    with h5py.File(path) as f:
        if f"{name}.csv" not in f["world"]:
            raise ResultsError(f"{path} has no table {name!r} of the world; there are " +
                               ", ".join(sorted(n.removesuffix(".csv") for n in f["world"])))
        text = f["world"][f"{name}.csv"].asstr()[()]
    return pd.read_csv(io.StringIO(text), comment="#", keep_default_na=False, na_values={
        c: [""] for c in ("exists_from", "exists_to", "member_from", "member_to", "from", "to", "hours_over")})


def ledger(ds: xr.Dataset | str | Path, leader: int | str = 0) -> pd.DataFrame:
    """What pulls each host which way in the first week, in logits: one row a host that exists then, home left out.

    ``alliance`` is th_a a, what the tie with the leader's state weighs; ``compliance`` all the other terms of the
    compliance index but the host's own resolve, which nobody knows: duty, norm, courts, statements, Western pressure,
    less retaliation. ``c`` is their difference, ``p_refuse`` and ``p_arrest`` follow from it with a resolve of 0, no
    order and no cover (``duty`` 0: no arrest). No pressure of NGOs, no findings yet. Equations: agents/ODD.md,
    "Derived quantities".

    >>> table = ledger(open_results(example)).set_index("host")
    >>> bool(table.loc["BLR", "alliance"] > table.loc["MNG", "alliance"])
    True
    >>> table.loc["USA", ["duty", "p_arrest"]].tolist()
    [0.0, 0.0]
    """
    ds = ds if isinstance(ds, xr.Dataset) else open_results(ds)
    who = leader_id(ds, leader)
    p = world(ds, "parameters").set_index("name")["value"].astype(float)
    of_leader = world(ds, "leaders").set_index("leader").loc[who]
    rows = world(ds, "hosts")
    rows = rows[~(rows["exists_from"] > 0) & ~(rows["exists_to"] <= 0) & (rows["host"] != of_leader["home"])]
    table = rows.drop_duplicates("host").set_index("host")
    bound = {host for host, (since, until) in _membership(ds).items() if ((since <= 0) & (0 < until)).any()}
    duty = pd.Series(table.index.isin(bound) & (of_leader["issue"] <= 0), index=table.index).astype(float)

    ties = world(ds, "dyads")
    ties = ties[ties["leader"] == who].set_index("host").drop(columns="leader").astype(float)
    weights = p[[f"w_{feature}" for feature in ties.columns]].to_numpy()
    a0 = (ties * weights).sum(axis=1).reindex(table.index, fill_value=0.0)
    alliance = p["th_a"] * a0 * (1 + p["iota"] * float(of_leader["S"]) * (1 - table["W"]))
    duties = (p["th_m"] + p["th_nu"] * p["nu0"] + p["th_J"] * table["J"] + p["th_Q"] * table["Q"]
              + p["th_B"] * _stances(ds, who).reindex(table.index, fill_value=0.0))
    compliance = (duty * duties + p["th_W"] * table["W"] * float(of_leader["Pi"]) - p["th_R"] * float(of_leader["R"]))
    c = compliance - alliance
    return pd.DataFrame({
        "host": table.index, "name": table["name"].to_numpy(), "duty": duty.to_numpy(), "alliance": alliance.to_numpy(),
        "compliance": compliance.to_numpy(), "c": c.to_numpy(),
        "p_refuse": (1 / (1 + np.exp(p["kap_refuse"] - c))).to_numpy(),
        "p_arrest": (duty / (1 + np.exp(p["kap_arrest"] - c))).to_numpy()})


def leader_id(ds: xr.Dataset, leader: int | str) -> str:
    """A leader by number or id, as an id.

    >>> leader_id(open_results(example), 0)
    'putin'
    """
    if isinstance(leader, str):
        if leader not in ds["leader"].values:
            raise ValueError(f"no leader {leader!r} in these results: {', '.join(ds['leader'].values)}")
        return leader
    return str(ds["leader"].values[leader])


_NEVER = (np.array([]), np.array([]))


def _membership(ds: xr.Dataset) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The weeks between which each member of the court is one: arrays of first weeks, and of first weeks after."""
    rows = world(ds, "hosts").dropna(subset=["member_from", "member_to"], how="all")  # both empty: never a member
    return {host: (some["member_from"].fillna(-np.inf).to_numpy(), some["member_to"].fillna(np.inf).to_numpy())
            for host, some in rows.groupby("host")}


def _stances(ds: xr.Dataset, leader: str) -> pd.Series:
    """b by host in week 0: the government's own statements before those of its organisations, each kind averaged."""
    try:
        said = world(ds, "stances")
    except ResultsError:
        return pd.Series(dtype=float)
    said = said[(said["leader"] == leader) & ~(said["from"] > 0) & ~(said["to"] <= 0)]
    means = said.groupby(["host", "kind"])["value"].mean().unstack()
    organisation = means["organisation"] if "organisation" in means else pd.Series(dtype=float)
    return (means["own"].combine_first(organisation) if "own" in means else organisation).dropna()


def trips(path: str | Path) -> pd.DataFrame:
    """The decisions of the replicates that were kept (``--trips``), one row each, with names.

    ``path``: a results file, or a folder NAME.trips. For a results file without trips of its own the folder
    beside it is read, if it belongs to the same run.

    >>> table = trips(example)
    >>> table.columns[:7].tolist()
    ['rep', 'leader', 'host', 'ev', 'second_stop', 'ans', 'out']
    >>> sorted(table["ans"].unique())
    ['delegate', 'go', 'skip']
    """
    path = Path(path)
    if path.is_dir():
        return _parts(path, None)
    checked(path, _FILETYPE)
    with h5py.File(path) as f:
        about = {name: f.attrs[name] for name in ("fingerprint", "replicates")}
        stored = "trips" in f
    if stored:
        return _columns(decoded(path, "trips"))
    folder = path.with_suffix(".trips")
    if folder.is_dir():
        return _parts(folder, about)
    raise ResultsError(f"{path} holds no trips; run the scenario again with --trips sample or --trips all")


def years(ds: xr.Dataset) -> float:
    """Length of the horizon in years.

    >>> round(years(open_results(example)), 2)
    2.01
    """
    return ds.sizes["week"] * 7 / 365.25


def _parts(folder: Path, about: dict | None) -> pd.DataFrame:
    tables, next_replicate, fingerprint = [], 0, None
    paths = sorted(folder.glob("part_*.h5"))
    if not paths:
        raise ResultsError(f"{folder} holds no parts of trips")
    for number, path in enumerate(paths):
        checked(path, "safeconduct trips")
        with h5py.File(path) as f:
            a = dict(f.attrs)
        fingerprint = fingerprint or a["fingerprint"]
        if a["part"] != number or a["first_replicate"] != next_replicate or a["fingerprint"] != fingerprint:
            raise ResultsError(f"{folder}: a part before {path.name} is missing or of another run; run it again")
        next_replicate = int(a["past_replicate"])
        tables.append(_columns(decoded(path, None)))
    if about and (about["fingerprint"] != fingerprint or about["replicates"] != next_replicate):
        raise ResultsError(f"{folder} belongs to another run than the results beside it; run the scenario again "
                           "with --trips all")
    return pd.concat(tables, ignore_index=True)


def _columns(ds: xr.Dataset) -> pd.DataFrame:
    return pd.DataFrame({str(n): _labelled(v, pd.Series(v.values)) for n, v in ds.data_vars.items()})


def _labelled(variable: xr.DataArray, values: pd.Series) -> pd.Series:
    """CF flags as categories; anything else as it is."""
    if "flag_meanings" not in variable.attrs:
        return values
    meanings = variable.attrs["flag_meanings"].split()
    return pd.Series(pd.Categorical.from_codes(values.to_numpy(), meanings), index=values.index)


def decoded(path: Path, group: str | None) -> xr.Dataset:
    # "d" and "h" stay numbers in every version of xarray
    with xr.open_dataset(path, engine="h5netcdf", group=group, decode_timedelta=False) as ds:
        return ds.load()


def checked(path: Path, filetype: str) -> None:
    if not path.exists():
        raise FileNotFoundError(f"no such results file: {path}")
    if path.is_dir():
        raise ResultsError(f"{path} is a folder, not a results file")
    with open(path, "rb") as f:
        signature = f.read(8)
    if not signature:
        raise ResultsError(f"{path} is empty; run the scenario again")
    if signature != b"\x89HDF\r\n\x1a\n":
        raise ResultsError(f"{path} is not an HDF5 file, so it holds no {filetype}")
    try:
        with h5py.File(path, "r") as f:
            _check_contents(path, f, filetype)
    except (OSError, KeyError, RuntimeError, UnicodeDecodeError) as e:
        if isinstance(e, ResultsError):
            raise
        raise ResultsError(f"{path} is cut short or damaged ({e}); run the scenario again") from e


def _check_contents(path: Path, f: h5py.File, filetype: str) -> None:
    if (found := f.attrs.get("filetype", "of something else")) != filetype:
        raise ResultsError(f"{path} is an HDF5 file ({found}), but holds no {filetype}")
    major, minor = (int(v) for v in f.attrs["version"])
    if major != FORMAT:
        raise ResultsError(f"{path} has format {major}.{minor}, this package reads {FORMAT}.x: use the package that "
                           f"came with {f.attrs['source']}")
    if _digest(f) != f.attrs["digest"]:
        raise ResultsError(f"{path} is damaged: its values do not match their digest; run the scenario again")


def _digest(f: h5py.File) -> str:
    """The digest of all values, as SCHEMA.md defines it."""
    lines = []

    def add(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        if item.attrs.get("NAME", b"").startswith(_NO_VALUES.encode()):
            return
        if h5py.check_string_dtype(item.dtype):
            data = b"".join(text + b"\0" for text in np.atleast_1d(item[()]).ravel())
        else:
            data = np.ascontiguousarray(item[()]).tobytes()
        lines.append((name.encode(), hashlib.sha256(data).hexdigest()))

    f.visititems(add)
    return hashlib.sha256(b"".join(b"%s %s\n" % (name, digest.encode()) for name, digest in sorted(lines))).hexdigest()
