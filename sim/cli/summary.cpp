#include "sim/cli/summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/flight.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/adaptive.hpp"

namespace cli {
namespace {

using agents::HostId;
using agents::LeaderId;
using sim::Count;
using sim::Measure;
using sim::Tally;

constexpr std::size_t most_events = 40, most_hosts = 10;

bool ever_under_duty(const agents::Stage& stage, LeaderId l) {
  for (const agents::Period& period : stage.periods)
    for (const agents::HostTerms& host : period.leaders[l.index].hosts)
      if (host.duty > 0) return true;
  return false;
}

class Table {
 public:
  Table(const scenarios::Scenario& scenario, const agents::Stage& stage, const Tally& tally, LeaderId l)
      : scenario_(scenario), stage_(stage), tally_(tally), l_(l), years_(stage.weeks() * 7 / 365.25) {}

  std::string text() {
    out_ = scenario_.leader_labels[l_.index].name + "\n\n";
    trips();
    calendar();
    hosts();
    return out_;
  }

 private:
  double mean(Measure m) const { return tally_.estimate(l_, m).mean; }
  double a_year(Measure m) const { return mean(m) / years_; }
  void line(std::string_view label, const std::string& words) { out_ += "  " + left(label, 22) + words + "\n"; }

  /// Share of histories with none of a measure.
  double none(Measure m) const { return tally_.in_bin(l_, m, 0) / std::max(1.0, total(m)); }
  double total(Measure m) const {
    double sum = 0;
    for (std::size_t b = 0; b < Tally::bins; ++b) sum += tally_.in_bin(l_, m, b);
    return sum;
  }

  void trips() {
    const auto [visits, error] = tally_.estimate(l_, Measure::visits);
    const bool spread = tally_.replicates() > 1;
    line("visits", fixed(visits / years_, 1) + " a year (" +
                       (spread ? "± " + fixed(sim::z_95 * error / years_, 2) + ", simulation error"
                               : "one history: its error is not known") +
                       ")");
    line("  to members", fixed(a_year(Measure::member_visits), 2) + " a year; " +
                             percent(1 - none(Measure::member_visits)) + " of histories have at least one");
    line("  cut short", fixed(a_year(Measure::cut_short), 2) + " a year");
    line("stays home", fixed(a_year(Measure::stays_home), 2) + " a year after announcing");
    line("withdrawn by the host", fixed(a_year(Measure::withdrawn), 2) + " a year");
    line("quiet refusals",
         fixed(a_year(Measure::private_refusals), 1) + " bilateral ideas a year that come to nothing");
    line("days abroad", fixed(a_year(Measure::days), 0) + " a year");
  }

  void calendar() {
    const std::vector<agents::ScheduledTrip>& trips = stage_.calendars[l_.index].trips;
    if (trips.empty()) return;
    std::vector<std::size_t> shown(trips.size());
    std::iota(shown.begin(), shown.end(), 0);
    if (shown.size() > most_events) {  // those with a duty first: they are what people ask about
      std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) { return duty(a) > duty(b); });
      shown.resize(most_events);
      std::sort(shown.begin(), shown.end());
    }
    out_ += "\n  " + left("calendar (* host has a duty to arrest)", 62) +
            "  goes  sends  skips  withdrawn  stays home  cut short\n";
    for (const std::size_t e : shown) {
      const agents::ScheduledTrip& trip = trips[e];
      const auto& label = scenario_.event_labels[trip.stages.front()];
      const std::string more = trip.stages.size() > 1 ? " +" + std::to_string(trip.stages.size() - 1) : "";
      const double n = tally_.at_event(l_, e, Count::opportunities);
      const auto share = [&](double count) { return percent(n > 0 ? count / n : std::nan("")); };
      const auto at = [&](Count c) { return tally_.at_event(l_, e, c); };
      out_ += "  " + scenarios::to_text(label.date) + " " + (duty(e) ? "*" : " ") + " " + left(label.name, 46) +
              left(more, 3) + right(share(at(Count::visited) + at(Count::cut_short)), 6) +
              right(share(at(Count::delegate)), 7) + right(share(at(Count::skip)), 7) +
              right(share(at(Count::withdrawn)), 11) + right(share(at(Count::stays_home)), 12) +
              right(cut_short(at(Count::visited), at(Count::cut_short)), 11) + "\n";
    }
    if (trips.size() > shown.size())
      out_ += "  (" + std::to_string(trips.size() - shown.size()) +
              " more events in the file: safeconduct export events)\n";
    out_ +=
        "  Goes: a visit, in full or cut short (cut short: share of these); an arrest is none. Sends: a delegate or a\n"
        "  video link. Withdrawn by the host, stays home: announced trips that came to nothing; a host nobody tries "
        "to\n"
        "  visit withdraws nothing. +2: two further stages of the same trip.\n";
  }

  static std::string cut_short(double whole, double cut) {
    return cut == 0 ? std::string("-") : percent(cut / (whole + cut));
  }

  bool duty(std::size_t event) const {
    const agents::ScheduledTrip& trip = stage_.calendars[l_.index].trips[event];
    if (trip.start >= stage_.weeks()) return false;
    return stage_.period(trip.start).leaders[l_.index].hosts[trip.host.index].duty > 0;
  }

  double visits(std::size_t h) const {
    const HostId host = agents::host_id(h);
    return tally_.at_host(l_, host, Count::visited) + tally_.at_host(l_, host, Count::cut_short);
  }

