#include "scenarios/facts.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "scenarios/derive.hpp"

namespace scenarios {
namespace {

namespace fs = std::filesystem;
constexpr double huge = std::numeric_limits<double>::max();

/// Refuses a second line about the same thing.
class Once {
 public:
  explicit Once(std::string what) : what_(std::move(what)) {}
  void check(const Row& row, const std::string& key) {
    const auto [found, fresh] = lines_.emplace(key, row.line());
    if (!fresh) row.fail(what_ + " '" + key + "' listed twice (first in line " + std::to_string(found->second) + ")");
  }

 private:
  std::string what_;
  std::map<std::string, std::size_t> lines_;
};

void must_be_state(const Facts& facts, const Row& row, std::string_view column) {
  if (!state(facts, row.text(column)))
    row.fail(std::string(column) + " '" + row.text(column) + "' is not a state of world/states.csv");
}

void must_be_bloc(const Facts& facts, const Row& row, std::string_view column) {
  const auto is_it = [&](const BlocMember& member) { return member.bloc == row.text(column); };
  if (std::none_of(facts.blocs.begin(), facts.blocs.end(), is_it))
    row.fail(std::string(column) + " '" + row.text(column) + "' is not a bloc of world/blocs.csv");
}

void must_be_profile(const Facts& facts, const Row& row, std::string_view column) {
  if (!profile(facts, row.text(column)))
    row.fail(std::string(column) + " '" + row.text(column) + "' is not a leader of world/leaders.csv");
}

State& find_state(Facts& facts, const Row& row) {
  must_be_state(facts, row, "state");
  return *std::find_if(facts.states.begin(), facts.states.end(),
                       [&](const State& s) { return s.code == row.text("state"); });
}

void read_states(const fs::path& folder, Facts& facts) {
  const Table table(folder / "states.csv",
                    {"state", "name", "region", "capital", "lat", "lon", "exists_from", "exists_to", "gdp_2012",
                     "gdp_2023", "aid_us_0915", "aid_us_1822", "aid_eu_0915", "aid_eu_1822"});
  Once once("state");
  for (const Row& row : table.rows()) {
    once.check(row, row.text("state"));
    State s;
    s.code = row.text("state");
    s.name = row.text("name");
    s.region = row.text("region");
    s.capital = row.text("capital");
    s.lat = row.number("lat", -90, 90);
    s.lon = row.number("lon", -180, 180);
    s.exists = row.period("exists_from", "exists_to");
    s.gdp = {row.number_if_any("gdp_2012", 1, huge), row.number_if_any("gdp_2023", 1, huge)};
    s.aid_us = {row.number_if_any("aid_us_0915"), row.number_if_any("aid_us_1822")};
    s.aid_eu = {row.number_if_any("aid_eu_0915"), row.number_if_any("aid_eu_1822")};
    facts.states.push_back(std::move(s));
  }
  std::sort(facts.states.begin(), facts.states.end(), [](const State& a, const State& b) { return a.code < b.code; });
}

void read_vdem(const fs::path& folder, Facts& facts) {
  const Table table(folder / "vdem.csv", {"state", "polyarchy_0915", "polyarchy_latest", "rule_of_law_0915",
                                          "rule_of_law_latest", "judicial_constraint_0915",
                                          "judicial_constraint_latest", "civil_society_0915", "civil_society_latest"});
  Once once("state");
  for (const Row& row : table.rows()) {
    State& s = find_state(facts, row);
    once.check(row, s.code);
    const auto both = [&](const std::string& name) {
      return Figures{row.number_if_any(name + "_0915", 0, 1), row.number_if_any(name + "_latest", 0, 1)};
    };
    s.polyarchy = both("polyarchy");
    s.rule_of_law = both("rule_of_law");
    s.judicial_constraint = both("judicial_constraint");
    s.civil_society = both("civil_society");
  }
}

void read_icc(const fs::path& folder, Facts& facts) {
  const Table table(folder / "icc.csv", {"state", "in_force", "withdrawn", "implementing_legislation"});
  for (const Row& row : table.rows()) {
    State& s = find_state(facts, row);
    const Period period = row.period("in_force", "withdrawn");
    if (!s.membership.empty() && (!s.membership.back().to || !period.from || *period.from < *s.membership.back().to))
      row.fail("membership of '" + s.code + "' overlaps the line before, or comes before it");
    s.membership.push_back(period);
    if (!row.empty("implementing_legislation")) s.implementing_legislation = row.yes_no("implementing_legislation");
  }
}

void read_blocs(const fs::path& folder, Facts& facts) {
  const Table blocs(folder / "blocs.csv", {"bloc", "state", "from", "to", "status"});
  for (const Row& row : blocs.rows()) {
    must_be_state(facts, row, "state");
    const BlocMember& m = facts.blocs.emplace_back(
        BlocMember{row.text("bloc"), row.text("state"), row.period("from", "to"), row.text("status")});
    if (m.status == "member") facts.members[m.bloc][m.state].push_back(m.when);
  }
  const Table ties(folder / "home_blocs.csv", {"home", "bloc"});
  for (const Row& row : ties.rows()) {
    must_be_state(facts, row, "home");
    must_be_bloc(facts, row, "bloc");
    facts.home_blocs.push_back({row.text("home"), row.text("bloc")});
  }
  const Table west(folder / "western.csv", {"state", "limit", "from", "to"});
  for (const Row& row : west.rows()) {
    must_be_state(facts, row, "state");
    facts.western_limits.push_back({row.text("state"), row.number("limit", 0, 1), row.period("from", "to")});
  }
  const Table bans(folder / "overflight.csv", {"home", "state", "from", "to"});
  for (const Row& row : bans.rows()) {
    must_be_state(facts, row, "home");
    must_be_state(facts, row, "state");
    facts.overflight_bans.push_back({row.text("home"), row.text("state"), row.period("from", "to")});
  }
}

void read_rulers(const fs::path& folder, Facts& facts) {
  const Table table(folder / "rulers.csv", {"state", "ruler", "since"});
  Once once("state and date");
  for (const Row& row : table.rows()) {
    must_be_state(facts, row, "state");
    once.check(row, row.text("state") + " " + row.text("since"));
    facts.rulers.push_back({row.text("state"), row.text("ruler"), row.date("since")});
  }
  std::sort(facts.rulers.begin(), facts.rulers.end(),
            [](const Ruler& a, const Ruler& b) { return a.state != b.state ? a.state < b.state : a.since < b.since; });
}

void read_dyads(const fs::path& file, const std::string& home, Facts& facts) {
  const Table table(file, dyad_columns());
  Once once("host");
  std::vector<Dyad> dyads;
  for (const Row& row : table.rows()) {
    must_be_state(facts, row, "host");
    once.check(row, row.text("host"));
    const auto both = [&](const std::string& name, const char* early, const char* late) {
      return Figures{row.number_if_any(name + early, 0, 1), row.number_if_any(name + late, 0, 1)};
    };
    Dyad d;
    d.host = row.text("host");
    d.trade_share_0911 = row.number_if_any("trade_share_0911", 0, 1);
    d.trade_share_1416 = row.number_if_any("trade_share_1416", 0, 1);
    d.trade_share_2023 = row.number_if_any("trade_share_2023", 0, 1);
    d.home_trade_share_0911 = row.number_if_any("home_trade_share_0911", 0, 1);
    d.home_trade_share_1416 = row.number_if_any("home_trade_share_1416", 0, 1);
    d.arms_share = both("arms_share", "_0514", "_1423");
    d.home_arms_share = both("home_arms_share", "_0514", "_1423");
    d.unga_agreement = both("unga_agreement", "_0914", "_1519");
    d.pact = {row.yes_no("pact_2012"), row.yes_no("pact_2024")};
    d.base = {row.yes_no("base_2012"), row.yes_no("base_2023")};
    d.border = row.yes_no("border_2016");
    dyads.push_back(std::move(d));
  }
  std::sort(dyads.begin(), dyads.end(), [](const Dyad& a, const Dyad& b) { return a.host < b.host; });
  for (const State& s : facts.states) {
    const bool there = std::any_of(dyads.begin(), dyads.end(), [&](const Dyad& d) { return d.host == s.code; });
    if (!there && s.code != home) throw TableError(table.name() + ": no line for host '" + s.code + "'");
  }
  facts.dyads.emplace(home, std::move(dyads));
}

void read_all_dyads(const fs::path& folder, Facts& facts) {
  std::map<std::string, fs::path> files;  // sorted, whatever the order of the folder
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".csv" || !name.starts_with("dyads_")) continue;
    std::string home = name.substr(6);
    for (char& c : home)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!state(facts, home))
      throw TableError("world/" + name + ".csv: '" + home + "' is not a state of world/states.csv");
    files.emplace(home, entry.path());
  }
  for (const auto& [home, file] : files) read_dyads(file, home, facts);
}

