"""Results files as datasets and tables. What is in a file: sim/output/SCHEMA.md.

The examples below run on a small file, `example`, made by the program (tests/analysis/conftest.py).
"""
from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import xarray as xr

from .intervals import wilson

#: The format versions read here: this major, any minor.
FORMAT = 1

_FILETYPE = "safeconduct results"
#: The kinds of files: what opens each, and what shows what is in it.
_KINDS = {
    _FILETYPE: ("open_results", "hosts, events, ledger and most figures"),
    "safeconduct comparison": ("open_comparison", "outcomes, compare, plot_outcome and plot_difference"),
    "safeconduct sweep": ("open_sweep", "cells, effects, plot_sweep and plot_tornado"),
    "safeconduct sensitivity": ("sensitivity", "sensitivity and plot_sensitivity"),
    "safeconduct trips": ("trips", "trips, given the folder"),
}
_NO_VALUES = "This is a netCDF dimension but not a netCDF variable."


class ResultsError(RuntimeError):
    """Not a results file, or not one that can be trusted; the message says which and what to do."""


def open_results(path: str | Path) -> xr.Dataset:
    """Read a results file, whole and checked.

    The attributes of its group ``provenance`` are added as ``provenance_*``, the scenario as
    ``provenance_scenario``, the file's place as ``path``, and the count of parameter sets of a run over a posterior as
    ``parameter_sets``. Weeks become dates. Raises FileNotFoundError, or ResultsError if the file is empty, cut short,
    damaged, foreign or of a later format.

    >>> ds = open_results(example)
    >>> int(ds.attrs["replicates"])
    500
    >>> ds["host_visits"].dims
    ('leader', 'host')
    >>> float(ds["host_visits"].sel(host="BLR").sum()) > 0
    True
    """
    path = Path(path).absolute()
    checked(path, _FILETYPE)
    ds = decoded(path, None)
    provenance = decoded(path, "provenance")
    for name, value in provenance.attrs.items():
        ds.attrs[f"provenance_{name}"] = value
    ds.attrs["provenance_scenario"] = str(provenance["scenario"].item())
    ds.attrs["path"] = str(path)
    with h5py.File(path) as f:
        if "posterior" in f:
            ds.attrs["parameter_sets"] = len(f["posterior/set"])
    return ds


def file_of(ds: xr.Dataset | str | Path) -> Path:
    """The file that a dataset was read from, for what lies only there; a path is handed back as it is.

    Raises FileNotFoundError if the file is gone, ValueError if it holds other results by now.

    >>> file_of(open_results(example)) == file_of(example)
    True
    """
    if not isinstance(ds, xr.Dataset):
        return Path(ds)
    if "path" not in ds.attrs:
        raise ValueError("this dataset does not know its file: read it with open_results, and keep its attributes")
    path = Path(ds.attrs["path"])
    again = "give every run an 'out' of its own, or open the file again"
    if not path.exists():
        raise FileNotFoundError(f"{path} is gone, and with it the tables of its world and its trips: {again}")
    try:
        with h5py.File(path) as f:
            digest = f.attrs.get("digest")
    except OSError as e:
        raise ValueError(f"{path} cannot be read any more ({e}): {again}") from e
    if digest != ds.attrs.get("digest"):
        raise ValueError(f"{path} was written over since it was opened and holds other results now: {again}")
    return path


def opened(ds: xr.Dataset | str | Path) -> xr.Dataset:
    """Results as they are or, given a path, read from there. Raises ValueError if these are not whole results."""
    if not isinstance(ds, xr.Dataset):
        return open_results(ds)
    of_kind(ds, _FILETYPE)
    lost = [dim for dim in ("leader", "host", "week") if dim not in ds.dims]
    if lost:
        raise ValueError(f"this is not a dataset as open_results reads it: it has no dimension {lost[0]!r} any more; "
                         "give it whole, with leader=... where one is meant")
    return ds


