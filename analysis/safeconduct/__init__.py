"""Runs safeconduct from Python, reads and tabulates its results, and draws them.

>>> from safeconduct import open_results, plot_map
>>> ax = plot_map(open_results(example), "visits")
"""
from .compare import compare
from .maps import map_table, plot_map
from .plots import plot_calendar, plot_difference, plot_fan, plot_hosts, plot_ledger, plot_ridge
from .program import ProgramError, run
from .reasons import flips, plot_why, why
from .record import hindcast_table, plot_reliability, reliability
from .results import ResultsError, events, hosts, ledger, open_results, to_dataframe, trips, world
from .style import save
from .sweeps import cells, effects, open_sweep, plot_sweep, plot_tornado, sweep

__all__ = ["ProgramError", "ResultsError", "cells", "compare", "effects", "events", "flips", "hindcast_table", "hosts",
           "ledger", "map_table", "open_results", "open_sweep", "plot_calendar", "plot_difference", "plot_fan",
           "plot_hosts", "plot_ledger", "plot_map", "plot_reliability", "plot_ridge", "plot_sweep", "plot_tornado",
           "plot_why", "reliability", "run", "save", "sweep", "to_dataframe", "trips", "why", "world"]
