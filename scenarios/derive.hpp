// From a fact to an attribute of the model: the one place where it happens. The rules are spelled out at the functions
// in derive.cpp and in world/SOURCES.md, and tests/scenarios/test_derivation.py builds the same numbers from the tables
// again.
#pragma once
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "agents/world.hpp"
#include "scenarios/facts.hpp"

namespace scenarios {

/// The features of a dyad, in the order of their columns.
inline constexpr std::string_view feature_names[] = {"trade",  "pact",  "base",   "arms",      "unga",
                                                     "border", "blocs", "tenure", "hostility", "patronage"};

/// Those that bring a host nearer, whose weights sum to 1.
constexpr bool is_friendly(std::string_view feature) { return feature != "hostility" && feature != "patronage"; }
/// What is wrong with the sum of their weights; empty: nothing.
std::string objection_to_weights(double sum);

/// A leader of the scenario: with a profile ("putin"), or without ("") and with a home state alone.
struct LeaderRequest {
  std::string profile;
  std::string home;  ///< ISO code; may differ from the profile's
};

/// nu0 where nobody sets it: the norm is strongest in the week of the first leader's warrant and returns to rest from
/// there; before a warrant it is at rest. `issue`: its week.
double norm_by_age(const agents::Parameters& p, agents::Week issue);

/// The world as shipped, before a scenario changes anything: plain data, to be overridden at will.
struct BaseWorld {
  std::vector<agents::Host> hosts;      ///< every state, by code, home states included
  std::vector<std::string> host_names;  ///< readable, in the order of hosts
  /// In the order asked for; figures of the start date. Without a profile: R, S, Pi 0, lam 0.45, D 3000, issue 0.
  /// Lambda is left 0.
  std::vector<agents::Leader> leaders;
  std::vector<std::string> features;
  std::vector<Eigen::MatrixXd> dyads;  ///< for each leader host x feature, at the start; the home state's own row is 0
  std::vector<agents::Stance> stances;
  std::vector<agents::Shock> shocks;   ///< dated changes after the start and inside the horizon, by week
  std::vector<agents::Ngo> ngos;       ///< name: the id in ngos.csv
  std::vector<std::string> ngo_names;  ///< readable, in the order of ngos
  Eigen::MatrixXd reach;               ///< ngo x host
};

/// Something the world's tables do not cover, with what to do about it.
class WorldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws WorldError for a home state without a dyad table (the message names the file, its columns and how to add it),
/// an unknown profile or an unknown home state.
BaseWorld derive(const Facts& facts, Date start, agents::Week weeks, std::span<const LeaderRequest> leaders);

}  // namespace scenarios
