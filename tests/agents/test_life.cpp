// Single histories, one branch at a time: the luck is scripted, the expected numbers are worked out here in double.
#include <doctest/doctest.h>

#include <cmath>

#include "agents/life.hpp"
#include "tests/support/scripted_luck.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::add_event;
using support::d;
using support::middle;
using support::no;
using support::ScriptedLuck;
using support::yes;

namespace {

double chance(double logit) { return support::logistic(logit); }
/// The leader's estimate at mean x and variance v.
double est(double x, double v) { return d(expected_logistic(static_cast<float>(x), static_cast<float>(std::sqrt(v)))); }
doctest::Approx near(double x) { return doctest::Approx(x).epsilon(1e-5); }

/// Always go, never withdrawn, never home, never arrested, no order, no finding, resolve 0 and soundings without noise.
ScriptedLuck smooth() {
  ScriptedLuck luck;
  luck.say(Occasion::opening, {no, middle, middle, yes});
  luck.say(Occasion::idea, {yes, middle, 0, 0});
  luck.say(Occasion::standing, {no, no, no, no});
  luck.say(Occasion::visit, {no, no, no, no});
  luck.say(Occasion::resolve, {middle, middle, middle, middle});
  return luck;
}

/// One event at host 0 in week 6, announced in week 2, with V = 1 and two participants; weights of everybody alike.
World one_event(Week weeks = 12) {
  World w = support::one_host_world(weeks);
  add_event(w, 0, 6, 4);
  return w;
}

const double Z = 1 - std::exp(-0.6);  // salience of V = 1, two participants

/// The one line of this kind in the diary.
Note only(const std::vector<Note>& diary, Note::Kind kind) {
  const Note* found = nullptr;
  for (const Note& n : diary) {
    if (n.kind != kind) continue;
    REQUIRE(found == nullptr);
    found = &n;
  }
  REQUIRE(found != nullptr);
  return *found;
}
int count(const std::vector<Note>& diary, Note::Kind kind) {
  int n = 0;
  for (const Note& x : diary) n += x.kind == kind;
  return n;
}

}  // namespace

TEST_CASE("life: an announced trip that nobody disturbs is a visit") {
  World w = one_event();
  w.parameters.g_visit = 0.05, w.parameters.chi_visit = 0.15, w.parameters.g_tr = 0.5, w.parameters.I0 = 0.4;
  w.events[0].days = 3;
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  REQUIRE(h.decisions.size() == 1);
  const Decision& x = h.decisions[0];
  CHECK(x.answer == Answer::go);
  CHECK(x.outcome == Outcome::visited);
  CHECK(x.week == 2);
  CHECK(x.week_out == 6);
  CHECK(x.event == 0);
  CHECK(x.duty);
  CHECK(x.reached);
  CHECK(x.days == 3);
  CHECK(x.p_arrest == 0.5f);
  CHECK(d(h.nu[5]) == 1);
  CHECK(d(h.nu[6]) == near(1 - 0.15 * Z));
  CHECK(d(h.isolation[5]) == near(0.4));
  CHECK(d(h.isolation[6]) == near(0.4 * 0.5));
  w.events[0].V = 3;  // no visit eases more than one of value 1
  const Stage grand(w);
  Life other(grand);
  CHECK(d(other.live(luck).isolation[6]) == near(0.4 * 0.5));
}

TEST_CASE("life: an answer weighs each thing by its own parameter") {
  World w = one_event();
  Parameters& p = w.parameters;
  p.b_0 = 0.3, p.b_V = 1.1, p.b_al = 0.7, p.b_I = 0.9, p.b_h = 0.05, p.phi = 0.6, p.b_del = 0.2, p.Omega = 1.3;
  p.em = 0.01, p.kap_arrest = 3, p.kap_refuse = 2, p.I0 = 0.4, p.w_trade = 1;
  w.dyads[0](0, 0) = 0.5;
  w.events[0].V = 1.5;
  w.leaders[0].Lambda = 4;
  support::add_leader(w, "other");  // nobody has a duty but towards the first
  w.leaders[1].issue = no_end;
  w.hosts.push_back(w.hosts[0]);
  w.hosts[1].name = "H1";
  for (Eigen::MatrixXd& X : w.dyads) X.conservativeResizeLike(Eigen::MatrixXd::Zero(2, 1));
  w.reach.conservativeResize(0, 2);
  w.flights = {{leader_id(0), host_id(0), {}, RouteKind::direct, 6, {{host_id(1), 2}}}};
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  std::vector<Note> diary;
  life.live(luck, &diary);
  const Note said = only(diary, Note::Kind::answer);
  const double danger = chance(-3) + 0.01 * 2 * chance(-3);
  CHECK(d(said.numbers[0]) ==
        near(1.1 * 1.5 + 0.7 * 0.5 + 0.9 * 0.4 * 1.5 - 0.3 - 0.05 * 6 - 4 * danger - 1.3 * chance(-2)));
  CHECK(d(said.numbers[1]) == near(0.6 * (1.1 * 1.5 + 0.7 * 0.5) - 0.2));
}

TEST_CASE("life: nothing moves the norm or the budgets where the host has no duty, but the alliance grows") {
  World w = one_event();
  w.hosts[0].membership.clear();
  w.parameters.chi_visit = 0.15, w.parameters.zeta = 1, w.parameters.chi_find = 0.05, w.parameters.l_B = 0.05;
  w.parameters.g_tr = 0.5, w.parameters.I0 = 0.4;
  support::add_ngo(w, 1, 0.5, 0.5);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::visit, {yes, yes, yes, yes});
  luck.say(Occasion::standing, {yes, no, no, yes});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  CHECK(h.decisions[0].outcome == Outcome::visited);
  CHECK_FALSE(h.decisions[0].duty);
  CHECK(h.decisions[0].p_arrest == 0);
  CHECK(h.decisions[0].pi_arrest == 0);
  CHECK(h.nu[6] == 1);
  CHECK(h.budget[6] == 1);
  CHECK(d(h.isolation[6]) == near(0.2));
}