void read_profiles(const fs::path& folder, Facts& facts) {
  const Table table(folder / "leaders.csv", {"leader", "name", "home", "warrant", "R", "S", "Pi", "lam", "D"});
  Once once("leader");
  for (const Row& row : table.rows()) {
    once.check(row, row.text("leader"));
    must_be_state(facts, row, "home");
    facts.profiles.push_back({row.text("leader"), row.text("name"), row.text("home"), row.date_if_any("warrant"),
                              row.number("R", 0, 1), row.number("S", 0, 1), row.number("Pi", -1, 1),
                              row.number("lam", 0, 1), row.number("D", 1, 20100)});
  }
}

void read_dated(const fs::path& folder, Facts& facts) {
  const Table table(folder / "dated.csv", {"date", "target", "leader", "home", "host", "value"});
  Once once("change");
  for (const Row& row : table.rows()) {
    DatedFact fact;
    fact.date = row.date_if_any("date");
    fact.target = row.text("target");
    once.check(row, row.text("date") + " " + fact.target + " " + row.text("leader") + " " + row.text("home") + " " +
                        row.text("host"));
    if (fact.target == "government") {
      if (!fact.date) row.fail("a change of government needs a date");
      must_be_state(facts, row, "host");
      fact.host = row.text("host");
    } else if (fact.target == "S" || fact.target == "Pi" || fact.target == "lam") {
      must_be_profile(facts, row, "leader");
      fact.leader = row.text("leader");
      fact.value = row.number("value", fact.target == "Pi" ? -1 : 0, 1);
    } else {
      if (std::find(std::begin(feature_names), std::end(feature_names), fact.target) == std::end(feature_names))
        row.fail("target '" + fact.target + "' is none of government, S, Pi, lam and the features of a dyad");
      must_be_state(facts, row, "home");
      must_be_state(facts, row, "host");
      fact.home = row.text("home");
      fact.host = row.text("host");
      const bool hostile = fact.target == "hostility";
      fact.value = row.number("value", hostile ? -1 : 0, hostile ? 0 : 1);
    }
    facts.dated.push_back(std::move(fact));
  }
  std::stable_sort(facts.dated.begin(), facts.dated.end(),
                   [](const DatedFact& a, const DatedFact& b) { return a.date < b.date; });  // no date comes first
}

