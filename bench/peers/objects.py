#!/usr/bin/env python3
"""The model once more, as plain Python objects, the way it would be written in an agent framework.

It shares no line with the program: it reads the exported tables (check SCENARIO --export DIR), lives every replicate
week by week in doubles with the standard library's generator, and writes the same trip table. Its worth is that it was
written from the model's pages alone: the two must agree in distribution (tests/support/compare_trips.py).

    objects.py EXPORT_DIR --replicates 1000 --seed 1 --out trips.csv [--weeks weeks.csv] [--everybody]
"""
import argparse
import csv
import math
import random
import sys
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

KM_PER_HOUR = 850.0
EARTH_RADIUS_KM = 6371.0
BILATERAL, SECOND_STOP = 10**6, 10**6 + 1  # places after every calendar event
VISITS = ("visited", "cut short")
NODES = (
    (0.0, 0.5333333333333333),
    (1.355626179974266, 0.22207592200561266),
    (-1.355626179974266, 0.22207592200561266),
    (2.8569700138728056, 0.011257411327720693),
    (-2.8569700138728056, 0.011257411327720693),
)
TRIP_COLUMNS = "rep leader host ev ans out wk wk_out order days hours pi_a P_arr".split()
WEEK_COLUMNS = "nu pressure isolation budget".split()


def logistic(x):
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-min(x, 700.0)))
    z = math.exp(max(x, -700.0))
    return z / (1.0 + z)


def estimate(x, variance):
    """The mean of logistic(x + noise) over a normal uncertainty, by five quadrature nodes."""
    if variance <= 0.0:
        return logistic(x)
    sd = math.sqrt(variance)
    return sum(weight * logistic(x + sd * z) for z, weight in NODES)


def halve(half_life):
    return 2.0 ** (-1.0 / half_life)


def poisson(rng, mean):
    u, k = rng.random(), 0
    p = cumulative = math.exp(-mean)
    while u > cumulative and p > 0.0:
        k += 1
        p *= mean / k
        cumulative += p
    return k


def great_circle_km(a, b):
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2.0 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def pick(rng, weights, cumulative):
    """An index in proportion to its weight; None where nothing has any."""
    if not cumulative or cumulative[-1] <= 0.0:
        return None
    i = min(bisect_right(cumulative, rng.random() * cumulative[-1]), len(weights) - 1)
    while weights[i] <= 0.0:
        i -= 1
    return i


# ---- what is given ----------------------------------------------------------------------------------------------


def read_table(path, optional=False):
    if optional and not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def week_or(text, default):
    return default if text == "" else float(text)


def in_force(intervals, week):
    return any(start <= week < end for start, end in intervals)


def change(old, op, value):
    return value if op == "set" else old + value if op == "add" else old * value


class HostRecord:
    """A host as the table gives it."""

    def __init__(self, index, row):
        self.index, self.name, self.region = index, row["host"], row["region"]
        self.capital = float(row["lat"]), float(row["lon"])
        self.mass = float(row["mass"])
        self.existence = [(week_or(row["exists_from"], -math.inf), week_or(row["exists_to"], math.inf))]
        self.membership = []
        self.dated = {name: float(row[name]) for name in "JQCW"}  # as of the week being tabulated


class LeaderRecord:
    """A leader as the tables give it, with a calendar and one view of the world for each period without a change."""

    def __init__(self, index, row):
        self.index, self.name, self.home = index, row["leader"], row["home"]
        self.capital = float(row["lat"]), float(row["lon"])
        self.issue, self.R, self.Lambda, self.D = int(row["issue"]), *(float(row[x]) for x in ("R", "Lambda", "D"))
        self.dated = {name: float(row[name]) for name in ("S", "Pi", "lam")}
        self.features = {}  # host index -> feature -> value
        self.stances = {}  # host index -> (kind, from, to, value)
        self.flights = {}  # host index -> (from, to, route, hours, over, hours over)
        self.calendar = []
        self.openings = {}  # week -> events opened in it
        self.starts, self.views = [], []

    def view(self, week):
        return self.views[max(0, bisect_right(self.starts, week) - 1)]


class Event:
    """A trip of the calendar, its stages merged."""

    def __init__(self, stages, position):
        self.stages, self.position = [s["event"] for s in stages], position
        self.host = stages[0]["host"]
        self.start = min(int(s["start"]) for s in stages)
        self.V, self.days = (sum(float(s[x]) for s in stages) for x in ("V", "days"))
        self.lead, self.participants, self.bound, self.cover = (
            max(float(s[x] or 0.0) for s in stages) for x in ("lead", "participants", "bound", "cover")
        )
        self.opened = max(0, self.start - int(self.lead))
        self.number = -1


