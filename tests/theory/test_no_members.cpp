// Theory 6: where no state is a member the warrant is a piece of paper.
#include <doctest/doctest.h>

#include <tuple>
#include <vector>

#include "tests/support/many.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

World no_members() {
  World w = support::lively_world(6, 60);
  for (std::size_t h = 0; h < w.hosts.size(); ++h) {
    w.hosts[h].membership.clear();
    w.hosts[h].J = 0.2 * static_cast<double>(h % 5);
  }
  w.parameters.Omega = 0;
  w.parameters.kap_refuse = 1e9;
  w.leaders[0].Pi = 0.5;
  w.stances = {{agents::leader_id(0), agents::host_id(1), StanceKind::own, {}, 1}};
  return w;
}

using Answered = std::tuple<int, int, Answer, Outcome>;

std::vector<Answered> answers(const World& w) {
  std::vector<Answered> all;
  support::live_many(Stage(w), 3, 150, [&](const History& h) {  // seed 3
    for (const Decision& d : h.decisions) all.emplace_back(d.week, d.host.index, d.answer, d.outcome);
  });
  return all;
}

bool nobody_bothers(const World& w) {
  for (const auto& [week, host, answer, outcome] : answers(w))
    if (outcome == Outcome::arrested || outcome == Outcome::withdrawn) return false;
  return true;
}

/// Whether no weight of compliance changes a single decision.
bool th_is_idle(const World& w) {
  const std::vector<Answered> base = answers(w);
  for (const Parameter& row : parameter_table()) {
    if (!row.symbol.starts_with("th_")) continue;
    World changed = w;
    changed.parameters.*row.member = 2 * changed.parameters.*row.member + 1;
    if (answers(changed) != base) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("theory 6: without members nobody arrests or withdraws, and no weight of compliance matters") {
  const World w = no_members();  // no false alarms: nothing here is left to chance
  CHECK(answers(w).size() > 1000);
  CHECK(nobody_bothers(w));
  CHECK(th_is_idle(w));

  World duty_ignored = w;  // every host treated as a member
  for (Host& h : duty_ignored.hosts) h.membership = {Span{}};
  CHECK_FALSE(th_is_idle(duty_ignored));
  duty_ignored.parameters.kap_arrest = 3;
  duty_ignored.leaders[0].Lambda = 0;
  CHECK_FALSE(nobody_bothers(duty_ignored));
}
