"""Numbers and text as the report's page shows them."""
from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape

import numpy as np
import pandas as pd


def share(p: float) -> str:
    """In whole percent, and never 0 or 100 of what is neither.

    >>> share(0.5), share(0.001), share(1.0)
    ('50 %', '<1 %', '100 %')
    """
    if not np.isfinite(p):
        return "–"
    if 0 < p < 0.005:
        return "<1 %"
    if 0.995 < p < 1:
        return ">99 %"
    return f"{100 * p:.0f} %"


def small_chance(p: float) -> str:
    """A chance that may be tiny."""
    if not np.isfinite(p):
        return "–"
    if p == 0:
        return "0"
    if p < 1e-5:
        return "under 0.001 %"
    return f"{100 * p:.{3 if p < 0.001 else 2 if p < 0.01 else 1 if p < 0.1 else 0}f} %"


def signed(x: float, places: int = 2) -> str:
    """With its sign, unless it rounds to 0."""
    text = f"{x:+.{places}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def decimals(half: float) -> int:
    """Decimals that half of an interval needs."""
    return 2 if not half > 0 else int(np.clip(-np.floor(np.log10(half)), 2, 4))


def plus_minus(difference: float, half: float) -> list[str]:
    """A difference and half of its interval, a cell each."""
    return [signed(difference, decimals(half)), f"{half:.{decimals(half)}f}"]


def interval(low: float, high: float) -> str:
    """Two shares in percent, with a decimal where they are less than two points apart; nothing of no interval.

    >>> interval(0.2, 0.4), interval(float("nan"), float("nan"))
    ('(20 to 40)', '')
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        return ""
    places = _places(low, high)
    return f"({100 * low:.{places}f} to {100 * high:.{places}f})"


def share_within(p: float, low: float, high: float) -> str:
    """A share as ``share`` writes it, to the decimals of its interval: no point lies outside the interval beside it.

    >>> share_within(0.0545, 0.052, 0.058), interval(0.052, 0.058)
    ('5.5 %', '(5.2 to 5.8)')
    """
    if not np.isfinite(p) or not _places(low, high) or not 0.0005 <= p < 0.9995:
        return share(p)
    return f"{100 * p:.1f} %"


def _places(low: float, high: float) -> int:
    return 1 if high - low < 0.02 else 0


def short(x: float) -> str:
    """A coordinate: one decimal, no more characters than it takes."""
    text = f"{x:.1f}"
    text = text[:-2] if text.endswith(".0") else text
    return "0" if text == "-0" else text


def html_table(head: Iterable[str], rows: Iterable[Iterable[str]], caption: str, numbers: int = 0,
               row_head: bool = True) -> str:
    """Cells are HTML. The last ``numbers`` columns are set flush right; the table scrolls where it is too wide."""
    head, rows = list(head), [list(r) for r in rows]
    first = len(head) - numbers
    kind = lambda i: ' class="num"' if i >= first else ""
    said = escape(caption)
    out = f'<div class="scroll" tabindex="0" role="region" aria-label="{said}"><table><caption>{said}</caption>'
    out += "<thead><tr>" + "".join(f'<th scope="col"{kind(i)}>{h}</th>'
                                   for i, h in enumerate(head)) + "</tr></thead><tbody>\n"
    for r in rows:
        cells = [f'<th scope="row">{c}</th>' if i == 0 and row_head else f"<td{kind(i)}>{c}</td>"
                 for i, c in enumerate(r)]
        out += "<tr>" + "".join(cells) + "</tr>\n"
    return out + "</tbody></table></div>\n"


def csv_text(table: pd.DataFrame) -> str:
    """A table for download: five digits."""
    return table.to_csv(index=False, lineterminator="\n", float_format="%.5g")


def download(name: str, text: str, words: str, kind: str = "text/csv") -> str:
    """A line of a list: a file that lies in the page itself, and what it holds."""
    data = base64.b64encode(text.encode()).decode()
    size = f"{max(1, round(len(text.encode()) / 1000))} kB"
    link = f'<a download="{escape(name)}" href="data:{kind};charset=utf-8;base64,{data}">{escape(name)}</a>'
    return f"<li>{link}: {words} ({size})</li>\n"


def sha256(text: str) -> str:
    """As a policy of the page names a style or a script."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def round_above(step: float) -> float:
    """The round number above a step."""
    scale = 10.0 ** np.floor(np.log10(step))
    return float(next(m for m in (1, 2, 2.5, 5, 10) if m * scale >= step * 0.999) * scale)
