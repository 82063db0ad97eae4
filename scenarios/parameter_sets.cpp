#include "scenarios/parameter_sets.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "agents/parameters.hpp"
#include "scenarios/derive.hpp"
#include "scenarios/numbers.hpp"
#include "scenarios/problem.hpp"

namespace scenarios {
namespace {

constexpr std::array<std::pair<std::string_view, double agents::Leader::*>, 3> of_leaders = {
    {{"Lambda", &agents::Leader::Lambda}, {"lam", &agents::Leader::lam}, {"D", &agents::Leader::D}}};

double agents::Leader::*of_leader(std::string_view symbol) {
  for (const auto& [name, member] : of_leaders)
    if (name == symbol) return member;
  return nullptr;
}

/// "bashir.Lambda" -> {"bashir", "Lambda"}; "th_m" -> {"", "th_m"}
std::pair<std::string_view, std::string_view> split(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == name.npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

const agents::Parameter* parameter_of(std::string_view name) {
  const auto [leader, symbol] = split(name);
  if (name.find('.') != name.npos && (leader.empty() || !of_leader(symbol))) return nullptr;
  return agents::find_parameter(symbol);
}

}  // namespace

agents::World ParameterSets::world(agents::World base, std::size_t set) const {
  const std::vector<double>& values = sets.at(set);
  const auto by_age = [&] { return norm_by_age(base.parameters, base.leaders.front().issue); };
  const bool norm_follows = !base.leaders.empty() && base.parameters.nu0 == by_age() &&
                            std::find(names.begin(), names.end(), "nu0") == names.end();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto [leader, symbol] = split(names[i]);
    if (!leader.empty()) continue;
    double& shared = base.parameters.*agents::find_parameter(symbol)->member;
    if (const auto member = of_leader(symbol))
      for (agents::Leader& l : base.leaders)
        if (l.*member == shared) l.*member = values[i];
    shared = values[i];
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto [leader, symbol] = split(names[i]);
    for (agents::Leader& l : base.leaders)
      if (l.name == leader) l.*of_leader(symbol) = values[i];
  }
  if (norm_follows) base.parameters.nu0 = by_age();
  return base;
}

ParameterSets read_parameter_sets(const Table& table) {
  ParameterSets sets;
  if (table.rows().empty()) throw TableError(table.name() + ": no parameter set in it");
  const Row& first = table.rows().front();
  std::set<std::string> seen;
  for (const std::string& name : table.header()) {
    if (name == "block") continue;
    if (!parameter_of(name)) {
      std::vector<std::string> known;
      for (const agents::Parameter& p : agents::parameter_table()) known.emplace_back(p.symbol);
      table.fail(name,
                 "unknown parameter '" + printable(name) + "': " +
                     suggestion(name, known, "a symbol of 'safeconduct parameters', or LEADER.Lambda, .lam or .D"));
    }
    if (!seen.insert(name).second) table.fail(name, "column '" + name + "' twice");
    sets.names.push_back(name);
  }
  if (sets.names.empty()) first.fail("no parameter in it");
  const bool stored = sets.names.size() < table.header().size();
  if (stored) sets.block = first.integer("block");
  for (const Row& row : table.rows()) {
    if (stored && (row.integer("block") != sets.block || sets.block < 1)) row.fail("all blocks must be of one size");
    sets.sets.emplace_back();
    for (const std::string& name : sets.names) {
      const agents::Parameter& p = *parameter_of(name);
      sets.sets.back().push_back(row.number(name, p.low, p.high));
    }
  }
  return sets;
}

void must_sum_to_one(const Table& table) {
  std::vector<std::string> given, missing;
  for (const std::string_view feature : feature_names) {
    if (!is_friendly(feature)) continue;
    std::string symbol = "w_" + std::string(feature);
    const bool there = std::find(table.header().begin(), table.header().end(), symbol) != table.header().end();
    (there ? given : missing).push_back(std::move(symbol));
  }
  if (given.empty()) return;
  std::string names;
  for (const std::string& symbol : missing) names += (names.empty() ? "" : ", ") + symbol;
  if (!missing.empty())
    table.fail(given.front(),
               "the weights of the friendly features must sum to 1: give them all, or none (missing: " + names + ")");
  for (const Row& row : table.rows()) {
    double sum = 0;
    for (const std::string& symbol : given) sum += row.number(symbol);
    if (const std::string why = objection_to_weights(sum); !why.empty()) row.fail(why);
  }
}

std::string to_table(const ParameterSets& sets) {
  std::string text = "block";
  for (const std::string& name : sets.names) text += "," + name;
  text += "\n";
  for (const std::vector<double>& values : sets.sets) {
    text += std::to_string(sets.block);
    for (const double x : values) text += "," + shortest(x);
    text += "\n";
  }
  return text;
}

ParameterSets thinned(const ParameterSets& sets, std::size_t n) {
  const std::size_t all = sets.sets.size();
  ParameterSets some{sets.names, {}, sets.block};
  for (std::size_t i = 0; i < std::min(n, all); ++i) some.sets.push_back(sets.sets[place_of(i, std::min(n, all), all)]);
  return some;
}

}  // namespace scenarios