TEST_CASE("life: a host may withdraw in the first week, and the leader remembers") {
  World w = one_event(40);
  Parameters& p = w.parameters;
  p.chi_ref = 0.05, p.g_refuse = 0.1, p.g_B = 0.1, p.kap_refuse = 1, p.sigma_u = 1, p.rho = 0.3;
  p.phi = 1, p.b_al = 1;  // U_delegate shows the alliance
  support::add_ngo(w, 1, 0, 0);
  add_event(w, 0, 20, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 2});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  CHECK(h.decisions[0].outcome == Outcome::withdrawn);
  CHECK(h.decisions[0].week_out == 2);
  CHECK_FALSE(h.decisions[0].reached);
  const Note said = only(diary, Note::Kind::withdrawal);
  CHECK(d(said.numbers[0]) == near(chance(-1)));
  CHECK(d(said.numbers[1]) == near(1 - std::pow(1 - chance(-1), 0.25)));
  CHECK(d(h.nu[2]) == near(1 + 0.05 * Z));
  CHECK(d(h.budget[2]) == near(1 + 0.1 * Z / (1 + Z)));  // f = Z / (s_0 + Z)
  // The next event at the same host: the alliance has lost g_refuse V, the leader believes in more resolve.
  std::vector<Note> answers;
  for (const Note& n : diary)
    if (n.kind == Note::Kind::answer) answers.push_back(n);
  REQUIRE(answers.size() == 2);
  CHECK(d(answers[1].numbers[1] - answers[0].numbers[1]) == near(-0.1));
  const double pi = est(-1, 1), v = 1 / (1 + pi * (1 - pi)), mu = 0.7 * v * (1 - pi);
  CHECK(d(answers[0].numbers[5]) == near(pi));
  CHECK(d(answers[1].numbers[5]) == near(est(mu - 1, v)));
}

TEST_CASE("life: an invitation that holds teaches a little, before the look") {
  World w = one_event();
  Parameters& p = w.parameters;
  p.sigma_u = 1, p.rho = 0.3, p.kap_refuse = 0.5, p.kap_arrest = 1;
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  const double pi = est(-0.5, 1), v = 1 / (1 + pi * (1 - pi)), mu = -0.7 * v * pi;
  CHECK(d(h.decisions[0].pi_arrest) == near(est(mu - 1, v)));
  CHECK(d(h.decisions[0].p_arrest) == near(chance(-1)));
}

TEST_CASE("life: the leader may look once more and stay at home") {
  World w = one_event(40);
  Parameters& p = w.parameters;
  p.chi_stay = 0.03, p.g_cancel = 0.05, p.g_B = 0.1, p.phi = 1, p.b_al = 1, p.b_commit = 1;
  support::add_ngo(w, 1, 0, 0);
  add_event(w, 0, 20, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, no, yes, no}, {.week = 6});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  CHECK(h.decisions[0].outcome == Outcome::stays_home);
  CHECK(h.decisions[0].week_out == 6);
  CHECK(h.decisions[0].reached);
  CHECK(h.decisions[0].days == 0);
  CHECK(h.decisions[0].hours == 0);
  CHECK(d(only(diary, Note::Kind::stays_home).numbers[0]) == near(1 - chance(1)));  // a = 0: U = U_delegate = 0
  CHECK(d(h.nu[6]) == near(1 + 0.03 * Z));
  CHECK(d(h.budget[6]) == near(1 + 0.1 * Z / (1 + Z)));
  std::vector<Note> answers;
  for (const Note& n : diary)
    if (n.kind == Note::Kind::answer) answers.push_back(n);
  CHECK(d(answers[1].numbers[1] - answers[0].numbers[1]) == near(-0.05));
}

TEST_CASE("life: skipping a calendar event costs alliance, delegating half of it, a private refusal nothing") {
  World w = one_event(40);
  Parameters& p = w.parameters;
  p.g_skip = 0.02, p.phi = 1, p.b_al = 1;
  w.leaders[0].lam = 1;
  add_event(w, 0, 20, 4);
  for (const bool delegates : {false, true}) {
    CAPTURE(delegates);
    ScriptedLuck luck = smooth();
    luck.say(Occasion::opening, {no, middle, middle, delegates ? middle : no});
    luck.say(Occasion::opening, {yes, middle, middle, no}, {.place = bilateral_place});  // ideas, all skipped
    const Stage stage(w);
    Life life(stage);
    std::vector<Note> diary;
    const History& h = life.live(luck, &diary);
    CHECK(h.decisions.front().event == -1);
    std::vector<Note> answers;
    for (const Note& n : diary)
      if (n.kind == Note::Kind::answer && n.event >= 0) answers.push_back(n);
    REQUIRE(answers.size() == 2);
    CHECK(d(answers[1].numbers[1] - answers[0].numbers[1]) == near(delegates ? -0.01 : -0.02));
    CHECK(count(diary, Note::Kind::withdrawal) == 0);
  }
}