  void hosts() {
    std::vector<std::size_t> order(stage_.hosts);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return visits(a) > visits(b); });
    double all = 0, five = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      all += visits(order[i]);
      if (i < 5) five += visits(order[i]);
    }
    if (all == 0) return;
    const auto n = static_cast<double>(tally_.replicates());
    out_ += "\n  most visited, a year:";
    std::size_t width = 23;
    for (std::size_t i = 0; i < std::min(most_hosts, order.size()) && visits(order[i]) > 0; ++i) {
      const std::size_t h = order[i];
      const bool member = stage_.period(0).leaders[l_.index].hosts[h].duty > 0 ||
                          stage_.periods.back().leaders[l_.index].hosts[h].duty > 0;
      const std::string entry = scenario_.host_names[h] + (member ? "* " : " ") + fixed(visits(h) / n / years_, 2) +
                                (i + 1 < most_hosts ? "," : "");
      if (width + entry.size() > 110) {
        out_ += "\n   ";
        width = 3;
      }
      out_ += " " + entry;
      width += entry.size() + 1;
    }
    out_ += "\n  the first five take " + percent(five / all) + " of the visits; half of all visits are within " +
            grouped(static_cast<std::int64_t>(median_km(all) / 10 + 0.5) * 10) + " km\n";
  }

  double median_km(double all) const {
    const agents::Leader& leader = stage_.world.leaders[l_.index];
    std::vector<std::pair<double, double>> far;
    for (std::size_t h = 0; h < stage_.hosts; ++h) {
      const agents::Host& host = stage_.world.hosts[h];
      far.emplace_back(agents::great_circle_km(leader.lat, leader.lon, host.lat, host.lon), visits(h));
    }
    std::sort(far.begin(), far.end());
    double sum = 0;
    for (const auto& [km, count] : far) {
      sum += count;
      if (sum >= all / 2) return km;
    }
    return 0;
  }

  const scenarios::Scenario& scenario_;
  const agents::Stage& stage_;
  const Tally& tally_;
  LeaderId l_;
  double years_;
  std::string out_;
};

std::string risk(const scenarios::Scenario& scenario, const agents::Stage& stage, const Tally& tally,
                 const std::vector<sim::RidgePoint>& ridge, bool under_sets) {
  std::vector<bool> bound;
  for (std::uint16_t l = 0; l < stage.leaders; ++l) bound.push_back(ever_under_duty(stage, {l}));
  const double own = scenario.world.parameters.kap_arrest;
  if (std::find(bound.begin(), bound.end(), true) == bound.end())
    return "P(arrest): none, no host ever has a duty to arrest\n";
  if (!std::isfinite(own)) return "P(arrest): none by assumption, an infinite kap_arrest says that no host arrests\n";
  std::string out = "P(arrest) within the period, per thousand histories (* the scenario's own parameters" +
                    std::string(under_sets ? "; the whole row is theirs,\nnot that of the parameter sets" : "") + ")\n";
  const auto row = [&](std::string_view label, auto value) {
    out += "  " + left(label, 40);
    for (const sim::RidgePoint& p : ridge) out += right(value(p), 9);
    out += "\n";
  };
  row("assumed kap_arrest", [&](const auto& p) { return fixed(p.kap_arrest, 1) + (p.kap_arrest == own ? "*" : " "); });
  for (std::uint16_t l = 0; l < stage.leaders; ++l) {
    const std::string& name = scenario.leader_labels[l].name;
    if (!bound[l]) {
      out += "  " + name + ": no host ever has a duty to arrest\n";
      continue;
    }
    const double years = stage.weeks() * 7 / 365.25;
    row(name + ", Lambda", [&](const auto& p) { return fixed(p.Lambda[l], 0) + " "; });
    row("  P(arrest)", [&](const auto& p) { return fixed(1000 * p.p_arrest[l].mean, 1) + " "; });
    row("  visits a year", [&](const auto& p) { return fixed(p.visits[l].mean / years, 1) + " "; });
    const double arrests = tally.estimate({l}, Measure::arrests).mean * static_cast<double>(tally.replicates());
    out += std::string("  counted ") + (under_sets ? "under the parameter sets" : "at *") + ": " +
           grouped(std::llround(arrests)) + " arrests in " + grouped(tally.replicates()) + " histories\n";
  }
  return out +
         "  Read the row as a range. No sitting leader has been arrested on such a trip, and where arrests are rare "
         "the visits\n"
         "  hardly differ along it: the record cannot tell a host that would never arrest from a leader who knows "
         "where not\n"
         "  to go. Where arrests are not rare they also end journeys.\n";
}

}  // namespace

std::string summary(const scenarios::Scenario& scenario, const agents::Stage& stage, const Tally& tally,
                    const std::vector<sim::RidgePoint>& ridge, bool under_sets) {
  std::string out = scenario.title + "\n" + std::to_string(stage.weeks()) + " weeks from " +
                    scenarios::to_text(scenario.start) + ", " + grouped(tally.replicates()) +
                    (tally.replicates() == 1 ? " history" : " histories") + ", seed " +
                    std::to_string(scenario.run.seed) + "\n\n";
  for (std::uint16_t l = 0; l < stage.leaders; ++l) out += Table(scenario, stage, tally, {l}).text() + "\n";
  if (!ridge.empty()) out += risk(scenario, stage, tally, ridge, under_sets);
  return out;
}

}  // namespace cli
