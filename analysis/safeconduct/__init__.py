"""Reads, tabulates and draws the results of safeconduct.

>>> from safeconduct import open_results, hosts
>>> table = hosts(open_results(example))              # doctest: +SKIP
"""
from .plots import plot_hosts
from .results import ResultsError, hosts, open_results, to_dataframe, trips

__all__ = ["ResultsError", "hosts", "open_results", "plot_hosts", "to_dataframe", "trips"]