TEST_CASE("life: an order before departure, then the visit is cut short") {
  World w = one_event();
  Parameters& p = w.parameters;
  p.rho_suit = 0.4, p.xi = 0.7, p.th_o = 1.5, p.th_or = 0.5, p.kap_arrest = 2, p.kap_refuse = 1;
  p.g_tr = 0.5, p.chi_visit = 0.15, p.I0 = 0.4;
  w.hosts[0].J = 0.5, w.hosts[0].Q = 1;
  w.events[0].days = 4;
  support::add_ngo(w, 2, 0.25, 0);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {yes, no, no, no}, {.week = 4});
  luck.say(Occasion::visit, {no, yes, no, no});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  const Decision& x = h.decisions[0];
  CHECK(x.outcome == Outcome::cut_short);
  CHECK(x.order);
  CHECK(x.days == 2);
  const Note order = only(diary, Note::Kind::order);
  CHECK(order.week == 4);
  const double f = Z / (1 + Z);
  CHECK(d(order.numbers[0]) == near(1 - std::exp(-0.4 * 0.5 * (1 + 1) / 2 * f * 2 * 0.25)));
  CHECK(d(x.p_arrest) == near(chance(1.5 - 2)));
  CHECK(d(x.pi_arrest) == near(chance(1.5 - 2)));           // the order is public
  CHECK(d(h.isolation[6]) == near(0.4 * (1 - 0.5 * 0.5)));  // V' = V/2
  CHECK(d(h.nu[6]) == near(1 - 0.15 * Z));                  // the salience of the whole
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 5});
  diary.clear();
  life.live(luck, &diary);
  CHECK(d(only(diary, Note::Kind::withdrawal).numbers[0]) == near(chance(0.5 - 1)));
}

TEST_CASE("life: an order during the stay cuts it short too, and is not on the trip's record") {
  World w = one_event();
  w.parameters.rho_suit = 0.4, w.parameters.xi = 0.7, w.parameters.kap_arrest = 2;
  w.hosts[0].J = 0.5;
  support::add_ngo(w, 2, 0.25, 0);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::visit, {yes, yes, no, no});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  CHECK(h.decisions[0].outcome == Outcome::cut_short);
  CHECK_FALSE(h.decisions[0].order);
  World without = w;
  without.hosts[0].membership.clear();  // no duty, no order
  const Stage calm(without);
  Life other(calm);
  CHECK(other.live(luck).decisions[0].outcome == Outcome::visited);
}

TEST_CASE("life: the longer the stay, the likelier an order comes during it") {
  World w = one_event();
  w.parameters.rho_suit = 0.4, w.parameters.xi = 0.7;
  w.hosts[0].J = 0.5;
  w.events[0].days = 3;
  support::add_ngo(w, 2, 0.25, 0);
  const Stage stage(w);
  Life life(stage);
  const double p_late = 1 - std::exp(-0.4 * 0.5 / 2 * Z / (1 + Z) * 2 * 0.25 * 3 / 7);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::visit, {support::at_share(0.999 * p_late), yes, no, no});
  CHECK(life.live(luck).decisions[0].outcome == Outcome::cut_short);
  luck.say(Occasion::visit, {support::at_share(1.001 * p_late), yes, no, no});
  CHECK(life.live(luck).decisions[0].outcome == Outcome::visited);
}

TEST_CASE("life: in the week of departure no invitation is withdrawn any more") {
  const World w = one_event();
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 6});
  CHECK(life.live(luck).decisions[0].outcome == Outcome::visited);
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 5});
  CHECK(life.live(luck).decisions[0].outcome == Outcome::withdrawn);
}

TEST_CASE("life: after a withdrawn invitation ideas rest, half as much as after a visit") {
  World w = support::exchangeable_hosts(1, 3);
  w.parameters.al_k = 2, w.parameters.H_k = 2;
  w.leaders[0].lam = 0.5;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.place = bilateral_place});
  luck.say(Occasion::idea, {no, middle, 0, 0});
  luck.say(Occasion::idea, {yes, middle, 0, 0}, {.week = 0});
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 0});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  life.live(luck, &diary);
  REQUIRE(diary.back().kind == Note::Kind::not_pursued);
  CHECK(d(diary.back().numbers[0]) == near(chance(-2 * 0.5 * 0.5)));  // two weeks after

  World twice = support::exchangeable_hosts(1, 5);
  twice.parameters = w.parameters;
  twice.parameters.H_k = 4;
  twice.leaders[0].lam = 0.5;
  luck.say(Occasion::idea, {yes, middle, 0, 0}, {.week = 2});
  luck.say(Occasion::standing, {no, no, no, no}, {.week = 0});
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 2});
  const Stage later(twice);
  Life again(later);
  again.live(luck, &diary);
  REQUIRE(diary.back().week ==
          4);  // a visit in week 1 tells more than the refusal of week 2: 2^(-3/4) against 2^(-3/2)
  CHECK(d(diary.back().numbers[0]) == near(chance(-2 * std::exp2(-0.75))));
}

TEST_CASE("life: an idea has a lead, days and two participants") {
  World w = support::exchangeable_hosts(1, 8);
  Parameters& p = w.parameters;
  p.mean_lead = 3, p.mean_days = 2, p.kap_refuse = 1, p.chi_visit = 0.15;
  w.leaders[0].lam = 0.5;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.week = 1, .place = bilateral_place});
  luck.say(Occasion::idea, {yes, middle, middle, middle});  // medians: 1 + Poisson(2) weeks, 1 + Poisson(1) days
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  REQUIRE(h.decisions.size() == 1);
  CHECK(h.decisions[0].week_out == 1 + 3);
  CHECK(h.decisions[0].days == 2);
  CHECK(d(h.nu[4]) == near(1 - 0.15 * Z));
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 2});
  std::vector<Note> diary;
  life.live(luck, &diary);
  CHECK(d(only(diary, Note::Kind::withdrawal).numbers[1]) == near(1 - std::cbrt(1 - chance(-1))));
}

