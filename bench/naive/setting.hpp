// The world of the naive peer, tabulated once: everything that stays the same from one dated change to the next, so
// that a replicate only moves its stocks. Written from the equations (agents/ODD.md, "Derived quantities", "Flight");
// from the program it takes the input (agents/world.hpp), the merged calendar and the output's shape, nothing else.
#pragma once
#include <map>
#include <random>
#include <vector>

#include "agents/calendar.hpp"
#include "agents/world.hpp"

namespace naive {

using agents::Week;

/// An index in proportion to its weight.
class Choice {
 public:
  Choice() = default;
  explicit Choice(const std::vector<double>& weights);
  /// -1 where nothing has any weight.
  int operator()(std::mt19937_64& rng) { return empty_ ? -1 : choose_(rng); }

 private:
  bool empty_ = true;
  std::discrete_distribution<int> choose_;
};

struct Route {
  bool exists = false;
  double hours = 0, detour_hours = 0, exposure = 0, hours_over_duty = 0;
  std::vector<agents::Flight::Over> over;  ///< states with a duty
};

/// What one leader and one host are to each other between two dated changes.
struct Dyad {
  bool duty = false;
  double index = 0;     ///< the compliance index without stocks, resolve and trip
  double alliance = 0;  ///< before deviations
  Route route;
};

struct LeaderView {
  double lam = 0;
  std::vector<Dyad> dyads;         ///< by host
  std::vector<double> pull;        ///< weights of bilateral ideas, by host
  Choice idea;                     ///< from these
  std::map<int, Choice> followed;  ///< first host -> where a second stop is considered; filled when first asked for
};

struct Period {
  std::vector<double> civil_society, suit_rate;  ///< by host
  std::vector<LeaderView> leaders;
};

struct Setting {
  explicit Setting(const agents::World& w);

  Period& period(Week t) { return periods[period_of[static_cast<std::size_t>(t)]]; }
  /// A host for a second stop after the first; -1 if there is none.
  int second_stop(LeaderView& view, int first, std::mt19937_64& rng);

  agents::World world;
  std::size_t regions = 0;
  std::vector<std::size_t> region_of;                   ///< by host
  std::vector<agents::Calendar> calendars;              ///< by leader
  std::vector<std::vector<std::vector<int>>> openings;  ///< [leader][week]: rows of the calendar
  std::vector<Period> periods;
  std::vector<std::size_t> period_of;  ///< by week

 private:
  void tabulate();
  Period tabulate_period(const agents::World& now, Week t) const;
};

double logistic(double x);
/// A dated change of an old value, cut to its range.
double changed(const agents::Shock& shock, double old, double low, double high);

}  // namespace naive
