// What the verbs that answer a question share.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load.hpp"
#include "sim/cli/options.hpp"

namespace cli {

/// --seed and --replicates as settings of a scenario, in the range of FORMAT.md.
std::vector<std::string> run_settings(const Arguments& arguments);

/// run.replicates, of which a comparison needs two: one has no spread.
std::int64_t histories_compared(const scenarios::Scenario& scenario);

/// Where a file goes: --out, else `otherwise` here. Refuses at once what could not be written at the end, and what is
/// no file of this program, which the message calls `kind`.
std::filesystem::path answer_path(const Arguments& arguments, const std::string& otherwise,
                                  std::string_view kind = "file");

/// "+1.20", "-0.03", "0.00".
std::string signed_number(double x, int decimals);

}  // namespace cli