TEST_CASE("life: stocks that fade fast are what they are over a long horizon") {
  World w = support::exchangeable_hosts(1, 64);
  Parameters& p = w.parameters;  // a reference week moves on in week 30 and in week 60
  p.sigma_u = 1, p.kap_arrest = 1, p.kap_refuse = support::infinite;
  p.al_I = 1, p.al_k = 2, p.H_k = 0.5, p.H_v = 1, p.g_I = 0.75, p.g_tr = 0.5;
  w.leaders[0].lam = 0.5;
  add_event(w, 0, 29, 2);
  add_event(w, 0, 31, 1);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.place = bilateral_place});
  luck.say(Occasion::idea, {no, middle, 0, 0});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  const double pi = est(-1, 1), v = 1 / (1 + pi * (1 - pi)), step = -v * pi;
  CHECK(d(h.decisions[1].pi_arrest) == near(est(step / 4 - 1, 1 - (1 - v) / 16)));  // two weeks after
  double I = 0, K = 0;
  std::size_t n = 0;
  for (const Note& note : diary) {
    if (note.kind != Note::Kind::not_pursued) continue;
    CAPTURE(note.week);
    I += 0.75 * (1 - I), K /= 4;  // an idea comes each week
    CHECK(d(note.numbers[0]) == near(chance(I - 2 * K)));
    if (note.week == 29 || note.week == 31) I *= 0.5, K = 1;  // visits
    CHECK(d(h.isolation[n++]) == near(I));
  }
  CHECK(n == 64);
}

TEST_CASE("life: an order lapses with its trip") {
  World w = one_event(40);
  w.parameters.rho_suit = 1;
  w.hosts[0].J = 1;
  support::add_ngo(w, 2, 0.5, 0);
  add_event(w, 0, 20, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {yes, no, no, no}, {.week = 2});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  CHECK(h.decisions[0].order);
  CHECK_FALSE(h.decisions[1].order);
}

TEST_CASE("life: a finding weighs on the next visit and fades") {
  World w = one_event(40);
  Parameters& p = w.parameters;
  p.zeta = 0.5, p.chi_visit = 0.15, p.chi_find = 0.05, p.th_F = 0.3, p.H_F = 10, p.kap_arrest = 1;
  add_event(w, 0, 16, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::visit, {no, no, yes, no}, {.week = 6});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  const double after_visit = 1 - 0.15 * Z;
  CHECK(d(h.nu[6]) == near(after_visit + 0.05 * (2 - after_visit)));  // the outcome's change, then the finding's
  CHECK(d(h.decisions[1].p_arrest) == near(chance(0.3 * 0.5 - 1)));
}

TEST_CASE("life: an arrest ends the itinerary, voids what was announced and lifts the norm") {
  World w = one_event(30);
  w.parameters.chi_arr = 0.5, w.parameters.g_B = 0.1;
  support::add_ngo(w, 1, 0, 0);
  add_event(w, 0, 7, 4);
  add_event(w, 0, 25, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, no, no, yes}, {.week = 6});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  REQUIRE(h.decisions.size() == 2);  // the third event is never answered
  CHECK(h.decisions[0].outcome == Outcome::arrested);
  CHECK(h.decisions[0].days == 0);
  CHECK(h.decisions[1].outcome == Outcome::void_);
  CHECK(h.decisions[1].week_out == 6);
  CHECK_FALSE(h.decisions[1].reached);
  CHECK(d(h.nu[6]) == near(1.5));
  CHECK(d(h.budget[6]) == near(1 + 0.1 * Z / (1 + 2 * Z)));  // two trips share the campaign
}

TEST_CASE("life: two trips of one week are flown in the order of the places; an arrest on the first voids the second") {
  World w = one_event(30);
  support::add_event(w, 0, 6, 1);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, no, no, yes}, {.week = 6});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  CHECK(h.decisions[0].outcome == Outcome::arrested);
  CHECK(h.decisions[1].outcome == Outcome::void_);
}

TEST_CASE("life: trips due after the horizon are pending") {
  World w = one_event(6);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  CHECK(h.decisions[0].outcome == Outcome::pending);
  CHECK(h.decisions[0].week_out == 6);
  CHECK_FALSE(h.decisions[0].reached);
}

TEST_CASE("life: a diversion may end in the hands of a state on the way") {
  World w = support::exchangeable_hosts(3, 12);
  w.parameters.em = 0.1, w.parameters.kap_arrest = 1, w.parameters.th_J = 1, w.parameters.chi_arr = 0.5;
  w.hosts[2].J = 0.7;
  add_event(w, 0, 6, 4);
  w.flights = {{leader_id(0), host_id(0), {}, RouteKind::direct, 5, {{host_id(1), 1}, {host_id(2), 3}}}};
  const Stage stage(w);
  Life life(stage);
  for (const bool arrested : {true, false}) {
    CAPTURE(arrested);
    ScriptedLuck luck = smooth();
    luck.say(Occasion::visit, {no, no, no, yes});
    luck.say(Occasion::diversion, {support::at_share(0.3), arrested ? yes : no, 0, 0});  // hours 1.2 of 4: host 2
    std::vector<Note> diary;
    const History& h = life.live(luck, &diary);
    const Decision& x = h.decisions[0];
    const Note n = only(diary, Note::Kind::diversion);
    CHECK(n.host == host_id(2));
    CHECK(x.diverted_to == 2);
    CHECK(d(n.numbers[0]) == near(1 - std::exp(-0.4)));
    CHECK(d(n.numbers[1]) == near(chance(0.7 - 1)));
    CHECK(x.outcome == (arrested ? Outcome::arrested : Outcome::visited));
    CHECK(d(x.p_arrest) == near(chance(-1)));  // of the destination
    CHECK(x.hours == 5);
    CHECK(d(h.nu[6]) == near(arrested ? 1.5 : 1));
    // The chance of arrest on this trip, given where it was diverted to, whatever was drawn there.
    CHECK(d(x.hazard) == near(1 - (1 - chance(0.7 - 1)) * (1 - chance(-1))));
  }
}

