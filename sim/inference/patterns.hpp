// The regularities of a leader's travels under a warrant, as the record shows them and as a history of the model does:
// the same figures of both, so that the record can be placed among the histories (a posterior predictive check; Gelman,
// Meng and Stern 1996). Pure functions; they come after a run and reach no history.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "agents/decision.hpp"
#include "agents/world.hpp"

namespace sim {

/// A visit made.
struct Journey {
  agents::Week week = 0;
  agents::HostId host;
  double days = 1;
  bool member = false;     ///< the host had a duty to arrest
  bool scheduled = false;  ///< an occasion of the calendar
  bool cut_short = false;
};

/// The one that a decision ended in, which must be a visit.
Journey journey(const agents::Decision& visit);

/// What became of an occasion of the calendar.
struct CalendarOccasion {
  enum class Fate { gone, delegate, own_choice, kept_away } fate = Fate::gone;
  bool member = false;
  bool told = true;  ///< somebody recorded it (always so in a history)
};

/// One leader's travels in weeks 0 .. weeks-1.
struct Travels {
  agents::Week weeks = 0;
  std::vector<Journey> visits;  ///< by week
  std::vector<CalendarOccasion> occasions;
  void sort_visits();  ///< those of a week stay in their order
};

/// Great circle from a leader's home to each host.
std::vector<double> km_from_home(const agents::Leader& leader, std::span<const agents::Host> hosts);

struct Regularity {
  std::string_view name, unit, meaning;
  /// NaN where the travels do not say. km: great circle from home, by host.
  double (*of)(const Travels& travels, std::span<const double> km);
};
std::span<const Regularity> regularities();

/// Where a recorded figure stands among those of the histories.
struct Placed {
  double record = 0;
  double low = 0, median = 0, high = 0;  ///< 5, 50 and 95 % of the histories lie at or below
  double below = 0, above = 0;           ///< share of histories at or below the record, at or above
  double defined = 0;                    ///< share of histories that have the figure at all
  double tail() const { return below < above ? below : above; }
  bool inside() const { return tail() >= 0.05; }  ///< the central 90 %
};
/// `histories`: NaN where a history has no such figure; these are left out. All NaN: everything NaN, not inside.
Placed place(double record, std::span<const double> histories);

}  // namespace sim
