#include "sim/cli/answers.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <system_error>

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
                              " and is left alone (--" + std::string(option) + " FILE names another)");
}

}  // namespace

void must_have_room(std::string_view option, const fs::path& path) {
  if (!path.has_filename() || path == "-")
    throw UsageError("option '--" + std::string(option) + "' takes the name of a file, not '" + path.string() + "'");
  const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to '" + folder.string() + "'");
}

fs::path answer_path(const Arguments& arguments, const std::string& otherwise, std::string_view filetype) {
  const fs::path path = arguments.text("out").value_or(otherwise);
  must_have_room("out", path);
  constexpr std::string_view program = "safeconduct ";
  if (is_there(path) && !sim::is_file_of(filetype, path))
    leave_alone("out", path, std::string(filetype.substr(program.size())) + " file of safeconduct");
  return path;
}

void must_be_free(std::string_view option, const fs::path& path, std::initializer_list<std::string_view> endings) {
  must_have_room(option, path);
  if (is_there(path) && std::find(endings.begin(), endings.end(), path.extension()) == endings.end())
    leave_alone(option, path, "file ending in " + std::string(*endings.begin()));
}

std::string signed_number(double x, int decimals) {
  const std::string digits = fixed(std::abs(x), decimals);
  if (digits.find_first_of("123456789") == std::string::npos) return digits;
  return (x < 0 ? "-" : "+") + digits;
}

}  // namespace cli