TEST_CASE("life: an order and a cover are the destination's, not those of where a flight is diverted to") {
  World w = support::exchangeable_hosts(2, 12);
  Parameters& p = w.parameters;
  p.em = 0.1, p.kap_arrest = 1, p.kap_refuse = support::infinite, p.rho_suit = 1, p.th_o = 1.5, p.th_c = 2.5;
  w.hosts[0].J = 1;
  add_event(w, 0, 6, 4).cover = 0.2;
  support::add_ngo(w, 2, 0.5, 0);
  w.flights = {{leader_id(0), host_id(0), {}, RouteKind::direct, 5, {{host_id(1), 1}}}};
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {yes, no, no, no});
  luck.say(Occasion::visit, {no, no, no, yes});
  luck.say(Occasion::diversion, {0, no, 0, 0});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const Decision& x = life.live(luck, &diary).decisions[0];
  CHECK(x.order);
  CHECK(d(x.p_arrest) == near(chance(1.5 - 0.5 - 1)));
  CHECK(d(only(diary, Note::Kind::diversion).numbers[1]) == near(chance(-1)));
}

TEST_CASE("life: a diversion without an arrest teaches about where it led") {
  World w = support::exchangeable_hosts(2, 20);
  Parameters& p = w.parameters;
  p.em = 0.1, p.kap_arrest = 1, p.kap_refuse = support::infinite, p.sigma_u = 1;
  add_event(w, 0, 5, 2);
  add_event(w, 1, 10, 2);
  w.flights = {{leader_id(0), host_id(0), {}, RouteKind::direct, 5, {{host_id(1), 3}}},
               {leader_id(0), host_id(1), {}, RouteKind::direct, 5, {}}};
  ScriptedLuck luck = smooth();
  luck.say(Occasion::visit, {no, no, no, yes}, {.week = 5});
  luck.say(Occasion::diversion, {0, no, 0, 0});
  const Stage stage(w);
  Life life(stage);
  const double pi = est(-1, 1), v = 1 / (1 + pi * (1 - pi));
  CHECK(d(life.live(luck).decisions[1].pi_arrest) == near(est(-v * pi - 1, v)));
}

TEST_CASE("life: outcomes of one week take effect in the order of the places") {
  World w = one_event();
  w.parameters.chi_visit = 0.15, w.parameters.chi_stay = 0.3;
  add_event(w, 0, 6, 4);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, no, yes, no}, {.week = 6, .place = make_calendar(w, leader_id(0)).trips[1].place});
  const Stage stage(w);
  Life life(stage);
  const double visited = 1 - 0.15 * Z;
  CHECK(d(life.live(luck).nu[6]) == near(visited + 0.3 * Z * (2 - visited)));
}

TEST_CASE("life: NGOs judge what can be won without knowing the host's resolve") {
  World w = one_event();
  w.parameters.sigma_u = 2, w.parameters.kap_refuse = 1;
  w.hosts[0].C = 1;
  support::add_ngo(w, 2, 0, 1);
  ScriptedLuck luck = smooth();
  luck.say(Occasion::resolve, {support::at_share(0.9), support::at_share(0.9), 0, 0});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  life.live(luck, &diary);
  const double q = chance(-1), score = Z * 4 * q * (1 - q);
  for (const Note& n : diary)
    if (n.kind == Note::Kind::campaign) CHECK(d(n.numbers[0]) == near(2 * score / (1 + score)));
  CHECK(count(diary, Note::Kind::campaign) == 5);
}

TEST_CASE("life: a second stop stands as a trip of its own, flown after the first") {
  World w = support::exchangeable_hosts(3, 12);
  w.parameters.tau = 0.3, w.parameters.sig_V = 0.5;
  w.leaders[0].lam = 0.5;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.week = 3, .place = bilateral_place});
  luck.say(Occasion::opening, {yes, no, middle, yes}, {.week = 3, .place = second_stop_place});
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 3, .place = bilateral_place});  // the first is withdrawn
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  REQUIRE(h.decisions.size() == 2);
  const Decision &first = h.decisions[0], &second = h.decisions[1];
  CHECK(first.outcome == Outcome::withdrawn);
  CHECK_FALSE(first.second_stop);
  CHECK(second.second_stop);
  CHECK(second.event == -1);
  CHECK(second.week == 3);
  CHECK(second.host != first.host);
  CHECK(second.outcome == Outcome::visited);
  CHECK(second.week_out == 4);  // the first's lead
  CHECK(second.V == 1);

  luck.say(Occasion::opening, {no, no, middle, yes}, {.week = 3, .place = second_stop_place});  // not considered
  CHECK(life.live(luck).decisions.size() == 1);
  luck.say(Occasion::opening, {yes, no, middle, yes}, {.week = 3, .place = second_stop_place});
  luck.say(Occasion::opening, {yes, 0, middle, no}, {.week = 3, .place = bilateral_place});  // the first is skipped
  CHECK(life.live(luck).decisions.size() == 1);
}

TEST_CASE("life: a bilateral place is filled again from the week after it was freed") {
  World w = support::exchangeable_hosts(2, 10);
  w.leaders[0].lam = 0.5;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.place = bilateral_place});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  std::vector<int> answered;
  for (const Decision& x : h.decisions) answered.push_back(x.week);
  CHECK(answered == std::vector<int>{0, 2, 4, 6, 8});  // lead 1: flown in the week after
}

