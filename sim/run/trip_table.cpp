#include "sim/run/trip_table.hpp"

#include <algorithm>
#include <span>

#include "sim/batch/decided.hpp"

namespace sim {
namespace {

/// Calls f(member) for each column.
template <class F>
void each_column(F f) {
  using T = TripTable;
  f(&T::replicate);
  for (auto column : {&T::leader, &T::host, &T::event, &T::week, &T::week_out, &T::diverted_to}) f(column);
  for (auto column : {&T::V, &T::days, &T::hours, &T::detour_hours, &T::pi_arrest, &T::p_arrest, &T::hazard}) f(column);
  for (auto column : {&T::weight, &T::weight_out}) f(column);
  for (auto column : {&T::second_stop, &T::answer, &T::outcome, &T::order, &T::duty, &T::reached}) f(column);
}

}  // namespace

TripRecord TripTable::operator[](std::size_t row) const {
  TripRecord record{replicate[row], {}};
  agents::Decision& d = record.decision;
  d.leader.index = static_cast<std::uint16_t>(leader[row]);
  d.host.index = static_cast<std::uint16_t>(host[row]);
  d.event = event[row];
  d.second_stop = second_stop[row];
  d.answer = static_cast<agents::Answer>(answer[row]);
  d.outcome = static_cast<agents::Outcome>(outcome[row]);
  d.week = week[row];
  d.week_out = week_out[row];
  d.order = order[row];
  d.duty = duty[row];
  d.reached = reached[row];
  d.V = V[row];
  d.days = days[row];
  d.hours = hours[row];
  d.detour_hours = detour_hours[row];
  d.pi_arrest = pi_arrest[row];
  d.p_arrest = p_arrest[row];
  d.diverted_to = diverted_to[row];
  d.hazard = hazard[row];
  d.weight = weight[row];
  d.weight_out = weight_out[row];
  return record;
}

void TripTable::put(std::size_t row, std::int64_t of, const agents::Decision& d) {
  replicate[row] = of;
  leader[row] = static_cast<std::int16_t>(d.leader.index);
  host[row] = static_cast<std::int16_t>(d.host.index);
  event[row] = d.event;
  week[row] = d.week;
  week_out[row] = d.week_out;
  diverted_to[row] = d.diverted_to;
  V[row] = d.V;
  days[row] = d.days;
  hours[row] = d.hours;
  detour_hours[row] = d.detour_hours;
  pi_arrest[row] = d.pi_arrest;
  p_arrest[row] = d.p_arrest;
  hazard[row] = d.hazard;
  weight[row] = d.weight;
  weight_out[row] = d.weight_out;
  // Bytes last: for all the compiler knows, writing one moves the columns.
  second_stop[row] = d.second_stop;
  answer[row] = static_cast<std::int8_t>(d.answer);
  outcome[row] = static_cast<std::int8_t>(d.outcome);
  order[row] = d.order;
  duty[row] = d.duty;
  reached[row] = d.reached;
}

void TripTable::resize(std::size_t rows) {
  each_column([&](auto column) { (this->*column).resize(rows); });
}

void TripTable::add(const TripRecord& record) {
  resize(rows() + 1);
  put(rows() - 1, record.replicate, record.decision);
}

void TripTable::add(const TripTable& more) {
  each_column([&](auto column) {
    auto& to = this->*column;
    to.insert(to.end(), (more.*column).begin(), (more.*column).end());
  });
}

void TripTable::add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most) {
  const auto replicates = static_cast<int>(std::clamp<std::int64_t>(most - first, 0, count));
  std::size_t row = rows(), past = row;
  for (int r = 0; r < replicates; ++r) past += lived.rows(r).size();
  resize(past);
  // First fetched, then told: fetching waits for memory, and the less there is to do meanwhile, the more is on its way.
  const BlockView& block = lived.block();
  std::vector<Decided> fetched;
  agents::Decision d;
  for (int r = 0; r < replicates; ++r) {
    const std::span<const std::int32_t> made = lived.rows(r);
    fetched.clear();
    for (const int decision : made) fetched.emplace_back(block.decisions, decision);
    for (std::size_t i = 0; i < made.size(); ++i) {
      const double* weights = block.weighed < 0 ? nullptr : block.decisions.weights + 2 * made[i];
      tell(lived.stage_view(), fetched[i], weights, d);
      put(row++, first + r, d);
    }
  }
}

}  // namespace sim
