#!/usr/bin/env python3
"""Do two tables of trips come from the same model? About 200 statistics, each with its error over replicates.

    compare_trips.py A.csv B.csv --replicates NA NB [--export DIR]

Replicates are independent, trips inside one are not. So each statistic is written as the mean over replicates of one
number a replicate (a ratio or a variance by its influence at the pooled value), and the two means are compared by
z = difference / sqrt(pooled variance (1/NA + 1/NB)). The errors hold for runs that share no luck. Statistics that rest
on fewer than 30 replicates in all are left out: z would not be normal. Exit code 1 if the largest |z| is above 4.5.
"""
import argparse
import csv
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

OUTCOMES = "visited|cut short|stays home|withdrawn|arrested|skip|delegate|void|pending".split("|")
ANSWERS = ["go", "delegate", "skip"]
TEXT, NUMBERS = ["leader", "host", "ans", "out"], "rep ev wk wk_out order days hours pi_a P_arr".split()
SHOWN, LIMIT, FEWEST = 3.3, 4.5, 30


class Trips:
    """The two tables, one under the other; replicates of the second are numbered after the first's."""

    def __init__(self, paths, replicates):
        self.n_a, self.n_b = replicates
        self.n = self.n_a + self.n_b
        kinds = dict.fromkeys(TEXT, "category") | dict.fromkeys(NUMBERS, float)
        columns = {name: [] for name in kinds}
        for path, first, count in zip(paths, (0, self.n_a), replicates):
            table = pd.read_csv(path, comment="#", usecols=lambda name: name in kinds, dtype=kinds, na_filter=False,
                                float_precision="round_trip")
            missing = [name for name in kinds if name not in table]
            if missing:
                sys.exit(f"{path}: no column {', '.join(missing)}")
            for name in columns:
                columns[name].append(table[name].array if name in TEXT else table[name].to_numpy())
            numbers = columns["rep"][-1]
            if numbers.size and not (0 <= numbers.min() and numbers.max() < count):
                sys.exit(f"{path}: has replicate {numbers.max():.0f}, but {count} were announced")
            columns["rep"][-1] = numbers + first
        for name, parts in columns.items():
            joined = union_categoricals(parts, sort_categories=True) if name in TEXT else np.concatenate(parts)
            setattr(self, name, joined)
        self.rep = self.rep.astype(int)
        for name, known in (("out", OUTCOMES), ("ans", ANSWERS)):
            unknown = set(getattr(self, name).categories) - set(known)
            if unknown:
                sys.exit(f"unknown word in column {name}: {', '.join(sorted(unknown))}")
        self.weeks = int(self.wk_out.max()) + 1 if self.wk_out.size else 1
        self.visit = self.out.isin(["visited", "cut short"])
        self.arrival = self.visit | (self.out == "arrested")
        self.duty = np.zeros(self.rep.size, dtype=bool)
        self.region = np.zeros(self.rep.size, dtype=int)  # by number

    def total(self, where, values=None):
        """Per replicate: how many trips (or the sum of a value over them)."""
        weights = None if values is None else values[where]
        return np.bincount(self.rep[where], weights=weights, minlength=self.n).astype(float)


def read_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def read_world(trips, folder):
    """Marks regions and duties. The week of the duty is the outcome's; for a pending trip the last."""
    leaders = {row["leader"]: row for row in read_rows(Path(folder) / "leaders.csv")}
    trips.weeks = int(next(iter(leaders.values()))["weeks"])
    membership, region = {}, {}
    for row in read_rows(Path(folder) / "hosts.csv"):
        region[row["host"]] = row["region"]
        if row["member_from"] or row["member_to"]:
            interval = float(row["member_from"] or -math.inf), float(row["member_to"] or math.inf)
            membership.setdefault(row["host"], []).append(interval)
    week = np.minimum(trips.wk_out, trips.weeks - 1)
    issue = np.array([float(leaders[name]["issue"]) for name in trips.leader.categories])[trips.leader.codes]
    member = np.zeros(trips.rep.size, dtype=bool)
    for host, intervals in membership.items():
        here = trips.host == host
        for start, end in intervals:
            member |= here & (week >= start) & (week < end)
    trips.duty = member & (week >= issue)
    trips.region = np.unique([region[name] for name in trips.host.categories], return_inverse=True)[1][trips.host.codes]


