// The stage on which histories are lived: everything that can be worked out once from a World, before the first
// replicate. Dated values cut the horizon into periods in which nothing but the stocks changes; each period has its own
// terms for every leader and host. Equations: ODD.md, "Derived quantities", "Flight". Tables in double, handed to the
// week as float32.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "agents/arithmetic.hpp"
#include "agents/calendar.hpp"
#include "agents/coefficients.hpp"
#include "agents/world.hpp"

namespace agents {

/// How a stock decays. It is kept as what it was worth in a reference week, so that nothing needs to be touched while
/// it only decays: a value x of week t is kept as x grown(t), and what is kept is worth kept left(t) in week t. A fast
/// stock would outgrow float32: its reference week moves on every so often, and what is kept is then multiplied by
/// fold(t).
class Decay {
 public:
  /// half_life in weeks, may be infinite
  static Decay halving(double half_life, Week weeks);
  /// keeps `share` of the stock each week; a share below 2^-60 counts as that
  static Decay keeping(double share, Week weeks);
  float left(Week t) const { return left_[static_cast<std::size_t>(t + 1)]; }    ///< t from -1 on
  float grown(Week t) const { return grown_[static_cast<std::size_t>(t + 1)]; }  ///< t from -1 on
  /// 1 unless the reference week moves at the start of week t; changes dated to week t - 1 come before.
  float fold(Week t) const { return fold_[static_cast<std::size_t>(t)]; }

  // By week; left and grown from -1 on.
  const float* left() const { return left_.data() + 1; }
  const float* grown() const { return grown_.data() + 1; }
  const float* fold() const { return fold_.data(); }

 private:
  std::vector<float> left_, grown_, fold_;
};

/// A state with a duty on the way, and its share of the flight over such states.
struct Overflown {
  HostId host;
  double hours = 0;
};

/// The route the leader takes in a period, and what it costs.
struct Route {
  bool exists = false;
  RouteKind kind = RouteKind::direct;
  float hours = 0;
  float detour_hours = 0;
  float exposure = 0;                ///< sum of hours x public chance of arrest
  float p_divert = 0;                ///< 1 - exp(-em x hours over states with a duty)
  std::vector<Overflown> with_duty;  ///< where a diversion may lead, in order
};

/// What a leader and a host are to each other in a period, stocks apart.
struct HostTerms {
  float duty = 0;
  float fixed = 0;     ///< Motives::fixed
  float alliance = 0;  ///< a before deviations: a0 (1 + iota S (1 - W))
  Route route;
};

/// Where ideas for bilateral visits go, and where a second stop would be considered after each host.
struct Pull {
  AliasTables tables;  ///< [0] of ideas, [1 + first host] of second stops
  AliasTable bilateral() const { return tables[0]; }
  AliasTable second_stop(HostId first) const { return tables[std::size_t{1} + first.index]; }
};

struct LeaderTerms {
  float lam = 0;
  std::vector<HostTerms> hosts;
  std::shared_ptr<const Pull> pull;  ///< empty where lam is 0; shared by the periods in which it does not change
};

struct Period {
  Span when;
  std::vector<LeaderTerms> leaders;
  std::vector<float> civil_society;  ///< C, by host
  std::vector<float> suit_rate;      ///< rho_suit J (1 + Q) / 2, by host
  std::vector<bool> has_duty;        ///< towards any leader, by host
  float per_host_with_duty = 0;      ///< 1 / their number; 0 if there is none
};

/// A value after a shock, bounds not applied.
template <class Real>
Real changed(Real x, const Shock& s) {
  const auto v = static_cast<Real>(s.value);
  return s.op == ShockOp::set ? v : s.op == ShockOp::add ? x + v : x * v;
}

/// Changes of stocks and governments; those of attributes are in the periods.
using StockShocks = std::vector<Shock>;

struct Stage {
  explicit Stage(World w);

  World world;
  Coefficients k;
  std::vector<float> Lambda;  ///< by leader, at most 1e30
  std::size_t hosts, leaders, ngos, regions;
  std::vector<RegionId> region_of;        ///< by host
  std::vector<std::string> region_names;  ///< sorted
  std::vector<std::uint32_t> host_place, region_place, leader_address;
  std::vector<Calendar> calendars;                   ///< by leader
  std::vector<std::vector<std::int16_t>> opened_in;  ///< [leader * weeks + week]: rows of the calendar, in its order
  std::vector<Period> periods;
  std::vector<std::uint16_t> period_of;         ///< by week
  std::vector<StockShocks> shocks_in;           ///< by week
  Eigen::MatrixXf reach;                        ///< N x H
  std::vector<float> B0, per_B0, y, omega;      ///< by NGO; per_B0: 1 / B0, 0 for an NGO without a budget
  Decay delta, p, F, K, nu, B, m, share, ease;  ///< how the stocks decay
  PoissonTable extra_lead_weeks, extra_days;
  float initial_nu;
  bool norm_overshoots;  ///< advocacy could change nu by |x| > 1 in a week and carry it out of [0, 2]

  Week weeks() const { return world.weeks; }
  const Period& period(Week t) const { return periods[period_of[static_cast<std::size_t>(t)]]; }
};

/// Whether the Rome Statute binds the host in week t.
bool is_member(const Host& host, Week t);

/// b by host: what its government has said about the warrant in week t, else the mean of its organisations, else 0.
std::vector<double> stances(const World& world, LeaderId leader, Week t);

/// What the public thinks of an arrest of each leader by each host while nothing dated changes: `q_arrest` with the
/// stocks at rest (p = F = delta = 0, nu = nu_bar). By leader, then host. Flights are not read: they are planned by it.
struct PublicRisk {
  Span when;
  std::vector<std::vector<double>> q_arrest;
};
std::vector<PublicRisk> public_risks(const World& world);

/// Two names that would share an address in the luck, as messages; a World with any must not be run.
std::vector<std::string> shared_addresses(const World& world);

}  // namespace agents
