// Adaptive importance sampling (population Monte Carlo) in two rounds or more.
#pragma once
#include <cstddef>
#include <vector>

#include "sim/rng/philox.hpp"

namespace sim {

/// Draws z on some axes, standard normal a priori, weighed by their likelihood against all that was proposed.
class Cloud {
 public:
  explicit Cloud(std::size_t axes) : axes_(axes) {}
  std::size_t size() const { return z_.size(); }
  const std::vector<std::vector<double>>& z() const { return z_; }

  /// So many draws more, about where the weight of those before lies.
  void open_round(std::size_t draws);
  /// Draw i of this round; from several threads, each i once.
  const std::vector<double>& draw(std::size_t i, Philox& stream);
  std::vector<double> log_weights() const;

  std::vector<double> log_likelihood;  ///< by draw

 private:
  /// Of a round: independent normals on some of the axes, mixed half and half with the priors.
  struct Proposal {
    std::vector<double> mean, sd;
    double draws = 0;
  };
  void learn(Proposal& next) const;
  double log_ratio(std::size_t i) const;

  std::size_t axes_;
  std::vector<Proposal> proposals_;
  std::vector<std::vector<double>> z_;  ///< [draw][axis]
};

}  // namespace sim
