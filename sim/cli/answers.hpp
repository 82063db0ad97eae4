// What the verbs that answer a question share.
#pragma once
#include <cstdint>
#include <filesystem>
#include <initializer_list>
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

/// Where a file of this type goes: --out, else `otherwise` here. Refuses at once what could not be written at the end,
/// and to write over any other file.
std::filesystem::path answer_path(const Arguments& arguments, const std::string& otherwise, std::string_view filetype);

/// Throws unless a file of this name can be made in its folder.
void must_have_room(std::string_view option, const std::filesystem::path& path);
/// The same for a text; of files that are there, only those with one of these endings are written over.
void must_be_free(std::string_view option, const std::filesystem::path& path,
                  std::initializer_list<std::string_view> endings);

/// "+1.20", "-0.03", "0.00".
std::string signed_number(double x, int decimals);

}  // namespace cli
