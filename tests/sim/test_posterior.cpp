#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/inference/axis.hpp"
#include "sim/inference/convergence.hpp"
#include "sim/inference/figures.hpp"
#include "sim/inference/fit.hpp"
#include "sim/output/results.hpp"
#include "sim/output/whole_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;
namespace fs = std::filesystem;

namespace {

Evidence evidence() {
  Evidence e;
  e.world = support::lively_world(3, 60);
  e.world.events.clear();
  e.whole = e.world;
  e.world.leaders[0].lam = 0;
  for (int i = 0; i < 8; ++i) {
    Opportunity o;
    o.posed.rank = i;
    o.posed.host = agents::host_id(static_cast<std::size_t>(i % 3));
    o.posed.place = agents::stable_id("P" + std::to_string(i));
    o.posed.departs = 6 + 5 * i;
    o.opened = o.posed.departs - 4;
    o.outcome = i % 3 == 0 ? Fate::own_choice : Fate::visited;
    e.record.push_back(o);
    Prediction p;
    p.id = "P" + std::to_string(i);
    p.leader = "leader";
    p.day = 7 * o.posed.departs;
    p.features.km = 100.0 * i;
    p.outcome = o.outcome;
    e.decisions.push_back(p);
  }
  return e;
}

const std::vector<std::string> names = {"b_0", "b_V", "th_m", "kap_refuse", "rec_duty"};

}  // namespace

TEST_CASE("fit: what a record does not speak about keeps its prior, what it does moves, threads change nothing") {
  Evidence e = evidence();
  for (Opportunity& o : e.record) o.outcome = Fate::own_choice;  // a leader who never goes
  const std::vector<std::string> asked = {"b_0", "b_V", "eps_peer"};
  const Posterior one =
      fit(std::span(&e, 1), asked,
          {.chains = 1, .draws = 300, .sweeps = 2, .scouts = 200, .settling = 4, .particles = 20, .threads = 1});
  const Posterior two =
      fit(std::span(&e, 1), asked,
          {.chains = 1, .draws = 300, .sweeps = 2, .scouts = 200, .settling = 4, .particles = 20, .threads = 2});
  CHECK(one.draws == two.draws);
  CHECK(one.weight == two.weight);
  CHECK(one.mean[0] > one.prior_mean[0] + 0.3 * one.prior_sd[0]);  // going costs more
  CHECK(one.mean[1] < one.prior_mean[1] - 0.3 * one.prior_sd[1]);
  CHECK(one.mean[2] == doctest::Approx(one.prior_mean[2]).epsilon(0.1));  // no other leader to learn
  CHECK(one.overlap[2] > 0.85);
  CHECK(one.overlap[0] < one.overlap[2]);
  CHECK(one.ess > 50);
  REQUIRE(one.rolling.size() == 8);
  // Each decision weighs the draws; moving them makes them alike again.
  CHECK(*std::min_element(one.rolling_ess.begin(), one.rolling_ess.end()) < 0.9 * one.rolling_ess[0]);
}

TEST_CASE("fit: chains that moved enough agree, and chains that did not are told") {
  const Evidence e = evidence();
  const Posterior good = fit(std::span(&e, 1), {"b_0", "b_V", "th_m"},
                             {.draws = 150, .sweeps = 3, .scouts = 200, .settling = 20, .particles = 20, .threads = 2});
  REQUIRE(good.r_hat.size() == 3);
  for (std::size_t a = 0; a < 3; ++a) {
    CAPTURE(good.names[a]);
    CHECK(good.r_hat[a] < disagreement);
    CHECK(good.mean_ess[a] > 30);
  }
  CHECK(good.size() == 3000);  // five rounds of the settling's second half
  CHECK(good.chain.front() == 0);
  CHECK(good.chain.back() == 3);
  REQUIRE(good.chain_log_evidence.size() == 4);
  CHECK(good.log_evidence > *std::min_element(good.chain_log_evidence.begin(), good.chain_log_evidence.end()));
  CHECK(good.log_evidence < *std::max_element(good.chain_log_evidence.begin(), good.chain_log_evidence.end()));
  REQUIRE(good.rolling.size() == 8);
  for (const Prediction& p : good.rolling) {
    double sum = 0;
    for (const double x : p.p) sum += x;
    CHECK(sum == doctest::Approx(1));
  }
  const Posterior poor = fit(std::span(&e, 1), {"b_0", "b_V", "th_m"},
                             {.draws = 8, .sweeps = 1, .scouts = 40, .settling = 1, .particles = 2, .threads = 2});
  CHECK(*std::max_element(poor.r_hat.begin(), poor.r_hat.end()) > disagreement);
}

