// The world as the model reads it: every attribute resolved, every date a week. One struct for each exported table,
// with the tables' own names (agents/ODD.md, "Entities, state variables and scales"). Nothing here changes during a
// run. The tables that are derived from it once, before the first replicate: agents/stage.hpp.
#pragma once
#include <Eigen/Core>
#include <string>
#include <string_view>
#include <vector>

#include "agents/ids.hpp"
#include "agents/parameters.hpp"

namespace agents {

/// A host state. J, Q, C, W and mass lie in [0, 1]; they may be changed by dated shocks.
struct Host {
  std::string name;         ///< stable code (ISO 3166-1 alpha-3 in the shipped world)
  std::string region;       ///< region of the world, for resolve and precedents
  double lat = 0, lon = 0;  ///< the capital, degrees
  Span exists;
  std::vector<Span> membership;  ///< weeks in which the Rome Statute binds the state; empty: never
  double J = 0;                  ///< judicial independence
  double Q = 0;                  ///< implementing legislation, 0 or 1
  double C = 0;                  ///< civil-society strength
  double W = 0;                  ///< dependence on the West
  double mass = 0;               ///< economic mass (rescaled log GDP)
};

/// A leader under a warrant. S, Pi and lam are the values of week 0.
struct Leader {
  std::string name;
  std::string home;         ///< host name of the home state (need not be a host)
  double lat = 0, lon = 0;  ///< the home capital, degrees
  Week issue = 0;           ///< week of the warrant; may be negative
  double R = 0;             ///< retaliation capacity, [0, 1]
  double Lambda = 0;        ///< loss from arrest, utility
  double S = 0;             ///< sanction level on the home state, [0, 1]
  double Pi = 0;            ///< Western pressure about this leader, [-1, 1]
  double lam = 0;           ///< bilateral opportunities a week, [0, 1]
  double D = 0;             ///< reach, km
};

enum class StanceKind : std::uint8_t { own, organisation };

/// What a host's government, or an organisation it belongs to, has said about a warrant: +1 will arrest, -1 will not.
struct Stance {
  LeaderId leader;
  HostId host;
  StanceKind kind = StanceKind::own;
  Span when;
  double value = 0;
};

enum class RouteKind : std::uint8_t { direct, avoid };

/// One way from the home capital to the host's: hours, and the hours over each state on the way (home and destination
/// left out).
struct Flight {
  struct Over {
    HostId host;
    double hours = 0;
  };
  LeaderId leader;
  HostId host;
  Span when;
  RouteKind route = RouteKind::direct;
  double hours = 0;
  std::vector<Over> over;
};

struct Ngo {
  std::string name;
  double B = 0;      ///< weekly budget at the start, medium organisations
  double y = 0;      ///< litigation share, [0, 1]
  double omega = 0;  ///< taste for winnable fights, [0, 1]
};

/// A stage of a scheduled trip, as the scenario lists it (not merged, nothing left out).
struct Event {
  std::string name;
  Week start = 0;
  double days = 1;
  HostId host;
  double V = 1;
  std::int32_t lead = 1;  ///< weeks, at least 1
  double participants = 2;
  std::vector<LeaderId> leaders;
  double bound = 0;  ///< how far the host cannot refuse, [0, 1]
  double cover = 0;  ///< how far the occasion shields the visitor, [0, 1]
  std::string trip;  ///< stages with the same id and host are one trip; may be empty
};

enum class ShockTarget : std::uint8_t { nu, B, delta, S, Pi, lam, J, Q, C, W, feature, government };
enum class ShockOp : std::uint8_t { set, add, multiply };

/// A dated change. `all` in leader, host or ngo means: not read for this target (for B: every NGO).
struct Shock {
  static constexpr int all = -1;
  Week week = 0;
  ShockTarget target = ShockTarget::nu;
  ShockOp op = ShockOp::set;
  double value = 0;
  int leader = all, host = all, ngo = all;
  int feature = all;  ///< column of World::features, for ShockTarget::feature
};

struct World {
  Week weeks = 0;  ///< horizon T
  std::vector<Host> hosts;
  std::vector<Leader> leaders;
  std::vector<std::string> features;   ///< K names of dyad features; the weight of each is parameter w_<name>
  std::vector<Eigen::MatrixXd> dyads;  ///< X_l: for each leader H x K, week 0
  std::vector<Stance> stances;
  std::vector<Flight> flights;  ///< a leader without any flies the great circle, unexposed
  std::vector<Ngo> ngos;
  Eigen::MatrixXd reach;      ///< G, N x H, in [0, 1]
  std::vector<Event> events;  ///< in the order of the scenario
  std::vector<Shock> shocks;  ///< by week, then in the order of the scenario
  Parameters parameters;
};

}  // namespace agents
