#include "sim/inference/patterns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "agents/flight.hpp"
#include "sim/inference/scores.hpp"

namespace sim {
namespace {

using Km = std::span<const double>;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

double years(const Travels& t) { return t.weeks * 7 / 365.25; }

template <class Things, class Which>
double share(const Things& things, Which which) {
  const auto n = std::count_if(things.begin(), things.end(), which);
  return things.empty() ? none : static_cast<double>(n) / static_cast<double>(things.size());
}

template <class Things, class Which>
Things only(const Things& things, Which which) {
  Things some;
  std::copy_if(things.begin(), things.end(), std::back_inserter(some), which);
  return some;
}

double quantile(std::vector<double> x, double q) {
  if (x.empty()) return none;
  std::sort(x.begin(), x.end());
  return sorted_quantile(x, q);
}

bool to_member(const Journey& j) { return j.member; }

/// Week of the first visit that is asked for; the end of the window if there is none.
template <class Which>
double first(const Travels& t, Which which) {
  const auto found = std::find_if(t.visits.begin(), t.visits.end(), which);
  return found == t.visits.end() ? t.weeks : found->week;
}

/// Visits by host, most first.
std::vector<double> by_host(const Travels& t) {
  std::map<std::uint16_t, double> count;
  for (const Journey& j : t.visits) ++count[j.host.index];
  std::vector<double> counts;
  for (const auto& [host, n] : count) counts.push_back(n);
  std::sort(counts.rbegin(), counts.rend());
  return counts;
}

double share_of_first(const Travels& t, std::size_t most) {
  const std::vector<double> counts = by_host(t);
  double sum = 0;
  for (std::size_t i = 0; i < std::min(most, counts.size()); ++i) sum += counts[i];
  return t.visits.empty() ? none : sum / static_cast<double>(t.visits.size());
}

double distance(const Travels& t, Km km, double q) {
  std::vector<double> far;
  for (const Journey& j : t.visits) far.push_back(km[j.host.index]);
  return quantile(far, q);
}

std::vector<double> gaps(const Travels& t) {
  std::vector<double> all;
  for (std::size_t i = 1; i < t.visits.size(); ++i) all.push_back(t.visits[i].week - t.visits[i - 1].week);
  return all;
}

/// Visits in four weeks: variance over mean.
double dispersion(const Travels& t) {
  std::vector<double> count(static_cast<std::size_t>(t.weeks / 4), 0);
  for (const Journey& j : t.visits)
    if (static_cast<std::size_t>(j.week / 4) < count.size()) ++count[static_cast<std::size_t>(j.week / 4)];
  double mean = 0, squares = 0;
  for (const double n : count) mean += n / static_cast<double>(count.size());
  for (const double n : count) squares += (n - mean) * (n - mean);
  return mean > 0 && count.size() > 1 ? squares / static_cast<double>(count.size() - 1) / mean : none;
}

double attended(const Travels& t, bool member) {
  return share(only(t.occasions, [&](const CalendarOccasion& o) { return o.member == member; }),
               [](const CalendarOccasion& o) { return o.fate == CalendarOccasion::Fate::gone; });
}

double among_not_gone(const Travels& t, CalendarOccasion::Fate fate) {
  return share(
      only(t.occasions, [](const CalendarOccasion& o) { return o.told && o.fate != CalendarOccasion::Fate::gone; }),
      [&](const CalendarOccasion& o) { return o.fate == fate; });
}

std::vector<Journey> bilateral(const Travels& t) {
  return only(t.visits, [](const Journey& j) { return !j.scheduled; });
}

constexpr Regularity all[] = {
    {"visits", "1/yr", "visits made a year",
     [](const Travels& t, Km) { return static_cast<double>(t.visits.size()) / years(t); }},
    {"visits to members", "1/yr", "visits a year to hosts with a duty to arrest",
     [](const Travels& t, Km) { return static_cast<double>(only(t.visits, to_member).size()) / years(t); }},
    {"members among visits", "1", "share of the visits",
     [](const Travels& t, Km) { return share(t.visits, to_member); }},
    {"first visit", "wk", "weeks from the start to the first visit; none: the whole window",
     [](const Travels& t, Km) { return first(t, [](const Journey&) { return true; }); }},
    {"first visit to a member", "wk", "weeks from the start; none: the whole window",
     [](const Travels& t, Km) { return first(t, to_member); }},
    {"hosts visited", "1", "different hosts",
     [](const Travels& t, Km) { return static_cast<double>(by_host(t).size()); }},
    {"first host", "1", "share of the visits that the most visited host takes",
     [](const Travels& t, Km) { return share_of_first(t, 1); }},
    {"first five hosts", "1", "share of the visits that the five most visited take",
     [](const Travels& t, Km) { return share_of_first(t, 5); }},
    {"median distance", "km", "great circle from home, half of the visits within it",
     [](const Travels& t, Km km) { return distance(t, km, 0.5); }},
    {"far distance", "km", "nine visits in ten within it",
     [](const Travels& t, Km km) { return distance(t, km, 0.9); }},
    {"median gap", "wk", "from one visit to the next", [](const Travels& t, Km) { return quantile(gaps(t), 0.5); }},
    {"longest gap", "wk", "from one visit to the next", [](const Travels& t, Km) { return quantile(gaps(t), 1); }},
    {"dispersion", "1", "visits in four weeks: variance over mean", [](const Travels& t, Km) { return dispersion(t); }},
    {"same week", "1", "share of the gaps that are 0: a journey to two hosts",
     [](const Travels& t, Km) { return share(gaps(t), [](double gap) { return gap == 0; }); }},
    {"early half", "1", "share of the visits in the first half of the window",
     [](const Travels& t, Km) { return share(t.visits, [&](const Journey& j) { return 2 * j.week < t.weeks; }); }},
    {"events at members", "1", "share of the calendar's events at members that the leader went to",
     [](const Travels& t, Km) { return attended(t, true); }},
    {"events at non-members", "1", "share of the calendar's events elsewhere that the leader went to",
     [](const Travels& t, Km) { return attended(t, false); }},
    {"kept away", "1", "by the host: share of the calendar's events not gone to (of those somebody told of)",
     [](const Travels& t, Km) { return among_not_gone(t, CalendarOccasion::Fate::kept_away); }},
    {"delegated", "1", "to somebody or to a video link: share of the calendar's events not gone to (as above)",
     [](const Travels& t, Km) { return among_not_gone(t, CalendarOccasion::Fate::delegate); }},
    {"bilateral visits", "1", "share of the visits that no event of the calendar occasioned",
     [](const Travels& t, Km) { return share(t.visits, [](const Journey& j) { return !j.scheduled; }); }},
    {"members among bilateral", "1", "share of the bilateral visits",
     [](const Travels& t, Km) { return share(bilateral(t), to_member); }},
    {"stay", "d", "days a visit, mean",
     [](const Travels& t, Km) {
       double days = 0;
       for (const Journey& j : t.visits) days += j.days;
       return t.visits.empty() ? none : days / static_cast<double>(t.visits.size());
     }},
    {"cut short", "1", "share of the visits to members",
     [](const Travels& t, Km) {
       return share(only(t.visits, to_member), [](const Journey& j) { return j.cut_short; });
     }},
};

}  // namespace

Journey journey(const agents::Decision& visit) {
  return {visit.week_out, visit.host,       visit.days,
          visit.duty,     visit.event >= 0, visit.outcome == agents::Outcome::cut_short};
}

void Travels::sort_visits() {
  std::stable_sort(visits.begin(), visits.end(), [](const Journey& a, const Journey& b) { return a.week < b.week; });
}

std::vector<double> km_from_home(const agents::Leader& leader, std::span<const agents::Host> hosts) {
  std::vector<double> km;
  for (const agents::Host& h : hosts) km.push_back(agents::great_circle_km(leader.lat, leader.lon, h.lat, h.lon));
  return km;
}

std::span<const Regularity> regularities() { return all; }

Placed place(double record, std::span<const double> histories) {
  std::vector<double> x;
  for (const double value : histories)
    if (!std::isnan(value)) x.push_back(value);
  if (x.empty() || std::isnan(record)) return {record, none, none, none, none, none, none};
  const auto n = static_cast<double>(x.size());
  // Figures are ratios of whole numbers: the same ratio, reached in two ways, is one figure.
  const double slack = 1e-9 * std::max(1.0, std::abs(record));
  const auto at_or_below = std::count_if(x.begin(), x.end(), [&](double v) { return v <= record + slack; });
  const auto at_or_above = std::count_if(x.begin(), x.end(), [&](double v) { return v >= record - slack; });
  return {record,
          quantile(x, 0.05),
          quantile(x, 0.5),
          quantile(x, 0.95),
          static_cast<double>(at_or_below) / n,
          static_cast<double>(at_or_above) / n,
          n / static_cast<double>(histories.size())};
}

}  // namespace sim