class Comparison:
    def __init__(self, trips):
        self.trips, self.lines, self.left_out = trips, [], 0

    def compare(self, name, influence, shown, effective):
        """influence: one number a replicate, whose means are compared; shown: (A, B) for the reader."""
        t = self.trips
        spread = influence.var()
        if effective < FEWEST or not spread > 0.0:
            self.left_out += 1
            return
        difference = influence[: t.n_a].mean() - influence[t.n_a :].mean()
        self.lines.append((difference / math.sqrt(spread * (1 / t.n_a + 1 / t.n_b)), name, *shown))

    def halves(self, x):
        return x[: self.trips.n_a], x[self.trips.n_a :]

    def mean(self, name, x):
        values, counts = np.unique(x, return_counts=True)
        effective = x.size - counts.max() if values.size else 0  # replicates that differ from the commonest value
        self.compare(name, x, [part.mean() for part in self.halves(x)], effective)

    def ratio(self, name, top, bottom):
        if not bottom.any():
            self.left_out += 1
            return
        pooled = top.sum() / bottom.sum()
        residual = (top - pooled * bottom) / bottom.mean()
        shown = [a.sum() / b.sum() if b.any() else math.nan for a, b in zip(self.halves(top), self.halves(bottom))]
        self.compare(name, residual, shown, min((bottom != 0).sum(), (np.abs(residual) > 1e-12).sum()))

    def share(self, name, part, whole):
        """The share of the trips in `whole` that are also in `part`."""
        inside = self.trips.total(whole & part)
        if (inside > 0).sum() < FEWEST:
            self.left_out += 1
            return
        self.ratio(name, inside, self.trips.total(whole))

    def spread(self, name, x, y=None):
        """Variance of a count over replicates, or the covariance of two, over the pooled means."""
        y = x if y is None else y
        scale = math.sqrt(x.mean() * y.mean())
        if not scale > 0.0:
            self.left_out += 1
            return
        product = (x - x.mean()) * (y - y.mean()) / scale
        self.compare(name, product, [part.mean() for part in self.halves(product)], (x != np.median(x)).sum())

    def moments(self, name, values, where):
        """Mean and standard deviation of a value over trips."""
        t = self.trips
        if not where.any():
            self.left_out += 2
            return
        count = t.total(where)
        self.ratio(f"{name}: mean", t.total(where, values), count)
        squares = (values - values[where].mean()) ** 2
        self.ratio(f"{name}: variance", t.total(where, squares), count)


