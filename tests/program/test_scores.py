"""hindcast scores its predictions and simple forecasters as NumPy and SciPy do, from the decisions it prints."""
import json

import numpy as np
import pytest
from program import safeconduct
from scipy.optimize import minimize
from scipy.stats import mannwhitneyu


class Decisions:
    def __init__(self, rows):
        rows = [row for row in rows if sum(row["p"].values()) > 0]
        column = lambda name: np.array([row[name] for row in rows])
        self.p, self.date, self.kind, self.leader = map(column, ("p_went", "date", "kind", "leader"))
        self.member = column("member").astype(float)
        self.went = np.isin(column("outcome"), ["visited", "cut short", "arrested"]).astype(float)
        self.numbers = np.column_stack([self.member, np.log1p(column("km") / 1000)] +
                                       [column(name) for name in ("unga", "blocs", "trade", "judiciary")])
        self.five = np.array([list(row["p"].values()) for row in rows])
        self.outcome = np.array([list(row["p"]).index(row["outcome"]) for row in rows])


@pytest.fixture(scope="module")
def printed():
    ran = safeconduct("hindcast", "bashir_2009", "putin_2023", "--particles", 500, "--json")
    return [json.loads(line) for line in ran.stdout.splitlines()]


@pytest.fixture(scope="module")
def decisions(printed):
    return Decisions([row for row in printed if "decision" in row])


def figure(printed, forecaster, group, score):
    found = [row for row in printed if row.get("forecaster") == forecaster and row.get("group") == group
             and row["score"] == score and "baseline" not in row]
    assert len(found) == 1
    return found[0]


def scores(p, went):
    order = np.argsort(p, kind="stable")
    bins = [order[b * len(p) // 5:(b + 1) * len(p) // 5] for b in range(min(5, len(p)))]
    slope = 1 - 2 * p
    result = {"log": -np.log(np.clip(np.where(went > 0, p, 1 - p), 1e-6, 1)).mean(),
              "brier": ((p - went) ** 2).mean(),
              "expected_error": sum(abs((p - went)[b].sum()) for b in bins) / len(p),
              "z": ((went - p) * slope).sum() / np.sqrt((slope ** 2 * p * (1 - p)).sum())}
    if 0 < went.sum() < len(went):
        a, b = p[went > 0], p[went == 0]
        result["auc"] = mannwhitneyu(a, b).statistic / len(a) / len(b)
    return result


def logistic(x, y, new):
    """Ridge-penalised, inputs standardised on x, free intercept."""
    mean, sd = x.mean(0), x.std(0)
    sd[sd < 1e-12] = 1
    z = (x - mean) / sd
    sign = 1 - 2 * y

    def loss(b):
        u = sign * (b[0] + z @ b[1:])
        p = 1 / (1 + np.exp(-u))
        slope = np.concatenate([[(sign * p).sum()], z.T @ (sign * p) + b[1:]])
        return np.logaddexp(0, u).sum() + (b[1:] ** 2).sum() / 2, slope

    b = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="BFGS", options={"gtol": 1e-8}).x
    return 1 / (1 + np.exp(-(b[0] + ((new - mean) / sd) @ b[1:])))


def baselines(d):
    names = ["base rate", "membership", "membership x kind", "never visits members", "logistic"]
    out = {name: [] for name in names}
    for i in range(len(d.p)):
        before = d.date < d.date[i]
        share = lambda like, p: (d.went[before & like].sum() + 2 * p) / ((before & like).sum() + 2)
        base = share(before, 0.5)
        member = share(d.member == d.member[i], base)
        kind = share((d.member == d.member[i]) & (d.kind == d.kind[i]), member)
        fitted = member
        if before.sum() >= 14:
            kinds = np.array([d.kind == k for k in np.unique(d.kind[before])], float).T
            x = np.hstack([d.numbers, kinds])
            fitted = logistic(x[before], d.went[before], x[i])
        for name, p in zip(names, (base, member, kind, 0.01 if d.member[i] else member, fitted)):
            out[name].append(p)
    return {name: np.array(p) for name, p in out.items()}


def test_every_score_of_the_model(printed, decisions):
    d = decisions
    groups = {"all": d.went >= 0, "members": d.member > 0, "non-members": d.member == 0,
              "leader: Vladimir Putin": d.leader == "Vladimir Putin", "kind: bilateral": d.kind == "bilateral",
              "year: 2010": np.char.startswith(d.date, "2010")}
    for group, rows in groups.items():
        for score, value in scores(d.p[rows], d.went[rows]).items():
            mine = figure(printed, "model", group, score)
            assert mine["n"] == rows.sum()
            assert mine["value"] == pytest.approx(value, abs=2e-4), (group, score)  # p is printed to six digits
            if score in ("log", "brier"):
                assert mine["low"] < mine["value"] < mine["high"]
    happened = d.five[np.arange(len(d.p)), d.outcome]
    assert figure(printed, "model", "all", "log_outcome")["value"] == pytest.approx(-np.log(happened).mean(), abs=1e-3)
    error = np.cumsum(d.five, 1)[:, :4] - (d.outcome[:, None] <= np.arange(4))
    assert figure(printed, "model", "all", "ranked_probability")["value"] == pytest.approx((error ** 2).mean(), abs=1e-5)


def test_every_score_of_every_baseline(printed, decisions):
    model = scores(decisions.p, decisions.went)
    for name, p in baselines(decisions).items():
        for score, value in scores(p, decisions.went).items():
            tolerance = 1e-2 if score == "auc" else 1e-3 if score in ("z", "expected_error") else 1e-5
            assert figure(printed, name, "all", score)["value"] == pytest.approx(value, abs=tolerance), (name, score)
        for score in ("log", "brier"):
            ratio = [row for row in printed if row.get("baseline") == name and row["score"] == f"{score}_ratio"]
            assert ratio[0]["value"] == pytest.approx(model[score] / scores(p, decisions.went)[score], abs=1e-3)


def test_the_interval_of_a_ratio_is_a_paired_bootstrap(printed, decisions):
    """Another generator's draws of whole events give the same interval within the bootstrap's own noise."""
    d = decisions
    base = baselines(d)["logistic"]
    loss = lambda p: -np.log(np.where(d.went > 0, p, 1 - p))
    model, other = loss(np.clip(d.p, 1e-6, 1 - 1e-6)), loss(base)
    random = np.random.default_rng(1)
    draws = random.integers(len(model), size=(4000, len(model)))
    low, high = np.quantile(model[draws].sum(1) / other[draws].sum(1), [0.025, 0.975])
    mine = next(row for row in printed if row.get("baseline") == "logistic" and row["score"] == "log_ratio")
    assert mine["low"] == pytest.approx(low, abs=0.06) and mine["high"] == pytest.approx(high, abs=0.08)


def test_the_tables_add_up(printed, decisions):
    for name in ("calibration", "reliability"):
        table = [row for row in printed if row.get("score") == name]
        assert sum(row["n"] for row in table) == len(decisions.p)
        assert sum(row["n"] * row["went"] for row in table) == pytest.approx(decisions.went.sum(), abs=1e-3)
        assert [row["forecast"] for row in table] == sorted(row["forecast"] for row in table)
    assert len([row for row in printed if row.get("score") == "calibration"]) == 5