void read_statements(const fs::path& folder, Facts& facts) {
  const Table table(folder / "stances.csv", {"leader", "host", "bloc", "kind", "from", "to", "value"});
  for (const Row& row : table.rows()) {
    must_be_profile(facts, row, "leader");
    Statement s;
    s.leader = row.text("leader");
    if (row.text("kind") == "own") {
      must_be_state(facts, row, "host");
      s.host = row.text("host");
    } else if (row.text("kind") == "organisation") {
      must_be_bloc(facts, row, "bloc");
      s.bloc = row.text("bloc");
      s.kind = agents::StanceKind::organisation;
    } else {
      row.fail("kind '" + row.text("kind") + "' is neither own nor organisation");
    }
    s.when = row.period("from", "to");
    s.value = row.number("value", -1, 1);
    facts.statements.push_back(std::move(s));
  }
}

void read_organisations(const fs::path& folder, Facts& facts) {
  const Table ngos(folder / "ngos.csv", {"ngo", "name", "budget", "litigation_share", "winnability"});
  Once once("organisation");
  for (const Row& row : ngos.rows()) {
    once.check(row, row.text("ngo"));
    facts.organisations.push_back({row.text("ngo"), row.text("name"), row.number("budget", 0, 1000),
                                   row.number("litigation_share", 0, 1), row.number("winnability", 0, 1)});
  }
  const Table rules(folder / "ngo_reach.csv", {"ngo", "where", "which", "reach"});
  const auto regions = region_names(facts);
  for (const Row& row : rules.rows()) {
    const ReachRule rule{row.text("ngo"), row.text("where"), row.text("which"), row.number("reach", 0, 1)};
    const auto is_it = [&](const Organisation& o) { return o.id == rule.ngo; };
    if (std::none_of(facts.organisations.begin(), facts.organisations.end(), is_it))
      row.fail("ngo '" + rule.ngo + "' is not in world/ngos.csv");
    if (rule.where == "region") {
      if (!std::binary_search(regions.begin(), regions.end(), rule.which))
        row.fail("region '" + rule.which + "' is not in world/states.csv");
    } else if (rule.where == "bloc") {
      must_be_bloc(facts, row, "which");
    } else if (rule.where == "state") {
      must_be_state(facts, row, "which");
    } else if (rule.where != "all" && rule.where != "member" && rule.where != "law") {
      row.fail("where '" + rule.where + "' is none of all, member, law, region, bloc and state");
    }
    facts.reach_rules.push_back(rule);
  }
}

