// A block of replicates, lived side by side: the same week as agents/life.cpp tells for one replicate, phase by phase,
// one file for each, with the oracle's names. Who is concerned by a phase is a Set; the members of the sets of all
// places are listed and served a register at a time, so that hardly a lane waits for a replicate that has nothing to
// do. What a replicate knows of a host, and all about a trip, lies in records that a register loads and turns
// (view.hpp). Results equal the oracle's bit for bit: same operations in the same order for each replicate
// (tests/sim/test_batch.cpp).
#pragma once
#include "agents/court.hpp"
#include "agents/decision.hpp"
#include "agents/host.hpp"
#include "agents/leader.hpp"
#include "agents/luck.hpp"
#include "agents/ngo.hpp"
#include "sim/batch/view.hpp"

// A phase in one piece is faster. With the address sanitizer's checks in it, it would take the compiler a
// quarter of an hour.
#ifdef __SANITIZE_ADDRESS__
#define BLOCK_FLATTEN
#else
#define BLOCK_FLATTEN [[gnu::flatten]]
#endif

namespace sim::batch {

template <class L>
class Block {
 public:
  Block(const StageView& stage, const BlockView& block) : s_(stage), b_(block) {}

  // The week, phase by phase (kernel.hpp).
  void know_regions() const;
  void begin_week(int t) {
    t_ = t;
    period_ = &s_.period[t];
  }
  void begin_period();
  void environment();
  void open_events(int l);
  Set bilateral_ideas(int l);
  void second_stops(int l, const Set& firsts);
  void campaigns();
  void hosts();
  void departures(int l);
  void aftermath();
  void record_week();
  void leave_pending();

 private:
  using Real = typename L::Real;
  using Int = typename L::Int;
  using Mask = typename L::Mask;
  using Words = typename L::Words;
  using Four = typename L::Four;
  static constexpr int R = block_replicates;
  static_assert(L::width <= spare);

  /// Some trips of a leader, a lane each: what a phase works on.
  struct Group {
    int leader;
    Mask here;  ///< lanes in use
    Int trip;   ///< place * R + replicate
    Int r;      ///< replicate (the low bits of `trip`)
    Four what;  ///< host, address, V, Z
    Int host;
    Int state;  ///< index of the host's record
  };
  /// The second four of a trip's record, and 1 under a court order.
  struct Terms {
    Real lead, bound, cover, days, order;
  };
  /// An opportunity put to a group. `law` and `way` are fours of the host's terms.
  struct Offer {
    Four law, way;
    Terms trip;
  };
  /// What is known of a group's hosts: law is fixed, duty, alliance, region_row; the others as in view.hpp, as kept.
  struct Ground {
    Four law, host, tie;
  };

  // environment.hpp
  void fold_stocks();

  // opportunities.hpp
  void open_event(int l, int event);
  void announce(int place, const Set& who, const Set& goes, const Set& under_duty);
  void bind(int place, const Set& who, const Set& under_duty) const;
  struct Opened {
    Mask go, delegate, duty;
    Int row;  ///< of the decision
  };
  Opened open_idea(const Group& g, const Terms& trip, Int sounding, Int answer, bool second_stop);
  BLOCK_FLATTEN Opened open(const Group& g, const Offer& offer, Int sounding, Int answer, int event, bool second_stop);
  Int alias(Int word, const std::int32_t* tables, Int table) const;
  Int poisson(Int word, const PoissonView& table) const;

  // campaigns.hpp
  int list_contests(const Set& several, int lanes, int begin);
  Group contested(const Contest& c, int lane, Mask lanes) const;
  BLOCK_FLATTEN void campaign(const Contest* contests, int n, int lane, Mask lanes);
  void gather_efforts(const Contest* contests, int n, int lane);
  void raise_pressure(const Group& g, Four host, Mask which, Real effort);
  void sue(const Group& g, Real order, Real suit);