def of_kind(ds: xr.Dataset, filetype: str) -> xr.Dataset:
    """A dataset of this kind of file as it is. Raises ValueError for any other, which says what shows that one."""
    kind = ds.attrs.get("filetype")
    if kind == filetype:
        return ds
    if kind in _KINDS:
        raise ValueError(f"this is a dataset of {kind}: {_KINDS[kind][1]} show what is in it")
    raise ValueError(f"this is not a dataset as {_KINDS[filetype][0]} reads it")


def _results_file(ds: xr.Dataset | str | Path) -> Path:
    if isinstance(ds, xr.Dataset):
        return file_of(opened(ds))
    checked(Path(ds), _FILETYPE)
    return Path(ds)


def to_dataframe(ds: xr.Dataset | str | Path, *names: str) -> pd.DataFrame:
    """Variables of the same dimensions as a tidy table: a column for each dimension, then one for each variable.

    Without names: every variable that has the first one's dimensions. Flags become categories.

    >>> to_dataframe(open_results(example), "host_visits", "host_arrivals").columns.tolist()
    ['leader', 'host', 'host_visits', 'host_arrivals']
    >>> to_dataframe(open_results(example), "nu_mean").shape
    (105, 2)
    """
    ds = ds if isinstance(ds, xr.Dataset) else open_results(ds)
    for name in names:
        if name not in ds:
            raise ValueError(f"no variable {name!r}{_meant(name, map(str, ds.variables))}; "
                             "list(ds.data_vars) shows all")
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
    ds = opened(ds)
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
    share that went. ``p_arrest`` and ``pi_arrest`` as in ``hosts``.

    ``goes_share`` is the share of ``opportunities`` with a visit, in full or cut short (``arrested`` is counted on its
    own), ``low`` and ``high`` its 95 % interval; ``duty`` whether the host has to arrest in the week of the start;
    ``row`` is what the ``ev`` of the leader's ``trips`` counts.

    >>> table = events(open_results(example)).set_index("name")
    >>> bool(table.loc["SCO summit, Bishkek", "goes_share"] > 0.9)
    True
    """
    ds = opened(ds)
    names = [str(n) for n, v in ds.data_vars.items() if v.dims == ("event",)]
    table = to_dataframe(ds, *names)
    table.columns = [c.removeprefix("event_") for c in table.columns]
    labels = ["leader", "host", "name", "kind", "date", "week", "row"]
    for place, label in enumerate(labels):
        table.insert(place, label, ds[f"event_{label}"].values)
    table["date"] = pd.to_datetime(table["date"])
    bound, issued = _membership(ds), dict(zip(ds["leader"].values, ds["leader_warrant_week"].values))
    table.insert(len(labels), "duty", [
        bool(issued[row.leader] <= row.week and ((since <= row.week) & (row.week < until)).any())
        for row in table.itertuples() for since, until in [bound.get(row.host, _NEVER)]])
    visits = table["visited"] + table["cut_short"]
    table["goes_share"] = visits / table["opportunities"].where(table["opportunities"] > 0)
    table["low"], table["high"] = wilson(visits, table["opportunities"])
    table = table.sort_values("date", kind="stable").drop(columns="event")
    return (table if leader is None else table[table["leader"] == leader_id(ds, leader)]).reset_index(drop=True)


def world(ds: xr.Dataset | str | Path, name: str) -> pd.DataFrame:
    """A table of the world that a run lived in, as the file keeps it: ``hosts``, ``dyads``, ``events``,
    ``parameters``, ...

    >>> world(example, "parameters").set_index("name").loc["th_a", "value"]
    4.5
    """
    path = _results_file(ds)
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
    order and no cover (``duty`` 0: no arrest). No pressure of NGOs, no findings yet. P(arrest) is mostly a prior. In a
    run over parameter sets the weights are the scenario's own, not those of any set. Equations: agents/ODD.md,
    "Derived quantities".

    >>> table = ledger(open_results(example)).set_index("host")
    >>> bool(table.loc["BLR", "alliance"] > table.loc["MNG", "alliance"])
    True
    >>> table.loc["USA", ["duty", "p_arrest"]].tolist()
    [0.0, 0.0]
    """
    ds = opened(ds)
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


