"""Does each shipped case show the mechanism it is about? Every case is lived beside its counterfactual under the same
luck, 20,000 histories each, and the finding must hold with a margin that the world without the mechanism fails: the
counterfactual is the mechanism switched off, and the test compares the two, so a mechanism that does nothing fails it.

Standard errors at 20,000 histories: a share 0.0035 at most; visits a history 0.03.
"""
import functools

import pytest
from program import rows, safeconduct

HISTORIES = 20000
CENTRAL_ASIA = {"KAZ", "KGZ", "TJK", "TKM", "UZB"}


class Lived:
    def __init__(self, path):
        self.path = path

    @functools.cached_property
    def events(self):
        """Of the first leader who is invited."""
        found = {}
        for event in rows(safeconduct("export", "events", self.path).stdout):
            found.setdefault((event["event_host"], event["event_date"]), event)
        return found

    @functools.cached_property
    def hosts(self):
        return rows(safeconduct("export", "hosts", self.path).stdout)

    @functools.cached_property
    def weeks(self):
        return rows(safeconduct("export", "weeks", self.path).stdout)

    def at(self, host, date, what="visits"):
        """Share of the histories in which an event had this outcome; of a chance: its mean over arrivals."""
        event = self.events[host, date]
        if what in ("pi_arrest", "p_arrest"):
            return float(event[f"event_{what}"] or "nan")  # nobody arrived
        counts = ["visited", "cut_short"] if what == "visits" else [what]
        return sum(float(event[f"event_{c}"]) for c in counts) / HISTORIES

    def visits(self, leader="putin", hosts=None, members=None):
        """Mean number of visits a history."""
        return sum(float(h["host_visited"]) + float(h["host_cut_short"]) for h in self.hosts if h["leader"] == leader
                   and (hosts is None or h["host"] in hosts)
                   and (members is None or (h["member_at_start"] == "1") == members)) / HISTORIES

    def count(self, what, leader="putin", hosts=None):
        return sum(float(h[f"host_{what}"]) for h in self.hosts
                   if h["leader"] == leader and (hosts is None or h["host"] in hosts)) / HISTORIES

    def nu(self, date):
        return next(float(w["nu_mean"]) for w in self.weeks if w["date"] >= date)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    folder, known = tmp_path_factory.mktemp("cases"), {}

    def lived(case, *settings):
        if (case, settings) not in known:
            path = folder / f"{len(known)}.h5"
            sets = [word for s in settings for word in ("--set", s)]
            safeconduct("run", case, "--replicates", HISTORIES, "--out", path, *sets, timeout=600)
            known[case, settings] = Lived(path)
        return known[case, settings]

    return lived


def test_dushanbe_the_alliance_beats_the_duty(live):
    """Three stages, one trip, to a member: it is made. Without what the alliance does to compliance it is not welcome."""
    case, stranger = live("dushanbe_2025"), live("dushanbe_2025", "parameters.th_a=0")
    assert case.at("TJK", "2025-10-08") > 0.95
    assert case.at("TJK", "2025-10-08", "withdrawn") < 0.01
    assert stranger.at("TJK", "2025-10-08", "withdrawn") > 0.05
    assert stranger.at("TJK", "2025-10-08") < case.at("TJK", "2025-10-08") - 0.1


def test_ulaanbaatar_a_precedent_lowers_the_norm_and_the_risk_perceived(live):
    case, never = live("ulaanbaatar_2024"), live("ulaanbaatar_2024", "events.khalkhin_gol.remove=true")
    assert case.at("MNG", "2024-09-02") > 0.3
    assert case.nu("2024-09-15") < never.nu("2024-09-15") - 0.03
    assert case.at("TJK", "2025-10-08", "pi_arrest") < 0.98 * never.at("TJK", "2025-10-08", "pi_arrest")


def test_anchorage_no_member_no_duty(live):
    case, member = live("anchorage_2025"), live("anchorage_2025", "hosts.USA.member=true")
    assert case.at("USA", "2025-08-15") > 0.7
    assert case.at("USA", "2025-08-15", "arrested") == 0 and case.at("USA", "2025-08-15", "pi_arrest") == 0
    assert member.at("USA", "2025-08-15") < 0.1


def test_johannesburg_2023_courts_law_and_suits_keep_him_away(live):
    case = live("johannesburg_2023")
    lax = live("johannesburg_2023", "hosts.ZAF.judicial_independence=0.1", "hosts.ZAF.implementing_legislation=false",
               "hosts.ZAF.civil_society=0.2")
    assert case.at("ZAF", "2023-08-22") < 0.03
    assert lax.at("ZAF", "2023-08-22") > 0.2


def test_rio_twice_a_delegate(live):
    case, free = live("rio_2024"), live("rio_2024", "leaders.putin.warrant=false")
    for date in ("2024-11-18", "2025-07-06"):
        assert case.at("BRA", date) < 0.1
        assert case.at("BRA", date, "delegate") > 0.6
        assert free.at("BRA", date) > 0.4


