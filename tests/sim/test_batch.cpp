// The kernel against the oracle, bit for bit: every kernel this machine can run, on worlds in which everything happens.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sim/batch/huge_pages.hpp"
#include "sim/run/trip_table.hpp"
#include "sim/stats/tally.hpp"
#include "tests/support/same_histories.hpp"
#include "tests/support/worlds.hpp"

namespace {

using agents::Decision;
using support::check_all_kernels;
using support::same;

/// Numbers for worlds, not for results.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : words_(seed) {}
  double between(double low, double high) { return low + (high - low) * (words_() * 0x1p-32); }
  int below(int n) { return static_cast<int>(between(0, n)); }
  bool chance(double p) { return between(0, 1) < p; }

 private:
  sim::Philox words_;
};

/// A small world drawn at random: leaders, hosts, shocks, flights, events and parameters, some at their bounds.
agents::World drawn_world(std::uint64_t seed) {
  Dice dice(seed);
  agents::World w = support::lively_world(static_cast<std::size_t>(2 + dice.below(12)), 8 + dice.below(60));
  const auto H = static_cast<int>(w.hosts.size());
  w.features = {"trade", "hostility"};
  w.parameters.w_hostility = 0.5;
  w.dyads[0] = Eigen::MatrixXd::Zero(H, 2);
  for (int l = dice.below(3); l > 0; --l) support::add_leader(w, "leader " + std::to_string(l));
  for (int h = 0; h < H; ++h) {
    agents::Host& host = w.hosts[static_cast<std::size_t>(h)];
    host.region = "R" + std::to_string(dice.below(3));
    host.lat = dice.between(-60, 60), host.lon = dice.between(-180, 180);
    host.J = dice.between(0, 1), host.Q = dice.below(2), host.C = dice.between(0, 1), host.W = dice.between(0, 1);
    host.mass = dice.between(0, 1);
    if (dice.chance(0.4)) host.membership.clear();
    if (dice.chance(0.2)) host.membership = {{dice.below(w.weeks), agents::no_end}};
    if (dice.chance(0.2)) host.exists.from = dice.below(w.weeks);
  }
  for (std::size_t l = 0; l < w.leaders.size(); ++l) {
    for (int h = 0; h < H; ++h) w.dyads[l](h, 0) = dice.between(0, 1), w.dyads[l](h, 1) = dice.chance(0.1) ? -1 : 0;
    agents::Leader& leader = w.leaders[l];
    leader.issue = dice.chance(0.3) ? dice.below(w.weeks) : 0;
    leader.Pi = dice.between(-1, 1), leader.S = dice.between(0, 1), leader.lam = dice.between(0, 1);
    leader.Lambda = dice.chance(0.3) ? dice.between(0, 20) : dice.chance(0.1) ? support::infinite : 200;
    for (int h = 0; h < H && seed % 2 == 0; ++h) {
      if (dice.chance(0.1)) continue;
      agents::Flight f;
      f.leader = agents::leader_id(l), f.host = agents::host_id(static_cast<std::size_t>(h));
      f.hours = dice.between(0.5, 12);
      for (int o = 0; o < H; ++o)
        if (dice.chance(0.3)) f.over.push_back({agents::host_id(static_cast<std::size_t>(o)), dice.between(0.1, 3)});
      w.flights.push_back(f);
      if (dice.chance(0.5)) {
        f.route = agents::RouteKind::avoid, f.hours += 1;
        f.over.clear();
        w.flights.push_back(f);
      }
    }
  }
  for (agents::Event& e : w.events) {
    e.bound = dice.chance(0.2) ? 0.5 : 0, e.cover = dice.between(0, 1), e.days = 1 + dice.below(4);
    e.lead = 1 + dice.below(12), e.participants = dice.below(60);
    e.leaders.clear();
    for (std::size_t l = 0; l < w.leaders.size(); ++l)
      if (dice.chance(0.8)) e.leaders.push_back(agents::leader_id(l));
    if (dice.chance(0.2)) e.trip = "tour";
  }
  using Target = agents::ShockTarget;
  for (int i = dice.below(8); i > 0; --i) {
    agents::Shock s;
    s.week = dice.below(w.weeks);
    const Target targets[] = {Target::nu, Target::B, Target::delta,   Target::S,
                              Target::Pi, Target::J, Target::feature, Target::government};
    s.target = targets[dice.below(8)];
    s.op = static_cast<agents::ShockOp>(dice.below(3));
    s.value = dice.between(-0.5, 1.5);
    s.leader = dice.below(static_cast<int>(w.leaders.size())), s.host = dice.below(H);
    s.ngo = dice.chance(0.5) ? agents::Shock::all : dice.below(3);
    s.feature = 0;
    w.shocks.push_back(s);
  }
  agents::Parameters& p = w.parameters;
  p.kap_arrest = dice.between(0, 7), p.kap_refuse = dice.between(-1, 6), p.em = dice.chance(0.5) ? 0.05 : 1e-4;
  p.rho_suit = dice.between(0, 3), p.tau = dice.between(0, 1), p.zeta = dice.between(0, 1);
  p.mean_lead = dice.between(1, 8), p.mean_days = dice.between(1, 8), p.H_v = dice.chance(0.2) ? support::infinite : 20;
  if (dice.chance(0.1)) p.sigma_u = 0;
  if (dice.chance(0.1)) p.sig_s = 0;
  if (dice.chance(0.1)) p.sig_s = support::infinite;
  if (dice.chance(0.1)) p.kap_refuse = support::infinite;
  if (dice.chance(0.1)) p.Omega = 0;
  if (dice.chance(0.1)) p.chi_adv = 0.05, p.o_B = 1, p.B_max = 100;
  return w;
}

}  // namespace

