#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

#include "agents/parameters.hpp"

using namespace agents;

TEST_CASE("parameters: every member has one line, every line one member") {
  std::set<std::string_view> symbols;
  std::set<const double*> members;
  const Parameters p;
  for (const Parameter& row : parameter_table()) {
    CHECK(symbols.insert(row.symbol).second);
    CHECK(members.insert(&(p.*row.member)).second);
  }
  CHECK(members.size() == sizeof(Parameters) / sizeof(double));
}

TEST_CASE("parameters: every line has a default in its range, a unit, a prior, a source and a meaning") {
  for (const Parameter& row : parameter_table()) {
    CAPTURE(row.symbol);
    CHECK(row.low <= row.initial);
    CHECK(row.initial <= row.high);
    CHECK(row.low < row.high);
    CHECK_FALSE(row.unit.empty());
    CHECK_FALSE(row.source.empty());
    CHECK_FALSE(row.group.empty());
    CHECK_FALSE(row.meaning.empty());
    if (row.source != "fitted") CHECK(row.prior.a == row.initial);  // a prior stays as it was before the record
    if (row.prior.kind == Prior::Kind::fixed) continue;
    CHECK(row.prior.b > 0);
    if (row.prior.kind == Prior::Kind::lognormal) CHECK(row.prior.a > 0);
  }
}

TEST_CASE("parameters: a new set starts at the defaults, which are the model's") {
  const std::map<std::string, double> model = {{"th_m", 0.9},
                                               {"th_nu", 0.85},
                                               {"th_J", 1.5},
                                               {"th_Q", 1.0},
                                               {"th_F", 0.3},
                                               {"th_B", 0.8},
                                               {"th_c", 2.5},
                                               {"th_p", 1.3},
                                               {"th_W", 2.5},
                                               {"th_o", 1.5},
                                               {"th_or", 0.75},
                                               {"th_a", 4.5},
                                               {"th_R", 0.5},
                                               {"kap_refuse", 2.5},
                                               {"kap_arrest", 6.5},
                                               {"sigma_u", 1.6},
                                               {"rho", 0.3},
                                               {"iota", 0.3},
                                               {"w_trade", 0.12},
                                               {"w_pact", 0.15},
                                               {"w_base", 0.10},
                                               {"w_arms", 0.10},
                                               {"w_unga", 0.10},
                                               {"w_border", 0.15},
                                               {"w_blocs", 0.20},
                                               {"w_tenure", 0.08},
                                               {"w_hostility", 0.5},
                                               {"w_patronage", 0.4},
                                               {"nu_bar", 1},
                                               {"nu0", 1.6},
                                               {"H_nu", 104},
                                               {"H_delta", 52},
                                               {"H_p", 6},
                                               {"H_F", 104},
                                               {"H_k", 16},
                                               {"H_B", 52},
                                               {"H_v", 156},
                                               {"I0", 0.2},
                                               {"Lambda", 200},
                                               {"Omega", 1},
                                               {"b_0", 1.1},
                                               {"b_V", 2.0},
                                               {"b_al", 3},
                                               {"b_I", 0.5},
                                               {"b_h", 0.10},
                                               {"phi", 0.4},
                                               {"b_del", 0.5},
                                               {"b_commit", 2.0},
                                               {"sig_s", 1},
                                               {"lam", 0.45},
                                               {"D", 3000},
                                               {"tau", 0.3},
                                               {"al_0", 0.2},
                                               {"al_delta", 1},
                                               {"al_I", 1},
                                               {"al_k", 2},
                                               {"b_a", 3.5},
                                               {"b_m", 3.0},
                                               {"b_dist", 1.5},
                                               {"sig_V", 0.5},
                                               {"mean_lead", 4},
                                               {"mean_days", 2},
                                               {"eta", 0.5},
                                               {"s_0", 0.5},
                                               {"chi_adv", 0.001},
                                               {"rho_suit", 0.3},
                                               {"xi", 0.7},
                                               {"g_I", 0.02},
                                               {"g_tr", 0.5},
                                               {"g_visit", 0.05},
                                               {"g_cancel", 0.05},
                                               {"g_skip", 0.02},
                                               {"g_refuse", 0.1},
                                               {"chi_visit", 0.15},
                                               {"chi_find", 0.05},
                                               {"chi_stay", 0.03},
                                               {"chi_ref", 0.05},
                                               {"chi_arr", 0.5},
                                               {"g_B", 0.1},
                                               {"l_B", 0.05},
                                               {"o_B", 0.05},
                                               {"B_min", 0.25},
                                               {"B_max", 4},
                                               {"zeta", 0.5},
                                               {"eps_peer", 0.5},
                                               {"em", 1e-4},
                                               {"avoid", 0.02},
                                               {"rec_bilateral", 0.2},
                                               {"rec_occasion", 0.5},
                                               {"rec_duty", 0.8},
                                               {"rec_lapse", 0.05}};
  const Parameters p;
  CHECK(parameter_table().size() == model.size());
  for (const auto& expected : model) {
    CAPTURE(expected.first);
    const Parameter* row = find_parameter(expected.first);
    REQUIRE(row != nullptr);
    CHECK(p.*row->member == expected.second);
  }
}

TEST_CASE("parameters: the friendly weights sum to 1") {
  double sum = 0;
  for (const Parameter& row : parameter_table())
    if (row.symbol.starts_with("w_") && row.symbol != "w_hostility" && row.symbol != "w_patronage") sum += row.initial;
  CHECK(sum == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("parameters: a symbol nobody knows is not found") {
  CHECK(find_parameter("th_m") != nullptr);
  CHECK(find_parameter("th_") == nullptr);
  CHECK(find_parameter("TH_M") == nullptr);
  CHECK(find_parameter("") == nullptr);
}
