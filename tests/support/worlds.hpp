// Small worlds made in code, for tests: nothing moves in them but what a case sets in motion.
#pragma once
#include <limits>
#include <string>
#include <vector>

#include "agents/stage.hpp"

namespace support {

inline constexpr double infinite = std::numeric_limits<double>::infinity();

inline double d(float x) { return static_cast<double>(x); }

/// Every weight, rate and effect 0, every half-life infinite, the norm at rest at 1.
inline agents::Parameters still_parameters() {
  agents::Parameters p;
  for (const agents::Parameter& row : agents::parameter_table()) p.*row.member = 0;
  p.nu_bar = p.nu0 = 1;
  p.H_nu = p.H_delta = p.H_p = p.H_F = p.H_k = p.H_B = p.H_v = infinite;
  p.s_0 = 1;
  p.mean_lead = p.mean_days = 1;
  p.B_max = 100;
  p.sig_s = infinite;
  return p;
}

/// Hosts "H0", "H1", ... in region "R", members since ever, all at one place; one leader without bilateral ideas;
/// one feature, "trade", 0 everywhere; still parameters; no NGO.
inline agents::World exchangeable_hosts(std::size_t n, agents::Week weeks) {
  agents::World w;
  w.weeks = weeks;
  w.parameters = still_parameters();
  for (std::size_t h = 0; h < n; ++h) {
    agents::Host host;
    host.name = "H" + std::to_string(h);
    host.region = "R";
    host.membership = {agents::Span{}};
    w.hosts.push_back(host);
  }
  w.features = {"trade"};
  agents::Leader leader;
  leader.name = "leader";
  leader.home = "home";
  leader.D = 1000;
  w.leaders = {leader};
  w.dyads = {Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(n), 1)};
  w.reach = Eigen::MatrixXd::Zero(0, static_cast<Eigen::Index>(n));
  return w;
}

inline agents::World one_host_world(agents::Week weeks) { return exchangeable_hosts(1, weeks); }

/// A second leader like the first.
inline void add_leader(agents::World& w, const std::string& name) {
  w.leaders.push_back(w.leaders.front());
  w.leaders.back().name = name;
  w.dyads.push_back(w.dyads.front());
}

/// An organisation with budget B that reaches every host.
inline void add_ngo(agents::World& w, double B, double y, double omega, double G = 1) {
  w.ngos.push_back({"N" + std::to_string(w.ngos.size()), B, y, omega});
  w.reach.conservativeResize(w.reach.rows() + 1, static_cast<Eigen::Index>(w.hosts.size()));
  w.reach.row(w.reach.rows() - 1).setConstant(G);
}

/// An event to which every leader is invited.
inline agents::Event& add_event(agents::World& w, std::size_t host, agents::Week start, int lead, double V = 1) {
  agents::Event e;
  e.name = "E" + std::to_string(w.events.size());
  e.start = start;
  e.host = agents::host_id(host);
  e.V = V;
  e.lead = lead;
  for (std::size_t l = 0; l < w.leaders.size(); ++l) e.leaders.push_back(agents::leader_id(l));
  w.events.push_back(e);
  return w.events.back();
}

/// Default parameters in a world of n alike hosts that stand at the leader's door: a middling alliance, three NGOs, an
/// event every ten weeks, bilateral ideas. Everything happens now and then.
inline agents::World lively_world(std::size_t n, agents::Week weeks) {
  agents::World w = exchangeable_hosts(n, weeks);
  w.parameters = agents::Parameters{};
  w.parameters.w_trade = 1;
  w.dyads[0].setConstant(0.4);
  for (agents::Host& h : w.hosts) h.J = h.C = h.W = 0.5;
  agents::Leader& l = w.leaders[0];
  l.R = 0.5, l.Lambda = w.parameters.Lambda, l.lam = w.parameters.lam, l.D = w.parameters.D;
  add_ngo(w, 2, 0.2, 0.5);
  add_ngo(w, 2, 0.5, 0.8);
  add_ngo(w, 1, 0.8, 0.2);
  for (agents::Week t = 10; t < weeks; t += 10) add_event(w, static_cast<std::size_t>(t / 10) % n, t, 6, 1.5);
  return w;
}

}  // namespace support
