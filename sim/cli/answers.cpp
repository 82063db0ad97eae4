#include "sim/cli/answers.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <iostream>
#include <limits>
#include <system_error>

#include "scenarios/problem.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/words.hpp"
#include "sim/output/results.hpp"

namespace cli {

namespace fs = std::filesystem;

std::vector<std::string> run_settings(const Arguments& arguments) {
  std::vector<std::string> settings;
  const auto set = [&](const std::string& key, std::int64_t low, std::int64_t high) {
    if (const auto n = arguments.whole(key, low, high)) settings.push_back("run." + key + "=" + std::to_string(*n));
  };
  set("seed", 0, std::numeric_limits<std::int64_t>::max());
  set("replicates", 1, 4'000'000'000);
  return settings;
}

std::int64_t histories_compared(const scenarios::Scenario& scenario) {
  if (scenario.run.replicates < 2)
    throw UsageError("one history has no spread to tell a difference by: --replicates takes at least 2 here");
  return scenario.run.replicates;
}

namespace {

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

[[noreturn]] void leave_alone(std::string_view option, const fs::path& path, const std::string& kind) {
  throw std::system_error(EEXIST, std::generic_category(),
                          "'" + path.string() + "' is not " + (kind.starts_with('a') ? "an " : "a ") + kind +
                              " and is left alone (--" + std::string(option) + " names another)");
}

}  // namespace

void must_have_room(std::string_view option, const fs::path& path) {
  if (!path.has_filename() || path == "-")
    throw UsageError("option '--" + std::string(option) + "' takes the name of a file, not '" + path.string() + "'");
  const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to '" + folder.string() + "'");
}

void must_be_file_of(std::string_view filetype, std::string_view option, const fs::path& path) {
  constexpr std::string_view program = "safeconduct ";
  if (is_there(path) && !sim::is_file_of(filetype, path))
    leave_alone(option, path, std::string(filetype.substr(program.size())) + " file of safeconduct");
}

fs::path answer_path(const Arguments& arguments, const std::string& otherwise, std::string_view filetype) {
  const fs::path path = arguments.text("out").value_or(otherwise);
  must_have_room("out", path);
  must_be_file_of(filetype, "out FILE", path);
  return path;
}

void must_begin_with(std::string_view begins, std::string_view option, const fs::path& path, const std::string& kind) {
  if (!is_there(path)) return;
  std::string there(begins.size(), '\0');
  std::ifstream(path, std::ios::binary).read(there.data(), static_cast<std::streamsize>(there.size()));
  if (there != begins) leave_alone(option, path, kind);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && !fs::is_directory(folder, error)) error = std::make_error_code(std::errc::not_a_directory);
  if (error) throw std::system_error(error, "cannot create the folder '" + folder.string() + "'");
}

bool fuller_is_left_alone(const fs::path& path, std::int64_t there, std::int64_t done) {
  if (there < done) return false;
  std::cerr << "stopped: the " << grouped(done) << " histories that were done are among the " << grouped(there)
            << " of " << path.string() << ", which is left alone\n";
  return true;
}

fs::path merged_file(const fs::path& given) {
  std::error_code ignored;
  if (!fs::is_directory(given, ignored)) return given;
  const fs::path merged = given / "results.h5";
  if (!is_there(merged))
    throw std::system_error(ENOENT, std::generic_category(),
                            "'" + given.string() + "' holds no results.h5, which 'safeconduct merge " + given.string() +
                                "' makes of the cells of a sweep");
  return merged;
}

void must_be_known(std::string_view option, const std::string& name, const std::vector<std::string>& known,
                   const std::string& where) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string all;  // unless they are too many to be read
  if (known.size() <= 30)
    for (const std::string& one : known) all += (all.empty() ? "known: " : ", ") + one;
  const std::string hint = scenarios::suggestion(name, known, all);
  throw UsageError("option '--" + std::string(option) + "': '" + scenarios::printable(name) + "' is not " + where +
                   (hint.empty() ? "" : ": " + hint));
}

std::size_t must_be_a_host(std::string_view option, const std::string& name, const scenarios::Scenario& scenario) {
  std::vector<std::string> codes;
  std::string hint;
  for (std::size_t h = 0; h < scenario.host_names.size(); ++h) {
    codes.push_back(scenario.world.hosts[h].name);
    if (codes.back() == name) return h;
    if (scenario.host_names[h] == name) hint = "did you mean '" + codes.back() + "'?";
  }
  if (hint.empty())
    hint = scenarios::suggestion(name, codes, "states go by their ISO 3166-1 alpha-3 codes, such as 'MNG'");
  throw UsageError("option '--" + std::string(option) + "': " + scenarios::in_quotes(name) +
                   " is not in the scenario: " + hint);
}

std::string signed_number(double x, int decimals) {
  const std::string digits = fixed(std::abs(x), decimals);
  if (digits.find_first_of("123456789") == std::string::npos) return digits;
  return (x < 0 ? "-" : "+") + digits;
}

}  // namespace cli