TEST_CASE("batch: a lively world is told as the oracle tells it, by every kernel") {
  const agents::Stage stage(support::lively_world(20, 104));
  check_all_kernels(stage, 500);
  check_all_kernels(stage, 200, {.weighed = agents::LeaderId{0}});
}

TEST_CASE("batch: so are three hundred worlds drawn at random, some with weighed arrests") {
  std::size_t arrests = 0, outcomes[9] = {};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const agents::Stage stage(drawn_world(seed));
    check_all_kernels(stage, 70, seed % 5 == 0 ? agents::Manner{agents::LeaderId{0}} : agents::Manner{});
    agents::Life life(stage);
    for (std::uint32_t r = 0; r < 20; ++r) {
      sim::PhiloxLuck luck(2025, r);
      for (const Decision& d : life.live(luck).decisions) {
        ++outcomes[static_cast<int>(d.outcome)];
        arrests += d.outcome == agents::Outcome::arrested && d.hazard != d.p_arrest;  // a diversion played its part
      }
    }
  }
  for (std::size_t o = 0; o < 9; ++o) {  // the worlds are worth the test
    CAPTURE(agents::outcome_names[o]);
    CHECK(outcomes[o] > 20);
  }
  CHECK(arrests > 0);
}

TEST_CASE("batch: what bounds a withdrawal holds whatever happens to the host before the visit") {
  agents::World w = support::lively_world(12, 60);
  w.leaders[0].lam = 1;
  agents::Parameters& p = w.parameters;
  p.mean_lead = 12, p.kap_refuse = 5, p.Omega = 0;  // invitations that stand for long, and may be withdrawn
  p.th_a = 0;                                       // whose chance hardly stays below its bound
  SUBCASE("old pressure") {
    for (agents::Host& h : w.hosts) h.membership = {{0, 20}};
    p.th_p = 10, p.H_p = support::infinite;
  }
  SUBCASE("a new duty") {
    for (agents::Host& h : w.hosts) h.membership = {{20, agents::no_end}};
    p.th_m = p.th_J = p.th_Q = 0;  // which moves the host by the norm alone
  }
  SUBCASE("weights of the wrong sign") {
    for (agents::Host& h : w.hosts) h.membership = {{0, 20}};
    p.th_a = -8, p.th_p = -5;
  }
  SUBCASE("a new government") {
    for (agents::Host& h : w.hosts) h.membership.clear();
    p.sigma_u = 5;
    for (agents::Week t = 10; t < w.weeks; t += 10)
      for (int h = 0; h < 12; ++h) {
        agents::Shock s;
        s.week = t, s.target = agents::ShockTarget::government, s.host = h;
        w.shocks.push_back(s);
      }
  }
  check_all_kernels(agents::Stage(w), 200);
}