def spread(ds: xr.Dataset, parameter: str, leader: int | str = 0) -> str:
    """The value of a parameter in a run, in words: one number, or from the lowest to the highest of its parameter sets.

    >>> spread(open_results(example), "kap_arrest"), spread(open_results(example), "Lambda")
    ('6.5', '200')
    """
    who = leader_id(ds, leader)
    if "parameter_sets" in ds.attrs:
        sets = world(ds, "parameter_sets")
        for name in (f"{who}.{parameter}", parameter):
            if name in sets:
                low, high = (f"{float(f'{end:.3g}'):g}" for end in (sets[name].min(), sets[name].max()))
                return f"{low} to {high}"
    of_leader = world(ds, "leaders").set_index("leader").loc[who]
    value = of_leader[parameter] if parameter in of_leader else \
        world(ds, "parameters").set_index("name").loc[parameter, "value"]
    return f"{float(value):g}"


def leader_id(ds: xr.Dataset, leader: int | str) -> str:
    """A leader by number, id, name or a part of it that no other has, as an id. Raises ValueError.

    >>> leader_id(open_results(example), 0), leader_id(open_results(example), "Vladimir Putin")
    ('putin', 'putin')
    """
    ids = [str(one) for one in np.atleast_1d(ds["leader"].values)]
    names = [str(one) for one in np.atleast_1d(ds["leader_name"].values)] if "leader_name" in ds else ids
    if isinstance(leader, str):
        return named(leader, ids, names, "leader")
    if not isinstance(leader, (int, np.integer)) or not -len(ids) <= leader < len(ids):
        raise ValueError(f"no leader {leader!r} in these results; there are " +
                         ", ".join(f"{number} ({one})" for number, one in enumerate(ids)))
    return ids[leader]


def host_id(ds: xr.Dataset, host: str) -> str:
    """A host by code, name or a part of it that no other has, as a code. Raises ValueError.

    >>> host_id(open_results(example), "Mongolia")
    'MNG'
    """
    return named(host, [str(h) for h in ds["host"].values], [str(n) for n in ds["host_name"].values], "host")