def statistics(t, has_duty):
    c = Comparison(t)
    everything = np.ones(t.rep.size, dtype=bool)
    own, event = t.ev < 0, t.ev >= 0
    leaders = list(t.leader.categories)
    duties = [("duty", t.duty), ("no duty", ~t.duty)] if has_duty else [("any host", everything)]

    for label, where in duties:
        for outcome in OUTCOMES:
            c.mean(f"{outcome}, {label}", t.total(where & (t.out == outcome)))
        c.mean(f"visits, {label}", t.total(where & t.visit))
    for label, where in (("own ideas", own), ("events", event)):
        for answer in ANSWERS:
            c.mean(f"answer {answer}, {label}", t.total(where & (t.ans == answer)))
        for outcome in OUTCOMES[:5]:
            c.mean(f"{outcome}, {label}", t.total(where & (t.out == outcome)))
    c.mean("private refusals", t.total(own & (t.ans != "go")))
    c.mean("decisions", t.total(everything))
    for leader in leaders if len(leaders) > 1 else []:
        here = t.leader == leader
        for outcome in OUTCOMES:
            c.mean(f"{leader}: {outcome}", t.total(here & (t.out == outcome)))
        c.mean(f"{leader}: visits under duty", t.total(here & t.visit & t.duty))
        for name, values in (("hours", t.hours), ("pi_a", t.pi_a), ("P_arr", t.P_arr)):
            c.moments(f"{leader}: {name} at arrival", values, here & t.arrival)

    # Which event got which answer and outcome: twelve of each leader, spread over the calendar.
    for leader in leaders:
        here = event & (t.leader == leader)
        places = np.unique(t.ev[here])
        spaced = places[np.linspace(0, places.size - 1, min(12, places.size)).astype(int)] if places.size else []
        for place in spaced:
            this = here & (t.ev == place)
            label = f"{leader}, event {place:.0f}"
            c.mean(f"{label}: go", t.total(this & (t.ans == "go")))
            c.mean(f"{label}: delegate", t.total(this & (t.ans == "delegate")))
            c.mean(f"{label}: visits", t.total(this & t.visit))
            c.mean(f"{label}: withdrawn", t.total(this & (t.out == "withdrawn")))

    for host in commonest(t.host[t.visit], 30):
        c.mean(f"visits to {host}", t.total(t.visit & (t.host == host)))
    for host in commonest(t.host[own], 6):
        c.mean(f"own ideas for {host}", t.total(own & (t.host == host)))

    quarters = min(12, max(1, t.weeks // 13))
    edges = np.linspace(0, t.weeks, quarters + 1)
    for i, (start, end) in enumerate(zip(edges, edges[1:])):
        now = (t.wk_out >= start) & (t.wk_out < end)
        c.mean(f"visits, weeks {math.ceil(start)} to {math.ceil(end) - 1}", t.total(t.visit & now))
        if has_duty and i % 3 == 0:
            c.mean(f"visits under duty, weeks from {math.ceil(start)}", t.total(t.visit & now & t.duty))

    for label, where in duties:
        there = where & t.arrival
        c.moments(f"days, {label}", t.days, where & t.visit)
        c.moments(f"hours, {label}", t.hours, there)
        c.ratio(f"P_arr at the look, stays home, {label}", *sums(t, where & (t.out == "stays home"), t.P_arr))
        c.ratio(f"pi_a at the look, stays home, {label}", *sums(t, where & (t.out == "stays home"), t.pi_a))
    arrivals = [("all", t.arrival & t.duty)] if has_duty else [("all", t.arrival)]
    arrivals += [("own", own & arrivals[0][1]), ("events", event & arrivals[0][1])]
    for label, there in arrivals:
        c.moments(f"pi_a at arrival, {label}", t.pi_a, there)
        c.moments(f"P_arr at arrival, {label}", t.P_arr, there)
    there = arrivals[0][1]
    c.ratio("pi_a P_arr at arrival", *sums(t, there, t.pi_a * t.P_arr))
    for name, values in (("pi_a", t.pi_a), ("P_arr", t.P_arr)):
        for limit in (0.0005, 0.001, 0.003, 0.01):
            c.share(f"arrivals with {name} above {limit}", values > limit, there)

    c.share("share with an order, arrivals", t.order > 0, t.arrival)
    for outcome in ("cut short", "stays home", "withdrawn", "pending"):
        c.share(f"share with an order, {outcome}", t.order > 0, t.out == outcome)
    c.share("share cut short, order standing", t.out == "cut short", t.visit & (t.order > 0))
    c.share("share cut short, no order", t.out == "cut short", t.visit & (t.order == 0))

    waited = t.wk_out - t.wk
    c.moments("lead, own, visits", waited, own & t.visit)
    c.moments("lead, events, visits", waited, event & t.visit)
    c.moments("weeks to withdrawal", waited, t.out == "withdrawn")
    c.moments("weeks to void", waited, t.out == "void")
    for outcome in ("withdrawn", "stays home", "arrested"):
        c.moments(f"week, {outcome}", t.wk_out, t.out == outcome)
    lead, go = np.where(own & t.visit, waited, -1), own & t.visit
    for weeks in (1, 2, 4, 8):
        c.share(f"own visits after {weeks} weeks", lead == weeks, go)
    for days in (1.0, 2.0, 4.0):
        c.share(f"own visits of {days:.0f} days", t.days == days, own & (t.out == "visited"))

    for label, where in duties[:1] + [("all", everything)]:
        chosen = where & t.visit
        first = np.full(t.n, np.inf)
        np.minimum.at(first, t.rep[chosen], t.wk_out[chosen])
        had = np.isfinite(first)
        week = np.where(had, first, 0.0)
        c.mean(f"has a visit, {label}", had.astype(float))
        c.ratio(f"week of first visit, {label}", week, had.astype(float))
        c.ratio(f"week of first visit squared, {label}", week**2, had.astype(float))
        for part in (8, 4, 2):
            c.mean(f"first visit in the first 1/{part}, {label}", (first < t.weeks / part).astype(float))
        visits = t.total(chosen)
        early, late = t.total(chosen & (t.wk_out < t.weeks / 2)), t.total(chosen & (t.wk_out >= t.weeks / 2))
        c.spread(f"dispersion of visits, {label}", visits)
        c.spread(f"early and late visits, {label}", early, late)
        c.spread(f"visits and withdrawals, {label}", visits, t.total(where & (t.out == "withdrawn")))
        c.spread(f"visits and stays home, {label}", visits, t.total(where & (t.out == "stays home")))
    c.spread("dispersion of private refusals", t.total(own & (t.ans != "go")))
    c.spread("dispersion of withdrawals", t.total(t.out == "withdrawn"))
    c.spread("own and event visits", t.total(own & t.visit), t.total(event & t.visit))
    places, regions = t.host.codes.astype(int), t.region
    hosts_seen, squares = repeats(t, t.visit, places)
    c.mean("different hosts visited", hosts_seen)
    c.mean("visits squared by host", squares)
    for outcome in ("withdrawn", "stays home"):
        c.mean(f"{outcome}, squared by host", repeats(t, t.out == outcome, places)[1])
        c.mean(f"{outcome}, squared by region", repeats(t, t.out == outcome, regions)[1])
    c.mean("visits under duty, squared by region", repeats(t, t.visit & t.duty, regions)[1])

    # A second own idea in the same week is a second stop; gaps between ideas and visits show the cool-down.
    who = t.leader.codes
    rows, gap = successive(own, t.wk, t.rep, who)
    c.mean("second stops considered", t.total(rows[gap == 0]))
    c.mean("second stops announced", t.total(rows[(gap == 0) & (t.ans[rows] == "go")]))
    c.ratio("weeks between own ideas", *sums(t, rows, scatter(t, rows, gap)))
    for label, where, week in (("own ideas for", own, t.wk), ("visits to", t.visit, t.wk_out)):
        rows, gap = successive(where, week, t.rep, who, places)
        for limit in (4, 8, 16, 32):
            c.mean(f"{label} the same host within {limit} weeks", t.total(rows[gap <= limit]))
    if len(leaders) > 1:
        one, other = (t.total(t.visit & (t.leader == name)) for name in leaders[:2])
        c.spread(f"visits of {leaders[0]} and {leaders[1]}", one, other)
    return c


def commonest(names, most):
    """The names that occur most often, in the order of the alphabet where two tie."""
    counts = np.bincount(names.codes, minlength=len(names.categories))
    order = np.argsort(-counts, kind="stable")[:most]
    return names.categories[order[counts[order] > 0]]


def repeats(t, where, groups):
    """Per replicate: how many groups have a trip, and the sum over groups of the squared number of trips."""
    size = groups.max(initial=0) + 1
    pairs, times = np.unique(t.rep[where] * size + groups[where], return_counts=True)
    squares = np.bincount(pairs // size, weights=times.astype(float) ** 2, minlength=t.n)
    return np.bincount(pairs // size, minlength=t.n).astype(float), squares


def successive(where, week, *groups):
    """The trips that follow another of the same groups, and the weeks since that one."""
    rows = np.flatnonzero(where)
    rows = rows[np.lexsort((rows, week[rows], *(group[rows] for group in groups)))]
    after = np.ones(max(0, rows.size - 1), dtype=bool)
    for group in groups:
        after &= group[rows[1:]] == group[rows[:-1]]
    return rows[1:][after], np.diff(week[rows])[after]


def scatter(t, rows, values):
    column = np.zeros(t.rep.size)
    column[rows] = values
    return column


def sums(t, where, values):
    return t.total(where, values), t.total(where)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("tables", nargs=2, metavar="TRIPS.csv")
    options.add_argument("--replicates", nargs=2, type=int, required=True, metavar=("NA", "NB"))
    options.add_argument("--export", help="the exported world: tells which trips were made under a duty")
    options.add_argument("--all", action="store_true", help="print every statistic, not only the suspicious ones")
    chosen = options.parse_args()
    trips = Trips(chosen.tables, chosen.replicates)
    if chosen.export:
        read_world(trips, chosen.export)
    comparison = statistics(trips, bool(chosen.export))
    lines = sorted(comparison.lines, key=lambda line: -abs(line[0]))
    if not lines:
        sys.exit("nothing to compare: too few replicates or no trips")
    for z, name, a, b in lines:
        if chosen.all or abs(z) > SHOWN:
            print(f"{z:+8.2f}  {name}: {a:.6g} against {b:.6g}")
    z = np.array([line[0] for line in lines])
    print(
        f"compared {z.size} statistics ({comparison.left_out} left out: too rare or constant): "
        f"largest |z| {np.abs(z).max():.2f} ({lines[0][1]}), mean z^2 {np.mean(z**2):.3f}"
    )
    return 1 if np.abs(z).max() > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
