"""The report's drawings, as SVG of text: the map of host states, their ledger, fans of quantiles."""
from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
import pandas as pd

from . import geo
from .markup import round_above, short, small_chance

_WIDTH, _SOUTH = 1000.0, -57.0

#: What the map can show: key, words, class boundaries, unit of the legend.
METRICS = [
    ("visits", "Visits a year", [0.005, 0.05, 0.15, 0.4, 1.0], "{:g}"),
    ("refuse", "Refuses to receive, before anything has happened", [0.05, 0.2, 0.5, 0.8, 0.95], "{:.0%}"),
    ("arrest", "Would arrest a visitor, likewise (mostly a prior)", [0.0001, 0.001, 0.01, 0.05, 0.2], "{:g}"),
]


def value(row: pd.Series, metric: str) -> float:
    """What the map shows of a host."""
    if metric == "visits":
        return float(row["visits_a_year"])
    if metric == "refuse":
        return float(row["p_refuse"])
    if row["duty"] != 1:
        return 0.0
    return float(row["p_arrest_at_rest"])


def world(hosts: pd.DataFrame, home: str) -> str:
    """The map of host states with its legends; colours and the choice of a state are the page's script's."""
    outlines, rows = geo.outlines(), hosts.set_index("host")
    x0 = geo.edge()[0].max()
    scale = _WIDTH / (2 * x0)
    top, bottom = geo.equal_earth(np.zeros(2), np.array([84.0, _SOUTH]))[1]
    height = (top - bottom) * scale

    def place(ring: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = geo.equal_earth(ring[:, 0], ring[:, 1])
        return (x + x0) * scale, (top - y) * scale

    def path(rings: Iterable[np.ndarray]) -> str:
        out = ""
        for ring in rings:
            x, y = place(ring)
            points = []
            for a, b in zip(x, y):
                point = f"{short(a)} {short(b)}"
                if not points or points[-1] != point:
                    points.append(point)
            if len(points) > 2:
                out += "M" + "L".join(points) + "Z"
        return out

    shapes = "".join(f'<path class="land" d="{path(rings)}"/>' for name, rings in geo.elsewhere().items()
                     if name != "Antarctica")
    dots = ""
    for code in sorted(set(outlines) | set(rows.index)):
        if code not in rows.index:
            words = "home state" if code == home else "not in this world"
            kind = "homeland" if code == home else "land"
            title = f"<title>{escape(code)}: {words}</title>"
            shapes += f'<path class="{kind}" d="{path(outlines[code])}">{title}</path>'
            continue
        row = rows.loc[code]
        if code == home:
            title = f"<title>{escape(row['name'])}: home state</title>"
            shapes += f'<path class="homeland" d="{path(outlines[code])}">{title}</path>'
            continue
        bins = [int(np.searchsorted(cuts, value(row, key), side="right")) for key, _, cuts, _ in METRICS]
        same = (f'id="s-{code}" role="option" aria-selected="false" tabindex="-1" '
                f'data-c="{"".join(map(str, bins))}" class="state c{bins[0]}{" duty" if row["duty"] == 1 else ""}"')
        label = f"<title>{escape(sentence(row))}</title>"
        cx, cy = place(np.array([[row["longitude"], row["latitude"]]]))
        same += f' data-x="{short(cx[0])}" data-y="{short(cy[0])}"'
        if code in outlines:
            shapes += f'<path {same} d="{path(outlines[code])}">{label}</path>\n'
        else:
            dots += f'<circle {same} cx="{short(cx[0])}" cy="{short(cy[0])}" r="3.5">{label}</circle>\n'
    ex, ey = geo.edge()
    keep = (ey <= top) & (ey >= bottom)
    sea = "M" + "L".join(f"{short((x + x0) * scale)} {short((top - y) * scale)}"
                         for x, y in zip(ex[keep], ey[keep])) + "Z"
    legends = "".join(_legend(i, cuts, form) for i, (_, _, cuts, form) in enumerate(METRICS))
    view = f"0 0 {short(_WIDTH)} {short(height)}"
    return f"""<figure>
<svg id="world" viewBox="{view}" role="listbox" aria-label="Map of host states: choose one">
<path class="sea" d="{sea}"/>
{shapes}{dots}</svg>
{legends}
<figcaption>Equal Earth projection; small states are dots. Outlined in orange: a duty to arrest at the start. Outlines:
Natural Earth.</figcaption>
</figure>"""


def _legend(i: int, cuts: list[float], form: str) -> str:
    label = lambda x: form.format(x) if "%" in form or i == 0 else small_chance(x)
    between = [f"{label(a)} to {label(b)}" for a, b in zip(cuts, cuts[1:])]
    words = [f"under {label(cuts[0])}", *between, f"over {label(cuts[-1])}"]
    items = "".join(f'<li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="c{c}" width="14" '
                    f'height="14"/></svg> {w}</li>'
                    for c, w in enumerate(words))
    return f'<ul class="legend" data-metric="{i}"{"" if i == 0 else " hidden"}>{items}</ul>\n'


def sentence(row: pd.Series) -> str:
    """A host in a line."""
    duty = "a duty to arrest" if row["duty"] == 1 else "no duty to arrest"
    return f"{row['name']}: {row['visits_a_year']:.2f} visits a year; {duty}"


def ledger(table: pd.DataFrame, kap: float) -> str:
    """Alliance against pressure to comply, a dot for each host; from ``kap`` above even on, it would rather refuse."""
    width, height, left, under = 640, 440, 46, 44
    xs, ys = table["alliance"], table["pressure_to_comply"]
    x_low, x_high = float(np.floor(xs.min())), float(np.ceil(xs.max()))
    y_low, y_high = float(np.floor(ys.min())), float(np.ceil(ys.max() + 0.2))  # room for the topmost marks
    px = lambda x: left + (x - x_low) / (x_high - x_low) * (width - left - 14)
    py = lambda y: height - under - (y - y_low) / (y_high - y_low) * (height - under - 12)
    out = ""
    for t in np.arange(x_low, x_high + 0.5, 1.0):
        out += f'<line class="grid" x1="{short(px(t))}" x2="{short(px(t))}" y1="12" y2="{height - under}"/>'
        out += f'<text x="{short(px(t))}" y="{height - under + 17}" text-anchor="middle">{t + 0:.0f}</text>'
    step = 1.0 if y_high - y_low <= 6 else 2.0
    for t in np.arange(np.ceil(y_low / step) * step, y_high + step / 4, step):
        out += f'<line class="grid" x1="{left}" x2="{width - 14}" y1="{short(py(t))}" y2="{short(py(t))}"/>'
        out += f'<text x="{left - 7}" y="{short(py(t) + 4)}" text-anchor="end">{t + 0:.0f}</text>'
    a, b = max(x_low, y_low - kap), min(x_high, y_high - kap)
    if a < b:
        ends = (px(a), py(a + kap), px(b), py(b + kap))
        out += '<line class="even" x1="{}" y1="{}" x2="{}" y2="{}"/>'.format(*map(short, ends))
    radius = lambda r: 2.5 + 5 * np.sqrt(min(r["visits_a_year"], 1.5))
    taken: list[tuple[float, float, float, float]] = []
    dots, labels = "", ""
    for _, r in table.sort_values(["duty", "visits_a_year", "host"]).iterrows():
        x, y = px(r["alliance"]), py(r["pressure_to_comply"])
        size = radius(r)
        dots += (f'<circle class="{"duty" if r["duty"] == 1 else "free"}" cx="{short(x)}" cy="{short(y)}" '
                 f'r="{short(size)}">'
                 f'<title>{escape(r["name"])}: alliance {r["alliance"]:.2f}, pressure '
                 f'{r["pressure_to_comply"]:+.2f}, refuses {small_chance(r["p_refuse"])}</title></circle>')
        taken.append((x - size, y - size, x + size, y + size))
    near = (table["alliance"] + 2 * table["visits_a_year"]) * np.where(table["duty"] == 1, 1.5, 1.0)
    wanted = table.assign(near=near)
    for _, r in wanted.sort_values(["near", "host"], ascending=[False, True]).head(40).iterrows():
        x, y = px(r["alliance"]), py(r["pressure_to_comply"])
        long = 6.3 * len(r["name"])
        size = radius(r)
        for tx, ty in ((x + size + 3, y + 4), (x - size - 3 - long, y + 4), (x - long / 2, y - size - 4),
                       (x - long / 2, y + size + 12)):
            box = (tx, ty - 10, tx + long, ty + 3)
            if box[0] < left + 2 or box[2] > width or box[1] < 10 or box[3] > height - under:
                continue
            if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
                continue
            taken.append(box)
            labels += f'<text class="name" x="{short(tx)}" y="{short(ty)}">{escape(r["name"])}</text>'
            break
    scroll = '<div class="scroll" tabindex="0" role="region" aria-label="Ledger of hosts">'
    return f"""<figure class="chart wide">{scroll}<svg
viewBox="0 0 {width} {height}" role="img" aria-label="Alliance against pressure to comply, one dot for each host; the
figures are in the table of all hosts">
{out}{dots}{labels}
<text class="axis" x="{short((left + width) / 2)}" y="{height - 6}" text-anchor="middle">worth of the alliance,
logits</text>
<text class="axis" transform="translate(13 {short((height - under) / 2)}) rotate(-90)" text-anchor="middle">pressure to
comply, logits</text>
</svg></div>
<figcaption><svg class="key" viewBox="0 0 14 14" aria-hidden="true"><circle class="duty" cx="7" cy="7" r="5"/></svg> a
duty to arrest
<svg class="key" viewBox="0 0 14 14" aria-hidden="true"><circle class="free" cx="7" cy="7" r="5"/></svg> no duty
<svg class="key" viewBox="0 0 14 14" aria-hidden="true"><line class="even" x1="0" y1="12" x2="14" y2="2"/></svg> even
odds of refusing</figcaption></figure>
"""


def fan(title: str, symbol: str, bands: np.ndarray, dates: list[str]) -> str:
    """Quantiles by week, ``bands[week, quantile]``: two bands and the median.

    >>> picture = fan("Visits so far", "", np.array([[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]]), ["2025-10-01", "2025-10-08"])
    >>> picture.count("band-"), "ends at 3.0 (half of the histories: 2.0 to 4.0)" in picture
    (2, True)
    """
    width, height, left, under, above = 360, 210, 50, 24, 8
    low, high = float(bands.min()), float(bands.max())
    step = round_above((high - low) / 4 or 1.0)
    low, high = np.floor(low / step) * step, max(np.ceil(high / step) * step, low + step)
    weeks = len(bands)
    px = lambda t: left + t / max(weeks - 1, 1) * (width - left - 8)
    py = lambda v: height - under - (v - low) / (high - low) * (height - under - above)
    out = ""
    for v in np.arange(low, high + step / 2, step):
        out += f'<line class="grid" x1="{left}" x2="{width - 8}" y1="{short(py(v))}" y2="{short(py(v))}"/>'
        out += f'<text x="{left - 6}" y="{short(py(v) + 4)}" text-anchor="end">{v:.3g}</text>'
    years_seen = [t for t in range(weeks) if t == 0 or dates[t][:4] != dates[t - 1][:4]]
    every = max(1, len(years_seen) // 5 + (len(years_seen) > 5))
    for t in years_seen[::every]:
        anchor = "start" if t == 0 else "end" if px(t) > width - 24 else "middle"
        out += f'<line class="grid" x1="{short(px(t))}" x2="{short(px(t))}" y1="{above}" y2="{height - under}"/>'
        if t == 0 or px(t) - px(0) > 34:
            out += f'<text x="{short(px(t))}" y="{height - 7}" text-anchor="{anchor}">{dates[t][:4]}</text>'
    keep = sorted(set(range(0, weeks, max(1, weeks // 130))) | {weeks - 1})
    line = lambda q: [f"{short(px(t))} {short(py(bands[t, q]))}" for t in keep]
    for a, b, kind in ((0, 4, "wide"), (1, 3, "narrow")):
        out += f'<path class="band-{kind}" d="M{"L".join(line(b))}L{"L".join(reversed(line(a)))}Z"/>'
    out += f'<path class="median" d="M{"L".join(line(2))}"/>'
    places = max(0, 1 - int(np.floor(np.log10(step))))
    least = 10.0**-places
    middle, a, b = (f"{v:.{places}f}" if v == 0 or v >= least else f"<{least:.{places}f}"
                    for v in (bands[-1, q] for q in (2, 1, 3)))
    end = f"ends at {middle} (half of the histories: {a} to {b})"
    sign = f" <i>{escape(symbol)}</i>" if symbol else ""
    return (f'<figure class="chart"><h3>{escape(title)}{sign}</h3><svg viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(title)}: '
            f'{escape(end)}">{out}</svg><figcaption>{escape(end[0].upper() + end[1:])}</figcaption></figure>\n')
