// What a sweep is to do: its factors, its cells, and the world of each, written once into the sweep's folder.
// Everything that goes on from there (resuming, merging, verifying) reads the plan and needs no scenario files.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/output/results.hpp"

namespace sim {

inline constexpr std::string_view plan_filetype = "safeconduct plan";
inline constexpr std::string_view cell_filetype = "safeconduct cell";
/// Of plans, cells and merged files together. Major: an older reader would misread them. Minor: something was added.
inline constexpr std::array<std::int32_t, 2> sweep_version = {1, 2};

struct PlanFactor {
  std::string name, key, unit;
  bool is_number = true;
  std::vector<double> numbers;     ///< [cell], if it is one
  std::vector<std::string> texts;  ///< [cell], if it is none
  std::string op = "set";          ///< what a level does to the scenario's value: set, add, multiply
  /// [cell]: where it lies on the factor, from 0 (the low end, the first listed level) to 1; only of Morris's design.
  /// No part of the fingerprint: plans of format 1.1 have none.
  std::vector<double> places = {};
  bool operator==(const PlanFactor&) const = default;
};

/// What people read about leaders, hosts, NGOs and events; each that is in any cell.
struct PlanLabels {
  struct Leader {
    std::string id, name, home;
    bool operator==(const Leader&) const = default;
  };
  struct Host {
    std::string code, name, region;
    double latitude = 0, longitude = 0;
    bool operator==(const Host&) const = default;
  };
  struct Event {
    std::string leader, id, host, name, kind, date;
    std::int32_t week = 0;
    bool operator==(const Event&) const = default;
  };
  std::vector<Leader> leaders;
  std::vector<Host> hosts;  ///< the same in every cell
  std::vector<std::string> ngos;
  std::vector<Event> events;
  bool operator==(const PlanLabels&) const = default;
};

/// How many replicates a cell gets.
struct Goal {
  std::int64_t replicates = 0;  ///< with a target: at most
  // A target: stop once the standard error of an outcome is small enough (sim/experiments/adaptive.hpp).
  std::string outcome, leader;  ///< empty outcome: no target
  double standard_error = 0;
  bool is_adaptive() const { return !outcome.empty(); }
  /// The target in words, without `replicates`; empty if there is none. Cells lived for another target are not done.
  std::string target() const;
  bool operator==(const Goal&) const = default;
};

/// World tables by file name, as in ResultsText.
using Tables = std::map<std::string, std::string>;

struct Plan {
  std::string title, name, start_date;
  std::string design;  ///< "grid"
  bool common_luck = true;
  std::uint64_t seed = 1;  ///< of the scenario
  std::int64_t weeks = 0;
  Goal goal;
  std::vector<std::int32_t> shape;  ///< of a grid, by factor
  std::vector<PlanFactor> factors;
  PlanLabels labels;
  Tables world;                           ///< of cell 0
  std::vector<std::string> changes;       ///< [cell] against `world`
  std::vector<std::string> fingerprints;  ///< [cell]
  bool operator==(const Plan&) const = default;

  std::size_t cells() const { return changes.size(); }
  Tables tables(std::size_t cell) const;
  std::uint64_t seed_of(std::size_t cell) const;
  /// Of everything but the goal's replicates, so that more can be added.
  std::string fingerprint() const;
};

/// What `to` has that `from` has not, line by line; and back. Tables present in one of them only are not allowed.
std::string changes_between(const Tables& from, const Tables& to);
/// Throws std::runtime_error where `changes` do not fit.
Tables with_changes(Tables from, std::string_view changes);

/// Digest of what determines a cell's histories: its world, its seed, the program's version.
std::string cell_fingerprint(const Tables& world, std::uint64_t seed);
/// The seed of a cell whose luck is its own.
std::uint64_t independent_seed(std::uint64_t seed, std::size_t cell);

/// A file with a line after its end that holds the digest of all before it. HDF5 reads such a file as it is; but it may
/// die of a damaged one, so the digest is looked at first.
std::vector<std::byte> sealed(std::vector<std::byte> file);
/// The file; throws std::runtime_error if it is not whole.
std::vector<std::byte> unsealed(std::vector<std::byte> file);

std::filesystem::path plan_path(const std::filesystem::path& folder);
std::vector<std::byte> plan_image(const Plan& plan);
/// Throws std::system_error if it cannot be read, ResultsError if it is damaged or foreign.
Plan read_plan(const std::filesystem::path& folder);

}  // namespace sim