class Route:
    def __init__(self, hours, exposure=0.0, over=(), hours_over=()):
        self.hours, self.exposure = hours, exposure
        self.over, self.hours_over = list(over), list(hours_over)  # states with a duty only
        self.cumulative = list(accumulate(self.hours_over))
        self.hours_under_duty = self.cumulative[-1] if self.cumulative else 0.0


class View:
    """All that is constant for one leader between two dated changes, by host index."""

    def __init__(self, setting, leader, week):
        p, hosts = setting.parameters, setting.hosts
        self.lam, self.S, self.Pi = (leader.dated[x] for x in ("lam", "S", "Pi"))
        self.C = [h.dated["C"] for h in hosts]
        self.suit_rate = [p["rho_suit"] * h.dated["J"] * (1.0 + h.dated["Q"]) / 2.0 for h in hosts]
        self.duty = [1 if week >= leader.issue and in_force(h.membership, week) else 0 for h in hosts]
        self.a0, self.alliance, self.index = [], [], []
        for h in hosts:
            values = leader.features.get(h.index, {})
            a0 = sum(weight * values.get(f, 0.0) for f, weight in setting.feature_weights.items())
            J, Q, W = (h.dated[x] for x in "JQW")
            alliance = a0 * (1.0 + p["iota"] * self.S * (1.0 - W))
            law = p["th_m"] + p["th_J"] * J + p["th_Q"] * Q + p["th_B"] * stance(leader.stances.get(h.index, ()), week)
            self.a0.append(a0)
            self.alliance.append(alliance)
            self.index.append(
                self.duty[h.index] * law + p["th_W"] * W * self.Pi - p["th_a"] * alliance - p["th_R"] * leader.R
            )
        self.q_arrest = [
            d * logistic(c + p["th_nu"] * p["nu_bar"] - p["kap_arrest"]) for d, c in zip(self.duty, self.index)
        ]
        self.routes = [self.route(setting, leader, h, week) for h in hosts]
        self.weights = [
            math.exp(
                p["b_a"] * self.a0[h.index]
                + p["b_m"] * h.mass
                - p["b_dist"] * math.log1p(great_circle_km(leader.capital, h.capital) / leader.D)
            )
            if h.name != leader.home and in_force(h.existence, week) and self.routes[h.index]
            else 0.0
            for h in hosts
        ]
        self.cumulative = list(accumulate(self.weights))
        self.second = {}  # host index -> weights of a second stop, filled when first asked for

    def route(self, setting, leader, host, week):
        """The better of the direct and the avoiding route; None where there is none."""
        if not leader.flights:
            return Route(great_circle_km(leader.capital, host.capital) / KM_PER_HOUR)
        p, best = setting.parameters, None
        lines = [x for x in leader.flights.get(host.index, ()) if x[0] <= week < x[1]]
        for kind in ("direct", "avoid"):
            chosen = [x for x in lines if x[2] == kind]
            if not chosen:
                continue
            home = setting.host_index.get(leader.home)
            over = [(x[4], x[5]) for x in chosen if x[4] not in (None, home, host.index) and self.duty[x[4]]]
            exposure = sum(hours * self.q_arrest[h] for h, hours in over)
            cost = p["b_h"] * chosen[0][3] + leader.Lambda * p["em"] * exposure
            if best is None or cost < best[0]:
                best = cost, Route(chosen[0][3], exposure, [h for h, _ in over], [x for _, x in over])
        return best[1] if best else None

    def second_stop(self, setting, first):
        if first not in self.second:
            here = setting.hosts[first].capital
            weights = [
                g * math.exp(-great_circle_km(here, host.capital) / 1000.0) if g > 0.0 and host.index != first else 0.0
                for g, host in zip(self.weights, setting.hosts)
            ]
            self.second[first] = weights, list(accumulate(weights))
        return self.second[first]


def stance(statements, week):
    for kind in ("own", "organisation"):
        values = [s[3] for s in statements if s[0] == kind and s[1] <= week < s[2]]
        if values:
            return sum(values) / len(values)
    return 0.0