TEST_CASE("fit: a leader has a Lambda of the own, and what it teaches about others is less") {
  Evidence e = evidence();
  for (Opportunity& o : e.record) o.outcome = Fate::own_choice;
  for (agents::Host& h : e.world.hosts) h.membership = {{0, 60}};
  e.world.parameters.kap_arrest = 3;
  const FitSettings s{
      .chains = 2, .draws = 150, .sweeps = 3, .scouts = 400, .settling = 40, .particles = 20, .threads = 2};
  const Posterior p = fit(std::span(&e, 1), {"b_V", "Lambda"}, s);
  REQUIRE(p.names == std::vector<std::string>{"b_V", "Lambda", "leader.Lambda"});
  CHECK(p.prior_mean[1] == doctest::Approx(p.prior_mean[2]).epsilon(0.05));
  double shared = 0, own = 0;  // means of the logarithm over the prior's
  for (std::size_t i = 0; i < p.size(); ++i) {
    shared += p.weight[i] * std::log(p.at(i, 1) / 200);
    own += p.weight[i] * std::log(p.at(i, 2) / 200);
  }
  CAPTURE(shared);
  CAPTURE(own);
  CHECK(own > 0.1);           // fears an arrest more than most
  CHECK(shared > 0.3 * own);  // shares three quarters of the variance
  CHECK(shared < own);
  CHECK(p.overlap[1] > p.overlap[2]);

  agents::World two = e.world;
  two.leaders.push_back(two.leaders[0]);
  two.leaders[1].name = "another";
  put(p.names, std::vector<double>{2, 50, 70}, two);
  CHECK(two.leaders[0].Lambda == 70);
  CHECK(two.leaders[1].Lambda == 50);
}

TEST_CASE("fit: figures weigh draws by what their leaders do") {
  Evidence e = evidence();
  e.figures = {{"leader", 30, 0, 0, 0}};  // far more visits a year than the defaults bring about
  FitSettings s{.chains = 2, .draws = 40, .sweeps = 1, .scouts = 200, .settling = 2, .particles = 10};
  s.travelled = 80;
  s.histories = 64;
  const Posterior p = fit(std::span(&e, 1), names, s);
  CHECK(p.names.size() == names.size() + travelling_parameters().size());
  CHECK(p.size() == 80);
  CHECK(p.ess < 60);
  const Figures usual = lived(agents::Stage(e.whole), "leader", 1, 64);
  double visits = 0;
  for (const std::size_t i : p.alike(10)) {
    agents::World w = e.whole;
    put(p.names, std::span(p.draws).subspan(i * p.names.size(), p.names.size()), w);
    visits += lived(agents::Stage(w), "leader", 1, 64).visits / 10;
  }
  CHECK(visits > usual.visits);
  CHECK(std::is_sorted(p.chain.begin(), p.chain.end()));
  CHECK(std::count(p.chain.begin(), p.chain.end(), 1) == 40);
  // The weight lies where there are more visits.
  double weighed = 0, plain = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    agents::World w = e.whole;
    put(p.names, std::span(p.draws).subspan(i * p.names.size(), p.names.size()), w);
    const double x = lived(agents::Stage(w), "leader", 1, 64).visits;
    weighed += p.weight[i] * x, plain += x / static_cast<double>(p.size());
  }
  CAPTURE(weighed);
  CAPTURE(plain);
  CHECK(weighed > 1.2 * plain);
}

