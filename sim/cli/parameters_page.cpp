#include "sim/cli/parameters_page.hpp"

#include "scenarios/numbers.hpp"
#include "sim/cli/words.hpp"

namespace cli {
namespace {

using scenarios::shortest;

std::string range(const agents::Parameter& p) { return shortest(p.low) + " to " + shortest(p.high); }

std::string prior(const agents::Prior& prior) {
  switch (prior.kind) {
    case agents::Prior::Kind::fixed:
      return "fixed";
    case agents::Prior::Kind::normal:
      return "normal(" + shortest(prior.a) + ", " + shortest(prior.b) + ")";
    case agents::Prior::Kind::lognormal:
      return "lognormal(" + shortest(prior.a) + ", " + shortest(prior.b) + ")";
  }
  return "?";
}

}  // namespace

std::string parameters_table() {
  std::string out, group;
  for (const agents::Parameter& p : agents::parameter_table()) {
    if (p.group != group) {
      out += (group.empty() ? "" : "\n") + std::string(p.group) + "\n";
      group = p.group;
    }
    out += "  " + left(p.symbol, 12) + right(shortest(p.initial), 7) + "  " + left(p.unit, 13) + left(range(p), 13) +
           " " + std::string(p.meaning) + "\n";
  }
  return out + "\nColumns: symbol, default, unit, range, meaning. 'safeconduct parameters SYMBOL' tells more.\n";
}

std::string about_parameter(const agents::Parameter& p) {
  return std::string(p.symbol) + ": " + std::string(p.meaning) + "\n  default  " + shortest(p.initial) +
         (p.unit == "1" ? "" : " " + std::string(p.unit)) + "\n  range    " + range(p) + "\n  prior    " +
         prior(p.prior) + "\n  source   " + std::string(p.source) + "\n  group    " + std::string(p.group) +
         "\n  change   [parameters] " + std::string(p.symbol) + " = VALUE, or --set parameters." +
         std::string(p.symbol) + "=VALUE\n";
}

std::string parameters_markdown() {
  std::string out = "| symbol | default | range | unit | prior | source | meaning |\n|---|---|---|---|---|---|---|\n";
  for (const agents::Parameter& p : agents::parameter_table())
    out += "| `" + std::string(p.symbol) + "` | " + shortest(p.initial) + " | " + range(p) + " | " +
           std::string(p.unit) + " | " + prior(p.prior) + " | " + std::string(p.source) + " | " +
           std::string(p.meaning) + " |\n";
  return out;
}

}  // namespace cli
