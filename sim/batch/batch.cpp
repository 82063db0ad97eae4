#include "sim/batch/batch.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "agents/ngo.hpp"
#include "sim/batch/decided.hpp"
#include "sim/batch/huge_pages.hpp"
#include "sim/batch/rows_by_replicate.hpp"
#include "sim/rng/philox.hpp"

namespace sim {
namespace {

constexpr std::size_t R = block_replicates;

/// Columns that live as long as the stage; their addresses do not move.
class Columns {
 public:
  template <class T>
  const T* keep(std::vector<T> column) {
    auto held = std::make_shared<std::vector<T>>(std::move(column));
    const T* data = held->data();
    held_.push_back(std::move(held));
    return data;
  }

 private:
  std::deque<std::shared_ptr<const void>> held_;
};

}  // namespace

struct BatchStage::Tables {
  StageView view;
  Columns columns;
  std::vector<float> resolve;                          ///< [host][resolve::words], before any government changes
  std::map<std::vector<float>, const float*> flights;  ///< the hours of most periods are the same

  explicit Tables(const agents::Stage& stage)
      : view{.weeks = stage.weeks(),
             .hosts = static_cast<int>(stage.hosts),
             .leaders = static_cast<int>(stage.leaders),
             .ngos = static_cast<int>(stage.ngos),
             .regions = static_cast<int>(stage.regions),
             .k = stage.k,
             .initial_nu = stage.initial_nu,
             .norm_overshoots = stage.norm_overshoots,
             .Lambda = stage.Lambda.data(),
             .leader_address = stage.leader_address.data(),
             .region_place = stage.region_place.data(),
             .B0 = stage.B0.data(),
             .per_B0 = stage.per_B0.data(),
             .y = stage.y.data(),
             .omega = stage.omega.data(),
             .delta = decay(stage.delta),
             .p = decay(stage.p),
             .F = decay(stage.F),
             .K = decay(stage.K),
             .nu = decay(stage.nu),
             .B = decay(stage.B),
             .m = decay(stage.m),
             .share = decay(stage.share),
             .ease = decay(stage.ease),
             .extra_lead_weeks = poisson(stage.extra_lead_weeks),
             .extra_days = poisson(stage.extra_days)} {
    for (std::size_t h = 0; h < stage.hosts; ++h)
      resolve.insert(resolve.end(),
                     {std::bit_cast<float>(stage.host_place[h]), std::bit_cast<float>(std::int32_t{-1}), 0.0f, 0.0f});
    view.reach_words = (view.ngos + 3) / 4 * 4;
    std::vector<float> reach;
    for (Eigen::Index h = 0; h < stage.reach.cols(); ++h)
      for (Eigen::Index n = 0; n < view.reach_words; ++n) reach.push_back(n < view.ngos ? stage.reach(n, h) : 0.0f);
    view.reach = columns.keep(std::move(reach));
    events(stage);
    periods(stage);
    shocks(stage);
  }

  static PoissonView poisson(const agents::PoissonTable& table) {
    return {table.below().data(), static_cast<int>(table.below().size())};
  }

  static DecayView decay(const agents::Decay& d) { return {d.left(), d.grown(), d.fold()}; }

  void events(const agents::Stage& stage) {
    std::vector<EventView> all;
    std::vector<int> first{0}, open, start;
    std::vector<agents::Week> last_week;  // of each place
    for (const agents::Calendar& calendar : stage.calendars) {
      for (const agents::ScheduledTrip& e : calendar.trips) {
        const auto V = static_cast<float>(e.V), Z = agents::salience(V, static_cast<float>(e.participants));
        std::vector<float> record(trip::words);
        record[trip::host] = std::bit_cast<float>(static_cast<std::int32_t>(e.host.index));
        record[trip::address] = std::bit_cast<float>(e.place);
        record[trip::V] = V;
        record[trip::Z] = Z;
        record[trip::lead] = static_cast<float>(e.start - e.opened);
        record[trip::bound] = static_cast<float>(e.bound);
        record[trip::cover] = static_cast<float>(e.cover);
        record[trip::days] = static_cast<float>(e.days);
        // The place of an event that is over by now, or a new one.
        std::size_t place = 0;
        while (place < last_week.size() && last_week[place] >= e.opened) ++place;
        last_week.resize(std::max(last_week.size(), place + 1));
        last_week[place] = e.start;
        all.push_back({e.host.index, e.opened, e.start, static_cast<int>(place), columns.keep(std::move(record))});
      }
      for (agents::Week t = 0; t <= stage.weeks(); ++t) {
        start.push_back(static_cast<int>(open.size()));
        for (int e = first.back(); t < stage.weeks() && e < static_cast<int>(all.size()); ++e) {
          const EventView& event = all[static_cast<std::size_t>(e)];
          if (event.opened <= t && t <= event.start) open.push_back(e);
        }
      }
      first.push_back(static_cast<int>(all.size()));
    }
    view.event_places = static_cast<int>(last_week.size());
    view.places = view.event_places + 2 * view.leaders;
    view.events = columns.keep(std::move(all));
    view.first_event = columns.keep(std::move(first));
    view.open_events = columns.keep(std::move(open));
    view.open_start = columns.keep(std::move(start));
  }