class Setting:
    """The exported world, read once for all replicates."""

    def __init__(self, folder):
        folder = Path(folder)
        self.parameters = {row["name"]: float(row["value"]) for row in read_table(folder / "parameters.csv")}
        self.feature_weights = {k[2:]: v for k, v in self.parameters.items() if k.startswith("w_")}
        self.hosts, self.host_index = [], {}
        for row in read_table(folder / "hosts.csv"):
            if row["host"] not in self.host_index:
                self.host_index[row["host"]] = len(self.hosts)
                self.hosts.append(HostRecord(len(self.hosts), row))
            if row["member_from"] or row["member_to"]:
                interval = week_or(row["member_from"], -math.inf), week_or(row["member_to"], math.inf)
                self.hosts[self.host_index[row["host"]]].membership.append(interval)
        rows = read_table(folder / "leaders.csv")
        self.weeks = int(rows[0]["weeks"])
        self.leaders = [LeaderRecord(i, row) for i, row in enumerate(rows)]
        self.leader_index = {leader.name: leader.index for leader in self.leaders}
        for row in read_table(folder / "dyads.csv"):
            features = {f: float(row[f]) for f in self.feature_weights}
            self.leader(row).features[self.host_index[row["host"]]] = features
        for row in read_table(folder / "stances.csv", optional=True):
            line = row["kind"], week_or(row["from"], -math.inf), week_or(row["to"], math.inf), float(row["value"])
            self.leader(row).stances.setdefault(self.host_index[row["host"]], []).append(line)
        for row in read_table(folder / "flights.csv", optional=True):
            over = self.host_index[row["over"]] if row["over"] else None
            line = (week_or(row["from"], -math.inf), week_or(row["to"], math.inf), row["route"], float(row["hours"]))
            line += (over, float(row["hours_over"] or 0.0))
            self.leader(row).flights.setdefault(self.host_index[row["host"]], []).append(line)
        ngos = read_table(folder / "ngos.csv")
        self.ngos = [(row["ngo"], float(row["B"]), float(row["y"]), float(row["omega"])) for row in ngos]
        number = {name: n for n, (name, *_) in enumerate(self.ngos)}
        self.reach = [[0.0] * len(self.hosts) for _ in self.ngos]
        for row in read_table(folder / "reach.csv"):
            self.reach[number[row["ngo"]]][self.host_index[row["host"]]] = float(row["G"])
        self.start_budget = sum(b for _, b, *_ in self.ngos)
        shocks = sorted(read_table(folder / "shocks.csv", optional=True), key=lambda row: int(row["week"]))
        self.shocks = [row for row in shocks if int(row["week"]) >= 0]
        self.stock_shocks = {}  # week -> rows that change a stock
        for row in self.shocks:
            if row["target"] in ("nu", "B", "delta", "government"):
                self.stock_shocks.setdefault(int(row["week"]), []).append(row)
        self.tabulate()
        self.ignored = []
        self.read_calendar(read_table(folder / "events.csv", optional=True))

    def leader(self, row):
        return self.leaders[self.leader_index[row["leader"]]]

    def tabulate(self):
        """Lives the dated changes through once and keeps a view of each period."""
        dated = [row for row in self.shocks if row["target"] not in ("nu", "B", "delta", "government")]
        dates = {0} | {int(row["week"]) for row in dated} | {leader.issue for leader in self.leaders}
        bounds = [x for h in self.hosts for x in [*h.existence, *h.membership]]
        for leader in self.leaders:
            bounds += [s[1:3] for lines in leader.stances.values() for s in lines]
            bounds += [s[:2] for lines in leader.flights.values() for s in lines]
        dates |= {math.ceil(x) for bound in bounds for x in bound if math.isfinite(x)}
        horizon = self.weeks + 520  # events may start after the last week
        for week in sorted(x for x in dates if 0 <= x < horizon):
            for row in dated:
                if int(row["week"]) == week:
                    self.apply_dated(row)
            for leader in self.leaders:
                leader.starts.append(week)
                leader.views.append(View(self, leader, week))

    def apply_dated(self, row):
        target, value = row["target"], float(row["value"])
        if target in "JQCW":
            store, low, high = self.hosts[self.host_index[row["host"]]].dated, 0.0, 1.0
        elif target in ("S", "Pi", "lam"):
            store, low, high = self.leader(row).dated, -1.0 if target == "Pi" else 0.0, 1.0
        else:
            blank = dict.fromkeys(self.feature_weights, 0.0)
            store = self.leader(row).features.setdefault(self.host_index[row["host"]], blank)
            low, high = (-1.0, 0.0) if target == "hostility" else (0.0, 1.0)
        store[target] = min(high, max(low, change(store[target], row["op"], value)))

    def read_calendar(self, rows):
        for leader in self.leaders:
            trips = {}
            for position, row in enumerate(rows):
                if leader.name in row["leaders"].split():
                    key = (row["trip"], row["host"]) if row["trip"] else position
                    trips.setdefault(key, (position, []))[1].append(row)
            events = [Event(stages, position) for position, stages in trips.values()]
            for event in sorted(events, key=lambda e: (e.start, e.position)):
                host = self.hosts[self.host_index[event.host]]
                reason = (
                    "at home" if event.host == leader.home
                    else "in week 0 or before" if event.start <= 0
                    else "no such host then" if not in_force(host.existence, event.start)
                    else "no route" if not leader.view(event.start).routes[host.index]
                    else None
                )
                if reason:
                    self.ignored.append((leader.name, " + ".join(event.stages), reason))
                    continue
                event.number = len(leader.calendar)
                leader.calendar.append(event)
                leader.openings.setdefault(event.opened, []).append(event)