TEST_CASE("life: isolation, old quarrels and a recent visit decide whether an idea is pursued") {
  World w = support::exchangeable_hosts(1, 10);
  Parameters& p = w.parameters;
  p.al_0 = 0.2, p.al_I = 1.5, p.al_k = 2, p.al_delta = 3, p.g_visit = 0.1, p.H_k = 2, p.I0 = 0.3;
  w.leaders[0].lam = 0.5;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::opening, {yes, 0, middle, yes}, {.place = bilateral_place});
  luck.say(Occasion::idea, {no, middle, 0, 0});
  luck.say(Occasion::idea, {yes, middle, 0, 0}, {.week = 0});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  CHECK(h.decisions.size() == 1);  // ideas not pursued are not recorded
  std::vector<float> p_pursue;
  for (const Note& n : diary)
    if (n.kind == Note::Kind::not_pursued) p_pursue.push_back(n.numbers[0]);
  REQUIRE(p_pursue.size() == 8);  // weeks 2 to 9, the visit in week 1: K = 2^(-1/2) in week 2
  CHECK(d(p_pursue[0]) == near(chance(0.2 + 3 * 0.1 + 1.5 * 0.3 - 2 * std::sqrt(0.5))));
  CHECK(d(p_pursue[1]) == near(chance(0.2 + 3 * 0.1 + 1.5 * 0.3 - 2 * 0.5)));
}

TEST_CASE("life: a precedent teaches the region, and the other leader by half") {
  World w = support::exchangeable_hosts(3, 30);
  Parameters& p = w.parameters;
  p.sigma_u = 1, p.rho = 0.4, p.eps_peer = 0.5, p.kap_arrest = 1, p.kap_refuse = support::infinite;
  w.hosts[2].region = "elsewhere";
  support::add_leader(w, "other");
  const auto invite = [&](std::size_t host, Week start, std::size_t leader) {
    add_event(w, host, start, 2).leaders = {leader_id(leader)};
  };
  invite(0, 5, 0);   // the precedent: no arrest
  invite(1, 10, 0);  // the same leader, another host of the region
  invite(1, 11, 1);  // the other leader there
  invite(2, 12, 0);  // and in another region
  invite(0, 13, 0);  // and the same host again
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  const double pi = est(-1, 1), v = 1 / (1 + pi * (1 - pi)), step = v * (0 - pi), M = 0.4 * step;
  CHECK(d(h.decisions[0].pi_arrest) == near(pi));
  CHECK(d(h.decisions[1].pi_arrest) == near(est(M - 1, 1)));  // mu = 0 + 1 M

  CHECK(d(h.decisions[3].pi_arrest) == near(est(-1, 1)));
  // The same host again: mu_old + step, and what leader 0 and leader 1 taught about the region since, by v.
  const auto lesson_in_1 = [&](double mean) {
    const double pi_1 = est(mean - 1, 1);
    return 0.4 * (1 / (1 + pi_1 * (1 - pi_1))) * (0 - pi_1);
  };
  const double M_other = 0.5 * M + 0.5 * lesson_in_1(M);  // of leader 0's two visits
  CHECK(d(h.decisions[2].pi_arrest) == near(est(M_other - 1, 1)));
  const double since = lesson_in_1(M) + 0.5 * lesson_in_1(M_other);
  CHECK(d(h.decisions[4].pi_arrest) == near(est(step + v * since - 1, v)));
}

TEST_CASE("life: what was learned is forgotten by halves") {
  World w = support::one_host_world(40);
  Parameters& p = w.parameters;
  p.sigma_u = 1, p.kap_arrest = 1, p.kap_refuse = support::infinite, p.H_v = 10;
  add_event(w, 0, 5, 2);
  add_event(w, 0, 15, 2);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  const double pi = est(-1, 1), v = 1 / (1 + pi * (1 - pi)), step = v * (0 - pi);
  CHECK(d(h.decisions[1].pi_arrest) == near(est(0.5 * step - 1, 1 - (1 - v) * 0.25)));  // rho = 0: no region
}

TEST_CASE("life: NGOs that campaign raise pressure, which fades, and take it from advocacy") {
  World w = one_event(12);
  Parameters& p = w.parameters;
  p.eta = 0.5, p.H_p = 6, p.chi_adv = 0.01, p.th_p = 1.5, p.kap_arrest = 1, p.s_0 = 0.5;
  w.hosts[0].C = 0.8;
  support::add_ngo(w, 2, 0.25, 0);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  const double f = Z / (0.5 + Z), halve = std::exp2(-1.0 / 6);
  double pressure = 0, nu = 1;
  for (Week t = 0; t < 12; ++t) {
    pressure *= halve;
    if (t >= 2 && t <= 6) {  // announced in week 2, departure week included
      pressure += 0.5 * 0.8 * (1 - pressure) * (1 - std::exp(-f * 2 * 0.75));
      nu += 0.01 * (-2 * f) * nu;
    }
    CAPTURE(t);
    CHECK(d(h.pressure[static_cast<std::size_t>(t)]) == near(pressure));
    CHECK(d(h.nu[static_cast<std::size_t>(t)]) == near(nu));
    if (t == 6) CHECK(d(h.decisions[0].p_arrest) == near(chance(1.5 * pressure - 1)));
  }
}

TEST_CASE("life: mean pressure is over the hosts that have a duty then") {
  World w = support::exchangeable_hosts(2, 9);
  w.parameters.eta = 0.5;
  w.hosts[0].C = 1;
  w.hosts[0].membership = {{0, 7}};
  w.hosts[1].membership = {{5, no_end}};
  add_event(w, 0, 3, 2);
  support::add_ngo(w, 2, 0, 0);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const std::vector<float>& mean = life.live(luck).pressure;
  CHECK(mean[4] > 0.3f);
  CHECK(d(mean[5]) == near(d(mean[4]) / 2));
  CHECK(mean[7] == 0);
}

