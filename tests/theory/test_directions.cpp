// Theory 5: which way each force pushes.
#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include "tests/support/many.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

/// A replicate's own luck, but the leader always answers go and never stays home, and the host withdraws at the first
/// chance or not at all.
class Forced final : public Luck {
 public:
  Forced(std::uint64_t seed, std::uint32_t replicate, bool withdraws) : luck_(seed, replicate), withdraws_(withdraws) {}
  Words draw(const Address& a) override {
    Words w = luck_.draw(a);
    if (a.occasion == Occasion::opening) w[word::answer] = 0;
    if (a.occasion == Occasion::standing) {
      w[word::withdraw] = withdraws_ ? 0 : ~0u;
      w[word::stay_home] = ~0u;
    }
    return w;
  }

 private:
  sim::PhiloxLuck luck_;
  bool withdraws_;
};

/// One event at one of three hosts, no bilateral ideas, no fear of arrest (the answers are forced anyway).
World one_event() {
  World w = support::lively_world(3, 12);
  w.leaders[0].lam = 0;
  w.leaders[0].Lambda = 0;
  w.events.clear();
  support::add_event(w, 0, 6, 4);
  return w;
}

struct Chances {
  float p_refuse, p_arrest;
};
Chances chances(const World& w, std::uint64_t seed, std::uint32_t replicate) {
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  Forced withdrawn(seed, replicate, true), received(seed, replicate, false);
  life.live(withdrawn, &diary);
  Chances c{0, 0};
  for (const Note& n : diary)
    if (n.kind == Note::Kind::withdrawal) c.p_refuse = n.numbers[0];
  const Decision d = life.live(received).decisions.at(0);
  REQUIRE(d.reached);
  c.p_arrest = d.p_arrest;
  return c;
}

/// Whether, replicate by replicate, P_refuse and P_arrest both go up (sign 1) or down (sign -1).
bool moves(int sign, const World& from, const World& to) {
  for (std::uint32_t r = 0; r < 200; ++r) {
    const Chances a = chances(from, 17, r), b = chances(to, 17, r);
    if (!(static_cast<float>(sign) * (b.p_refuse - a.p_refuse) > 0)) return false;
    if (!(static_cast<float>(sign) * (b.p_arrest - a.p_arrest) > 0)) return false;
  }
  return true;
}

World with(World w, const std::function<void(World&)>& change) {
  change(w);
  return w;
}

}  // namespace

TEST_CASE("theory 5: under the same luck an alliance's weight calms a host, courts and civil society rouse it") {
  const World base = one_event();  // seed 17, 200 replicates; no false alarms: every replicate must agree
  const auto weigh_alliance = [](World& w) { w.parameters.th_a *= 1.2; };
  const auto independent_courts = [](World& w) { w.hosts[0].J = 0.8; };
  const auto strong_society = [](World& w) { w.hosts[0].C = 0.8; };
  CHECK(moves(-1, base, with(base, weigh_alliance)));
  CHECK(moves(+1, base, with(base, independent_courts)));
  CHECK(moves(+1, base, with(base, strong_society)));

  SUBCASE("signs flipped") {
    const World a = with(base, [](World& w) { w.parameters.th_a *= -1; });
    CHECK_FALSE(moves(-1, a, with(a, weigh_alliance)));
    const World J = with(base, [](World& w) { w.parameters.th_J *= -1; });
    CHECK_FALSE(moves(+1, J, with(J, independent_courts)));
    const World p = with(base, [](World& w) { w.parameters.th_p *= -1; });
    CHECK_FALSE(moves(+1, p, with(p, strong_society)));
  }
  SUBCASE("duty ignored: nobody is a member, and neither courts nor civil society matter") {
    const World none = with(base, [](World& w) {
      for (Host& h : w.hosts) h.membership.clear();
    });
    CHECK_FALSE(moves(+1, none, with(none, independent_courts)));
    CHECK_FALSE(moves(+1, none, with(none, strong_society)));
  }
}

TEST_CASE("theory 5: Western pressure keeps the leader out of members that depend on the West") {
  // Mean difference of visits under duty, replicate by replicate under the same luck: seed 17, false alarm 1e-5.
  const auto fewer = [](World w) {
    const Stage calm(w);
    w.leaders[0].Pi = 0.5;
    const Stage pressed(w);
    const auto visits = [](const History& h) {
      int n = 0;
      for (const Decision& d : h.decisions) n += is_visit(d.outcome) && d.duty;
      return n;
    };
    std::vector<int> before;
    support::live_many(calm, 17, 1000, [&](const History& h) { before.push_back(visits(h)); });
    support::Sample difference;
    std::size_t r = 0;
    support::live_many(pressed, 17, 1000, [&](const History& h) { difference.add(visits(h) - before[r++]); });
    return difference.z(0) < -4.3;
  };
  const World w = support::lively_world(8, 104);
  CHECK(fewer(w));
  CHECK_FALSE(fewer(with(w, [](World& x) { x.parameters.th_W *= -1; })));  // sign flipped
  CHECK_FALSE(fewer(with(w, [](World& x) {                                 // pull on hosts that do not depend
    for (Host& h : x.hosts) h.W = 0;
  })));
}
