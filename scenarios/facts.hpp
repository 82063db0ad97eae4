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
template <class Figure>
using ByEpoch = std::array<Figure, 2>;  // indexed by Epoch

/// One state: states.csv and vdem.csv. A figure without a value is unknown, not zero.
struct State {
  using Figures = ByEpoch<std::optional<double>>;
  std::string code;  ///< ISO 3166-1 alpha-3
  std::string name, region, capital;
  double lat = 0, lon = 0;  ///< the capital, degrees
  Period exists;
  Figures gdp;  ///< current US dollars
  Figures aid;  ///< aid from the United States and the members of the European Union, share of GDP
  Figures polyarchy, rule_of_law, judicial_constraint, civil_society, free_expression;  ///< V-Dem, [0, 1]
  std::vector<Period> membership;  ///< in force under the Rome Statute
  std::optional<bool> implementing_legislation;
};

/// What ties a host to a home state: dyads_<home>.csv.
struct Dyad {
  std::string host;
  double trade_share = 0;       ///< trade with the home state over the host's trade
  double home_trade_share = 0;  ///< the same trade over the home state's trade
  bool defence_pact = false, base = false, border = false;
  double arms_share = 0;       ///< the home state's share of the host's arms imports
  double home_arms_share = 0;  ///< the host's share of the home state's arms imports
  std::optional<double> unga_agreement;
  int shared_blocs = 0;
};

struct BlocMember {
  std::string bloc, state;
  Period when;
  std::string status;  ///< only "member" counts as one
};
struct Ruler {
  std::string state, name;
  Date since;   ///< start of the ruler's time in office
  Period when;  ///< since .. the end
};

/// A leader whose figures are shipped; values before any dated change.
struct Profile {
  std::string id, name, home;
  std::optional<Date> warrant;
  double R = 0, S = 0, Pi = 0, lam = 0, D = 0;
};

/// A change that holds from `date` on: of a leader (S, Pi, lam), a dyad feature of a home state, or a government.
struct DatedFact {
  std::optional<Date> date;  ///< none: since before any start
  std::string leader, home, host, target;
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
  std::string which;  ///< all, member, implementing, region, state, home
  std::string value;  ///< region's name, state's code or home state's code
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
  std::map<std::string, std::vector<Dyad>> dyads;  ///< by home state, then host; the home states that have a table
  std::vector<BlocMember> blocs;
  std::vector<Ruler> rulers;
  std::vector<Profile> profiles;  ///< as listed
  std::vector<DatedFact> dated;
  std::vector<Statement> statements;
  std::vector<Organisation> organisations;
  std::vector<ReachRule> reach;
  std::vector<EventKind> event_kinds;
};

/// Reads the folder scenarios/world. Throws TableError at the first mistake.
Facts read_facts(const std::filesystem::path& world_folder);

const State* state(const Facts& facts, std::string_view code);  ///< nullptr if there is none
const Profile* profile(const Facts& facts, std::string_view id);
const EventKind* event_kind(const Facts& facts, std::string_view kind);
/// Full membership on that day (not observers, partners or suspended members).
bool member_of(const Facts& facts, std::string_view bloc, std::string_view state_code, Date date);
/// Names of the blocs, sorted.
std::vector<std::string> bloc_names(const Facts& facts);

}  // namespace scenarios
