#include "agents/coefficients.hpp"

#include <cmath>

namespace agents {

Coefficients::Coefficients(const Parameters& p) {
  const auto f = [](double x) { return static_cast<float>(x); };
  th_nu = f(p.th_nu), th_F = f(p.th_F), th_c = f(p.th_c), th_p = f(p.th_p), th_o = f(p.th_o), th_or = f(p.th_or);
  th_a = f(p.th_a), kap_refuse = f(p.kap_refuse), kap_arrest = f(p.kap_arrest);
  sigma_u = f(p.sigma_u), sigma_u2 = f(p.sigma_u * p.sigma_u), rho = f(p.rho);
  nu_bar = f(p.nu_bar), I0 = f(p.I0);
  Omega = f(p.Omega), b_0 = f(p.b_0), b_V = f(p.b_V), b_al = f(p.b_al), b_I = f(p.b_I), b_h = f(p.b_h);
  phi = f(p.phi), b_del = f(p.b_del), b_commit = f(p.b_commit), sig_s = f(p.sig_s), sig_s2 = f(p.sig_s * p.sig_s);
  tau = f(p.tau), al_0 = f(p.al_0), al_delta = f(p.al_delta), al_I = f(p.al_I), al_k = f(p.al_k), sig_V = f(p.sig_V);
  eta = f(p.eta), s_0 = f(p.s_0), chi_adv = f(p.chi_adv), xi = f(p.xi), g_tr = f(p.g_tr);
  g_visit = f(p.g_visit), g_cancel = f(p.g_cancel), g_skip = f(p.g_skip), g_refuse = f(p.g_refuse);
  chi_visit = f(p.chi_visit), chi_find = f(p.chi_find), chi_stay = f(p.chi_stay), chi_ref = f(p.chi_ref);
  chi_arr = f(p.chi_arr);
  g_B = f(p.g_B), l_B = f(p.l_B), o_B = f(p.o_B), B_min = f(p.B_min), B_max = f(p.B_max);
  zeta = f(p.zeta), eps_peer = f(p.eps_peer), em = f(p.em);
  rec_bilateral = f(p.rec_bilateral), rec_occasion = f(p.rec_occasion), rec_duty = f(p.rec_duty);
  rec_lapse = f(p.rec_lapse);
  common = f(p.sigma_u * std::sqrt(p.rho)), own = f(p.sigma_u * std::sqrt(1 - p.rho));
}

}  // namespace agents