TEST_CASE("fit: a posterior is the prior times the likelihood") {
  // A leader who does not learn and a host without a will of its own: each decision has the same chances.
  Evidence e;
  e.world = support::one_host_world(200);
  e.world.hosts[0].membership.clear();
  e.world.parameters.kap_refuse = e.world.parameters.b_commit = 60;
  e.world.parameters.rec_bilateral = e.world.parameters.rec_occasion = e.world.parameters.rec_duty = 1;
  e.whole = e.world;
  const agents::Parameter& row = *agents::find_parameter("b_0");
  const int visits = 9, all = 10;
  for (int i = 0; i < all; ++i) {
    Opportunity o;
    o.posed.rank = i;
    o.posed.place = agents::stable_id("P" + std::to_string(i));
    o.posed.departs = 6 + 5 * i;
    o.opened = o.posed.departs - 4;
    o.outcome = i < visits ? Fate::visited : Fate::own_choice;
    e.record.push_back(o);
    Prediction p;
    p.day = 7 * o.posed.departs;
    e.decisions.push_back(p);
  }
  const auto go = [](double b_0) { return 1 / (1 + 2 * std::exp(b_0)); };
  const Axis axis(row);
  double weight = 0, mean = 0, square = 0;
  for (int i = -800; i <= 800; ++i) {
    const double z = 0.01 * i, b_0 = axis.value(z);
    const double w = std::exp(-0.5 * z * z) * std::pow(go(b_0), visits) * std::pow(1 - go(b_0), all - visits);
    weight += w, mean += w * b_0, square += w * b_0 * b_0;
  }
  mean /= weight;
  const double sd = std::sqrt(square / weight - mean * mean);
  const Posterior p = fit(std::span(&e, 1), {"b_0"},
                          {.chains = 2, .draws = 300, .sweeps = 3, .scouts = 200, .settling = 20, .particles = 2});
  CHECK(std::abs(p.mean[0] - mean) < 0.1 * sd);
  CHECK(p.sd[0] == doctest::Approx(sd).epsilon(0.1));
  CHECK(std::abs(p.prior_mean[0] - mean) > 0.5 * sd);  // or the prior would pass
  double evidence = 0;                                 // of the record, by the same integral
  for (int i = -800; i <= 800; ++i) {
    const double z = 0.01 * i, b_0 = axis.value(z);
    evidence += 0.01 * std::exp(-0.5 * z * z) / std::sqrt(2 * std::acos(-1.0)) * std::pow(go(b_0), visits) *
                std::pow(1 - go(b_0), all - visits);
  }
  CHECK(p.log_evidence == doctest::Approx(std::log(evidence)).epsilon(0.03));
}

TEST_CASE("fit: draws that are alike stand for equal shares of the weight") {
  Posterior p;
  p.weight = {0.5, 0.25, 0.25};
  CHECK(p.alike(2) == std::vector<std::size_t>{0, 2});
  CHECK(p.alike(4) == std::vector<std::size_t>{0, 0, 1, 2});
}

TEST_CASE("fit: a draw gives a leader what the leader has from everybody, and nothing of the leader's own") {
  agents::World w = support::exchangeable_hosts(1, 5);
  support::add_leader(w, "own");
  w.parameters.Lambda = 200, w.parameters.lam = 0.45, w.parameters.D = 3000;
  w.leaders[0].Lambda = 200, w.leaders[0].lam = 0.45, w.leaders[0].D = 3000;
  w.leaders[1].Lambda = 90, w.leaders[1].lam = 0.8, w.leaders[1].D = 700;
  put(std::vector<std::string>{"Lambda", "lam", "D"}, std::vector<double>{50, 0.3, 4000}, w);
  CHECK(w.leaders[0].Lambda == 50);
  CHECK(w.leaders[0].lam == 0.3);
  CHECK(w.leaders[0].D == 4000);
  CHECK(w.leaders[1].Lambda == 90);
  CHECK(w.leaders[1].lam == 0.8);
  CHECK(w.leaders[1].D == 700);
}

