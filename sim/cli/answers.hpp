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

/// Where a file of this type goes: --out, else `otherwise` here. Refuses at once what could not be written at the end,
/// and to write over any other file.
std::filesystem::path answer_path(const Arguments& arguments, const std::string& otherwise, std::string_view filetype);

/// Throws where something is there that is no file of this type. `option`: "out FILE".
void must_be_file_of(std::string_view filetype, std::string_view option, const std::filesystem::path& path);
/// Throws unless a file of this name can be made in its folder.
void must_have_room(std::string_view option, const std::filesystem::path& path);
/// Throws where a file is there that does not begin like this: it is somebody else's. `option`: "out FILE".
void must_begin_with(std::string_view begins, std::string_view option, const std::filesystem::path& path,
                     const std::string& kind);
/// Throws unless the folder is there or can be made.
void make_folder(const std::filesystem::path& folder);

/// Of a command that was stopped: says so and is true if its file already rests on as many histories.
bool fuller_is_left_alone(const std::filesystem::path& path, std::int64_t there, std::int64_t done);

/// The merged file of a sweep, named by itself or by its folder.
std::filesystem::path merged_file(const std::filesystem::path& given);

/// Throws unless the name that an option gives is known: "is not `where`".
void must_be_known(std::string_view option, const std::string& name, const std::vector<std::string>& known,
                   const std::string& where);
/// The same of a host, which goes by its code: its row; says which code if it was called by its name.
std::size_t must_be_a_host(std::string_view option, const std::string& name, const scenarios::Scenario& scenario);

/// "+1.20", "-0.03", "0.00".
std::string signed_number(double x, int decimals);

}  // namespace cli