# ---- who lives --------------------------------------------------------------------------------------------------


class Trip:
    """An idea of a trip, then an announced one, then a line of the table."""

    def __init__(self, leader, host, place, V, days, due, lead, participants=2.0, bound=0.0, cover=0.0):
        self.leader, self.host, self.place, self.V, self.days = leader, host, place, V, days
        self.due, self.lead, self.bound, self.cover = due, lead, bound, cover
        self.salience = 1.0 - math.exp(-(0.5 * V + 0.05 * participants))
        self.route = leader.view.routes[host.index] or leader.record.view(due).routes[host.index]
        self.announced = leader.world.week
        self.answer = self.outcome = None
        self.settled = self.announced
        self.order = self.order_in_stay = 0
        self.shares = [0.0] * len(leader.world.ngos)
        self.value = self.days_away = self.hours = self.pi_a = self.p_arrest = self.pi_refuse = 0.0
        self.lessons = []  # (host, pi_a, outcome) of this journey, in order

    def settle(self, outcome):
        self.outcome, self.settled = outcome, self.leader.world.week
        self.leader.places.pop(self.place, None)
        self.leader.results.append(self)

    def row(self, rep):
        event = self.place if self.place < BILATERAL else -1
        numbers = (f"{x:.9g}" for x in (self.days_away, self.hours, self.pi_a, self.p_arrest))
        names = self.leader.record.name, self.host.record.name
        return [rep, *names, event, self.answer, self.outcome, self.announced, self.settled, self.order, *numbers]


class Tie:
    """One leader and one host: deviation of the alliance, belief about the host's resolve, cool-down."""

    __slots__ = ("delta", "m", "v", "K")

    def __init__(self, v):
        self.delta = self.m = self.K = 0.0
        self.v = v


class Host:
    """A state that may receive, withdraw or arrest."""

    def __init__(self, world, record):
        self.world, self.record, self.index = world, record, record.index
        self.pressure = self.findings = 0.0
        self.change_government()

    def begin_week(self):
        self.pressure *= self.world.keep["p"]
        self.findings *= self.world.keep["F"]

    def change_government(self):
        p, world = self.world.p, self.world
        region = self.record.region
        if region not in world.regional_resolve:
            world.regional_resolve[region] = world.rng.gauss(0.0, 1.0)
        own = world.rng.gauss(0.0, 1.0)
        rho = p["rho"]
        self.resolve = p["sigma_u"] * (math.sqrt(rho) * world.regional_resolve[region] + math.sqrt(1.0 - rho) * own)

    def compliance(self, leader, cover=0.0):
        """The index without the resolve and without an order: what everybody can see."""
        p, view, tie = self.world.p, leader.view, leader.ties.get(self.index)
        c = view.index[self.index] + p["th_p"] * self.pressure - p["th_c"] * cover
        if tie:
            c -= p["th_a"] * tie.delta
        if view.duty[self.index]:
            c += p["th_nu"] * self.world.nu + p["th_F"] * self.findings
        return c

    def p_refuse(self, trip, resolve):
        p = self.world.p
        return logistic(self.compliance(trip.leader, trip.cover) + resolve + p["th_or"] * trip.order - p["kap_refuse"])

    def p_arrest(self, leader, order=0, cover=0.0):
        if not leader.view.duty[self.index]:
            return 0.0
        p = self.world.p
        return logistic(self.compliance(leader, cover) + self.resolve + p["th_o"] * order - p["kap_arrest"])

    def consider(self, trip):
        """Phase 3: withdraws the invitation or lets it stand for another week."""
        refuse = (1.0 - trip.bound) * self.p_refuse(trip, self.resolve)
        if self.world.rng.random() < 1.0 - (1.0 - refuse) ** (1.0 / trip.lead):
            trip.pi_refuse = trip.leader.expect(trip)[1]
            trip.settle("withdrawn")


class Ngo:
    def __init__(self, world, name, budget, litigation, taste, reach):
        self.world, self.name, self.budget, self.start = world, name, budget, budget
        self.litigation, self.taste, self.reach = litigation, taste, reach

    def begin_week(self):
        self.budget = self.start + (self.budget - self.start) * self.world.keep["B"]

    def plan(self, trips, chances):
        """Phase 2: shares the week among the announced trips; returns what is left for general advocacy."""
        scores = [
            trip.leader.view.duty[trip.host.index] * self.reach[trip.host.index] * trip.salience
            * (self.taste * 4.0 * q * (1.0 - q) + 1.0 - self.taste)
            for trip, q in zip(trips, chances)
        ]  # fmt: skip
        total = self.world.p["s_0"] + sum(scores)
        shares = [score / total if total > 0.0 else 0.0 for score in scores]
        return shares, 1.0 - sum(shares)


