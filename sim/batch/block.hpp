// A block of replicates, lived side by side: the same week as agents/life.cpp tells for one replicate, phase by phase,
// one file for each, with the oracle's names. A phase takes the places in their order; for each it lists the replicates
// concerned and serves them a register at a time, so that no lane waits for a replicate that has nothing to do. Results
// equal the oracle's bit for bit: same operations in the same order for each replicate (tests/sim/test_batch.cpp).
#pragma once
#include "agents/court.hpp"
#include "agents/host.hpp"
#include "agents/leader.hpp"
#include "agents/luck.hpp"
#include "agents/ngo.hpp"
#include "sim/batch/view.hpp"

namespace sim::batch {

template <class L>
class Block {
 public:
  Block(const StageView& stage, const BlockView& block) : s_(stage), b_(block) {}
  void live();

 private:
  using Real = typename L::Real;
  using Int = typename L::Int;
  using Mask = typename L::Mask;
  using Words = typename L::Words;
  static constexpr int R = block_replicates;

  /// Some replicates at one place: what a phase works on. Host and trip are theirs, lane by lane.
  struct Group {
    int leader;
    int place;
    Int r;      ///< replicates
    Mask here;  ///< lanes in use
    Int host;
    Int tie;  ///< row of the tie: leader, host, replicate
    Int at;   ///< row of the place: place, replicate
  };
  struct TripTerms {
    Real V, Z, lead, days, bound, cover;
  };

  /// Replicates in a row, to be served a register at a time.
  struct List {
    std::int32_t r[R + 16];
    int size = 0;
    void add(int replicate) { r[size++] = replicate; }
  };

  // The week
  void environment();
  void sum_pressure();
  void opportunities(int l);
  void campaigns();
  void hosts();
  void departures(int l);
  void aftermath();
  void record_week();

  // opportunities.hpp
  void open_event(int l, int row);
  void bilateral_ideas(int l);
  void second_stops(int l, const List& firsts);
  Mask open(const Group& g, const TripTerms& trip, Int departs, const Words& words, int event);
  void plan(const Group& g, Mask which, const TripTerms& trip, Int departs);
  Int alias(Int word, const AliasView& table, Int base, Mask m);
  Int poisson(Int word, const PoissonView& table);

  // campaigns.hpp
  int contest(int l, int place, int slot);
  template <class F>
  void serve_slot(int slot, F f);
  void share_out_effort(int slots);
  void raise_pressure(int slots);
  void advocate(int slots);
  void sue(int slots);

  // hosts.hpp, departure.hpp
  void withdrawals(int l, int place);
  void depart(int l, int place);
  Mask divert(const Group& g, const Words& visit, Mask going, Real p_divert);
  void void_places(int l);

  // aftermath.hpp
  void settle(const Group& g, Mask which, agents::Outcome outcome);
  void effects(int l, int place);
  void bound_budgets();
  void learn_from_refusal(const Group& g, Mask which, Real y, Real pi, float part);
  void learn_from_arrival(const Group& g, Mask which, Real y, Real pi);
  void change_budgets(const Group& g, Mask which, float per_share, Real per_reach);
  void change_norm(Int r, Mask which, Real x);
  void change_delta(const Group& g, Mask which, Real by);