TEST_CASE("life: all trips to a host are felt there together") {
  World w = support::exchangeable_hosts(1, 4);
  w.parameters.eta = 0.5;
  w.hosts[0].C = 1;
  support::add_leader(w, "other");
  add_event(w, 0, 3, 2).leaders = {leader_id(0)};
  add_event(w, 0, 3, 2).leaders = {leader_id(1)};
  support::add_ngo(w, 2, 0, 0);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const double f = Z / (1 + 2 * Z);
  CHECK(d(life.live(luck).pressure[1]) == near(0.5 * (1 - std::exp(-2 * f * 2))));
}

TEST_CASE("life: budgets are lost by defeat, gained by outrage, and bounded at the end of the week") {
  World w = one_event();
  Parameters& p = w.parameters;
  p.l_B = 0.05, p.o_B = 0.08;
  support::add_ngo(w, 2, 0.25, 0, 0.5);
  const double f = 0.5 * Z / (1 + 0.5 * Z);
  ScriptedLuck luck = smooth();
  {
    const Stage stage(w);
    Life life(stage);
    CHECK(d(life.live(luck).budget[6]) == near(1 - 0.05 * f + 0.08 * Z * 0.5));
  }
  p.B_max = 1.005;
  const Stage stage(w);
  Life life(stage);
  CHECK(d(life.live(luck).budget[6]) == near(1.005));
}

TEST_CASE("life: advocacy beyond all measure leaves the norm in its range at the end of the week") {
  World w = one_event();
  w.parameters.chi_adv = 0.05;
  support::add_ngo(w, 100, 0, 0);
  w.shocks.push_back({.week = 8, .target = ShockTarget::B, .op = ShockOp::multiply, .value = 3});
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const std::vector<float>& nu = life.live(luck).nu;
  CHECK(d(nu[1]) == near(1));
  CHECK(nu[2] == 0.0f);  // 1 - 0.05 x 100 Z / (1 + Z) would be -0.55
  CHECK(nu[7] == 0.0f);
  CHECK(nu[8] == 2.0f);
}

TEST_CASE("life: the alliance's bound is applied after the whole week, not after each trip") {
  World w = support::exchangeable_hosts(1, 40);
  Parameters& p = w.parameters;
  p.g_visit = 0.45, p.g_cancel = 0.3, p.phi = 1, p.b_al = 1;
  add_event(w, 0, 6, 1);   // a visit: + 0.45
  add_event(w, 0, 12, 1);  // a visit: + 0.45, and in the same week
  add_event(w, 0, 12, 2);  // stays home: - 0.3; together 0.6, cut to 0.5 (bounded each time: 0.2)
  add_event(w, 0, 20, 1);
  ScriptedLuck luck = smooth();
  const std::uint32_t second = make_calendar(w, leader_id(0)).trips[2].place;
  luck.say(Occasion::standing, {no, no, yes, no}, {.week = 12, .place = second});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  CHECK(h.decisions[1].outcome != h.decisions[2].outcome);
  std::vector<Note> answers;
  for (const Note& n : diary)
    if (n.kind == Note::Kind::answer) answers.push_back(n);
  REQUIRE(answers.size() == 4);
  CHECK(d(answers[3].numbers[1]) == near(0.5));
}

TEST_CASE("life: event stages are one trip with one answer") {
  World w = support::exchangeable_hosts(1, 20);
  Event& a = add_event(w, 0, 10, 2, 1);
  a.trip = "t", a.days = 2;
  Event& b = add_event(w, 0, 11, 5, 2);
  b.trip = "t", b.days = 3;
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History& h = life.live(luck);
  REQUIRE(h.decisions.size() == 1);
  CHECK(h.decisions[0].V == 3);
  CHECK(h.decisions[0].days == 5);
  CHECK(h.decisions[0].week == 5);
  CHECK(h.decisions[0].week_out == 10);
}

TEST_CASE("life: where little time is left the lead is what is left") {
  World w = support::exchangeable_hosts(1, 10);
  add_event(w, 0, 2, 30);
  w.parameters.kap_refuse = 1;
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, yes, no, no}, {.week = 1});
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  life.live(luck, &diary);
  CHECK(d(only(diary, Note::Kind::withdrawal).numbers[1]) == near(1 - std::sqrt(1 - chance(-1))));
}

TEST_CASE("life: a host that cannot refuse does so by half; a cover shields") {
  World w = one_event();
  w.parameters.kap_refuse = 1, w.parameters.th_c = 2.5, w.parameters.kap_arrest = 1;
  w.events[0].bound = 0.5, w.events[0].cover = 0.2;
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck withdrawn = smooth(), received = smooth();
  withdrawn.say(Occasion::standing, {no, yes, no, no});
  std::vector<Note> diary;
  life.live(withdrawn, &diary);
  CHECK(d(only(diary, Note::Kind::withdrawal).numbers[0]) == near(0.5 * chance(-0.5 - 1)));
  CHECK(d(only(diary, Note::Kind::answer).numbers[5]) == near(0.5 * chance(-0.5 - 1)));  // and the leader knows
  CHECK(d(life.live(received).decisions[0].p_arrest) == near(chance(-0.5 - 1)));
}

