#include "sim/batch/batch.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>

#include "agents/ngo.hpp"

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

struct AliasColumns {
  std::vector<std::int32_t> keep, own, other;
  void add(const agents::AliasTable::Slot& slot) {
    const bool whole = slot.keep > 0xffffffffu;
    keep.push_back(static_cast<std::int32_t>(whole ? 0xffffffffu : static_cast<std::uint32_t>(slot.keep)));
    own.push_back(slot.own);
    other.push_back(whole ? slot.own : slot.other);
  }
};

template <class Thing, class F>
auto column(const std::vector<Thing>& things, F of) {
  std::vector<decltype(of(things.front()))> out;
  for (const Thing& thing : things) out.push_back(of(thing));
  return out;
}

std::vector<std::int32_t> as_words(const std::vector<std::uint32_t>& ids) {
  return column(ids, [](std::uint32_t id) { return static_cast<std::int32_t>(id); });
}

}  // namespace

struct BatchStage::Tables {
  StageView view;
  Columns columns;
  std::map<const agents::Pull*, LeaderView> pulls;

  explicit Tables(const agents::Stage& stage)
      : view{.weeks = stage.weeks(),
             .hosts = static_cast<int>(stage.hosts),
             .leaders = static_cast<int>(stage.leaders),
             .ngos = static_cast<int>(stage.ngos),
             .regions = static_cast<int>(stage.regions),
             .k = stage.k,
             .initial_nu = stage.initial_nu,
             .Lambda = stage.Lambda.data(),
             .leader_address = stage.leader_address.data(),
             .B0 = stage.B0.data(),
             .y = stage.y.data(),
             .omega = stage.omega.data(),
             .delta_left = stage.delta_left.by_age().data(),
             .p_left = stage.p_left.by_age().data(),
             .F_left = stage.F_left.by_age().data(),
             .K_left = stage.K_left.by_age().data(),
             .nu_left = stage.nu_left.by_age().data(),
             .B_left = stage.B_left.by_age().data(),
             .m_left = stage.m_left.by_age().data(),
             .share_left = stage.share_left.by_age().data(),
             .ease_left = stage.ease_left.by_age().data(),
             .extra_lead_weeks = poisson(stage.extra_lead_weeks),
             .extra_days = poisson(stage.extra_days)} {
    view.region_of =
        columns.keep(column(stage.region_of, [](agents::RegionId r) { return static_cast<std::int32_t>(r.index); }));
    view.host_place = columns.keep(as_words(stage.host_place));
    view.region_place = columns.keep(as_words(stage.region_place));
    std::vector<float> reach;
    for (Eigen::Index n = 0; n < stage.reach.rows(); ++n)
      for (Eigen::Index h = 0; h < stage.reach.cols(); ++h) reach.push_back(stage.reach(n, h));
    view.reach = columns.keep(std::move(reach));
    events(stage);
    periods(stage);
    shocks(stage);
  }

  static PoissonView poisson(const agents::PoissonTable& table) {
    return {table.below().data(), static_cast<int>(table.below().size())};
  }