TEST_CASE("fit: figures weigh a model by logs of rates and distance, and by the share; none without a target") {
  const Figures target{"leader", 8, 2, 0.6, 3000};
  CHECK(log_fit(target, target) == 0);
  const auto log_ratio = [](double a, double b, double sd) { return std::log((a + 0.01) / (b + 0.01)) / sd; };
  const double v = log_ratio(10, 8, 0.12), m = log_ratio(1, 2, 0.3), f = 0.1 / 0.06, k = log_ratio(2500, 3000, 0.2);
  CHECK(log_fit(target, {"leader", 10, 1, 0.5, 2500}) == doctest::Approx(-0.5 * (v * v + m * m + f * f + k * k)));
  CHECK(log_fit({"leader", 0, 0, 0, 0}, target) == 0);
}

TEST_CASE("fit: figures are of the leader who is named") {
  agents::World w = support::lively_world(4, 52);
  w.leaders[0].lam = 0;
  w.events.clear();
  support::add_leader(w, "other");
  w.leaders[1].lam = 0.8;
  const agents::Stage stage(w);
  CHECK(lived(stage, "leader", 1, 32).visits == 0);
  CHECK(lived(stage, "other", 1, 32).visits > 1);
}

TEST_CASE("fit: the first five hosts are those of each history, not of all together") {
  agents::World w = support::lively_world(40, 20);
  w.events.clear();
  w.leaders[0].lam = 0.2;  // hardly ever more than five visits in a history, in 64 of them to most hosts
  const Figures figures = lived(agents::Stage(w), "leader", 1, 64);
  CHECK(figures.visits > 0);
  CHECK(figures.first_five > 0.98);
  CHECK(figures.first_five <= 1);
}

TEST_CASE("posterior: a file reads back as it was, and a damaged or foreign one is refused") {
  const Evidence e = evidence();
  Posterior p = fit(std::span(&e, 1), names,
                    {.chains = 2, .draws = 20, .sweeps = 1, .scouts = 40, .settling = 1, .particles = 5});
  p.record = "abc";
  const support::Folder folder;
  const fs::path file = folder / "posterior.h5";
  std::vector<std::byte> image = posterior_image(p);
  write_whole(file, image);
  const Posterior q = read_posterior(file);
  CHECK(q.names == p.names);
  CHECK(q.draws == p.draws);
  CHECK(q.weight == p.weight);
  CHECK(q.overlap == p.overlap);
  CHECK(q.chain == p.chain);
  CHECK(q.r_hat == p.r_hat);
  CHECK(q.mean_ess == p.mean_ess);
  CHECK(q.chain_log_evidence == p.chain_log_evidence);
  CHECK(q.ess == p.ess);
  CHECK(q.record == "abc");
  REQUIRE(q.rolling.size() == p.rolling.size());
  CHECK(q.rolling[3].id == "P3");
  CHECK(q.rolling[3].p == p.rolling[3].p);
  CHECK(q.rolling[3].features.km == 300);
  CHECK(q.rolling[1].outcome == Fate::visited);
  CHECK(posterior_image(q) == image);
  const auto rows = q.alike(10);
  CHECK(rows.size() == 10);
  CHECK(std::is_sorted(rows.begin(), rows.end()));
  write_whole(file, std::string_view("no HDF5 at all"));
  CHECK_THROWS_AS(read_posterior(file), ResultsError);
  CHECK_THROWS_AS(read_posterior(file.string() + ".none"), std::system_error);
}
