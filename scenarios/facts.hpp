// The shipped facts about the world, as the tables of scenarios/world state them: nothing is computed here.
// Columns, sources and licences: world/SOURCES.md. From facts to attributes of the model: derive.hpp.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/world.hpp"
#include "scenarios/csv.hpp"
#include "scenarios/date.hpp"

namespace scenarios {

/// Two sets of figures: `early` speaks of 2009 to 2015, `late` of the latest years.
enum class Epoch { early, late };
/// One figure for each epoch; nothing: unknown, which is not zero.
using Figures = std::array<std::optional<double>, 2>;

/// One state: states.csv, vdem.csv and icc.csv.
struct State {
  std::string code;  ///< ISO 3166-1 alpha-3
  std::string name, region, capital;
  double lat = 0, lon = 0;  ///< the capital, degrees
  Period exists;
  Figures gdp;             ///< current US dollars
  Figures aid_us, aid_eu;  ///< aid from the United States, from the members of the European Union; share of GDP
  Figures polyarchy, rule_of_law, judicial_constraint, civil_society;  ///< V-Dem, [0, 1]
  std::vector<Period> membership;                                      ///< Rome Statute in force
  std::optional<bool> implementing_legislation;
};

/// What ties a host to a home state: dyads_<home>.csv.
struct Dyad {
  std::string host;
  std::optional<double> trade_share_0911, trade_share_1416,
      trade_share_2023;                                                ///< with the home state, of the host's trade
  std::optional<double> home_trade_share_0911, home_trade_share_1416;  ///< the same trade, of the home state's
  Figures arms_share;       ///< the home state's share of the host's arms imports
  Figures home_arms_share;  ///< the host's share of the home state's arms imports
  Figures unga_agreement;
  std::array<bool, 2> pact{}, base{};  ///< by epoch
  bool border = false;                 ///< in 2016
};

struct BlocMember {
  std::string bloc, state;
  Period when;
  std::string status;  ///< only "member" counts as one
};
/// A bloc that counts as a tie to a home state.
struct HomeBloc {
  std::string home, bloc;
};
/// Where a state's dependence on the West is limited by hand.
struct WesternLimit {
  std::string state;
  double limit = 0;
  Period when;
};
/// `state` lets no aircraft of `home` through its airspace.
struct OverflightBan {
  std::string home, state;
  Period when;
};
/// Rules from `since` until the next ruler of the state.
struct Ruler {
  std::string state, name;
  Date since;
};

/// A leader whose figures are shipped; values before any dated change.
struct Profile {
  std::string id, name, home;
  std::optional<Date> warrant;
  double R = 0, S = 0, Pi = 0, lam = 0, D = 0;
};

/// A value that holds from `date` on (nothing: since before any start), until the next of the same thing: S, Pi, lam of
/// a leader, a feature of a host towards a home state; or a change of government in a host.
struct DatedFact {
  std::optional<Date> date;
  std::string target;
  std::string leader;      ///< profile, for S, Pi, lam
  std::string home, host;  ///< for a feature; host alone for a government
  double value = 0;
};
struct Statement {
  std::string leader;      ///< profile
  std::string host, bloc;  ///< one of them
  agents::StanceKind kind = agents::StanceKind::own;
  Period when;
  double value = 0;
};

struct Organisation {
  std::string id, name;
  double budget = 0, litigation_share = 0, winnability = 0;
};
/// Of the rules of an organisation the last that fits a state gives its reach.
struct ReachRule {
  std::string ngo;
  std::string where;  ///< all, member, law, region, bloc or state
  std::string which;  ///< the region, bloc or state
  double reach = 0;
};

/// Defaults for the events of a calendar.
struct EventKind {
  std::string kind, description;
  double value = 1;
  int lead_weeks = 1;
  double participants = 2, bound = 0, cover = 0;
};

struct Facts {
  std::vector<State> states;                       ///< by code
  std::map<std::string, std::vector<Dyad>> dyads;  ///< by home state, then host: the home states that have a table
  std::vector<BlocMember> blocs;
  /// Full membership, by bloc and state.
  std::map<std::string, std::map<std::string, std::vector<Period>, std::less<>>, std::less<>> members;
  std::vector<HomeBloc> home_blocs;
  std::vector<WesternLimit> western_limits;
  std::vector<OverflightBan> overflight_bans;
  std::vector<Ruler> rulers;      ///< by state, then date
  std::vector<Profile> profiles;  ///< as listed, like all below
  std::vector<DatedFact> dated;   ///< by date
  std::vector<Statement> statements;
  std::vector<Organisation> organisations;
  std::vector<ReachRule> reach_rules;
  std::vector<EventKind> event_kinds;
};

/// The columns of dyads_<home>.csv.
std::vector<std::string> dyad_columns();

/// Reads the folder scenarios/world. Throws TableError at the first mistake.
Facts read_facts(const std::filesystem::path& world_folder);

const State* state(const Facts& facts, std::string_view code);  ///< nullptr if there is none
const Profile* profile(const Facts& facts, std::string_view id);
const EventKind* event_kind(const Facts& facts, std::string_view kind);
/// Full membership on that day (not observers, partners or suspended members).
bool member_of(const Facts& facts, std::string_view bloc, std::string_view state_code, Date date);
/// Names of the blocs, sorted.
std::vector<std::string> bloc_names(const Facts& facts);
/// Names of the regions, sorted.
std::vector<std::string> region_names(const Facts& facts);

}  // namespace scenarios
