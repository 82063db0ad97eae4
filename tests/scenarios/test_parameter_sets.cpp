#include <doctest/doctest.h>

#include <cmath>

#include "scenarios/derive.hpp"
#include "scenarios/parameter_sets.hpp"

using namespace scenarios;

namespace {

ParameterSets sets_of(std::string_view text) { return read_parameter_sets(Table("sets.csv", text, {})); }

std::string error_of(std::string_view text) {
  try {
    sets_of(text);
  } catch (const TableError& e) {
    return e.what();
  }
  return "no error";
}

agents::World two_leaders() {
  agents::World w;
  w.leaders.resize(2);
  w.leaders[0].name = "bashir";
  w.leaders[1].name = "putin";
  for (agents::Leader& l : w.leaders) {
    l.Lambda = w.parameters.Lambda;
    l.lam = 0.8;  // not the world's
  }
  return w;
}

}  // namespace

TEST_CASE("parameter sets: a leader's own value goes before everybody's, wherever its column stands") {
  const ParameterSets sets = sets_of("bashir.Lambda,th_m,Lambda,nobody.D\n300,0.5,100,1\n400,1.5,200,1\n");
  const agents::World w = sets.world(two_leaders(), 1);
  CHECK(w.parameters.th_m == 1.5);
  CHECK(w.parameters.Lambda == 200);
  CHECK(w.leaders[0].Lambda == 400);
  CHECK(w.leaders[1].Lambda == 200);
  CHECK(sets.world(two_leaders(), 0).leaders[0].Lambda == 300);
  CHECK(sets_of("lam\n0.1\n").world(two_leaders(), 0).leaders[0].lam == 0.8);
}

TEST_CASE("parameter sets: the norm at the start goes by a set's half-life and rest, unless it is set itself") {
  agents::World w = two_leaders();
  w.leaders[0].issue = -52;
  w.parameters.nu0 = norm_by_age(w.parameters, -52);
  CHECK(w.parameters.nu0 == doctest::Approx(1 + 0.6 * std::exp2(-0.5)));
  const auto nu0 = [&](std::string_view text) { return sets_of(text).world(w, 0).parameters.nu0; };
  CHECK(nu0("H_nu\n26\n") == doctest::Approx(1.15));
  CHECK(nu0("nu_bar,H_nu\n0.5,52\n") == doctest::Approx(0.8));
  CHECK(nu0("nu0,H_nu\n1.4,26\n") == 1.4);
  CHECK(nu0("th_m\n1\n") == w.parameters.nu0);
  w.parameters.nu0 = 1.5;  // the scenario's own
  CHECK(nu0("H_nu\n26\n") == 1.5);
}

TEST_CASE("parameter sets: weights that must sum to 1 come together and do so") {
  const auto complaint = [](std::string_view text) -> std::string {
    try {
      must_sum_to_one(Table("sets.csv", text, {}));
    } catch (const TableError& e) {
      return e.what();
    }
    return "none";
  };
  const std::string all = "w_trade,w_pact,w_base,w_arms,w_unga,w_border,w_blocs,w_tenure,w_hostility\n";
  CHECK(complaint(all + "0.12,0.15,0.1,0.1,0.1,0.15,0.2,0.08,2\n") == "none");
  CHECK(complaint(all + "0.12,0.15,0.1,0.1,0.1,0.15,0.2,0.08,2\n0.3,0.15,0.1,0.1,0.1,0.15,0.2,0.08,2\n") ==
        "sets.csv:3: the weights of the friendly features must sum to 1, they sum to 1.18");
  CHECK(complaint("th_m,w_trade\n1,0.12\n")
            .starts_with("sets.csv:1:6: the weights of the friendly features must sum to 1: give them all, or none"));
  CHECK(complaint("th_m,w_hostility\n1,0.12\n") == "none");
}

TEST_CASE("parameter sets: as a table and back, bit for bit") {
  ParameterSets sets = sets_of("th_m,putin.D\n0.1,1e4\n0.30000000000000004,123.456\n1.4,3000\n");
  sets.block = 64;
  const ParameterSets back = sets_of(to_table(sets));
  CHECK(back.names == sets.names);
  CHECK(back.sets == sets.sets);
  CHECK(back.block == 64);
  CHECK(back.set_of(63) == 0);
  CHECK(back.set_of(64) == 1);
}

TEST_CASE("parameter sets: thinned evenly") {
  const ParameterSets sets = sets_of("th_m\n0\n1\n2\n3\n4\n");
  CHECK(thinned(sets, 2).sets == std::vector<std::vector<double>>{{0}, {2}});
  CHECK(thinned(sets, 9).sets == sets.sets);
}

TEST_CASE("parameter sets: mistakes are named with their place") {
  CHECK(
      error_of("kap_arest\n1\n").starts_with("sets.csv:1:1: unknown parameter 'kap_arest': did you mean 'kap_arrest'"));
  CHECK(error_of("bashir.th_m\n1\n").starts_with("sets.csv:1:1: unknown parameter 'bashir.th_m'"));
  CHECK(error_of(".D\n1\n").starts_with("sets.csv:1:1: unknown parameter '.D'"));
  CHECK(error_of("th_m,th_m\n1,1\n") == "sets.csv:1:6: column 'th_m' twice");
  CHECK(error_of("th_m\n").find("no parameter set") != std::string::npos);
  CHECK(error_of("block\n64\n").find("no parameter") != std::string::npos);
  CHECK(error_of("block,th_m\n64,1\n128,1\n").find("sets.csv:3: all blocks") == 0);
  CHECK(error_of("th_m\n1\n-900\n").starts_with("sets.csv:3:1: "));
  CHECK(error_of("th_m\n1\nmany\n").starts_with("sets.csv:3:1: "));
}
