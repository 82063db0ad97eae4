// The parameters as the weekly equations use them: float32, under their symbols, with the few squares they need.
#pragma once
#include "agents/parameters.hpp"

namespace agents {

struct Coefficients {
  float th_nu, th_F, th_c, th_p, th_o, th_or, th_a, kap_refuse, kap_arrest;
  float sigma_u, sigma_u2, rho;
  float nu_bar, I0;
  float Omega, b_0, b_V, b_al, b_I, b_h, phi, b_del, b_commit, sig_s, sig_s2;
  float tau, al_0, al_delta, al_I, al_k, sig_V;
  float eta, s_0, chi_adv, xi, g_tr;
  float g_visit, g_cancel, g_skip, g_refuse, chi_visit, chi_find, chi_stay, chi_ref, chi_arr;
  float g_B, l_B, o_B, B_min, B_max, zeta, eps_peer, em;
  float rec_bilateral, rec_occasion, rec_duty, rec_lapse;
  float common, own;  ///< sigma_u sqrt(rho), sigma_u sqrt(1 - rho): resolve = common g_r + own e_h

  explicit Coefficients(const Parameters& p);
};

}  // namespace agents
