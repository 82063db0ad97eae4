// Theory 1: where only the cut points are left, every frequency follows from one logit.
#include <doctest/doctest.h>

#include "tests/support/many.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::consistent_with;

namespace {

constexpr double kap_refuse = 0.2, kap_arrest = -0.3;

/// One host with a duty and six events of this lead, each opened after the one before is over.
World only_cut_points(int lead) {
  World w = support::one_host_world(1 + 6 * (lead + 1));
  w.parameters.kap_refuse = kap_refuse;
  w.parameters.kap_arrest = kap_arrest;
  for (int e = 1; e <= 6; ++e) support::add_event(w, 0, e * (lead + 1), lead);
  return w;
}

struct Counts {
  std::uint64_t opened = 0, go = 0, delegate = 0, skip = 0;
  std::uint64_t withdrawn = 0, looks = 0, stays = 0, arrivals = 0, arrests = 0;

  Counts& operator+=(const Counts& c) {
    opened += c.opened, go += c.go, delegate += c.delegate, skip += c.skip;
    withdrawn += c.withdrawn, looks += c.looks, stays += c.stays, arrivals += c.arrivals, arrests += c.arrests;
    return *this;
  }
};

Counts count(const World& world, std::uint64_t seed, std::uint32_t replicates) {
  Counts c;
  support::live_many(Stage(world), seed, replicates, [&](const History& h) {
    for (const Decision& d : h.decisions) {
      ++c.opened;
      c.go += d.answer == Answer::go;
      c.delegate += d.answer == Answer::delegate;
      c.skip += d.answer == Answer::skip;
      c.withdrawn += d.outcome == Outcome::withdrawn;
      c.looks += d.reached;
      c.stays += d.outcome == Outcome::stays_home;
      c.arrivals += is_arrival(d.outcome);
      c.arrests += d.outcome == Outcome::arrested;
    }
  });
  return c;
}

}  // namespace

TEST_CASE("theory 1: refusals over a lead, arrests, answers and second thoughts follow from the logits alone") {
  constexpr double false_alarm = 1e-6;  // of each of the 8 checks; seed 2023
  const auto check = [&](const char* what, std::uint64_t n, std::uint64_t of, double p) {
    CAPTURE(what);
    CHECK(consistent_with(n, of, p, false_alarm));
    CHECK_FALSE(consistent_with(n, of, 1.02 * p, false_alarm));  // 2 % wrong does not pass
    CHECK_FALSE(consistent_with(n, of, 0.98 * p, false_alarm));
  };
  Counts all;
  for (const int lead : {1, 3, 6}) {
    CAPTURE(lead);
    const Counts c = count(only_cut_points(lead), 2023, 180'000);
    check("withdrawn over the whole lead", c.withdrawn, c.go, support::logistic(-kap_refuse));
    all += c;
  }
  CHECK(all.go == all.withdrawn + all.looks);
  check("go", all.go, all.opened, 1.0 / 3);
  check("delegate", all.delegate, all.opened, 1.0 / 3);
  check("skip", all.skip, all.opened, 1.0 / 3);
  check("stays home at the look", all.stays, all.looks, 0.5);
  check("arrested on arrival", all.arrests, all.arrivals, support::logistic(-kap_arrest));
}

TEST_CASE("theory 1: a host without a duty withdraws as often and never arrests") {
  World w = only_cut_points(3);
  w.hosts[0].membership.clear();
  const Counts c = count(w, 2023, 100'000);
  CHECK(c.arrests == 0);
  CHECK(consistent_with(c.withdrawn, c.go, support::logistic(-kap_refuse), 1e-9));
}
