// Calendar dates and the model's weeks. Week t covers days 7t .. 7t+6 from the start date (agents/ids.hpp).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agents/ids.hpp"

namespace scenarios {

/// A day of the Gregorian calendar.
using Date = std::chrono::sys_days;

/// Reads "2025-10-08"; nothing if the text is not a date of the calendar.
std::optional<Date> parse_date(std::string_view text);
/// Writes "2025-10-08".
std::string to_text(Date date);

/// The first week whose first day is on or after `date`: where something dated begins to hold, or ceases to.
agents::Week first_week_from(Date date, Date start);
/// The week that contains `date`: when an event takes place.
agents::Week week_of(Date date, Date start);

/// Days [from, to); without a bound: always, or still.
struct Period {
  std::optional<Date> from, to;
  bool holds(Date date) const { return (!from || *from <= date) && (!to || date < *to); }
};
/// The weeks t with `period` holding on day 7t.
agents::Span weeks_of(const Period& period, Date start);

}  // namespace scenarios