TEST_CASE("batch: what a block comes to is what its histories come to one by one") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const agents::Stage stage(drawn_world(seed));
    const agents::Manner manner = seed % 5 == 0 ? agents::Manner{agents::LeaderId{0}} : agents::Manner{};
    const sim::BatchStage batch(stage);
    sim::BatchLife block(batch, sim::best_kernel(), manner);
    constexpr int n = 50;
    block.live(2025, 0, n);
    sim::Tally at_once(stage, manner), one_by_one(stage, manner);
    at_once.add(block, n, true);
    agents::History history;
    for (int r = 0; r < n; ++r) {
      block.tell(r, history);
      one_by_one.add(history);
    }
    for (std::uint16_t l = 0; l < stage.leaders; ++l) {
      const agents::LeaderId leader{l};
      for (std::size_t m = 0; m < sim::measures; ++m) {
        const auto measure = static_cast<sim::Measure>(m);
        CAPTURE(sim::info(measure).name);
        CHECK(at_once.sum(leader, measure) == one_by_one.sum(leader, measure));
        CHECK(at_once.sum_of_squares(leader, measure) == one_by_one.sum_of_squares(leader, measure));
      }
      for (std::size_t c = 0; c < sim::counts; ++c) {
        const auto count = static_cast<sim::Count>(c);
        CAPTURE(c);
        for (std::uint16_t h = 0; h < stage.hosts; ++h)
          CHECK(at_once.at_host(leader, {h}, count) == one_by_one.at_host(leader, {h}, count));
        for (std::size_t e = 0; e < stage.calendars[l].trips.size(); ++e)
          CHECK(at_once.at_event(leader, e, count) == one_by_one.at_event(leader, e, count));
      }
      for (const sim::Measure m : sim::Tally::with_histogram)
        for (std::size_t b = 0; b < sim::Tally::bins; ++b)
          CHECK(at_once.in_bin(leader, m, b) == one_by_one.in_bin(leader, m, b));
      for (std::size_t t = 0; t < at_once.weeks(); ++t)
        CHECK(at_once.weekly_visits_sum(leader, t) == one_by_one.weekly_visits_sum(leader, t));
    }
  }
}

TEST_CASE("batch: sums over replicates are those of each one's weeks, whether these are kept or not") {
  const agents::Stage stage(support::lively_world(10, 52));
  const sim::BatchStage batch(stage);
  constexpr auto R = static_cast<std::size_t>(sim::block_replicates), part = std::size_t{sim::summed_replicates};
  for (const sim::Kernel& kernel : sim::kernels()) {
    if (kernel.isa > sim::best_isa()) continue;
    CAPTURE(sim::name(kernel.isa));
    CAPTURE(kernel.width);
    sim::BatchLife with(batch, kernel), without(batch, kernel);
    for (const std::size_t n : {std::size_t{1}, std::size_t{50}, R - 1, R}) {
      with.live(2025, 3, static_cast<int>(n));
      without.live(2025, 3, static_cast<int>(n), false);
      for (std::size_t row = 0; row < (2 + stage.leaders + stage.ngos) * 52; ++row)
        for (std::size_t p = 0; p < R / part; ++p) {
          double eight[8] = {};
          for (std::size_t r = p * part; r < std::min(n, (p + 1) * part); ++r)
            eight[r % 8] += static_cast<double>(with.block().rows[row * R + r]);
          const double sum =
              ((eight[0] + eight[1]) + (eight[2] + eight[3])) + ((eight[4] + eight[5]) + (eight[6] + eight[7]));
          REQUIRE(with.block().sums[row * (R / part) + p] == sum);
          REQUIRE(without.block().sums[row * (R / part) + p] == sum);
        }
      CHECK(std::equal(&with.block().rows[51 * R], &with.block().rows[51 * R + n], &without.block().rows[51 * R]));
    }
  }
}

