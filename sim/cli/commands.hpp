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
enum Exit { done = 0, differs = 1, usage = 2, bad_input = 65, internal = 70, no_memory = 71, io = 74, busy = 75 };

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
/// The scenario a command line asks for (the default one if it names none), its notes told on stderr. `before`: a
/// command's own defaults, which the command line has the last word over.
scenarios::Scenario load_scenario(const Arguments& arguments, std::vector<std::string> before = {});

int run(const Arguments&);
int compare(const Arguments&);
int allocate(const Arguments&);
int sensitivity(const Arguments&);
int replay(const Arguments&);
int why(const Arguments&);
int card(const Arguments&);
int check(const Arguments&);
int route(const Arguments&);
int parameters(const Arguments&);
int export_csv(const Arguments&);
int patterns(const Arguments&);
int freeze(const Arguments&);
int score(const Arguments&);
int sweep(const Arguments&);
int status(const Arguments&);
int merge(const Arguments&);
int slurm(const Arguments&);
int verify(const Arguments&);
int page(const Arguments&);
int hindcast(const Arguments&);
int fit(const Arguments&);

}  // namespace cli
