"""What differs between two runs under the same luck."""
from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from .intervals import Z
from .results import ResultsError, hosts, leader_id, trips, years


def compare(before: xr.Dataset, after: xr.Dataset, leader: int | str = 0) -> pd.DataFrame:
    """Visits a year to each host before and after, their ``difference``, its ``se``, and the 95 % interval ``low`` to
    ``high``.

    Two runs of one seed meet the same luck, history by history. If both kept all their decisions (``trips="all"``)
    the error is that of the paired differences (attribute ``paired``); otherwise it is what two independent runs would
    have, which is too wide. Attributes: ``pairs``, and ``total``, the same for all hosts together.

    >>> table = compare(open_results(example), open_results(example))
    >>> float(table["difference"].abs().max()), table.attrs["paired"]
    (0.0, True)
    """
    if before.attrs["seed"] != after.attrs["seed"]:
        raise ResultsError(f"the runs have the seeds {before.attrs['seed']} and {after.attrs['seed']}: run one of "
                           "them again with the other's seed, so that both meet the same luck")
    who = leader_id(before, leader)
    if not np.isclose(years(before), years(after)):
        raise ResultsError("the runs differ in their length; compare runs of the same weeks")
    a, b = (hosts(ds, who).set_index("host") for ds in (before, after))
    both = a.index.intersection(b.index)
    a, b = a.loc[both], b.loc[both]
    table = pd.DataFrame({
        "host": both, "name": a["name"].to_numpy(),
        "member": ((a["member_at_start"] == "yes") | (a["member_at_end"] == "yes") | (b["member_at_start"] == "yes")
                   | (b["member_at_end"] == "yes")).to_numpy(),
        "before": a["visits_a_year"].to_numpy(), "after": b["visits_a_year"].to_numpy()})
    paired = _paired(before, after, who, both)
    if paired is None:
        table["difference"] = table["after"] - table["before"]
        table["se"] = np.hypot(a["visits_a_year_se"], b["visits_a_year_se"]).to_numpy()
        errors = [ds["measure_se"].sel(leader=who, measure="visits").item() for ds in (before, after)]
        means = [ds["measure_mean"].sel(leader=who, measure="visits").item() for ds in (before, after)]
        total = {"difference": (means[1] - means[0]) / years(before), "se": float(np.hypot(*errors)) / years(before)}
        pairs = int(min(before.attrs["replicates"], after.attrs["replicates"]))
    else:
        difference, se, total, pairs = paired
        table["difference"], table["se"] = difference / years(before), se / years(before)
        total = {name: value / years(before) for name, value in total.items()}
    table["low"], table["high"] = table["difference"] - Z * table["se"], table["difference"] + Z * table["se"]
    table.attrs.update(paired=paired is not None, pairs=pairs, total=total)
    return table


def _paired(before: xr.Dataset, after: xr.Dataset, who: str, both: pd.Index):
    """Mean differences and their errors by host and in total, from the decisions of the replicates that both runs
    kept all of."""
    counts = []
    n = int(min(before.attrs["replicates"], after.attrs["replicates"]))
    for ds in (before, after):
        try:
            table = trips(ds.attrs["path"])
        except (ResultsError, FileNotFoundError):
            return None
        if ds.attrs["trips_replicates"] not in (0, ds.attrs["replicates"]):  # a sample; 0: all, in a folder
            return None
        table = table[(table["leader"] == who) & table["out"].isin(["visited", "cut_short"]) & (table["rep"] < n)]
        counts.append(table.groupby(["rep", "host"], observed=True).size())
    difference = counts[1].sub(counts[0], fill_value=0)
    by_host = difference.groupby("host", observed=True)
    mean = (by_host.sum() / n).reindex(both, fill_value=0.0)
    square = (difference**2).groupby("host", observed=True).sum().reindex(both, fill_value=0.0) / n
    se = np.sqrt(np.maximum(square - mean**2, 0) / max(n - 1, 1))
    whole = difference.groupby("rep").sum()
    mean_all = whole.sum() / n
    se_all = np.sqrt(max((whole**2).sum() / n - mean_all**2, 0) / max(n - 1, 1))
    return mean.to_numpy(), se.to_numpy(), {"difference": float(mean_all), "se": float(se_all)}, n
