// What a fit knows about the parameters: weighted draws, and where they came
// from. In a file: HDF5 laid out as netCDF-4 (sim/output/netcdf.hpp), written
// whole, with a digest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agents/world.hpp"
#include "sim/inference/prediction.hpp"

namespace sim {

struct Posterior {
  std::vector<std::string> names;  ///< symbols of the parameter table, LEADER.Lambda
  std::vector<double> draws;       ///< [draw * names + name]
  std::vector<double> weight;      ///< by draw; sums to 1
  std::vector<int> chain;          ///< by draw: which of the independent fits it comes from; in their order

  // What is told about the fit, by name:
  std::vector<double> prior_mean, prior_sd, mean, sd;
  /// Overlap of prior and posterior: shared area of their histograms, in [0,
  /// 1]; near 1: the data did not touch it.
  std::vector<double> overlap;
  std::vector<double> r_hat, mean_ess;  ///< do the chains agree? sim/inference/convergence.hpp

  double log_evidence = 0;
  std::vector<double> chain_log_evidence;
  double ess = 0;           ///< effective number of draws
  std::uint32_t moves = 0;  ///< sweeps of moves
  double accepted = 0;      ///< sum over them of the share of moves accepted
  std::string record;       ///< SHA-256 of the record fitted to
  /// The fitted decisions, each predicted from the earlier ones alone,
  /// parameters too.
  std::vector<Prediction> rolling;
  std::vector<double> rolling_ess;  ///< effective number of draws that each was predicted from

  std::size_t size() const { return weight.size(); }
  double at(std::size_t draw, std::size_t name) const { return draws[draw * names.size() + name]; }
  /// n draws that stand for all alike: each as often as its weight says, in their order.
  std::vector<std::size_t> alike(std::size_t n) const;
};

/// Puts values by name into a world: parameters; Lambda, lam and D also of the leaders that had the world's; then
/// LEADER.Lambda.
void put(std::span<const std::string> names, std::span<const double> values, agents::World& world);

/// The whole file.
inline constexpr std::string_view posterior_filetype = "safeconduct posterior";
std::vector<std::byte> posterior_image(const Posterior& posterior);
/// Throws std::system_error if it cannot be read, ResultsError if it is damaged, foreign or of a later format.
Posterior read_posterior(const std::filesystem::path& path);
/// The part of SCHEMA.md about it.
std::string posterior_page();

}  // namespace sim
