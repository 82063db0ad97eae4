#include "sim/run/trip_table.hpp"

#include <algorithm>
#include <span>
#include <type_traits>

#include "sim/batch/decided.hpp"

namespace sim {
namespace {

/// Calls f(column, where its value lies in a decision) for each column but the replicate.
template <class F>
void each_column(F f) {
  using T = TripTable;
  using D = agents::Decision;
  const auto at = [](auto member) {
    return [member](auto& d) -> auto& { return d.*member; };
  };
  f(
      &T::leader, [](auto& d) -> auto& { return d.leader.index; });
  f(
      &T::host, [](auto& d) -> auto& { return d.host.index; });
  f(&T::event, at(&D::event));
  f(&T::week, at(&D::week));
  f(&T::week_out, at(&D::week_out));
  f(&T::diverted_to, at(&D::diverted_to));
  f(&T::V, at(&D::V));
  f(&T::days, at(&D::days));
  f(&T::hours, at(&D::hours));
  f(&T::detour_hours, at(&D::detour_hours));
  f(&T::pi_arrest, at(&D::pi_arrest));
  f(&T::p_arrest, at(&D::p_arrest));
  f(&T::hazard, at(&D::hazard));
  f(&T::weight, at(&D::weight));
  f(&T::weight_out, at(&D::weight_out));
  f(&T::second_stop, at(&D::second_stop));
  f(&T::answer, at(&D::answer));
  f(&T::outcome, at(&D::outcome));
  f(&T::order, at(&D::order));
  f(&T::duty, at(&D::duty));
  f(&T::reached, at(&D::reached));
}

}  // namespace

TripRecord TripTable::operator[](std::size_t row) const {
  TripRecord record{replicate[row], {}};
  each_column([&](auto column, auto in) {
    auto& value = in(record.decision);
    value = static_cast<std::remove_reference_t<decltype(value)>>((this->*column)[row]);
  });
  return record;
}

/// Spelled out: by way of each_column it takes twice the time.
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

void TripTable::reserve(std::size_t rows) {
  replicate.reserve(rows);
  each_column([&](auto column, auto) { (this->*column).reserve(rows); });
}

void TripTable::resize(std::size_t rows) {
  replicate.resize(rows);
  each_column([&](auto column, auto) { (this->*column).resize(rows); });
}

void TripTable::add(const TripRecord& record) {
  resize(rows() + 1);
  put(rows() - 1, record.replicate, record.decision);
}

void TripTable::add(const TripTable& more) {
  const auto append = [&](auto column) {
    auto& to = this->*column;
    to.insert(to.end(), (more.*column).begin(), (more.*column).end());
  };
  append(&TripTable::replicate);
  each_column([&](auto column, auto) { append(column); });
}

void TripTable::add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most) {
  const auto replicates = static_cast<int>(std::clamp<std::int64_t>(most - first, 0, count));
  std::size_t row = rows(), past = row;
  for (int r = 0; r < replicates; ++r) past += lived.rows(r).size();
  if (row == 0) reserve(past);  // mostly there is one block; of several, each reserving its own would copy all before
  // First fetched, then told: fetching waits for memory, and the less there is to do meanwhile, the more is on its way.
  constexpr std::size_t at_a_time = 256;  // stay in a near cache from when they begin until they are written
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
      if (row == rows()) resize(std::min(row + at_a_time, past));
      put(row++, first + r, d);
    }
  }
}

}  // namespace sim