def test_budapest_a_member_that_says_it_will_not(live):
    case = live("budapest_2025")
    assert case.at("HUN", "2025-04-02") > 0.3
    assert case.at("SVN", "2025-04-02") < 0.1
    assert case.at("HUN", "2025-04-02", "go") > 0.6


def test_visits_are_cut_short_under_a_suit(live):
    """Few go to Johannesburg (660 of 20,000 histories); of these visits its courts cut more short."""
    case, unheard = live("abuja_2013"), live("abuja_2013", "parameters.rho_suit=0")
    share = {}
    for host, date in (("NGA", "2013-07-14"), ("ZAF", "2015-06-13")):
        share[host] = case.at(host, date, "cut_short") / case.at(host, date)
        assert unheard.at(host, date, "cut_short") == 0 < unheard.at(host, date)
    assert 0.1 < share["NGA"] < share["ZAF"] - 0.03


def test_lilongwe_the_host_refuses_and_the_summit_moves(live):
    case = live("lilongwe_2012")
    quiet = live("lilongwe_2012", 'stances=[{leader="bashir",host="MWI",kind="own",from=2012-05-01,value=-1.0}]')
    malawi, ethiopia = ("MWI", "2012-07-09"), ("ETH", "2012-07-15")
    assert case.at(*malawi) < 0.2 * case.at(*ethiopia)
    assert case.at(*malawi, "withdrawn") > 0.25 * case.at(*malawi, "go") and case.at(*ethiopia, "withdrawn") < 0.02
    assert quiet.at(*malawi) > case.at(*malawi) + 0.03 and quiet.at(*malawi, "go") > case.at(*malawi, "go") + 0.1


def test_yerevan_a_friend_joins_the_court(live):
    case, outside = live("yerevan_2024"), live("yerevan_2024", "hosts.ARM.member=false")
    assert case.at("ARM", "2024-10-01") < outside.at("ARM", "2024-10-01") - 0.05
    assert case.at("ARM", "2024-10-01", "withdrawn") > 0.05 > 10 * outside.at("ARM", "2024-10-01", "withdrawn")
    assert case.visits(hosts={"ARM"}) < 0.9 * outside.visits(hosts={"ARM"})


def measure(results, name):
    import h5py

    with h5py.File(results.path) as file:
        return file["measure_mean"][0, list(file["measure"].asstr()[()]).index(name)]


def test_new_york_by_a_detour(live):
    case, bold = live("new_york_2025"), live("new_york_2025", "parameters.em=0")
    assert measure(case, "detour_hours") > 0.03 and measure(bold, "detour_hours") == 0
    assert measure(case, "diversions") > 0.001 and measure(bold, "diversions") == 0
    assert case.at("USA", "2025-09-23") > 0.1


def test_sanctions_make_the_ties_outside_the_west_worth_more(live):
    up, down = live("sanctions_up"), live("sanctions_down")
    assert up.visits(hosts=CENTRAL_ASIA) > down.visits(hosts=CENTRAL_ASIA) + 0.06
    assert live("sanctions_up", "parameters.iota=0").visits() == live("sanctions_down", "parameters.iota=0").visits()


def test_campaigns_keep_hosts_from_receiving(live):
    case, silent = live("dushanbe_2025"), live("no_campaign")
    assert silent.visits(members=True) > case.visits(members=True) + 0.06
    assert silent.count("withdrawn") < case.count("withdrawn") - 0.03
    assert silent.count("cut_short") == 0 < case.count("cut_short")


def test_the_african_unions_decision_opened_doors(live):
    decided, silent = live("abuja_2013"), live("african_union_silent")
    assert decided.visits("bashir", members=True) > silent.visits("bashir", members=True) + 2
    abuja = ("NGA", "2013-07-14")
    assert decided.at(*abuja) > silent.at(*abuja) + 0.1
    withdrawn = [lived.at(*abuja, "withdrawn") / lived.at(*abuja, "go") for lived in (decided, silent)]
    assert withdrawn[0] < withdrawn[1] - 0.03


def test_an_arrest_changes_the_others_travel(live):
    case, never = live("an_arrest"), live("an_arrest", "events.the_hague.remove=true")
    assert case.at("NLD", "2025-02-10", "arrested") > 0.7
    assert case.nu("2025-03-01") > never.nu("2025-03-01") + 0.1
    summits = [("BRA", "2025-07-06"), ("HUN", "2025-10-30"), ("ZAF", "2025-11-22")]  # at members, Putin invited
    accepted = [sum(lived.at(*summit, "go") for summit in summits) for lived in (case, never)]
    assert accepted[0] < accepted[1] - 0.02
    assert case.visits("putin", members=True) < never.visits("putin", members=True)
