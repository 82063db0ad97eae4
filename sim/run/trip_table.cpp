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
  // Bytes last: for all the compiler knows, writing one moves the columns.
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

void TripTable::put(std::size_t row, std::int64_t of, const agents::Decision& d) {
  replicate[row] = of;
  each_column([&](auto column, auto in) {
    auto& value = (this->*column)[row];
    value = static_cast<std::remove_reference_t<decltype(value)>>(in(d));
  });
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