class Court:
    """Has no force of its own: it can only find that a member did not comply."""

    def __init__(self, world):
        self.world = world

    def review(self, host):
        p = self.world.p
        if self.world.rng.random() < p["zeta"]:
            host.findings += 1.0
            self.world.move_norm(p["chi_find"])


class Leader:
    def __init__(self, world, record):
        self.world, self.record, self.free = world, record, True
        self.isolation = world.p["I0"]
        self.ties = {}  # host index -> Tie
        self.region_belief = {}  # region -> M
        self.places = {}  # place -> announced trip
        self.results = []  # trips settled this week
        self.view = record.views[0]

    def begin_week(self):
        self.view = self.record.view(self.world.week)
        if not self.free:
            return
        p, keep = self.world.p, self.world.keep
        self.isolation += p["g_I"] * (1.0 - self.isolation)
        keep_delta, keep_k, keep_v, prior = keep["delta"], keep["k"], keep["v"], p["sigma_u"] ** 2
        keep_v2 = keep_v * keep_v
        for region in self.region_belief:
            self.region_belief[region] *= keep_v
        for tie in self.ties.values():
            tie.delta *= keep_delta
            tie.K *= keep_k
            tie.m *= keep_v
            tie.v = prior - (prior - tie.v) * keep_v2

    # beliefs

    def tie(self, host):
        tie = self.ties.get(host.index)
        if tie is None:
            tie = self.ties[host.index] = Tie(self.world.p["sigma_u"] ** 2)
        return tie

    def regional(self, host, v):
        """What the region's record says about one host, as far as the host itself is still unknown."""
        prior = self.world.p["sigma_u"] ** 2
        return v / prior * self.region_belief.get(host.record.region, 0.0) if prior > 0.0 else 0.0

    def sound(self, host):
        p, tie = self.world.p, self.tie(host)
        if math.isinf(p["sig_s"]):
            return
        heard = self.world.rng.gauss(host.resolve, p["sig_s"]) if p["sig_s"] > 0.0 else host.resolve
        gain = tie.v / (tie.v + p["sig_s"] ** 2) if p["sig_s"] > 0.0 else 1.0
        mean = tie.m + self.regional(host, tie.v)
        mean += gain * (heard - mean)
        tie.v *= 1.0 - gain
        tie.m = mean - self.regional(host, tie.v)

    def learn_refusal(self, host, pi, outcome):
        tie = self.tie(host)
        mean = tie.m + self.regional(host, tie.v)
        tie.v /= 1.0 + tie.v * pi * (1.0 - pi)
        tie.m = mean + (1.0 - self.world.p["rho"]) * tie.v * (outcome - pi) - self.regional(host, tie.v)

    def learn_arrest(self, host, pi, outcome):
        p, tie, region = self.world.p, self.tie(host), host.record.region
        mean = tie.m + self.regional(host, tie.v)
        tie.v /= 1.0 + tie.v * pi * (1.0 - pi)
        step = tie.v * (outcome - pi)
        self.region_belief[region] = self.region_belief.get(region, 0.0) + p["rho"] * step
        tie.m = mean + step - self.regional(host, tie.v)
        for peer in self.world.leaders:
            if peer is not self:
                peer.region_belief[region] = peer.region_belief.get(region, 0.0) + p["eps_peer"] * p["rho"] * step

    def expect_arrest(self, host, order=0, cover=0.0):
        if not self.view.duty[host.index]:
            return 0.0
        p, tie = self.world.p, self.tie(host)
        mean = tie.m + self.regional(host, tie.v)
        return estimate(host.compliance(self, cover) + mean + p["th_o"] * order - p["kap_arrest"], tie.v)

    def expect(self, trip):
        """The leader's estimates (pi_a, pi_r) for a trip."""
        p, host, tie = self.world.p, trip.host, self.tie(trip.host)
        x = host.compliance(self, trip.cover) + tie.m + self.regional(host, tie.v)
        pi_r = estimate(x + p["th_or"] * trip.order - p["kap_refuse"], tie.v) * (1.0 - trip.bound)
        return self.expect_arrest(host, trip.order, trip.cover), pi_r

    # decisions

    def utilities(self, trip, pi_a, pi_r):
        p = self.world.p
        warmth = p["b_al"] * (self.view.alliance[trip.host.index] + self.tie(trip.host).delta)
        go = -p["b_0"] + p["b_V"] * trip.V + warmth + p["b_I"] * self.isolation * trip.V - p["b_h"] * trip.route.hours
        go -= self.record.Lambda * (pi_a + p["em"] * trip.route.exposure) + p["Omega"] * pi_r
        return go, p["phi"] * (p["b_V"] * trip.V + warmth) - p["b_del"]

    def sound_and_answer(self, trip):
        self.sound(trip.host)
        go, delegate = self.utilities(trip, *self.expect(trip))
        top = max(go, delegate, 0.0)
        weights = [math.exp(go - top), math.exp(delegate - top), math.exp(-top)]
        trip.answer = self.world.rng.choices(("go", "delegate", "skip"), weights)[0]
        self.world.decisions.append(trip)
        if trip.answer == "go":
            self.places[trip.place] = trip
        else:
            trip.settle(trip.answer)
        return trip.answer == "go"

    def look_for_trips(self):
        """Phase 1: the events opened this week, then at most one idea of the leader's own."""
        world, week = self.world, self.world.week
        for event in self.record.openings.get(week, ()):
            host = world.host(world.setting.host_index[event.host])
            self.sound_and_answer(
                Trip(self, host, event.number, event.V, event.days, event.start, event.start - week,
                     event.participants, event.bound, event.cover)
            )  # fmt: skip
        if BILATERAL in self.places or world.rng.random() >= self.view.lam:
            return
        chosen = pick(world.rng, self.view.weights, self.view.cumulative)
        if chosen is None or world.rng.random() >= self.p_pursue(chosen):
            return
        lead = 1 + poisson(world.rng, world.p["mean_lead"] - 1.0)
        if not self.sound_and_answer(self.own_trip(chosen, BILATERAL, lead)):
            return
        if world.rng.random() < world.p["tau"] and SECOND_STOP not in self.places:
            second = pick(world.rng, *self.view.second_stop(world.setting, chosen))
            if second is not None:
                self.sound_and_answer(self.own_trip(second, SECOND_STOP, lead))

    def own_trip(self, chosen, place, lead):
        p, rng = self.world.p, self.world.rng
        V = math.exp(p["sig_V"] * rng.gauss(0.0, 1.0))
        days = 1.0 + poisson(rng, p["mean_days"] - 1.0)
        return Trip(self, self.world.host(chosen), place, V, days, self.world.week + lead, lead)

    def p_pursue(self, chosen):
        p, tie = self.world.p, self.ties.get(chosen)
        delta, cool = (tie.delta, tie.K) if tie else (0.0, 0.0)
        return logistic(p["al_0"] + p["al_delta"] * delta + p["al_I"] * self.isolation - p["al_k"] * cool)

    def depart(self, trip):
        """Phase 4: a last look, the flight, the arrival."""
        world, p, rng, host = self.world, self.world.p, self.world.rng, trip.host
        route = self.view.routes[host.index]
        trip.route = route or trip.route
        self.learn_refusal(host, self.expect(trip)[1], 0)
        trip.pi_a, pi_r = self.expect(trip)
        trip.p_arrest = host.p_arrest(self, trip.order, trip.cover)
        go, delegate = self.utilities(trip, trip.pi_a, pi_r)
        if route is None or rng.random() >= logistic(go + p["Omega"] * pi_r + p["b_commit"] - max(delegate, 0.0)):
            trip.settle("stays home")
            return
        trip.hours = trip.route.hours
        if rng.random() < 1.0 - math.exp(-p["em"] * trip.route.hours_under_duty):
            where = trip.route.over[pick(rng, trip.route.hours_over, trip.route.cumulative)]
            below = world.host(where)
            pi_below, held = self.expect_arrest(below), rng.random() < below.p_arrest(self)
            trip.lessons.append((below, pi_below, int(held)))
            if held:
                self.fall(trip)
                return
        held = rng.random() < trip.p_arrest
        if self.view.duty[host.index]:
            trip.lessons.append((host, trip.pi_a, int(held)))
        if held:
            self.fall(trip)
            return
        cut = False
        if trip.order or rng.random() < 1.0 - math.exp(-self.suits(trip) * trip.days / 7.0):
            cut = rng.random() < p["xi"]
        trip.value, trip.days_away = (trip.V / 2.0, trip.days / 2.0) if cut else (trip.V, trip.days)
        trip.settle("cut short" if cut else "visited")

    def suits(self, trip):
        """Weekly rate at which a court of the host orders the arrest."""
        effort = sum(f * ngo.budget * ngo.litigation for f, ngo in zip(trip.shares, self.world.ngos))
        return self.view.suit_rate[trip.host.index] * effort * self.view.duty[trip.host.index]

    def fall(self, trip):
        self.free = False
        trip.settle("arrested")
        for other in sorted(self.places.values(), key=lambda x: x.place):
            other.outcome, other.settled = "void", self.world.week
        self.places.clear()

    def aftermath(self, trip):
        """Phase 5: what one settled trip leaves behind."""
        world, p, host = self.world, self.world.p, trip.host
        tie, duty = self.tie(host), self.view.duty[host.index]
        norm = 0.0
        if trip.outcome in VISITS:
            tie.delta += p["g_visit"] * trip.value
            self.isolation *= 1.0 - p["g_tr"] * min(trip.value, 1.0)
            tie.K = 1.0
            if duty:
                world.move_norm(-p["chi_visit"] * trip.salience)
                for ngo, f in zip(world.ngos, trip.shares):
                    ngo.budget *= 1.0 - p["l_B"] * f + p["o_B"] * trip.salience * ngo.reach[host.index]
                world.court.review(host)
        elif trip.outcome in ("skip", "delegate"):
            if trip.place < BILATERAL:
                tie.delta -= p["g_skip"] * trip.V * (1.0 if trip.outcome == "skip" else 0.5)
        else:
            if trip.outcome == "stays home":
                tie.delta -= p["g_cancel"] * trip.V
                norm = p["chi_stay"] * trip.salience * duty
            elif trip.outcome == "withdrawn":
                tie.delta -= p["g_refuse"] * trip.V
                norm = p["chi_ref"] * trip.salience * duty
                tie.K = max(tie.K, 0.5)
                self.learn_refusal(host, trip.pi_refuse, 1)
            elif trip.outcome == "arrested":
                norm = p["chi_arr"]
            world.move_norm(norm)
            for ngo, f in zip(world.ngos, trip.shares):
                ngo.budget *= 1.0 + p["g_B"] * f
        for lesson in trip.lessons:
            self.learn_arrest(*lesson)


