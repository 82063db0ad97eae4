"""Runs safeconduct from Python, reads and tabulates its results, and draws them.

>>> from safeconduct import open_results, hosts
>>> table = hosts(open_results(example))
>>> from safeconduct import plot_map
>>> ax = plot_map(open_results(example), "visits")
"""
from .compare import compare
from .maps import map_table, plot_map
from .plots import plot_calendar, plot_difference, plot_fan, plot_hosts, plot_ledger, plot_ridge
from .program import ProgramError, run
from .results import ResultsError, events, hosts, ledger, open_results, to_dataframe, trips, world
from .style import save

__all__ = ["ProgramError", "ResultsError", "compare", "events", "hosts", "ledger", "map_table", "open_results",
           "plot_calendar", "plot_difference", "plot_fan", "plot_hosts", "plot_ledger", "plot_map", "plot_ridge",
           "run", "save", "to_dataframe", "trips", "world"]
