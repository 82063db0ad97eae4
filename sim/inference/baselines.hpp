// What simple forecasters would have said: each decision is predicted from the decisions before it, nothing else. The
// model has to beat them to be worth its pages.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// A decision as the baselines see it. All but `went` was known before it.
struct Precedent {
  std::int32_t day = 0;  ///< of its start, in days; decisions of one day do not know of one another
  bool went = false;
  bool member = false;    ///< the host has a duty to arrest
  std::string_view kind;  ///< of event
  double km = 0;          ///< great circle between the capitals
  double unga = 0;        ///< agreement in the UN General Assembly, [0, 1]
  double blocs = 0;       ///< shared blocs, [0, 1]
  double trade = 0;       ///< share in the home state's trade, [0, 1]
  double J = 0;           ///< judicial independence of the host, [0, 1]
};

struct Baseline {
  std::string_view name;
  std::vector<double> p;  ///< chance that the leader goes, by decision
};

/// The logistic regression is fitted from the 15th decision on; before it repeats the membership baseline.
inline constexpr std::size_t first_fitted = 15;
/// What "never" is taken to mean.
inline constexpr double never = 0.01;

/// In this order: base rate; membership; membership x kind; never visits members; logistic regression. Shares are
/// drawn towards the coarser baseline's (the base rate: 1/2) by two imagined decisions: (k + 2 p) / (n + 2). The
/// order of the decisions does not matter, only their days.
std::vector<Baseline> baselines(std::span<const Precedent> decisions);

/// A logistic regression with ridge penalty: minimises the summed log score + |b|^2 / 2 over inputs standardised by
/// the mean and the standard deviation of the rows fitted (a constant input: 0); the intercept is free. Inputs:
/// member, ln(1 + km / 1000), unga, blocs, trade, J, and one for each kind among the rows.
class LogisticRegression {
 public:
  explicit LogisticRegression(std::span<const Precedent> rows);
  double p(const Precedent& decision) const;
  const std::vector<double>& b() const { return b_; }  ///< intercept, then the inputs in their order

 private:
  std::vector<double> inputs(const Precedent& decision) const;

  std::vector<std::string> kinds_;
  std::vector<double> mean_, sd_, b_;
};

}  // namespace sim