class World:
    """One history: all leaders, hosts, NGOs and the court, week by week."""

    def __init__(self, setting, rng, everybody=False):
        self.setting, self.p, self.rng, self.week = setting, setting.parameters, rng, 0
        self.nu = self.p["nu0"]
        self.regional_resolve = {}
        self.hosts = {}  # by index, made when a leader first meets one
        self.leaders = [Leader(self, record) for record in setting.leaders]
        self.ngos = [Ngo(self, *ngo, reach) for ngo, reach in zip(setting.ngos, setting.reach)]
        self.court = Court(self)
        self.decisions = []
        p = self.p
        self.keep = {x: halve(p["H_" + x]) for x in ("nu", "delta", "p", "F", "k", "B", "v")}
        if everybody:
            for record in setting.hosts:
                for leader in self.leaders:
                    leader.tie(self.host(record.index))

    def host(self, index):
        if index not in self.hosts:
            self.hosts[index] = Host(self, self.setting.hosts[index])
        return self.hosts[index]

    def move_norm(self, x):
        self.nu += x * (2.0 - self.nu) if x > 0.0 else x * self.nu

    def step(self, week):
        self.week = week
        self.environment()
        for leader in self.leaders:
            if leader.free:
                leader.look_for_trips()
        trips = self.standing()
        self.campaigns(trips)
        for trip in trips:
            if trip.due > week:
                trip.host.consider(trip)
        for trip in trips:
            if trip.due == week and trip.leader.free:
                trip.leader.depart(trip)
        self.aftermath()

    def standing(self):
        return [leader.places[place] for leader in self.leaders for place in sorted(leader.places)]

    def environment(self):
        p, keep = self.p, self.keep
        for row in self.setting.stock_shocks.get(self.week, ()):
            self.shock(row)
        self.nu = p["nu_bar"] + (self.nu - p["nu_bar"]) * keep["nu"]
        for agent in (*self.ngos, *self.hosts.values(), *self.leaders):
            agent.begin_week()

    def shock(self, row):
        p, target, host = self.p, row["target"], self.setting.host_index.get(row["host"])
        if target == "government":
            if host in self.hosts:  # else its resolve has not been drawn yet
                self.hosts[host].change_government()
            for leader in self.leaders:
                if host in leader.ties:
                    leader.ties[host].m, leader.ties[host].v = 0.0, p["sigma_u"] ** 2
            return
        op, value = row["op"], float(row["value"])
        if target == "nu":
            self.nu = min(2.0, max(0.0, change(self.nu, op, value)))
        elif target == "B":
            for ngo in self.ngos:
                if row["ngo"] in ("", ngo.name):
                    ngo.budget = change(ngo.budget, op, value)
            self.bound_budgets()
        elif target == "delta":
            tie = self.leaders[self.setting.leader_index[row["leader"]]].tie(self.host(host))
            tie.delta = min(0.5, max(-0.5, change(tie.delta, op, value)))

    def campaigns(self, trips):
        p = self.p
        if not trips:
            rest = sum(ngo.budget for ngo in self.ngos)
            self.move_norm(p["chi_adv"] * (rest - self.setting.start_budget))
            return
        chances = [trip.host.p_refuse(trip, 0.0) for trip in trips]
        plans = [ngo.plan(trips, chances) for ngo in self.ngos]
        effort = {}
        for j, trip in enumerate(trips):
            trip.shares = [shares[j] for shares, _ in plans]
            pushed = sum(f * ngo.budget * (1.0 - ngo.litigation) for f, ngo in zip(trip.shares, self.ngos))
            if pushed:
                C = trip.leader.view.C[trip.host.index]
                effort[trip.host] = C, effort.get(trip.host, (C, 0.0))[1] + pushed
        for host, (C, pushed) in effort.items():
            host.pressure += p["eta"] * C * (1.0 - host.pressure) * (1.0 - math.exp(-pushed))
        rest = sum(ngo.budget * left for ngo, (_, left) in zip(self.ngos, plans))
        self.move_norm(p["chi_adv"] * (rest - self.setting.start_budget))
        for trip in trips:
            if not trip.order and any(trip.shares):
                trip.order = int(self.rng.random() < 1.0 - math.exp(-trip.leader.suits(trip)))

    def aftermath(self):
        touched = False
        for leader in self.leaders:
            for trip in sorted(leader.results, key=lambda x: x.place):
                leader.aftermath(trip)
                touched = True
            leader.results.clear()
        if touched:
            for leader in self.leaders:
                for tie in leader.ties.values():
                    tie.delta = min(0.5, max(-0.5, tie.delta))
            self.bound_budgets()
        self.nu = min(2.0, max(0.0, self.nu))

    def bound_budgets(self):
        for ngo in self.ngos:
            ngo.budget = min(self.p["B_max"] * ngo.start, max(self.p["B_min"] * ngo.start, ngo.budget))

    def finish(self):
        for trip in self.standing():
            trip.outcome, trip.settled = "pending", self.setting.weeks

    def observe(self):
        """The weekly series; isolation is that of the leaders still free."""
        duty = [any(x) for x in zip(*(leader.view.duty for leader in self.leaders))]
        pressure = sum(host.pressure for host in self.hosts.values() if duty[host.index])
        free = [leader.isolation for leader in self.leaders if leader.free]
        budget = sum(ngo.budget for ngo in self.ngos)
        return (
            self.nu,
            pressure / sum(duty) if any(duty) else 0.0,
            sum(free) / len(free) if free else None,
            budget / self.setting.start_budget if self.setting.start_budget else 1.0,
        )


