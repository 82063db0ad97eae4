#include "sim/cli/answers.hpp"

#include <unistd.h>

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

fs::path answer_path(const Arguments& arguments, const std::string& otherwise, std::string_view kind) {
  const fs::path path = arguments.text("out").value_or(otherwise);
  if (!path.has_filename() || path == "-")
    throw UsageError("option '--out' takes the name of a file, not '" + path.string() + "'");
  const fs::path folder = path.parent_path().empty() ? fs::path(".") : path.parent_path();
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored)) && !sim::is_results_file(path))
    throw std::system_error(EEXIST, std::generic_category(),
                            "'" + path.string() + "' is not a " + std::string(kind) +
                                " of safeconduct and is left alone (--out FILE names another)");
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write to '" + folder.string() + "'");
  return path;
}

std::string signed_number(double x, int decimals) {
  const std::string digits = fixed(std::abs(x), decimals);
  if (digits.find_first_of("123456789") == std::string::npos) return digits;
  return (x < 0 ? "-" : "+") + digits;
}

}  // namespace cli