  // hosts.hpp, departure.hpp
  void find_due(int l);
  int list_close(int l);
  int list_withdrawn(int l, int n);
  BLOCK_FLATTEN Real p_withdrawn(const Group& g);
  void bound_withdrawal(const Group& g, const Ground& at, const Terms& trip, Mask announced) const;
  void unbound_withdrawals(int host);
  void unbound_withdrawals(Int trip, Mask which) const;
  BLOCK_FLATTEN void withdraw(const Group& g);
  BLOCK_FLATTEN void depart(const Group& g);
  struct Diversion {
    Mask where, taken;
    Real p;  ///< chance of an arrest there
  };
  Diversion divert(const Group& g, Mask diverted, Int row);
  void void_places(int l);

  // aftermath.hpp
  void conclude(const Group& g, Int row, agents::Outcome outcome, std::int32_t week) const;
  void settle(const Group& g, agents::Outcome outcome, Real pi);
  BLOCK_FLATTEN Mask effects(const Group& g, const Set& again);
  BLOCK_FLATTEN void effects_under_duty(const Group& g);
  static Mask ended(Int fate, agents::Outcome o) { return (fate & Int(0xff)) == Int(1 + static_cast<int>(o)); }
  void bound_budgets();
  void bound_norm();
  void learn_from_arrival(const Group& g, Ground& at, Mask which, Real y, Real pi);
  void change_budgets(const Group& g, Mask which, Real per_share, Real per_reach);
  Real nudged(Real norm, Real x) const;

  // What is, now
  Real now(Real kept, const DecayView& decay) const { return kept * Real(decay.left[t_]); }
  Real kept(Real value, const DecayView& decay) const { return value * Real(decay.grown[t_]); }
  const LeaderView& of_leader(int l) const { return period_->leaders[l]; }
  Real norm(Int r) const { return Real(s_.k.nu_bar) + now(L::gather(b_.norm, r), s_.nu); }
  Real isolation(int l, Int r) const { return Real(1.0f) - now(L::gather(&b_.ease[l * R], r), s_.ease); }
  Real budget(int n, Int r) const { return Real(s_.B0[n]) + now(L::gather(&b_.gain[n * R], r), s_.B); }
  Real delta(const Ground& at) const { return now(at.tie[state::delta], s_.delta); }
  /// The change of an alliance, as kept, within its bounds.
  Real bounded_delta(Real kept) const {
    const Real most(0.5f * s_.delta.grown[t_]);
    return min(max(kept, Real(0.0f) - most), most);
  }
  Real alliance(const Ground& at) const { return at.law[terms::alliance] + delta(at); }
  Int region_row(int l, const Group& g, const Ground& at) const {
    return Int(l * s_.regions * R) + bits_of(at.law[terms::region_row]) + g.r;
  }
  Real lesson_of_region(const Group& g, const Ground& at) const {
    return now(L::gather(b_.regional, region_row(g.leader, g, at), g.here, Real(0.0f)), s_.m);
  }
  /// Whose record of the host holds anything yet.
  Mask met(Int host, Int r) const { return in(b_.met, times(host, R) + r); }
  Ground meet(const Group& g, const Four& law) const;
  void meet(int host, int r) const;
  Ground ground(const Group& g, const Four& law) const;
  Ground ground(const Group& g) const { return ground(g, terms_of(g, terms::fixed)); }
  Four terms_of(const Group& g, int first) const {
    return L::load_four(of_leader(g.leader).terms + first, times(g.host, terms::words));
  }
  /// The same four in every lane.
  static Four same(const float* four) { return {{Real(four[0]), Real(four[1]), Real(four[2]), Real(four[3])}}; }
  void know(const Group& g, Ground& at) const;
  /// Of a host that has just been sounded; where sigma_s is infinite a sounding says nothing, so nothing is drawn.
  bool resolve_is_known() const { return s_.k.sig_s <= 0x1.fffffep127f; }
  agents::Belief<Real> belief(const Ground& at) const;
  void believe_from_now(Ground& at, Mask which, agents::Belief<Real> belief) const;
  void keep_tie(const Group& g, const Ground& at, Mask which) const {
    L::store_four(ties_of(g.leader), g.state, at.tie, which);
  }
  void learn_from_refusal(Ground& at, Real region, Mask which, Real y, Real pi) const;
  Real compliance(const Ground& at, Real nu, Real resolve, Real cover) const;
  Real idea_of_compliance(const Ground& at, Real nu, Real region, Real cover) const {
    return compliance(at, nu, belief(at).mean(region), cover);
  }
  Real spread(const Ground& at) const { return sqrt(belief(at).variance(s_.k)); }
  Real pi_arrest(const Ground& at, Real c, Real order) const;
  Real pi_refuse(const Ground& at, Real c, const Terms& trip) const;
  Real p_arrest(const Ground& at, Real c, Real order) const;