  LeaderView leader(const agents::Stage& stage, const agents::Period& period, const agents::LeaderTerms& of) {
    LeaderView v;
    v.lam = of.lam;
    if (!of.pull->bilateral().empty()) {
      const agents::AliasTables& tables = of.pull->tables;
      using Slot = agents::AliasTable::Slot;
      static_assert(offsetof(Slot, keep) == alias::keep * sizeof(std::int32_t) &&
                    offsetof(Slot, things) == alias::things * sizeof(std::int32_t) &&
                    sizeof(Slot) == alias::words * sizeof(std::int32_t));
      v.bilateral = reinterpret_cast<const std::int32_t*>(tables.slots().data());
      v.second_stop = v.bilateral + alias::words * of.hosts.size();
      v.second_exists = tables.exists().data() + 1;
    }
    std::vector<float> words, hours;
    for (std::size_t h = 0; h < of.hosts.size(); ++h) {
      const agents::HostTerms& host = of.hosts[h];
      const std::int32_t region_row = stage.region_of[h].index * block_replicates;
      words.insert(words.end(), {host.fixed, host.duty, host.alliance, std::bit_cast<float>(region_row),  //
                                 host.route.hours, host.route.exposure, host.route.p_divert,
                                 host.route.exists ? 1.0f : 0.0f,  //
                                 period.suit_rate[h], period.civil_society[h], 0.0f, 0.0f});
      hours.insert(hours.end(), {host.route.hours, host.route.detour_hours});
    }
    v.terms = columns.keep(std::move(words));
    const auto [at, fresh] = flights.try_emplace(hours);
    if (fresh) at->second = columns.keep(std::move(hours));
    v.hours = at->second;
    std::vector<std::int32_t> start{0}, over;
    std::vector<double> hours_over;
    for (const agents::HostTerms& h : of.hosts) {
      for (const agents::Overflown& o : h.route.with_duty) {
        over.push_back(o.host.index);
        hours_over.push_back(o.hours);
      }
      start.push_back(static_cast<std::int32_t>(over.size()));
    }
    v.over_start = columns.keep(std::move(start));
    v.over_host = columns.keep(std::move(over));
    v.over_hours = columns.keep(std::move(hours_over));
    return v;
  }

  /// By host: 1 where its duty or its other motives are not what they were.
  static std::vector<std::int32_t> moved(const agents::Period& before, const agents::Period& now) {
    std::vector<std::int32_t> moved;
    for (std::size_t h = 0; h < now.has_duty.size(); ++h)
      moved.push_back(now.has_duty[h] != before.has_duty[h] ||
                      !std::equal(now.leaders.begin(), now.leaders.end(), before.leaders.begin(),
                                  [h](const auto& a, const auto& b) { return a.hosts[h].fixed == b.hosts[h].fixed; }));
    return moved;
  }

  void periods(const agents::Stage& stage) {
    std::vector<PeriodView> all;
    std::vector<std::int32_t> begins;
    const agents::Period* before = &stage.periods.front();
    for (const agents::Period& p : stage.periods) {
      std::vector<LeaderView> leaders;
      for (const agents::LeaderTerms& terms : p.leaders) leaders.push_back(leader(stage, p, terms));
      std::vector<std::int32_t> duty(p.has_duty.begin(), p.has_duty.end());
      const PeriodView v{columns.keep(std::move(leaders)), columns.keep(std::move(duty)),
                         columns.keep(moved(*before, p)), p.per_host_with_duty};
      before = &p;
      for (agents::Week t = p.when.from; t < p.when.to; ++t) {
        all.push_back(v);
        begins.push_back(t == p.when.from);
      }
    }
    view.period = columns.keep(std::move(all));
    view.new_period = columns.keep(std::move(begins));
  }