  void events(const agents::Stage& stage) {
    std::vector<EventView> all;
    std::vector<int> first{0}, open, start;
    for (const agents::Calendar& calendar : stage.calendars) {
      for (const agents::ScheduledTrip& e : calendar.trips) {
        const auto V = static_cast<float>(e.V);
        all.push_back({e.host.index, e.opened, e.start, e.place, V,
                       agents::salience(V, static_cast<float>(e.participants)), static_cast<float>(e.days),
                       static_cast<float>(e.bound), static_cast<float>(e.cover)});
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
    view.events = columns.keep(std::move(all));
    view.first_event = columns.keep(std::move(first));
    view.open_events = columns.keep(std::move(open));
    view.open_start = columns.keep(std::move(start));
  }

  AliasView keep(AliasColumns a) {
    return {columns.keep(std::move(a.keep)), columns.keep(std::move(a.own)), columns.keep(std::move(a.other))};
  }

  const LeaderView& pull(const std::shared_ptr<const agents::Pull>& of) {
    const auto [at, fresh] = pulls.try_emplace(of.get());
    if (!fresh) return at->second;
    LeaderView& v = at->second;
    if (!of->bilateral.empty()) {
      AliasColumns a;
      for (const auto& slot : of->bilateral.slots()) a.add(slot);
      v.bilateral = keep(std::move(a));
    }
    AliasColumns a;
    std::vector<std::int32_t> exists;
    const std::size_t hosts = of->second_stop.size();
    for (const agents::AliasTable& table : of->second_stop) {
      exists.push_back(table.empty() ? 0 : 1);
      for (std::size_t i = 0; i < hosts; ++i) a.add(table.empty() ? agents::AliasTable::Slot{} : table.slots()[i]);
    }
    v.second_stop = keep(std::move(a));
    v.second_exists = columns.keep(std::move(exists));
    return v;
  }

  LeaderView leader(const agents::LeaderTerms& terms) {
    LeaderView v = pull(terms.pull);
    const auto of = [&](auto get) { return columns.keep(column(terms.hosts, get)); };
    using Terms = agents::HostTerms;
    v.lam = terms.lam;
    v.duty = of([](const Terms& h) { return h.duty; });
    v.fixed = of([](const Terms& h) { return h.fixed; });
    v.alliance = of([](const Terms& h) { return h.alliance; });
    v.hours = of([](const Terms& h) { return h.route.hours; });
    v.detour_hours = of([](const Terms& h) { return h.route.detour_hours; });
    v.exposure = of([](const Terms& h) { return h.route.exposure; });
    v.p_divert = of([](const Terms& h) { return h.route.p_divert; });
    v.route = of([](const Terms& h) { return h.route.exists ? 1.0f : 0.0f; });
    std::vector<std::int32_t> start{0}, over;
    std::vector<double> hours;
    for (const Terms& h : terms.hosts) {
      for (const agents::Overflown& o : h.route.with_duty) {
        over.push_back(o.host.index);
        hours.push_back(o.hours);
      }
      start.push_back(static_cast<std::int32_t>(over.size()));
    }
    v.over_start = columns.keep(std::move(start));
    v.over_host = columns.keep(std::move(over));
    v.over_hours = columns.keep(std::move(hours));
    return v;
  }

  void periods(const agents::Stage& stage) {
    std::vector<PeriodView> all;
    std::vector<std::int32_t> begins;
    for (const agents::Period& p : stage.periods) {
      std::vector<LeaderView> leaders;
      for (const agents::LeaderTerms& terms : p.leaders) leaders.push_back(leader(terms));
      std::vector<float> duty;
      for (const bool d : p.has_duty) duty.push_back(d ? 1.0f : 0.0f);
      const PeriodView v{columns.keep(std::move(leaders)), p.civil_society.data(), p.suit_rate.data(),
                         columns.keep(std::move(duty)), p.hosts_with_duty};
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

/// The arrays of a block: those that begin at 0 in one piece, those that begin at -1 in another, the rest as they come.
struct BatchLife::State {
  struct alignas(sizeof(std::int32_t) * record_words) Record {
    std::int32_t words[record_words];
  };
  // Stocks as (value, since); at the start every value is 0 and every since -1.
  static constexpr Record new_host = {{0, -1, 0, -1, 0, 0, 0, 0}};  ///< pressure, findings, resolve, drawn
  static constexpr Record new_tie = {{0, -1, 0, -1, 0, 0, -1, 0}};  ///< delta, cooldown, m, learned, believed_since

  BlockView view{};
  std::vector<std::int32_t> zero, minus_one, scratch;
  std::vector<Record> records;  ///< of the hosts, then of the ties
  std::vector<double> weight, week_weight;
  std::vector<agents::Decision> decisions;
  std::vector<int> slots;
  std::vector<std::int32_t> changed;

  State(const StageView& s, agents::Manner manner) {
    const auto H = static_cast<std::size_t>(s.hosts), L = static_cast<std::size_t>(s.leaders),
               N = static_cast<std::size_t>(s.ngos), G = static_cast<std::size_t>(s.regions),
               T = static_cast<std::size_t>(s.weeks);
    const std::size_t places = static_cast<std::size_t>(s.first_event[L]) + 2 * L;
    view.weighed = manner.weighed ? manner.weighed->index : -1;
    view.most_decisions = s.first_event[L] + static_cast<int>(2 * L * T);
    lay_out([&](auto&& zeros, auto&& minus_ones, auto&& any) {
      const auto stock = [&](StockView& stock, std::size_t n) {
        zeros(stock.value, n);
        minus_ones(stock.since, n);
      };
      for (StockView* x : {&view.norm, &view.total_pressure, &view.surplus}) stock(*x, 1);
      stock(view.regional, L * G);
      stock(view.ease, L);
      zeros(view.gain, N);
      minus_ones(view.gain_since, 1);
      zeros(view.pressured_count, 1);
      zeros(view.decided, 1);
      for (std::int32_t** x : {&view.active, &view.fate}) zeros(*x, places);
      any(view.free, L);
      any(view.pressured, H);
      for (std::int32_t** x : {&view.order, &view.row, &view.extra, &view.host, &view.departs, &view.diverted_to})
        any(*x, places);
      for (float** x :
           {&view.suit, &view.pi_refuse, &view.pi_look, &view.V, &view.Z, &view.lead, &view.days, &view.pi_diverted})
        any(*x, places);
      any(view.shares, places * N);
      any(view.totals, N);
      any(view.spent, N);
      any(view.effort, places);
      any(view.at_host, places);
      any(view.nu, T);
      any(view.mean_pressure, T);
      any(view.isolation, L * T);
      any(view.budget, N * T);
    });
    weight.resize(L * R);
    week_weight.resize(T * R);
    decisions.resize(R * static_cast<std::size_t>(view.most_decisions));
    slots.resize(3 * places);
    records.resize((1 + L) * H * R);
    const auto field = [&](std::size_t record, int word) { return &records[record].words[word]; };
    const auto real = [&](std::size_t record, int word) { return reinterpret_cast<float*>(field(record, word)); };
    const std::size_t ties = H * R;
    view.pressure = {real(0, 0), field(0, 1)};
    view.findings = {real(0, 2), field(0, 3)};
    view.resolve = real(0, 4);
    view.drawn = field(0, 5);
    view.delta = {real(ties, 0), field(ties, 1)};
    view.cooldown = {real(ties, 2), field(ties, 3)};
    view.m = real(ties, 4);
    view.learned = real(ties, 5);
    view.believed_since = field(ties, 6);
    changed.resize(H);
    view.changed = changed.data();
    view.weight = weight.data();
    view.week_weight = week_weight.data();
    view.decisions = decisions.data();
    view.slot_of = slots.data();
    view.slot_place = view.slot_of + places;
    view.slot_leader = view.slot_place + places;
  }

  /// Twice through the same list: once to count, once to hand out.
  template <class F>
  void lay_out(F each) {
    std::size_t sizes[3] = {};
    const auto counted = [&](int piece) {
      return [&sizes, piece](auto*&, std::size_t rows) { sizes[piece] += rows * R; };
    };
    each(counted(0), counted(1), counted(2));
    std::int32_t* next[3];
    std::vector<std::int32_t>* pieces[] = {&zero, &minus_one, &scratch};
    for (int i = 0; i < 3; ++i) {
      pieces[i]->resize(sizes[i]);
      next[i] = pieces[i]->data();
    }
    const auto handed = [&](int piece) {
      return [&next, piece]<class T>(T*& array, std::size_t rows) {
        static_assert(sizeof(T) == sizeof(std::int32_t));
        array = reinterpret_cast<T*>(next[piece]);
        next[piece] += rows * R;
      };
    };
    each(handed(0), handed(1), handed(2));
  }

  void begin(const StageView& s) {
    std::memset(zero.data(), 0, zero.size() * sizeof zero[0]);
    std::memset(minus_one.data(), -1, minus_one.size() * sizeof minus_one[0]);
    const auto ties = records.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(s.hosts) * R);
    std::fill(records.begin(), ties, new_host);
    std::fill(ties, records.end(), new_tie);
    std::fill(weight.begin(), weight.end(), 1.0);
    std::fill(changed.begin(), changed.end(), -1);
    std::fill_n(view.norm.value, R, s.initial_nu - s.k.nu_bar);
    std::fill_n(view.ease.value, R * static_cast<std::size_t>(s.leaders), 1.0f - s.k.I0);
    std::fill_n(view.free, R * static_cast<std::size_t>(s.leaders), 1);
  }
};

BatchLife::BatchLife(const BatchStage& stage, const Kernel& kernel, agents::Manner manner)
    : stage_(stage), kernel_(kernel), state_(std::make_unique<State>(stage.view(), manner)) {}
BatchLife::~BatchLife() = default;
const BlockView& BatchLife::block() const { return state_->view; }

void BatchLife::live(std::uint64_t seed, std::uint32_t first, int count) {
  state_->begin(stage_.view());
  state_->view.seed = seed;
  state_->view.first_replicate = first;
  state_->view.count = count;
  kernel_.live(stage_.view(), state_->view);
}

void BatchLife::tell(int r, agents::History& history) const {
  const BlockView& b = state_->view;
  const StageView& s = stage_.view();
  const auto T = static_cast<std::size_t>(s.weeks), at = static_cast<std::size_t>(r);
  const auto rows = [&](std::vector<float>& to, const float* from, int n) {
    to.resize(T * static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i * R + at];
  };
  const agents::Decision* mine = b.decisions + at * static_cast<std::size_t>(b.most_decisions);
  history.decisions.assign(mine, mine + b.decided[r]);
  rows(history.nu, b.nu, 1);
  rows(history.pressure, b.mean_pressure, 1);
  rows(history.isolation, b.isolation, s.leaders);
  rows(history.budget, b.budget, s.ngos);
  history.weight.resize(T);
  for (std::size_t t = 0; t < T; ++t) history.weight[t] = b.week_weight[t * R + at];
}

}  // namespace sim