TEST_CASE("life: a new government has a resolve of its own, and nobody knows it yet") {
  World w = support::one_host_world(40);
  Parameters& p = w.parameters;
  p.sigma_u = 1, p.rho = 0.36, p.kap_arrest = 1, p.kap_refuse = support::infinite;
  add_event(w, 0, 5, 2);
  add_event(w, 0, 15, 2);
  w.shocks = {{.week = 9, .target = ShockTarget::government, .host = 0}};
  ScriptedLuck luck = smooth();
  const std::uint32_t u84 = support::at_share(0.841344746), u16 = support::at_share(0.158655254);  // z = 1, -1
  luck.say(Occasion::resolve, {u84, middle, 0, 0}, {.place = stable_id("R")});
  luck.say(Occasion::resolve, {u16, middle, 0, 0}, {.week = 0, .place = stable_id("H0")});
  luck.say(Occasion::resolve, {middle, u84, 0, 0}, {.week = 9, .place = stable_id("H0")});
  const Stage stage(w);
  Life life(stage);
  const History& h = life.live(luck);
  CHECK(d(h.decisions[0].p_arrest) == near(chance(0.6 - 0.8 - 1)));
  CHECK(d(h.decisions[1].p_arrest) == near(chance(0.6 + 0.8 - 1)));
  const double pi = est(-1, 1), step = -pi / (1 + pi * (1 - pi));
  CHECK(d(h.decisions[1].pi_arrest) == near(est(0.36 * step - 1, 1)));  // m and v anew, the region's lesson stays
}

TEST_CASE("life: shocks change stocks at once, inside their bounds, before the week's decay") {
  World w = support::exchangeable_hosts(1, 10);
  Parameters& p = w.parameters;
  p.H_nu = 4, p.H_B = 2, p.H_delta = 2, p.B_min = 0.25, p.B_max = 4, p.phi = 1, p.b_al = 1;
  support::add_ngo(w, 2, 0, 0);
  support::add_ngo(w, 1, 0, 0);
  add_event(w, 0, 6, 1);
  w.shocks = {{.week = 3, .target = ShockTarget::nu, .op = ShockOp::set, .value = 5},
              {.week = 3, .target = ShockTarget::B, .op = ShockOp::multiply, .value = 100, .ngo = 0},
              {.week = 5, .target = ShockTarget::delta, .op = ShockOp::add, .value = -3, .leader = 0, .host = 0}};
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  std::vector<Note> diary;
  const History& h = life.live(luck, &diary);
  CHECK(h.nu[2] == 1);
  CHECK(d(h.nu[3]) == near(1 + 1 * std::exp2(-0.25)));
  CHECK(d(h.nu[4]) == near(1 + 1 * std::exp2(-0.5)));
  CHECK(d(h.budget[3]) == near(1 + 3 * std::sqrt(0.5)));
  CHECK(h.budget[10 + 3] == 1);
  CHECK(d(only(diary, Note::Kind::answer).numbers[1]) == near(-0.5 * std::sqrt(0.5)));  // week 5
}

TEST_CASE("life: membership that begins during the lead binds at departure") {
  World w = one_event();
  w.parameters.kap_arrest = 1;
  for (const Week joins : {6, 7}) {
    w.hosts[0].membership = {{joins, no_end}};
    const Stage stage(w);
    Life life(stage);
    ScriptedLuck luck = smooth();
    const Decision x = life.live(luck).decisions[0];
    CHECK(x.duty == (joins == 6));
    CHECK(d(x.p_arrest) == near(joins == 6 ? chance(-1) : 0));
  }
  w.hosts[0].membership = {Span{}};
  w.leaders[0].issue = 7;  // the warrant comes a week late
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  CHECK_FALSE(life.live(luck).decisions[0].duty);
}

TEST_CASE("life: arrests that are weighed multiply into the leader's weight and are never drawn") {
  World w = support::exchangeable_hosts(1, 20);
  w.parameters.kap_arrest = 1;
  add_event(w, 0, 5, 2);
  add_event(w, 0, 10, 2);
  add_event(w, 0, 19, 2);
  const Stage stage(w);
  Life life(stage, Manner{.weighed = leader_id(0)});
  ScriptedLuck luck = smooth();
  luck.say(Occasion::standing, {no, no, no, yes});  // every arrest that could be drawn
  luck.say(Occasion::standing, {no, no, yes, yes}, {.week = 19});
  const History& h = life.live(luck);
  const double p = chance(-1);
  REQUIRE(h.decisions.size() == 3);
  CHECK(h.decisions[0].outcome == Outcome::visited);
  CHECK(h.decisions[1].outcome == Outcome::visited);
  CHECK(h.decisions[0].weight_out == 1);
  CHECK(d(h.decisions[0].hazard) == near(p));
  CHECK(h.decisions[1].weight == near(1 - p));
  CHECK(h.decisions[1].weight_out == near(1 - p));
  CHECK(h.decisions[2].weight == near((1 - p) * (1 - p)));
  CHECK(h.decisions[2].weight_out == near((1 - p) * (1 - p)));
  CHECK(h.decisions[2].hazard == 0);
  CHECK(h.weight[4] == 1);
  CHECK(h.weight[5] == near(1 - p));
  CHECK(h.weight[10] == near((1 - p) * (1 - p)));
}

TEST_CASE("life: a second life of the same luck is the same, also after another one") {
  const World w = support::lively_world(4, 60);
  const Stage stage(w);
  Life life(stage);
  ScriptedLuck luck = smooth();
  const History first = life.live(luck);
  ScriptedLuck other = smooth();
  other.say(Occasion::standing, {yes, yes, yes, yes});
  life.live(other);
  const History& again = life.live(luck);
  CHECK(again.nu == first.nu);
  CHECK(again.budget == first.budget);
  CHECK(again.decisions.size() == first.decisions.size());
}