  void shocks(const agents::Stage& stage) {
    std::vector<ShockView> all;
    std::vector<int> first{0};
    for (const agents::StockShocks& week : stage.shocks_in) {
      for (const agents::Shock& s : week) {
        const auto target = s.target == agents::ShockTarget::nu      ? ShockView::nu
                            : s.target == agents::ShockTarget::B     ? ShockView::budget
                            : s.target == agents::ShockTarget::delta ? ShockView::delta
                                                                     : ShockView::government;
        const auto op = s.op == agents::ShockOp::set   ? ShockView::set
                        : s.op == agents::ShockOp::add ? ShockView::add
                                                       : ShockView::multiply;
        all.push_back({target, op, static_cast<float>(s.value), s.leader, s.host, s.ngo});
      }
      first.push_back(static_cast<int>(all.size()));
    }
    view.shocks = columns.keep(std::move(all));
    view.first_shock = columns.keep(std::move(first));
  }
};

BatchStage::BatchStage(const agents::Stage& stage) : stage_(stage), tables_(std::make_unique<Tables>(stage)) {}
BatchStage::~BatchStage() = default;
const StageView& BatchStage::view() const { return tables_->view; }

/// The arrays of a block.
struct BatchLife::State {
  BlockView view{};
  HugePages memory;
  RowsByReplicate rows;
  bool sorted = false;

  State(const StageView& s, agents::Manner manner) {
    const auto H = static_cast<std::size_t>(s.hosts), L = static_cast<std::size_t>(s.leaders),
               N = static_cast<std::size_t>(s.ngos), G = static_cast<std::size_t>(s.regions),
               T = static_cast<std::size_t>(s.weeks), places = static_cast<std::size_t>(s.places);
    view.weighed = manner.weighed ? manner.weighed->index : -1;
    const auto most_decisions = R * static_cast<std::size_t>(s.first_event[L] + 2 * s.leaders * s.weeks);
    const std::size_t open = most_open(s);
    view.most_items = static_cast<int>(open * R + (open + L) * std::size_t{spare});
    const auto items = static_cast<std::size_t>(view.most_items);
    lay_out([&](auto&& room) {
      // Begin at 0 in each block (cleared).
      for (float** x : {&view.norm, &view.total_pressure, &view.surplus}) room(*x, R);
      room(view.regional, L * G * R);
      room(view.ease, L * R);
      room(view.gain, N * R);
      room(view.pressured_count, R);
      room(view.made, 1);
      room(view.met, H);
      room(view.free, L);
      for (Set** x : {&view.active, &view.bound, &view.ordered, &view.due, &view.settled, &view.waiting})
        room(*x, places);
      // As they come.
      room(view.state, H * R * static_cast<std::size_t>(state::words(s.leaders)));
      room(view.resolve, H * resolve::words);
      room(view.common, G * R);
      room(view.weight, L * R);
      room(view.trips, (static_cast<std::size_t>(s.event_places) + 2 * L * R) * trip::words);
      room(view.course, places * R * course::words);
      room(view.diverted_to, places * R);
      room(view.pi_diverted, places * R);
      room(view.most_withdrawn, places * R);
      room(view.pressured, H * R);
      room(view.departs, places * R);
      room(view.item_of, places * R);
      room(view.list, items);
      room(view.under_duty, R + std::size_t{spare});
      for (std::int32_t** x : {&view.close, &view.close_word}) room(*x, items);
      room(view.contested, items);
      room(view.contests, open);
      room(view.at_host, items);
      room(view.effort, items);
      room(view.shares, N * items);
      for (float** x : {&view.totals, &view.spent, &view.budgets}) room(*x, N * std::size_t{spare});
      room(view.advocacy, R);
      DecisionColumns& decisions = view.decisions;
      for (std::int32_t** x : {&decisions.where, &decisions.when, &decisions.out}) room(*x, most_decisions + spare);
      for (float** x : {&decisions.V, &decisions.days}) room(*x, most_decisions + spare);
      room(decisions.chances, most_decisions * chances::words);
      room(view.rows, (series::isolation + L + N) * T * R);
      room(view.sums, (series::isolation + L + N) * T * (R / summed_replicates));
      if (!manner.weighed) return;
      room(view.week_weight, T * R);
      room(decisions.weights, 2 * most_decisions);
    });
  }

  /// The largest number of places that can hold a trip in one week.
  static std::size_t most_open(const StageView& s) {
    int most = 0;
    for (int t = 0; t < s.weeks; ++t) {
      int open = 2 * s.leaders;
      for (int l = 0; l < s.leaders; ++l) {
        const int* start = &s.open_start[l * (s.weeks + 1) + t];
        open += start[1] - start[0];
      }
      most = std::max(most, open);
    }
    return static_cast<std::size_t>(most);
  }

