#include "scenarios/date.hpp"

#include <cstdio>

namespace scenarios {
namespace {

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

int floor_weeks(int days) { return days >= 0 ? days / 7 : -((-days + 6) / 7); }

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Date(date);
}

std::string to_text(Date date) {
  const std::chrono::year_month_day parts(date);
  char text[24];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(parts.year()),
                static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
  return text;
}

agents::Week first_week_from(Date date, Date start) { return -floor_weeks(-static_cast<int>((date - start).count())); }

agents::Week week_of(Date date, Date start) { return floor_weeks(static_cast<int>((date - start).count())); }

agents::Span weeks_of(const Period& period, Date start) {
  agents::Span span;
  if (period.from) span.from = first_week_from(*period.from, start);
  if (period.to) span.to = first_week_from(*period.to, start);
  return span;
}

}  // namespace scenarios
