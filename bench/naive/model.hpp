// The naive peer: the model as a researcher would first write it in C++. An object for every host, organisation, leader
// and for the court, behind one virtual interface; std::mt19937_64 and the distributions of <random>; doubles; every
// stock decays every week. What it is for: to say what the program's speed is worth, and, being written from the
// equations alone (agents/ODD.md), to check its results (tests/program/test_naive.py).
#pragma once
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "agents/decision.hpp"
#include "bench/naive/setting.hpp"

namespace naive {

struct Simulation;

/// An announced trip, and then what became of it.
struct Trip {
  int host = 0, place = 0;   ///< the place: row in the calendar, or one of the two below
  std::size_t decision = 0;  ///< its line in the history
  double V = 0, Z = 0, days = 0, bound = 0, cover = 0;
  Week due = 0;
  int lead = 1;
  bool order = false;
  std::vector<double> shares;  ///< of each organisation's budget, this week
  agents::Outcome outcome = agents::Outcome::pending;
  double pi_refuse = 0;  ///< the leader's estimate when the host withdrew
  struct Arrival {
    int host;
    double pi_arrest;
    bool arrested;
  };
  std::vector<Arrival> arrivals;  ///< under duty: at a diversion, at the destination
};
inline constexpr int bilateral = 1'000'000, second_stop = 1'000'001;

class Agent {
 public:
  explicit Agent(Simulation& s) : sim_(s) {}
  virtual ~Agent() = default;
  virtual void begin_week() = 0;  ///< stocks decay
  virtual void end_week() {}      ///< stocks are kept within their bounds

 protected:
  Simulation& sim_;
};

class Leader;

class Host : public Agent {
 public:
  Host(Simulation& s, int index);
  void begin_week() override;
  void change_government();
  /// What everybody can see of its index: resolve and orders left out.
  double compliance(const Leader& leader, double cover) const;
  double p_refuse(const Leader& leader, const Trip& trip, double resolve) const;
  double p_arrest(const Leader& leader, bool order, double cover) const;
  bool withdraws(const Leader& leader, const Trip& trip) const;
  /// Turns the effort of all campaigns so far into pressure.
  void feel_campaigns();

  double resolve = 0, pressure = 0, findings = 0;
  double effort = 0;  ///< of campaigns not yet felt

 private:
  int index_;
};

class Ngo : public Agent {
 public:
  Ngo(Simulation& s, std::size_t row);
  void begin_week() override;
  void end_week() override;
  /// Divides the budget among all announced trips; q: their public chances of refusal. What is left is advocacy's.
  void plan(const std::vector<std::pair<Leader*, Trip*>>& trips, const std::vector<double>& q);

  double budget, rest = 1;
  const double start, litigation, taste;
  std::vector<double> reach;  ///< by host

 private:
  std::size_t row_;
};

class Court : public Agent {
 public:
  using Agent::Agent;
  void begin_week() override {}  // it has no force of its own, and no stock
  void review(Host& host);
};

class Leader : public Agent {
 public:
  Leader(Simulation& s, std::size_t row);
  void begin_week() override;
  void end_week() override;
  void look_for_trips();
  void depart(Trip& trip);
  void aftermath(const Trip& trip);
  void settle(Trip& trip, agents::Outcome outcome);
  void forget_government(int host);
  double pi_refuse(const Trip& trip) const;
  /// Weekly rate at which a court of the host orders the arrest.
  double suits(const Trip& trip) const;
  const Dyad& dyad(int host) const { return view_->dyads[static_cast<std::size_t>(host)]; }

  /// Towards one host: deviation of the alliance, belief about its resolve, cool-down.
  struct Tie {
    double delta = 0, m = 0, v = 0, K = 0;
  };
  std::vector<Tie> ties;      ///< by host
  std::vector<Trip> trips;    ///< announced, by place
  std::vector<Trip> settled;  ///< this week, skipped events among them
  std::vector<double> regional_belief;
  double isolation;
  bool free = true;

 private:
  Tie& tie(int host) { return ties[static_cast<std::size_t>(host)]; }
  double regional(int host, double v) const;
  double pi_arrest(int host, bool order, double cover) const;
  double estimate(int host, double x) const;
  void sound(int host);
  void learn_from_refusal(int host, double pi, double y);
  void learn_from_arrival(const Trip::Arrival& a);
  bool has_trip(int place) const;
  bool sound_and_answer(Trip trip);
  Trip own_trip(int host, int place, int lead);
  double U_go(const Trip& trip, double pi_arrest) const;
  double U_delegate(const Trip& trip) const;

  std::size_t row_;
  LeaderView* view_ = nullptr;
};

struct History {
  std::vector<agents::Decision> decisions;  ///< in the order of the answers; hazard is not filled in
  double nu = 0;                            ///< at the end
};

/// One replicate and its generator.
struct Simulation {
  Simulation(Setting& s, std::uint64_t seed, std::uint32_t replicate);
  History live();

  bool happens(double p) { return std::bernoulli_distribution(p)(rng); }
  void move_norm(double x) { nu += x > 0 ? x * (2 - nu) : x * nu; }
  Host& host(int index) { return hosts[static_cast<std::size_t>(index)]; }

  Setting& setting;
  const agents::Parameters& p;
  std::mt19937_64 rng;
  std::normal_distribution<double> normal;
  Week week = 0;
  Period* period;
  double nu, start_budget = 0;
  struct Keep {
    double nu, delta, p, F, k, B, v;
  } keep;  ///< what a week leaves of each stock
  std::vector<double> regional_resolve;
  std::vector<Host> hosts;
  std::vector<Ngo> ngos;
  std::vector<Leader> leaders;
  Court court;
  std::vector<Agent*> everyone;
  History history;

 private:
  void environment();
  void campaigns();
  std::vector<std::pair<Leader*, Trip*>> announced();
};

}  // namespace naive
