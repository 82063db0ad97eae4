#include <doctest/doctest.h>

#include "scenarios/date.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

TEST_CASE("date: only days of the calendar are dates") {
  CHECK(to_text(day("2024-02-29")) == "2024-02-29");
  for (const char* wrong :
       {"2025-02-29", "2025-13-01", "2025-00-10", "2025-1-1", "2025/01/01", "2025-01-0x", "+025-01-01", ""})
    CHECK_FALSE(parse_date(wrong));
}

TEST_CASE("date: what is dated holds from the first week whose first day is on or after it") {
  const Date start = day("2023-03-17");
  CHECK(first_week_from(start, start) == 0);
  CHECK(first_week_from(day("2023-03-18"), start) == 1);
  CHECK(first_week_from(day("2023-03-24"), start) == 1);
  CHECK(first_week_from(day("2023-03-16"), start) == 0);
  CHECK(first_week_from(day("2023-03-10"), start) == -1);
  CHECK(first_week_from(day("2023-03-09"), start) == -1);
  CHECK(first_week_from(day("2025-01-20"), start) == 97);
}

TEST_CASE("date: an event takes place in the week that contains it") {
  const Date start = day("2023-03-17");
  CHECK(week_of(start, start) == 0);
  CHECK(week_of(day("2023-03-23"), start) == 0);
  CHECK(week_of(day("2023-03-24"), start) == 1);
  CHECK(week_of(day("2023-03-16"), start) == -1);
  CHECK(week_of(day("2023-08-22"), start) == 22);
}

TEST_CASE("date: a period without bounds becomes a span without bounds") {
  const Date start = day("2009-03-04");
  CHECK(weeks_of({}, start) == agents::Span{});
  const agents::Span span = weeks_of({day("2011-07-09"), std::nullopt}, start);
  CHECK(span == agents::Span{123, agents::no_end});
  CHECK(Period{day("2011-07-09"), day("2011-07-10")}.holds(day("2011-07-09")));
  CHECK_FALSE(Period{day("2011-07-09"), day("2011-07-10")}.holds(day("2011-07-10")));
}