def named(wanted: str, ids: list[str], names: list[str], what: str) -> str:
    """The id that a text means: an id, else a name, else words of one name alone. Raises ValueError.

    >>> named("georgia", ["GEO", "SGS"], ["Georgia", "South Georgia"], "host")
    'GEO'
    >>> named("Gorgia", ["GEO", "SGS"], ["Georgia", "South Georgia"], "host")
    Traceback (most recent call last):
    ...
    ValueError: no host 'Gorgia' (did you mean 'Georgia'?); there are GEO, SGS
    """
    if wanted in ids:
        return wanted
    words = wanted.casefold().split()
    for fits in (lambda one, name: words in ([one.casefold()], name.casefold().split()),
                 lambda one, name: words and set(words) <= set(name.casefold().split())):
        found = [one for one, name in zip(ids, names) if fits(one, name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"{what} {wanted!r} may be {', '.join(found)}: say which")
    there = "; there are " + ", ".join(ids) if len(ids) < 20 else ""
    raise ValueError(f"no {what} {wanted!r}{_meant(wanted, [*names, *ids])}{there}")


def _meant(wanted: str, known: Iterable[str]) -> str:
    close = get_close_matches(wanted, list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


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


def trips(ds: xr.Dataset | str | Path) -> pd.DataFrame:
    """The decisions of the replicates that were kept (``--trips``), one row each, with names.

    ``ds``: results, opened or as a path, or a folder NAME.trips. For results without trips of their own the folder
    beside them is read, if it belongs to the same run. Beside what the file holds (sim/output/SCHEMA.md): ``over``, the
    states flown over in order, separated by blanks; ``date`` and ``date_out``, the first days of the weeks of the
    answer and of the outcome. A folder whose results file is not beside it has not these three. ``P_arr`` rests on
    assumed parameters: P(arrest) is mostly a prior.

    >>> table = trips(example)
    >>> table.columns[:7].tolist()
    ['rep', 'leader', 'host', 'ev', 'second_stop', 'ans', 'out']
    >>> sorted(table["ans"].unique())
    ['delegate', 'go', 'skip']
    """
    path = ds if isinstance(ds, xr.Dataset) else Path(ds)
    if isinstance(path, Path) and path.is_dir():
        table, fingerprint = _parts(path, None)
        results = path.with_suffix(".h5")
        return _told(table, results) if _fingerprint(results) == fingerprint else table
    path = _results_file(ds)
    with h5py.File(path) as f:
        about = {name: f.attrs[name] for name in ("fingerprint", "replicates")}
        stored = "trips" in f
    if stored:
        return _told(_columns(decoded(path, "trips")), path)
    folder = path.with_suffix(".trips")
    if folder.is_dir():
        return _told(_parts(folder, about)[0], path)
    raise ResultsError(f"{path} holds no trips; run the scenario again with --trips sample or --trips all")


def _fingerprint(path: Path) -> str | None:
    if not path.is_file() or not h5py.is_hdf5(path):
        return None
    with h5py.File(path) as f:
        return f.attrs.get("fingerprint")


def _told(table: pd.DataFrame, results: Path) -> pd.DataFrame:
    """Trips with what the results file knows besides: whom they flew over, and dates."""
    table["over"] = _over(table, world(results, "flights"))
    with h5py.File(results) as f:
        start = np.datetime64(f.attrs["start_date"], "ns")
    for week, date in (("wk", "date"), ("wk_out", "date_out")):
        table[date] = start + table[week].to_numpy().astype("timedelta64[D]") * 7
    return table


def _over(table: pd.DataFrame, flights: pd.DataFrame) -> pd.Series:
    """The states that each trip flew over, separated by blanks; empty if nobody flew."""
    by = ["leader", "host", "route"]
    flights["from"], flights["to"] = flights["from"].fillna(-np.inf), flights["to"].fillna(np.inf)
    ways = flights.groupby([*by, "from", "to"], sort=False)["over"].agg(" ".join).reset_index()
    flown = table.loc[table["hours"] > 0, ["leader", "host", "wk_out"]].astype({"leader": object, "host": object})
    flown["route"] = np.where(table.loc[flown.index, "detour_hours"] > 0, "avoid", "direct")
    flown = flown.reset_index().merge(ways, on=by)
    flown = flown[(flown["from"] <= flown["wk_out"]) & (flown["wk_out"] < flown["to"])]
    return flown.set_index("index")["over"].reindex(table.index, fill_value="")


def posterior(ds: xr.Dataset | str | Path) -> xr.Dataset:
    """What a run over parameter sets (``run --posterior``) tells of chance and of ignorance, with the labels of the
    results. Variables: sim/output/SCHEMA.md, "Group posterior". Raises ResultsError for a run of one set.

    >>> posterior(example)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    safeconduct.results.ResultsError: ...example.h5 is a run of one parameter set; run it with --posterior FILE
    """
    ds = opened(ds)
    path = file_of(ds)
    if "parameter_sets" not in ds.attrs:
        raise ResultsError(f"{path} is a run of one parameter set; run it with --posterior FILE")
    told = decoded(path, "posterior")
    return told.assign_coords({dim: ds[dim].values for dim in told.dims if dim not in told.coords})


def years(ds: xr.Dataset) -> float:
    """Length of the horizon in years.

    >>> round(years(open_results(example)), 2)
    2.01
    """
    return ds.sizes["week"] * 7 / 365.25


def _parts(folder: Path, about: dict | None) -> tuple[pd.DataFrame, str]:
    """The table of a folder of trips, and the fingerprint of its run."""
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
    return pd.concat(tables, ignore_index=True), fingerprint


def _columns(ds: xr.Dataset) -> pd.DataFrame:
    table = pd.DataFrame({str(n): _labelled(v, pd.Series(v.values)) for n, v in ds.data_vars.items()})
    if "diverted_to" in table:  # a number in the file, of the hosts as their own column counts them; -1: none
        table["diverted_to"] = pd.Categorical.from_codes(table["diverted_to"], table["host"].cat.categories)
    return table


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
        way_out = f"; {_KINDS[found][0]} reads it" if found in _KINDS else ""
        raise ResultsError(f"{path} is an HDF5 file ({found}), but holds no {filetype}{way_out}")
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
