// The verbs of the program. Each takes what follows it on the command line and returns the exit code.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load.hpp"
#include "sim/cli/options.hpp"

namespace cli {

/// Exit codes, as in README.md. Signals: 128 + number, after saving.
enum Exit { done = 0, usage = 2, bad_input = 65, internal = 70, no_memory = 71, io = 74 };

inline constexpr std::string_view default_scenario = "dushanbe_2025";

struct Command {
  Usage usage;
  int (*run)(const Arguments&);
};
/// In the order of the help text.
const std::vector<Command>& commands();

scenarios::Places shipped_places();
/// The options that change a scenario: --set, --seed, --replicates, as KEY=VALUE for the loader.
std::vector<std::string> scenario_settings(const Arguments& arguments);
/// The scenario a command line asks for (the default one if it names none), its notes told on stderr.
scenarios::Scenario load_scenario(const Arguments& arguments);

int run(const Arguments&);
int replay(const Arguments&);
int check(const Arguments&);
int route(const Arguments&);
int parameters(const Arguments&);
int export_csv(const Arguments&);
int page(const Arguments&);

}  // namespace cli
