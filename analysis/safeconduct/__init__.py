"""Runs safeconduct from Python, reads and tabulates its results, and draws them.

>>> from safeconduct import open_results, hosts
>>> table = hosts(open_results(example))
>>> from safeconduct import plot_map
>>> ax = plot_map(open_results(example), "visits")
"""
from .compare import compare, counterfactual, open_comparison, outcomes, plot_outcome
from .maps import map_table, plot_map
from .plots import plot_calendar, plot_difference, plot_fan, plot_hosts, plot_ledger, plot_ridge
from .program import ProgramError, card, run
from .record import hindcast_table, plot_reliability, reliability, scores
from .results import (ResultsError, events, file_of, host_id, hosts, ledger, open_results, posterior, to_dataframe,
                      trips, world)
from .routes import plot_routes, read_routes, routes
from .style import save
from .sweeps import cells, effects, open_sweep, plot_sensitivity, plot_sweep, plot_tornado, sensitivity, sweep
from .why import decisions, flips, plot_why, why

__version__ = "0.1.0"

__all__ = ["ProgramError", "ResultsError", "card", "cells", "compare", "counterfactual", "decisions", "effects",
           "events", "file_of", "flips", "hindcast_table", "host_id", "hosts", "ledger", "map_table", "open_comparison",
           "open_results", "open_sweep", "outcomes", "plot_calendar", "plot_difference", "plot_fan", "plot_hosts",
           "plot_ledger", "plot_map", "plot_outcome", "plot_reliability", "plot_ridge", "plot_routes",
           "plot_sensitivity", "plot_sweep", "plot_tornado", "plot_why", "posterior", "read_routes", "reliability",
           "routes", "run", "save", "scores", "sensitivity", "sweep", "to_dataframe", "trips", "why", "world"]