# ---- many histories ---------------------------------------------------------------------------------------------


class WeeklyMeans:
    """Means over replicates and their standard errors."""

    def __init__(self, weeks):
        self.sums = [[[0, 0.0, 0.0] for _ in WEEK_COLUMNS] for _ in range(weeks)]

    def add(self, week, values):
        for cell, x in zip(self.sums[week], values):
            if x is not None:
                cell[0] += 1
                cell[1] += x
                cell[2] += x * x

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["week"] + [name for x in WEEK_COLUMNS for name in (x, x + "_se")])
            for week, cells in enumerate(self.sums):
                line = [week]
                for n, total, squares in cells:
                    mean = total / n if n else math.nan
                    spread = max(0.0, squares / n - mean * mean) if n else math.nan
                    line += [f"{mean:.9g}", f"{math.sqrt(spread / max(1, n - 1)):.3g}"]
                out.writerow(line)


def live(setting, seed, rep, means=None, everybody=False):
    """One replicate; returns its decisions in the order they were taken."""
    world = World(setting, random.Random(f"{seed}/{rep}"), everybody)
    for week in range(setting.weeks):
        world.step(week)
        if means:
            means.add(week, world.observe())
        elif not any(leader.free for leader in world.leaders):
            break
    world.finish()
    return world.decisions


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("export", help="folder with the exported tables")
    options.add_argument("--replicates", type=int, default=100)
    options.add_argument("--first", type=int, default=0, help="number of the first replicate")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", default="trips.csv")
    options.add_argument("--weeks", help="weekly means over the replicates, at the end of each week")
    options.add_argument("--everybody", action="store_true",
                         help="make and step every host, as an agent framework does; else only hosts a leader has met")
    chosen = options.parse_args()
    setting = Setting(chosen.export)
    for leader, event, reason in setting.ignored:
        print(f"ignored for {leader}: {event} ({reason})", file=sys.stderr)
    means = WeeklyMeans(setting.weeks) if chosen.weeks else None
    with open(chosen.out, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(TRIP_COLUMNS)
        for rep in range(chosen.first, chosen.first + chosen.replicates):
            out.writerows(trip.row(rep) for trip in live(setting, chosen.seed, rep, means, chosen.everybody))
    if means:
        means.write(chosen.weeks)


if __name__ == "__main__":
    main()
