#include "agents/parameters.hpp"

namespace agents {
namespace {

using P = Parameters;
constexpr Prior normal(double mean, double sd) { return {Prior::Kind::normal, mean, sd}; }
constexpr Prior lognormal(double median, double sd) { return {Prior::Kind::lognormal, median, sd}; }
constexpr Prior fixed(double value) { return {Prior::Kind::fixed, value, 0}; }

// clang-format off
constexpr Parameter table[] = {
  // symbol, member, default, low, high, unit, prior, source, group, meaning
  {"th_m",       &P::th_m,       0.9,   0,  10,  "logit", normal(1.4, 0.7),     "fitted",  "compliance", "duty of a member state to comply"},
  {"th_nu",      &P::th_nu,      0.85,  0,  10,  "logit", normal(1.5, 0.7),     "fitted",  "compliance", "weight of the norm's strength"},
  {"th_J",       &P::th_J,       1.5,   0,  10,  "logit", normal(1.5, 0.7),     "assumed", "compliance", "weight of judicial independence"},
  {"th_Q",       &P::th_Q,       1.0,   0,  10,  "logit", normal(1.0, 0.5),     "assumed", "compliance", "weight of implementing legislation"},
  {"th_F",       &P::th_F,       0.3,   0,  10,  "logit", normal(0.3, 0.2),     "assumed", "compliance", "weight of one finding of non-compliance"},
  {"th_B",       &P::th_B,       0.8,   0,  10,  "logit", normal(0.8, 0.4),     "assumed", "compliance", "weight of the stance taken by government or bloc"},
  {"th_c",       &P::th_c,       2.5,   0,  10,  "logit", normal(2.5, 1.0),     "assumed", "compliance", "weight of an occasion's cover"},
  {"th_p",       &P::th_p,       1.3,   0,  10,  "logit", normal(1.5, 0.7),     "fitted",  "compliance", "weight of NGO pressure"},
  {"th_W",       &P::th_W,       2.5,   0,  10,  "logit", normal(2.5, 1.0),     "assumed", "compliance", "weight of Western pressure on a dependent host"},
  {"th_o",       &P::th_o,       1.5,   0,  10,  "logit", normal(1.5, 0.7),     "assumed", "compliance", "effect of a court order on arrest"},
  {"th_or",      &P::th_or,      0.75,  0,  10,  "logit", normal(0.75, 0.4),    "assumed", "compliance", "effect of a court order on refusal"},
  {"th_a",       &P::th_a,       4.5,   0,  30,  "logit", normal(7.0, 2.0),     "fitted",  "compliance", "weight of the alliance value"},
  {"th_R",       &P::th_R,       0.5,   0,  10,  "logit", normal(0.5, 0.3),     "assumed", "compliance", "weight of feared retaliation"},
  {"kap_refuse", &P::kap_refuse, 2.5, -50, inf,  "logit", normal(2.5, 1.0),     "assumed", "compliance", "cut point of refusing the visit"},
  {"kap_arrest", &P::kap_arrest, 6.5, -50, inf,  "logit", normal(6.5, 1.0),     "assumed", "compliance", "cut point of arrest; the record cannot tell it from Lambda"},
  {"sigma_u",    &P::sigma_u,    1.6,   0,  10,  "logit", lognormal(1.0, 0.3),  "fitted",  "compliance", "spread of hosts' hidden resolve"},
  {"rho",        &P::rho,        0.3,   0,   1,  "1",     normal(0.3, 0.15),    "assumed", "compliance", "share of resolve common to a region"},
  {"iota",       &P::iota,       0.3,   0,   5,  "1",     normal(0.3, 0.2),     "assumed", "compliance", "how much sanctions raise the worth of ties outside the West"},

  {"w_trade",     &P::w_trade,     0.12, 0, 1, "1", normal(0.12, 0.04), "assumed", "alliance", "weight of the trade share"},
  {"w_pact",      &P::w_pact,      0.15, 0, 1, "1", normal(0.15, 0.05), "assumed", "alliance", "weight of a defence pact"},
  {"w_base",      &P::w_base,      0.10, 0, 1, "1", normal(0.10, 0.04), "assumed", "alliance", "weight of a foreign base"},
  {"w_arms",      &P::w_arms,      0.10, 0, 1, "1", normal(0.10, 0.04), "assumed", "alliance", "weight of the arms imports share"},
  {"w_unga",      &P::w_unga,      0.10, 0, 1, "1", normal(0.10, 0.04), "assumed", "alliance", "weight of General Assembly agreement"},
  {"w_border",    &P::w_border,    0.15, 0, 1, "1", normal(0.15, 0.05), "assumed", "alliance", "weight of a common border"},
  {"w_blocs",     &P::w_blocs,     0.20, 0, 1, "1", normal(0.20, 0.06), "assumed", "alliance", "weight of shared blocs"},
  {"w_tenure",    &P::w_tenure,    0.08, 0, 1, "1", normal(0.08, 0.03), "assumed", "alliance", "weight of the rulers' affinity (long tenure)"},
  {"w_hostility", &P::w_hostility, 0.50, 0, 5, "1", normal(0.50, 0.20), "assumed", "alliance", "weight of open enmity"},
  {"w_patronage", &P::w_patronage, 0.40, 0, 1, "1", normal(0.00, 0.30), "fitted",  "alliance", "weight of the home state's own dependence on the host"},

  {"nu_bar",  &P::nu_bar,  1.0, 0, 2,   "1",    fixed(1),             "convention", "stocks", "norm strength at rest"},
  {"nu0",     &P::nu0,     1.6, 0, 2,   "1",    normal(1.6, 0.15),    "assumed", "stocks", "norm strength at the start (1.6 in the week of the warrant)"},
  {"H_nu",    &P::H_nu,    104, 1, inf, "week", lognormal(104, 0.5),  "assumed", "stocks", "half-life of the norm's return to rest"},
  {"H_delta", &P::H_delta, 52,  1, inf, "week", lognormal(52, 0.5),   "assumed", "stocks", "half-life of alliance deviations"},
  {"H_p",     &P::H_p,     6,   1, inf, "week", lognormal(6, 0.5),    "assumed", "stocks", "half-life of NGO pressure"},
  {"H_F",     &P::H_F,     104, 1, inf, "week", lognormal(104, 0.5),  "assumed", "stocks", "half-life of a finding's weight"},
  {"H_k",     &P::H_k,     16,  1, inf, "week", lognormal(16, 0.5),   "assumed", "stocks", "half-life of the cool-down after a visit"},
  {"H_B",     &P::H_B,     52,  1, inf, "week", lognormal(52, 0.5),   "assumed", "stocks", "half-life of budgets' return to their start"},
  {"H_v",     &P::H_v,     156, 1, inf, "week", lognormal(156, 0.5),  "assumed", "stocks", "half-life of what a leader has learned"},
  {"I0",      &P::I0,      0.2, 0, 1,   "1",    fixed(0.2),           "convention", "stocks", "isolation at the start"},

  {"Lambda",   &P::Lambda,   200, 0, inf, "utility",      lognormal(200, 1.0), "assumed", "leader", "loss from arrest; the record cannot tell it from kap_arrest"},
  {"Omega",    &P::Omega,    1.0, 0, 100, "utility",      normal(1.0, 0.5),    "assumed", "leader", "loss of face from a refusal"},
  {"b_0",      &P::b_0,      1.1, -20, 20, "utility",     normal(1.0, 0.5),    "fitted",  "leader", "fixed cost of going"},
  {"b_V",      &P::b_V,      2.0, 0, 20,  "utility",      normal(2.5, 0.8),    "fitted",  "leader", "worth of the occasion's value"},
  {"b_al",     &P::b_al,     3.0, 0, 20,  "utility",      normal(2.0, 0.8),    "fitted",  "leader", "worth of the alliance"},
  {"b_I",      &P::b_I,      0.5, 0, 20,  "utility",      normal(0.5, 0.3),    "assumed", "leader", "isolation's hunger for visits"},
  {"b_h",      &P::b_h,      0.10, 0, 10, "utility/hour", normal(0.10, 0.05),  "assumed", "leader", "cost of an hour's flight"},
  {"phi",      &P::phi,      0.4, 0, 1,   "1",            normal(0.4, 0.15),   "assumed", "leader", "share of the worth that a delegate or video link keeps"},
  {"b_del",    &P::b_del,    0.5, -20, 20, "utility",     normal(0.5, 0.3),    "assumed", "leader", "cost of delegating"},
  {"b_commit", &P::b_commit, 2.0, -20, 20, "utility",     normal(2.0, 1.0),    "assumed", "leader", "cost of staying home once announced"},
  {"sig_s",    &P::sig_s,    1.0, 0, inf, "logit",        lognormal(1.0, 0.5), "assumed", "leader", "noise of a sounding"},

  {"lam",       &P::lam,       0.45, 0, 1,       "1/week", normal(0.45, 0.1),    "estimated", "opportunities", "bilateral opportunities a week (where a leader has none of its own)"},
  {"D",         &P::D,         3000, 1, 40000,   "km",     lognormal(3000, 0.5), "estimated", "opportunities", "reach (where a leader has none of its own)"},
  {"tau",       &P::tau,       0.3,  0, 1,       "1",      normal(0.3, 0.1),     "assumed", "opportunities", "chance that a second stop is considered"},
  {"al_0",      &P::al_0,      0.2,  -20, 20,    "logit",  normal(0.2, 0.3),     "assumed", "opportunities", "pursuing an idea: intercept"},
  {"al_delta",  &P::al_delta,  1.0,  0, 20,      "logit",  normal(1.0, 0.5),     "assumed", "opportunities", "pursuing an idea: alliance deviation"},
  {"al_I",      &P::al_I,      1.0,  0, 20,      "logit",  normal(1.0, 0.5),     "assumed", "opportunities", "pursuing an idea: isolation"},
  {"al_k",      &P::al_k,      2.0,  0, 20,      "logit",  normal(2.0, 0.7),     "assumed", "opportunities", "pursuing an idea: cool-down after a visit"},
  {"b_a",       &P::b_a,       3.5,  0, 30,      "1",      normal(3.5, 0.8),     "estimated", "opportunities", "pull of the alliance on bilateral ideas"},
  {"b_m",       &P::b_m,       3.0,  0, 30,      "1",      normal(3.0, 0.8),     "estimated", "opportunities", "pull of economic mass"},
  {"b_dist",    &P::b_dist,    1.5,  0, 30,      "1",      normal(1.5, 0.4),     "estimated", "opportunities", "drag of distance"},
  {"sig_V",     &P::sig_V,     0.5,  0, 5,       "1",      normal(0.5, 0.15),    "assumed", "opportunities", "log spread of bilateral values"},
  {"mean_lead", &P::mean_lead, 4.0,  1, 40,      "week",   lognormal(4, 0.2),    "assumed", "opportunities", "mean lead of a bilateral visit"},
  {"mean_days", &P::mean_days, 2.0,  1, 40,      "day",    lognormal(2, 0.2),    "estimated", "opportunities", "mean length of a bilateral visit"},

  {"eta",      &P::eta,      0.5,   0, 1,  "1",      normal(0.5, 0.2),     "assumed", "campaigns", "how much effort turns into pressure"},
  {"s_0",      &P::s_0,      0.5,   1e-6, 100, "1",  lognormal(0.5, 0.5),  "assumed", "campaigns", "weight of general advocacy against campaigns"},
  {"chi_adv",  &P::chi_adv,  0.001, 0, 0.05, "1",      lognormal(0.001, 1),  "assumed", "campaigns", "advocacy's effect on the norm"},
  {"rho_suit", &P::rho_suit, 0.3,   0, 10, "1/week", lognormal(0.3, 0.5),  "assumed", "campaigns", "rate at which litigation wins an order"},
  {"xi",       &P::xi,       0.7,   0, 1,  "1",      normal(0.7, 0.15),    "assumed", "campaigns", "chance that a visit under an order is cut short"},
  {"g_I",      &P::g_I,      0.02,  0, 1,  "1/week", lognormal(0.02, 0.5), "assumed", "isolation", "growth of isolation"},
  {"g_tr",     &P::g_tr,     0.5,   0, 1,  "1",      normal(0.5, 0.2),     "assumed", "isolation", "relief from isolation by a visit"},

  {"g_visit",   &P::g_visit,   0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "alliance gained by a visit"},
  {"g_cancel",  &P::g_cancel,  0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "alliance lost by staying home after announcing"},
  {"g_skip",    &P::g_skip,    0.02, 0, 1, "1", lognormal(0.02, 0.5), "assumed", "aftermath", "alliance lost by skipping a calendar event (half by delegating)"},
  {"g_refuse",  &P::g_refuse,  0.1,  0, 1, "1", lognormal(0.1, 0.5),  "assumed", "aftermath", "alliance lost by a withdrawn invitation"},
  {"chi_visit", &P::chi_visit, 0.15, 0, 1, "1", lognormal(0.15, 0.5), "assumed", "aftermath", "norm lost by a safe visit under duty"},
  {"chi_find",  &P::chi_find,  0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "norm regained by a finding"},
  {"chi_stay",  &P::chi_stay,  0.03, 0, 1, "1", lognormal(0.03, 0.5), "assumed", "aftermath", "norm gained when the leader stays home"},
  {"chi_ref",   &P::chi_ref,   0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "norm gained when a host withdraws"},
  {"chi_arr",   &P::chi_arr,   0.5,  0, 1, "1", lognormal(0.5, 0.5),  "assumed", "aftermath", "norm gained by an arrest"},
  {"g_B",       &P::g_B,       0.1,  0, 1, "1", lognormal(0.1, 0.5),  "assumed", "aftermath", "budget gained by success"},
  {"l_B",       &P::l_B,       0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "budget lost by defeat"},
  {"o_B",       &P::o_B,       0.05, 0, 1, "1", lognormal(0.05, 0.5), "assumed", "aftermath", "budget gained by outrage"},
  {"B_min",     &P::B_min,     0.25, 0, 1, "1", fixed(0.25),          "assumed", "aftermath", "floor of a budget, of its start"},
  {"B_max",     &P::B_max,     4,    1, 100, "1", fixed(4),           "assumed", "aftermath", "ceiling of a budget, of its start"},
  {"zeta",      &P::zeta,      0.5,  0, 1, "1", normal(0.5, 0.2),     "assumed", "aftermath", "chance of a finding after a visit under duty"},
  {"eps_peer",  &P::eps_peer,  0.5,  0, 1, "1", normal(0.5, 0.2),     "assumed", "aftermath", "how much other leaders learn from a precedent"},

  {"em",    &P::em,    1e-4, 0, 1,   "1/hour", lognormal(1e-4, 1), "assumed", "flight", "diversions an hour over states with a duty"},
  {"avoid", &P::avoid, 0.02, 0, 1,   "1",      fixed(0.02),        "assumed", "flight", "public chance of arrest above which a state is flown around"},

  {"rec_bilateral", &P::rec_bilateral, 0.2, 1e-3, 1, "1", normal(0.2, 0.15), "assumed", "record", "chance that a bilateral visit not made to a host without a duty gets on record, against one made"},
  {"rec_occasion",  &P::rec_occasion,  0.5, 1e-3, 1, "1", normal(0.5, 0.2),  "assumed", "record", "the same of any other occasion"},
  {"rec_duty",      &P::rec_duty,      0.8, 1e-3, 1, "1", normal(0.8, 0.2),  "assumed", "record", "the same at a host with a duty"},
  {"rec_lapse",     &P::rec_lapse,     0.05, 0, 1,   "1", normal(0.03, 0.02), "fitted", "record", "chance that a recorded occasion falls through for reasons outside the model"},
};
// clang-format on

}  // namespace

std::span<const Parameter> parameter_table() { return table; }

const Parameter* find_parameter(std::string_view symbol) {
  for (const Parameter& row : table)
    if (row.symbol == symbol) return &row;
  return nullptr;
}

Parameters::Parameters() {
  for (const Parameter& row : table) this->*row.member = row.initial;
}

}  // namespace agents