  /// Twice through the same list, once to count and once to hand out; every array begins on a cache line.
  template <class F>
  void lay_out(F each) {
    const auto in_lines = []<class T>(T*, std::size_t n) {
      constexpr std::size_t line = 64;
      return (n * sizeof(T) + line - 1) / line * line;
    };
    std::size_t bytes = 0;
    each([&](auto* array, std::size_t n) { bytes += in_lines(array, n); });
    memory = HugePages(bytes);
    std::byte* next = memory.data();
    each([&]<class T>(T*& array, std::size_t n) {
      array = reinterpret_cast<T*>(next);
      next += in_lines(array, n);
    });
  }
  /// What begins at 0.
  std::span<std::byte> cleared() const {
    return {memory.data(), static_cast<std::size_t>(reinterpret_cast<std::byte*>(view.state) - memory.data())};
  }

  /// Once for each block.
  void sort_rows() {
    if (!sorted) rows.sort(view.decisions, *view.made, [](int row) { return row; });
    sorted = true;
  }

  void begin(const BatchStage::Tables& tables) {
    sorted = false;
    const StageView& s = tables.view;
    std::ranges::fill(cleared(), std::byte{0});
    std::fill_n(view.weight, R * static_cast<std::size_t>(s.leaders), 1.0);
    std::fill_n(view.norm, R, s.initial_nu - s.k.nu_bar);
    std::fill_n(view.ease, R * static_cast<std::size_t>(s.leaders), 1.0f - s.k.I0);
    std::fill_n(view.free, s.leaders, view.all);
    std::copy(tables.resolve.begin(), tables.resolve.end(), view.resolve);
  }
};

BatchLife::BatchLife(const BatchStage& stage, const Kernel& kernel, agents::Manner manner)
    : stage_(stage), kernel_(kernel), state_(std::make_unique<State>(stage.view(), manner)) {}
BatchLife::~BatchLife() = default;
const BlockView& BatchLife::block() const { return state_->view; }
const StageView& BatchLife::stage_view() const { return stage_.view(); }

void BatchLife::live(std::uint64_t seed, std::uint32_t first, int count, bool with_weeks) {
  state_->view.all = Set::first(count);
  state_->view.rows_from = with_weeks ? 0 : stage_.view().weeks - 1;
  state_->begin(*stage_.tables_);
  round_keys(seed, state_->view.key);
  state_->view.first_replicate = first;
  kernel_.live(stage_.view(), state_->view);
}

void tell(const StageView& stage, const Decided& told, const double* weights, agents::Decision& d) {
  d.event = static_cast<std::int16_t>(told.event());
  d.host.index = static_cast<std::uint16_t>(told.host());
  d.leader.index = static_cast<std::uint16_t>(told.leader());
  d.second_stop = told.second_stop();
  d.answer = told.answer();
  d.week = static_cast<std::int16_t>(told.week());
  d.outcome = told.outcome();
  d.week_out = static_cast<std::int16_t>(told.week_out());
  d.order = told.order();
  d.duty = told.duty();
  d.reached = told.reached();
  d.V = told.V();
  d.pi_arrest = told.pi_arrest();
  d.p_arrest = told.p_arrest();
  d.hazard = told.hazard();
  d.diverted_to = static_cast<std::int16_t>(told.diverted_to());
  d.days = told.planned_days() * share_stayed(d.outcome);
  const int week = std::min(told.week_out(), stage.weeks - 1);
  const float* hours = stage.period[week].leaders[d.leader.index].hours + flown::words * d.host.index;
  d.hours = hours[flown::hours] * share_arrived(d.outcome);
  d.detour_hours = hours[flown::detour] * share_arrived(d.outcome);
  if (weights) {
    d.weight = weights[0];
    d.weight_out = weights[1];
  }
}

std::span<const std::int32_t> BatchLife::rows(int r) const {
  state_->sort_rows();
  return state_->rows.of(r);
}

agents::Decision BatchLife::decision(int row) const {
  const BlockView& b = state_->view;
  agents::Decision d;
  sim::tell(stage_view(), {b.decisions, row}, b.weighed >= 0 ? b.decisions.weights + 2 * row : nullptr, d);
  return d;
}

void BatchLife::tell(int r, agents::History& history) const {
  const BlockView& b = state_->view;
  const StageView& s = stage_.view();
  const auto T = static_cast<std::size_t>(s.weeks), at = static_cast<std::size_t>(r);
  const float* from = b.rows;
  const auto rows = [&](std::vector<float>& to, int n) {
    to.resize(T * static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < to.size(); ++i, from += R) to[i] = from[at];
  };
  history.decisions.clear();
  for (const int row : this->rows(r)) history.decisions.push_back(decision(row));
  rows(history.nu, 1);
  rows(history.pressure, 1);
  rows(history.isolation, s.leaders);
  rows(history.budget, s.ngos);
  history.weight.assign(T, 1.0);
  if (b.weighed >= 0)
    for (std::size_t t = 0; t < T; ++t) history.weight[t] = b.week_weight[t * R + at];
}

}  // namespace sim