  // What is, now
  Real at(const StockView& stock, Int row, Mask m, const float* left) const {
    const Int since = L::gather_int(stock.since, row, m, Int(t_));
    return L::gather(stock.value, row, m, Real(0.0f)) * L::gather(left, Int(t_) - since);
  }
  void put(const StockView& stock, Int row, Mask m, Real x) const {
    L::scatter(stock.value, row, x, m);
    L::scatter_int(stock.since, row, Int(t_), m);
  }
  Real of_host(const float* by_host, const Group& g) const { return L::gather(by_host, g.host); }
  const LeaderView& terms(int l) const { return period_->leaders[l]; }
  Real norm(Int r, Mask m) const { return Real(s_.k.nu_bar) + at(b_.norm, r, m, s_.nu_left); }
  Real isolation(int l, Int r, Mask m) const { return Real(1.0f) - at(b_.ease, Int(l * R) + r, m, s_.ease_left); }
  Real delta(const Group& g) const { return at(b_.delta, g.tie, g.here, s_.delta_left); }
  Real alliance(const Group& g) const { return of_host(terms(g.leader).alliance, g) + delta(g); }
  Int region_row(int l, const Group& g) const {
    return times(Int(l * s_.regions) + L::gather_int(s_.region_of, g.host), R) + g.r;
  }
  Real lesson_of_region(const Group& g) const { return at(b_.regional, region_row(g.leader, g), g.here, s_.m_left); }
  Real budget(int n, Int r, Mask m, Real left) const {
    return Real(s_.B0[n]) + L::gather(b_.gain, Int(n * R) + r, m, Real(0.0f)) * left;
  }
  Real budget_left(Int r, Mask m) const {
    return L::gather(s_.B_left, Int(t_) - L::gather_int(b_.gain_since, r, m, Int(t_)));
  }
  Real resolve(const Group& g) const;
  agents::Belief<Real> belief(const Group& g) const;
  void believe_from_now(const Group& g, Mask which, agents::Belief<Real> belief) const;
  Real compliance(const Group& g, Real resolve, Real cover) const;
  Real pi_arrest(const Group& g, Real order, Real cover) const;
  Real pi_refuse(const Group& g, Real order, const TripTerms& trip) const;
  Real p_arrest(const Group& g, Real order, Real cover) const;

  // Places
  int bilateral(int l) const { return s_.first_event[s_.leaders] + 2 * l; }
  int second_stop(int l) const { return bilateral(l) + 1; }
  bool is_event(int place) const { return place < s_.first_event[s_.leaders]; }
  std::uint32_t address(int place) const {
    if (is_event(place)) return s_.events[place].place;
    return (place - s_.first_event[s_.leaders]) % 2 == 0 ? agents::bilateral_place : agents::second_stop_place;
  }
  Words draw(const Group& g, agents::Occasion occasion) const {
    return L::philox(b_.seed, Int(static_cast<std::int32_t>(b_.first_replicate)) + g.r,
                     Int(t_ | static_cast<std::int32_t>(occasion) << 16),
                     Int(static_cast<std::int32_t>(s_.leader_address[g.leader])),
                     Int(static_cast<std::int32_t>(address(g.place))));
  }
  template <class F>
  void each_open_place(int l, F f) {  // in the order of the places
    const int* start = &s_.open_start[l * (s_.weeks + 1) + t_];
    for (int i = start[0]; i < start[1]; ++i) f(s_.open_events[i]);
    f(bilateral(l));
    f(second_stop(l));
  }
  /// The replicates r for which `keep(r)` holds.
  template <class F>
  List list(F keep) const {
    List out;
    for (int r = 0; r < b_.count; ++r)
      if (keep(r)) out.add(r);
    return out;
  }
  /// Serves a list a register at a time.
  template <class F>
  void serve(List& list, F f) const {
    const int end = list.size;
    for (int i = 0; i < L::width; ++i) list.r[end + i] = 0;
    for (int i = 0; i < end; i += L::width) f(L::load_int(&list.r[i]), L::iota() < Int(end - i));
  }
  static void add(List& list, Int r, Mask which) {
    std::int32_t rs[L::width];
    L::store_int(rs, r);
    for (std::uint32_t left = bits(which); left != 0; left &= left - 1) list.add(rs[__builtin_ctz(left)]);
  }
  Group group(int l, int place, Int r, Mask here) const {
    Group g{l, place, r, here, Int(0), Int(0), Int(place * R) + r};
    g.host = is_event(place) ? Int(s_.events[place].host) : L::gather_int(b_.host, g.at, here, Int(0));
    g.tie = tie_row(l, g.host, r);
    return g;
  }
  Int tie_row(int l, Int host, Int r) const { return times(times(Int(l * s_.hosts) + host, R) + r, record_words); }
  TripTerms trip(const Group& g) const;
  Real order(const Group& g) const { return to_real(L::gather_int(b_.order, g.at, g.here, Int(0))); }
  Int host_row(const Group& g) const { return times(times(g.host, R) + g.r, record_words); }
  static Int times(Int x, int n) { return L::multiply_low(x, static_cast<std::uint32_t>(n)); }
  static Mask set(Int flags) { return Int(0) < flags; }

  const StageView& s_;
  const BlockView& b_;
  std::int32_t t_ = 0;
  const PeriodView* period_ = nullptr;
};

}  // namespace sim::batch