TEST_CASE("batch: a block does not remember the one before, nor the replicates that fill it up") {
  const agents::Stage stage(support::lively_world(10, 52));
  const sim::BatchStage batch(stage);
  sim::BatchLife used(batch, sim::best_kernel()), fresh(batch, sim::best_kernel());
  used.live(1, 5000, sim::block_replicates);
  used.live(2025, 7, 1);
  fresh.live(2025, 0, sim::block_replicates);
  agents::History a, b;
  used.tell(0, a);
  fresh.tell(7, b);
  CHECK(same(a, b));
}

TEST_CASE("batch: huge pages begin on a page, are all there, may be moved and serve the next that fits") {
  for (const std::size_t bytes :
       {std::size_t{1}, std::size_t{5000}, sim::HugePages::page, 3 * sim::HugePages::page + 1}) {
    CAPTURE(bytes);
    const std::byte* place = nullptr;
    {
      sim::HugePages first(bytes);
      CHECK(reinterpret_cast<std::uintptr_t>(first.data()) % sim::HugePages::page == 0);
      std::fill_n(first.data(), bytes, std::byte{1});
      sim::HugePages second;
      CHECK(second.data() == nullptr);
      second = std::move(first);
      CHECK(second.data()[bytes - 1] == std::byte{1});
      place = second.data();
    }
    const sim::HugePages third(bytes), fourth(bytes);
    CHECK(third.data() == place);
    CHECK(fourth.data() != place);
  }
}

TEST_CASE("batch: a block asks nothing of what its memory held") {
  const agents::Stage stage(support::lively_world(10, 52));
  const sim::BatchStage batch(stage);
  for (const agents::Manner manner : {agents::Manner{}, agents::Manner{.weighed = agents::LeaderId{0}}})
    for (const int filling : {0xff, 0x7f}) {
      CAPTURE(manner.weighed.has_value());
      CAPTURE(filling);
      const std::byte* place = nullptr;
      {
        constexpr std::size_t plenty = 32 * sim::HugePages::page;
        const sim::HugePages held(plenty);
        std::fill_n(held.data(), plenty, static_cast<std::byte>(filling));
        place = held.data();
      }
      sim::BatchLife block(batch, sim::best_kernel(), manner);
      CHECK(reinterpret_cast<const std::byte*>(block.block().norm) == place);  // the first array of all
      block.live(2025, 0, sim::block_replicates);
      agents::Life life(stage, manner);
      agents::History told;
      for (const int r : {0, 1, 100, sim::block_replicates - 1}) {
        CAPTURE(r);
        sim::PhiloxLuck luck(2025, static_cast<std::uint32_t>(r));
        block.tell(r, told);
        CHECK(same(told, life.live(luck)));
      }
    }
}

TEST_CASE("batch: a table of trips tells a block's decisions replicate by replicate, with their weights") {
  const agents::Stage stage(support::lively_world(10, 52));
  const sim::BatchStage batch(stage);
  for (const agents::Manner manner : {agents::Manner{}, agents::Manner{.weighed = agents::LeaderId{0}}}) {
    CAPTURE(manner.weighed.has_value());
    sim::BatchLife block(batch, sim::best_kernel(), manner);
    sim::TripTable trips;
    for (const std::uint32_t first : {0u, 512u}) {  // 700 wanted of 812
      const int count = first == 0 ? 512 : 300;
      block.live(2025, first, count);
      trips.add(block, first, count, 700);
    }
    agents::Life life(stage, manner);
    std::size_t row = 0;
    for (std::uint32_t r = 0; r < 700; ++r) {
      CAPTURE(r);
      sim::PhiloxLuck luck(2025, r);
      for (const agents::Decision& d : life.live(luck).decisions) {
        REQUIRE(row < trips.rows());
        CHECK(trips[row].replicate == r);
        CHECK(same(trips[row++].decision, d));
      }
    }
    CHECK(row == trips.rows());
  }
}

TEST_CASE("batch: the comparison sees a single other bit") {
  const agents::Stage stage(support::lively_world(10, 52));
  agents::Life life(stage);
  sim::PhiloxLuck luck(2025, 3);
  agents::History a = life.live(luck), b = a;
  REQUIRE(same(a, b));
  b.nu[40] = std::nextafter(b.nu[40], 2.0f);
  CHECK_FALSE(same(a, b));
  b = a;
  b.decisions.back().V = std::nextafter(b.decisions.back().V, 9.0f);
  CHECK_FALSE(same(a, b));
}
