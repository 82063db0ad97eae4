// Every parameter of the model, once. The loader, the help text, sweeps, calibration, results files and the ODD's table
// all read parameter_table(); nobody types a default twice.
#pragma once
#include <limits>
#include <span>
#include <string_view>

namespace agents {

inline constexpr double inf = std::numeric_limits<double>::infinity();

/// The parameters under the symbols of the equations (agents/ODD.md, "Parameters"). Starts at the table's defaults.
struct Parameters {
  double th_m, th_nu, th_J, th_Q, th_F, th_B, th_c, th_p, th_W, th_o, th_or, th_a, th_R;
  double kap_refuse, kap_arrest, sigma_u, rho, iota;
  double w_trade, w_pact, w_base, w_arms, w_unga, w_border, w_blocs, w_tenure, w_hostility, w_patronage;
  double nu_bar, nu0, H_nu, H_delta, H_p, H_F, H_k, H_B, H_v, I0;
  double Lambda, Omega, b_0, b_V, b_al, b_I, b_h, phi, b_del, b_commit, sig_s;
  double lam, D, tau, al_0, al_delta, al_I, al_k, b_a, b_m, b_dist, sig_V, mean_lead, mean_days;
  double eta, s_0, chi_adv, rho_suit, xi, g_I, g_tr;
  double g_visit, g_cancel, g_skip, g_refuse, chi_visit, chi_find, chi_stay, chi_ref, chi_arr;
  double g_B, l_B, o_B, B_min, B_max, zeta, eps_peer;
  double em, avoid;
  double rec_bilateral, rec_occasion, rec_duty, rec_lapse;

  Parameters();
};

/// A prior distribution: normal(a, b) has mean a and standard deviation b; lognormal(a, b) has median a and log-sd b;
/// fixed(a) is not calibrated.
struct Prior {
  enum class Kind { fixed, normal, lognormal } kind;
  double a, b;
};

struct Parameter {
  std::string_view symbol;
  double Parameters::*member;
  double initial;    ///< the default
  double low, high;  ///< legal range, both ends included; an infinite end is a legal value
  std::string_view unit;
  Prior prior;
  std::string_view source;
  std::string_view group;
  std::string_view meaning;
};

std::span<const Parameter> parameter_table();

/// nullptr if there is none of this symbol.
const Parameter* find_parameter(std::string_view symbol);

}  // namespace agents
