// Every mistake that a scenario's table can hold, found in one go and before anything is built from it.
#pragma once
#include <optional>
#include <vector>

#include "scenarios/facts.hpp"
#include "scenarios/problem.hpp"
#include "scenarios/toml_reader.hpp"

namespace scenarios {

/// Problems in the order of the files' lines; `file` is blamed for what is missing. Empty: resolve() may rely on kinds,
/// ranges, names and the keys that must be there.
std::vector<Problem> check(const TomlTable& scenario, const Source& file, const Facts& facts);

/// Weeks from `start` to the last day, the last one begun counted in full; from `weeks` or `end`, whichever is there.
std::optional<std::int64_t> horizon(const TomlTable& scenario);

/// The home state of a leader of the scenario; empty if nobody says.
std::string home_of(const TomlTable& leader, std::string_view id, const Facts& facts);

}  // namespace scenarios