  // Places
  int bilateral(int l) const { return s_.event_places + 2 * l; }
  int second_stop(int l) const { return bilateral(l) + 1; }
  template <class F>
  void each_open_place(int l, F f) {  // in the order of the places
    each_open_event(l, [&](int event) { f(s_.events[event].place); });
    f(bilateral(l));
    f(second_stop(l));
  }
  template <class F>
  void each_open_event(int l, F f) {
    const int* start = &s_.open_start[l * (s_.weeks + 1) + t_];
    for (int i = start[0]; i < start[1]; ++i) f(s_.open_events[i]);
  }
  /// Lists the trips of a leader that a set for each place tells; their number.
  template <class Of>
  int list_all(int l, Of of) {
    int n = 0;
    each_open_place(l, [&](int place) { n += list(of(place), place * R, b_.list + n); });
    return n;
  }
  /// Serves them, a register at a time.
  template <class Of, class F>
  void serve_all(int l, Of of, F f) {
    serve(b_.list, list_all(l, of), [&](int, Int trip, Mask here) { f(group(l, trip, here)); });
  }
  /// The same where the trips of one replicate follow each other: lists first each one's first, then its second, ...,
  /// and calls f(their number) each time.
  template <class Of, class Listed, class F>
  void in_turn(int l, Of of, Listed listed, F f) {
    each_open_place(l, [&](int place) { b_.waiting[place] = ~Set{}; });
    for (bool more = true; more;) {
      int n = 0;
      Set seen{}, left{};
      each_open_place(l, [&](int place) {
        const Set wanted = of(place) & b_.waiting[place], turn = wanted & ~seen;
        left |= wanted & seen;
        seen |= turn;
        b_.waiting[place] &= ~turn;
        listed(place, turn);
        n += list(turn, place * R, b_.list + n);
      });
      more = any(left);
      f(n);
    }
  }
  /// Calls f(place in the list, elements, lanes in use) a register at a time. Lanes not in use repeat element 0.
  template <class F>
  void serve(std::int32_t* list, int n, F f) const {
    for (int i = 0; i < L::width; ++i) list[n + i] = list[0];
    for (int i = 0; i < n; i += L::width) f(i, L::load_int(list + i), L::iota() < Int(n - i));
  }
  Group group(int l, Int trip, Mask here) const { return group(l, trip, here, L::load_four(b_.trips, record(trip))); }
  Group group(int l, Int trip, Mask here, const Four& what) const {
    Group g{l, here, trip, trip & Int(R - 1), what, bits_of(what[trip::host]), Int(0)};
    g.state = state_of(g.host, g.r);
    return g;
  }
  /// Where the luck of a place's trips is drawn.
  Int address_of(int l, int place) const {
    if (place < s_.event_places) return bits_of(Real(b_.trips[place * trip::words + trip::address]));
    return Int(static_cast<std::int32_t>(place == bilateral(l) ? agents::bilateral_place : agents::second_stop_place));
  }
  Int state_of(Int host, Int r) const { return times(times(host, R) + r, state::words(s_.leaders)); }
  float* ties_of(int l) const { return b_.state + state::tie + state::words_of_a_tie * l; }
  /// Index of a trip's record: one for all replicates at an event.
  Int record(Int trip) const {
    const int events = s_.event_places;
    const Int other = trip - Int(events * (R - 1)), place = logical_shift_right(trip, __builtin_ctz(R));
    return times(select(trip < Int(events * R), place, other), trip::words);
  }
  Int host_of(Int trip) const { return bits_of(L::gather(b_.trips + trip::host, record(trip))); }
  Terms terms_of_trip(const Group& g) const {
    const Four four = L::load_four(b_.trips + trip::lead, record(g.trip));
    return {four[0], four[1], four[2], four[3], select(in(b_.ordered, g.trip), Real(1.0f), Real(0.0f))};
  }
  /// The word decided::out.
  Int out(const Group& g, Int outcome, Int week, Mask ordered, Mask duty) const {
    const auto flag = [](Mask which, std::int32_t bit) { return select(which, Int(bit), Int(0)); };
    return outcome | flag(ordered, decided::order) | flag(duty, decided::duty) |
           flag(g.trip < Int(s_.event_places * R), decided::of_event) | shift_left(week, decided::week_at) |
           shift_left(g.r, decided::replicate_at);
  }
  Four course_of(const Group& g) const { return L::load_four(b_.course, times(g.trip, course::words)); }
  void keep_course(Int trip, const Four& course, Mask which) const {
    L::store_four(b_.course, times(trip, course::words), course, which);
  }
  /// Whether a replicate r is in the set i, for i * R + r.
  static Mask in(const Set* sets, Int member) {
    const auto* words = reinterpret_cast<const std::int32_t*>(sets);
    const Int word = L::gather_int(words, logical_shift_right(member, 5));
    return !((word & L::single_bit(member & Int(31))) == Int(0));
  }
  Words draw(Int r, int l, Int address, agents::Occasion occasion) const {
    return L::philox(b_.key, Int(static_cast<std::int32_t>(b_.first_replicate)) + r,
                     Int(t_ | static_cast<std::int32_t>(occasion) << 16),
                     Int(static_cast<std::int32_t>(s_.leader_address[l])), address);
  }
  Words draw(const Group& g, agents::Occasion occasion) const {
    return draw(g.r, g.leader, bits_of(g.what[trip::address]), occasion);
  }
  /// Calls f(lane) for the lanes of a mask.
  template <class F>
  static void each_lane(Mask which, F f) {
    for (std::uint32_t left = bits(which); left != 0; left &= left - 1) f(__builtin_ctz(left));
  }
  /// Writes first + r for each member r; their number. Up to a register more is written.
  static int list(const Set& who, std::int32_t first, std::int32_t* to) {
    int n = 0;
    for (int i = 0; i < Set::size; ++i) n += L::list(who.word[i], first + 64 * i, to + n);
    return n;
  }
  /// The members of `who` whose rank in it is in `ranks`.
  static Set of_rank(const Set& ranks, const Set& who) {
    Set out{};
    for (int i = 0, at = 0; i < Set::size; ++i) {
      const int from = at / 64, shift = at % 64;
      std::uint64_t next = ranks.word[from < Set::size ? from : 0] >> shift;
      if (shift > 0 && from + 1 < Set::size) next |= ranks.word[from + 1] << (64 - shift);
      out.word[i] = L::of_rank(next, who.word[i]);
      at += __builtin_popcountll(who.word[i]);
    }
    return out;
  }
  /// Calls f(replicate) for the members of a set.
  template <class F>
  static void each_member(const Set& who, F f) {
    for (int i = 0; i < Set::size; ++i)
      for (std::uint64_t left = who.word[i]; left != 0; left &= left - 1) f(64 * i + __builtin_ctzll(left));
  }
  static Int times(Int x, int n) { return L::multiply_low(x, static_cast<std::uint32_t>(n)); }
  Mask under_any_duty(Int host) const { return set(L::gather_int(period_->has_duty, host)); }
  static Mask set(Int flags) { return Int(0) < flags; }

  const StageView& s_;
  const BlockView& b_;
  std::int32_t t_ = 0;
  const PeriodView* period_ = nullptr;
  Set changed_budgets_{};  ///< this week
};

}  // namespace sim::batch