void read_event_kinds(const fs::path& folder, Facts& facts) {
  const Table table(folder / "event_kinds.csv",
                    {"kind", "value", "lead_weeks", "participants", "bound", "cover", "description"});
  Once once("kind");
  for (const Row& row : table.rows()) {
    once.check(row, row.text("kind"));
    EventKind kind;
    kind.kind = row.text("kind");
    kind.description = row.text("description");
    kind.value = row.number("value", 0, 1000);
    kind.lead_weeks = row.integer("lead_weeks");
    if (kind.lead_weeks < 1) row.fail("lead_weeks must be at least 1");
    kind.participants = row.number("participants", 0, 1e6);
    kind.bound = row.number("bound", 0, 1);
    kind.cover = row.number("cover", 0, 1);
    facts.event_kinds.push_back(std::move(kind));
  }
}

std::vector<std::string> names(const std::set<std::string>& found) { return {found.begin(), found.end()}; }

}  // namespace

Facts read_facts(const fs::path& world_folder) {
  Facts facts;
  read_states(world_folder, facts);
  read_vdem(world_folder, facts);
  read_icc(world_folder, facts);
  read_blocs(world_folder, facts);
  read_rulers(world_folder, facts);
  read_all_dyads(world_folder, facts);
  read_profiles(world_folder, facts);
  read_dated(world_folder, facts);
  read_statements(world_folder, facts);
  read_organisations(world_folder, facts);
  read_event_kinds(world_folder, facts);
  return facts;
}

std::vector<std::string> dyad_columns() {
  return {"host",
          "trade_share_0911",
          "trade_share_1416",
          "trade_share_2023",
          "home_trade_share_0911",
          "home_trade_share_1416",
          "arms_share_0514",
          "arms_share_1423",
          "home_arms_share_0514",
          "home_arms_share_1423",
          "unga_agreement_0914",
          "unga_agreement_1519",
          "pact_2012",
          "pact_2024",
          "base_2012",
          "base_2023",
          "border_2016"};
}

const State* state(const Facts& facts, std::string_view code) {
  const auto found = std::lower_bound(facts.states.begin(), facts.states.end(), code,
                                      [](const State& s, std::string_view wanted) { return s.code < wanted; });
  return found != facts.states.end() && found->code == code ? &*found : nullptr;
}

const Profile* profile(const Facts& facts, std::string_view id) {
  for (const Profile& p : facts.profiles)
    if (p.id == id) return &p;
  return nullptr;
}

const EventKind* event_kind(const Facts& facts, std::string_view kind) {
  for (const EventKind& k : facts.event_kinds)
    if (k.kind == kind) return &k;
  return nullptr;
}

bool member_of(const Facts& facts, std::string_view bloc, std::string_view state_code, Date date) {
  const auto states = facts.members.find(bloc);
  if (states == facts.members.end()) return false;
  const auto spans = states->second.find(state_code);
  return spans != states->second.end() &&
         std::any_of(spans->second.begin(), spans->second.end(), [&](const Period& when) { return when.holds(date); });
}

std::vector<std::string> bloc_names(const Facts& facts) {
  std::set<std::string> found;
  for (const BlocMember& m : facts.blocs) found.insert(m.bloc);
  return names(found);
}

std::vector<std::string> region_names(const Facts& facts) {
  std::set<std::string> found;
  for (const State& s : facts.states) found.insert(s.region);
  return names(found);
}

}  // namespace scenarios
