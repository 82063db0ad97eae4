// Against the record: many replicates live along it, each opportunity is put to them at its date and predicted by their
// weighted mean, then its true outcome is imposed and the replicates are reweighed by how likely they had held it: a
// particle filter (Gordon, Salmond and Smith 1993; resampled systematically where the effective number falls below
// half). exp(log_likelihood) is an unbiased estimate of the record's likelihood. Meaning of the chances: ODD.md,
// "Hindcast".
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "agents/life.hpp"
#include "sim/inference/prediction.hpp"

namespace sim {

/// A recorded opportunity on a stage. Ranks are the caller's, unique, in the order of the dates.
struct Opportunity {
  agents::Posed posed;
  agents::Week opened = 0;  ///< before posed.departs
  Fate outcome = Fate::visited;
};

struct FilterSettings {
  std::uint64_t seed = 1;
  int particles = 20000;
  int threads = 1;  ///< never changes a result
  // Where a fit needs no more: stop after this many rows, or where what they had so far is less likely than that.
  std::size_t rows = std::numeric_limits<std::size_t>::max();
  double least = -std::numeric_limits<double>::infinity();  ///< log likelihood
};

struct Filtered {
  std::vector<ByFate> p;      ///< by opportunity; zeros after the leader's arrest, and where it stopped before
  std::vector<double> log_p;  ///< of its true outcome; -inf if no replicate could bring it about; 0 after an arrest
  std::vector<double> ess;    ///< effective number of particles after it
  double log_likelihood = 0;  ///< sum of log_p
  int resamplings = 0;
};

/// `record`: in the order of (departure week, rank); weeks inside the horizon.
Filtered filter(const agents::Stage& stage, std::span<const Opportunity> record, const FilterSettings& settings);

/// What becomes of the opportunities in one replicate: drawn by its own chances, one after the other. Outcomes given
/// are not read; after an arrest all are Fate::arrested.
std::vector<Fate> simulate(const agents::Stage& stage, std::span<const Opportunity> record, std::uint64_t seed);

/// Forecasts of one record by several filters become one, mixed by how well each has done so far. Without ess.
/// `weight`: what each had before this record, and has after it; sums to 1.
Filtered mixture(std::span<const Filtered> each, std::span<double> weight);

}  // namespace sim
