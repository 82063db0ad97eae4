#include "sim/inference/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#include "agents/stage.hpp"
#include "sim/inference/convergence.hpp"
#include "sim/inference/prior.hpp"

namespace sim {
namespace {

using agents::Parameter;
using agents::Prior;

/// A parameter's draws are kept in the scale of its prior: z is standard normal under it, cut to the legal range.
class Axis {
 public:
  explicit Axis(const Parameter& row) : row_(row), low_(standardised(row.low)), high_(standardised(row.high)) {}
  double value(double z) const {
    const double a = row_.prior.a, b = row_.prior.b;
    const double x = row_.prior.kind == Prior::Kind::normal ? a + b * z : a * std::exp(b * z);
    return std::clamp(x, row_.low, row_.high);
  }
  bool holds(double z) const { return z >= low_ && z <= high_; }
  double draw(double mean, double sd, Philox& stream) const {
    for (;;) {
      const double z = mean + sd * standard_normal(stream);
      if (z >= low_ && z <= high_) return z;
    }
  }
  double log_density(double z, double mean, double sd) const {
    const double x = (z - mean) / sd;
    return -0.5 * x * x - std::log(sd * (below((high_ - mean) / sd) - below((low_ - mean) / sd)));
  }

 private:
  double standardised(double x) const {
    const double a = row_.prior.a, b = row_.prior.b;
    return row_.prior.kind == Prior::Kind::normal ? (x - a) / b : std::log(x / a) / b;
  }
  static double below(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }

  Parameter row_;
  double low_, high_;
};

/// Another round of draws: independent normals on some of the axes, mixed half and half with the priors.
struct Proposal {
  std::vector<double> mean, sd;
  double draws = 0;
};

/// exp(x - greatest), to sum 1; all equal if there is no finite one.
std::vector<double> normalised(const std::vector<double>& logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  std::vector<double> w(logs.size(), 1.0);
  double sum = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (std::isfinite(most)) w[i] = std::exp(logs[i] - most);
    sum += w[i];
  }
  for (double& x : w) x /= sum;
  return w;
}

double effective(const std::vector<double>& w) {
  double squares = 0;
  for (const double x : w) squares += x * x;
  return 1 / squares;
}

/// Draws on some axes, weighed by their likelihood against all that was proposed.
class Cloud {
 public:
  explicit Cloud(std::vector<Axis> axes) : axes_(std::move(axes)) {}
  std::size_t size() const { return z_.size(); }
  const std::vector<std::vector<double>>& z() const { return z_; }
  const std::vector<Axis>& axes() const { return axes_; }

  void open_round(std::size_t draws) {
    Proposal next{std::vector<double>(axes_.size(), 0.0), std::vector<double>(axes_.size(), 1.0),
                  static_cast<double>(draws)};
    if (!proposals_.empty()) learn(next);
    proposals_.push_back(next);
    z_.resize(z_.size() + draws);
    log_likelihood.resize(z_.size());
  }
  std::vector<double> draw(std::size_t i, Philox& stream) {
    const Proposal& q = proposals_.back();
    const bool prior = proposals_.size() == 1 || (stream() & 1) == 0;
    for (std::size_t a = 0; a < axes_.size(); ++a)
      z_[i].push_back(axes_[a].draw(prior ? 0.0 : q.mean[a], prior ? 1.0 : q.sd[a], stream));
    return values(i);
  }
  std::vector<double> values(std::size_t i) const {
    std::vector<double> out;
    for (std::size_t a = 0; a < axes_.size(); ++a) out.push_back(axes_[a].value(z_[i][a]));
    return out;
  }
  /// Log of prior / mixture of all rounds.
  double log_ratio(std::size_t i) const {
    double mixture = 0;
    for (const Proposal& q : proposals_) {
      double log_q = 0;
      for (std::size_t a = 0; a < axes_.size(); ++a)
        if (q.mean[a] != 0 || q.sd[a] != 1)
          log_q += axes_[a].log_density(z_[i][a], q.mean[a], q.sd[a]) - axes_[a].log_density(z_[i][a], 0, 1);
      mixture += q.draws * (0.5 + 0.5 * std::exp(log_q));
    }
    return std::log(static_cast<double>(z_.size()) / mixture);
  }
  std::vector<double> log_ratios() const {
    std::vector<double> out;
    for (std::size_t i = 0; i < z_.size(); ++i) out.push_back(log_ratio(i));
    return out;
  }
  std::vector<double> log_weights() const {
    std::vector<double> out = log_ratios();
    for (std::size_t i = 0; i < z_.size(); ++i) out[i] += log_likelihood[i];
    return out;
  }

  std::vector<double> log_likelihood;  ///< by draw

 private:
  /// Normals fitted to the weighted draws so far: no narrower than a third of the prior, wider than seen, and only on
  /// the axes that have visibly moved. Few draws carry the weight at first: tempered until some count.
  void learn(Proposal& next) const {
    const std::vector<double> logs = log_weights();
    std::vector<double> w = normalised(logs);
    const double enough = std::max(20.0, 0.03 * static_cast<double>(z_.size()));
    for (double power = 0.8; effective(w) < enough && power > 0.01; power *= 0.8) {
      std::vector<double> tempered = logs;
      for (double& x : tempered) x *= power;
      w = normalised(tempered);
    }
    const double noise = 1.5 / std::sqrt(enough);
    for (std::size_t a = 0; a < axes_.size(); ++a) {
      double mean = 0, square = 0;
      for (std::size_t i = 0; i < z_.size(); ++i) mean += w[i] * z_[i][a];
      for (std::size_t i = 0; i < z_.size(); ++i) square += w[i] * (z_[i][a] - mean) * (z_[i][a] - mean);
      const double sd = std::clamp(1.15 * std::sqrt(square), 0.33, 1.0);
      if (std::abs(mean) < noise && sd > 0.8) continue;
      next.mean[a] = mean;
      next.sd[a] = sd;
    }
  }

  std::vector<Axis> axes_;
  std::vector<Proposal> proposals_;
  std::vector<std::vector<double>> z_;  ///< [draw][axis]
};

/// n rows, each as often as its weight says.
std::vector<std::size_t> systematic(const std::vector<double>& w, std::size_t n, Philox stream) {
  const double start = (stream() + 0.5) * 0x1p-32;
  std::vector<std::size_t> rows;
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i)
    for (sum += w[i]; rows.size() < n && (static_cast<double>(rows.size()) + start) / static_cast<double>(n) < sum;)
      rows.push_back(i);
  while (rows.size() < n) rows.push_back(rows.back());
  return rows;
}

std::vector<Axis> axes_of(const std::vector<std::string>& names) {
  std::vector<Axis> axes;
  for (const std::string& name : names) axes.emplace_back(*agents::find_parameter(name));
  return axes;
}

/// Who faces decisions without a Lambda of their own in the scenario, by id.
std::vector<std::string> leaders_of(std::span<const Evidence> evidence) {
  std::vector<std::string> ids;
  for (const Evidence& e : evidence)
    for (const Opportunity& o : e.record) {
      const agents::Leader& l = e.world.leaders[o.posed.leader.index];
      if (l.Lambda == e.world.parameters.Lambda && std::find(ids.begin(), ids.end(), l.name) == ids.end())
        ids.push_back(l.name);
    }
  return ids;
}

/// One set of parameters, what it gave to every decision, and the luck it was weighed with.
struct Member {
  std::vector<double> z;
  std::uint64_t luck = 0;
  std::vector<std::vector<double>> log_p;  ///< [evidence][row]; empty until the evidence is reached
  std::vector<std::vector<ByFate>> p;
};

class Fit {
 public:
  Fit(std::span<const Evidence> evidence, const std::vector<std::string>& names, const FitSettings& s)
      : evidence_(evidence), s_(s), names_(names), axes_(axes_of(names)), n_(static_cast<std::size_t>(s.draws)) {
    const auto shared = std::find(names.begin(), names.end(), "Lambda");
    if (shared != names.end()) {
      shared_ = static_cast<std::size_t>(shared - names.begin());
      for (const std::string& leader : leaders_of(evidence)) {
        names_.push_back(leader + ".Lambda");
        axes_.push_back(axes_[shared_]);
      }
    }
    own_ = names.size();
    for (std::size_t e = 0; e < evidence.size(); ++e)
      for (std::size_t i = 0; i < evidence[e].record.size(); ++i) order_.emplace_back(e, i);
    std::stable_sort(order_.begin(), order_.end(), [&](const auto& a, const auto& b) {
      return evidence[a.first].decisions[a.second].day < evidence[b.first].decisions[b.second].day;
    });
  }

  Posterior run() {
    for (chain_ = 0; chain_ < static_cast<std::uint32_t>(s_.chains); ++chain_) {
      against_the_record();
      std::move(members_.begin(), members_.end(), std::back_inserter(all_));
      all_weights_.insert(all_weights_.end(), weight_.begin(), weight_.end());
    }
    chain_ = 0;
    mix_the_rolling();
    const bool any =
        std::any_of(evidence_.begin(), evidence_.end(), [](const Evidence& e) { return !e.figures.empty(); });
    if (any) {
      against_the_figures();
    } else {
      std::vector<std::vector<double>> z;
      for (std::size_t i = 0; i < all_.size(); ++i) z.push_back(to_tell(i, all_[i].z));
      for (std::size_t i = 0; i < all_.size(); ++i) out_.chain.push_back(static_cast<int>(i / n_));
      for (double& w : all_weights_) w /= s_.chains;
      tell(names_, z, axes_, all_weights_);
    }
    return std::move(out_);
  }

 private:
  Philox stream_of(std::size_t i, std::uint32_t purpose, std::uint32_t step = 0) const {
    const auto words = philox(s_.seed, {static_cast<std::uint32_t>(i), purpose, step, chain_});
    return Philox((static_cast<std::uint64_t>(words[0]) << 32) | words[1]);
  }

  void against_the_record() {
    members_.assign(n_, {});
    weight_.assign(n_, 1.0 / static_cast<double>(n_));
    for (std::size_t i = 0; i < n_; ++i) {
      Philox stream = stream_of(i, 1);
      for (const Axis& axis : axes_) members_[i].z.push_back(axis.draw(0, 1, stream));
      members_[i].luck = (static_cast<std::uint64_t>(stream()) << 32) | stream();
    }
    double log_evidence = 0;
    for (std::size_t at = 0; at < order_.size(); ++at) {
      const auto [e, j] = order_[at];
      if (members_.front().log_p.size() <= e || members_.front().log_p[e].empty())
        in_parallel(0, n_, [&, e = e](std::size_t i) { weigh(members_[i], e); });
      out_.rolling_ess.push_back(effective(weight_));
      Prediction known = evidence_[e].decisions[j];
      known.p = ByFate{};
      double total = 0;
      for (std::size_t i = 0; i < n_; ++i) {
        for (std::size_t f = 0; f < known.p.size(); ++f) known.p[f] += weight_[i] * members_[i].p[e][j][f];
        weight_[i] *= std::exp(members_[i].log_p[e][j]);
        total += weight_[i];
      }
      out_.rolling.push_back(std::move(known));
      log_evidence += std::log(total);
      for (double& w : weight_) w = total > 0 ? w / total : 1.0 / static_cast<double>(n_);
      if (at + 1 < order_.size() && effective(weight_) < 0.5 * static_cast<double>(n_)) rejuvenate(at + 1);
    }
    rejuvenate(order_.size());
    out_.chain_log_evidence.push_back(log_evidence);
  }

  /// The chains' forecasts one beside the other become one; so do their evidences, which are unbiased each.
  void mix_the_rolling() {
    const auto chains = static_cast<double>(s_.chains);
    for (std::size_t at = 0; at < order_.size(); ++at) {
      ByFate p{};
      double ess = 0;
      for (std::size_t row = at; row < out_.rolling.size(); row += order_.size()) {
        for (std::size_t f = 0; f < p.size(); ++f) p[f] += out_.rolling[row].p[f] / chains;
        ess += out_.rolling_ess[row];
      }
      out_.rolling[at].p = p;
      out_.rolling_ess[at] = ess;
    }
    out_.rolling.resize(order_.size());
    out_.rolling_ess.resize(order_.size());
    const double most = *std::max_element(out_.chain_log_evidence.begin(), out_.chain_log_evidence.end());
    double sum = 0;
    for (const double x : out_.chain_log_evidence) sum += std::exp(x - most) / chains;
    out_.log_evidence = std::isfinite(most) ? most + std::log(sum) : most;
  }

  /// Adds to m what its parameters and its luck give to the first rows of evidence e; the log likelihood of these. May
  /// stop, and leave rows out, where it falls below `least`.
  double weigh(Member& m, std::size_t e, std::size_t rows = std::numeric_limits<std::size_t>::max(),
               double least = -std::numeric_limits<double>::infinity()) const {
    m.log_p.resize(evidence_.size());
    m.p.resize(evidence_.size());
    agents::World world = evidence_[e].world;
    put(names_, values(m.z), world);
    Filtered f = filter(agents::Stage(std::move(world)), evidence_[e].record,
                        {.seed = m.luck, .particles = s_.particles, .rows = rows, .least = least});
    m.log_p[e] = std::move(f.log_p);
    m.p[e] = std::move(f.p);
    return f.log_likelihood;
  }

  /// Leaders fear an arrest alike, not equally: their logarithms of Lambda share most of the variance of the table's
  /// prior, which is each one's own.
  static double akin(double shared, double own) { return 0.8660254037844386 * shared + 0.5 * own; }

  /// What a world is given. The shared Lambda is that of leaders who are not in the fit.
  std::vector<double> values(const std::vector<double>& z) const {
    std::vector<double> out;
    for (std::size_t a = 0; a < axes_.size(); ++a)
      out.push_back(axes_[a].value(a < own_ ? z[a] : akin(z[shared_], z[a])));
    return out;
  }

  /// The coordinates that a posterior tells of draw i: Lambda is that of a leader nobody has seen.
  std::vector<double> to_tell(std::size_t i, std::vector<double> z) const {
    for (std::size_t a = own_; a < axes_.size(); ++a) z[a] = akin(z[shared_], z[a]);
    Philox stream = stream_of(i, 8);
    if (own_ < axes_.size()) z[shared_] = akin(z[shared_], standard_normal(stream));
    return z;
  }

  /// Of the first `known` decisions.
  double log_likelihood(const Member& m, std::size_t known) const {
    double sum = 0;
    for (std::size_t at = 0; at < known; ++at) sum += m.log_p[order_[at].first][order_[at].second];
    return sum;
  }

  /// Resamples, then moves every member by Metropolis steps that leave the posterior of the decisions known so far as
  /// it is: particle marginal Metropolis-Hastings, the estimate of the likelihood standing for itself.
  void rejuvenate(std::size_t known) {
    const std::vector<std::size_t> rows = systematic(weight_, n_, stream_of(0, 2, out_.moves));
    std::vector<Member> next;
    for (const std::size_t i : rows) next.push_back(members_[i]);
    members_ = std::move(next);
    weight_.assign(n_, 1.0 / static_cast<double>(n_));
    for (int sweep = 0; sweep < (known == order_.size() ? s_.settling : s_.sweeps); ++sweep) {
      ++out_.moves;
      std::vector<std::vector<double>> others;
      for (const Member& m : members_) others.push_back(m.z);
      std::vector<char> accepted(n_, 0);
      in_parallel(0, n_, [&](std::size_t i) { accepted[i] = step(i, known, others); });
      out_.accepted += static_cast<double>(std::count(accepted.begin(), accepted.end(), 1)) / static_cast<double>(n_);
    }
  }

  /// A step on some of the axes: either towards a fresh draw from the prior (reversible under it), or along the
  /// difference of two other members (ter Braak 2006).
  bool step(std::size_t i, std::size_t known, const std::vector<std::vector<double>>& others) {
    Philox stream = stream_of(i, 3, out_.moves);
    const auto uniform = [&] { return (stream() + 0.5) * 0x1p-32; };
    Member proposed;
    proposed.z = members_[i].z;
    // The same luck mostly: then two estimates differ by their parameters alone, and not by the filters' noise.
    const std::uint64_t luck = (static_cast<std::uint64_t>(stream()) << 32) | stream();
    proposed.luck = uniform() < 0.75 ? members_[i].luck : luck;
    constexpr double shares[] = {0.05, 0.1, 0.2, 0.4};
    const double share = std::max(shares[stream() % 4], 1 / static_cast<double>(axes_.size()));
    const bool along = (stream() & 1) != 0;
    const double size =
        along ? (uniform() < 0.1 ? 1.0 : 0.35 / std::sqrt(share)) : 0.4 + 0.6 * uniform() * (1 - 0.5 * share);
    const std::vector<double>& a = others[(static_cast<std::uint64_t>(stream()) * n_) >> 32];
    const std::vector<double>& b = others[(static_cast<std::uint64_t>(stream()) * n_) >> 32];
    double log_prior = 0;
    for (std::size_t k = 0; k < axes_.size(); ++k) {
      const bool moves = uniform() < share;
      const double fresh = standard_normal(stream);
      if (!moves) continue;
      double& z = proposed.z[k];
      const double old = z;
      if (along) {
        z += size * (a[k] - b[k]) + 0.01 * fresh;
        log_prior += 0.5 * (old * old - z * z);
      } else {
        z = std::sqrt(1 - size * size) * z + size * fresh;
      }
      if (!axes_[k].holds(z)) return false;
    }
    // Chances are at most 1: once a proposal has fallen below what it must reach, it cannot come back.
    const double least = std::log(uniform()) - log_prior + log_likelihood(members_[i], known);
    std::vector<std::size_t> rows(evidence_.size(), 0);
    for (std::size_t at = 0; at < known; ++at) ++rows[order_[at].first];
    double reached = 0;
    for (std::size_t e = 0; e < evidence_.size(); ++e) {
      if (rows[e] > 0) reached += weigh(proposed, e, rows[e], least - reached);
      if (!(reached > least)) return false;
    }
    for (std::size_t e = 0; e < members_[i].log_p.size(); ++e)  // what was reached, and is not known yet
      if (!members_[i].log_p[e].empty() && rows[e] < evidence_[e].record.size()) weigh(proposed, e);
    members_[i] = std::move(proposed);
    return true;
  }

  /// Resamples the draws, gives each parameters of travelling, and weighs them by what its leaders do.
  void against_the_figures() {
    const std::vector<std::string> own = travelling_parameters();
    const std::vector<Axis> axes = axes_of(own);
    std::vector<std::string> names = names_;
    names.insert(names.end(), own.begin(), own.end());

    const auto n = static_cast<std::size_t>(s_.travelled), chains = static_cast<std::size_t>(s_.chains);
    std::vector<std::size_t> parent;
    for (std::size_t c = 0; c < chains; ++c) {
      const std::vector<double> of_chain(all_weights_.begin() + static_cast<std::ptrdiff_t>(c * n_),
                                         all_weights_.begin() + static_cast<std::ptrdiff_t>((c + 1) * n_));
      for (const std::size_t i : systematic(of_chain, n * (c + 1) / chains - n * c / chains, stream_of(c, 4)))
        parent.push_back(c * n_ + i);
    }
    for (std::size_t i = n; i > 1; --i)  // so that both rounds meet all parents
      std::swap(parent[i - 1], parent[(static_cast<std::uint64_t>(stream_of(i, 5)()) * i) >> 32]);

    Cloud travels(axes);
    for (int r = 0; r < 2; ++r) {
      const std::size_t from = travels.size(), to = n * static_cast<std::size_t>(r + 1) / 2;
      travels.open_round(to - from);
      in_parallel(from, to, [&](std::size_t i) {
        Philox stream = stream_of(i, 6);
        const std::uint64_t luck = stream();
        std::vector<double> drawn = values(all_[parent[i]].z);
        for (const double x : travels.draw(i, stream)) drawn.push_back(x);
        for (const Evidence& e : evidence_) {
          if (e.figures.empty()) continue;
          agents::World world = e.whole;
          put(names, drawn, world);
          const agents::Stage stage(std::move(world));
          for (const Figures& target : e.figures)
            travels.log_likelihood[i] += log_fit(target, lived(stage, target.leader, luck, s_.histories));
        }
      });
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return parent[a] < parent[b]; });
    const std::vector<double> weight = normalised(travels.log_weights());
    std::vector<std::vector<double>> z;
    std::vector<double> in_order;
    for (const std::size_t i : order) {
      z.push_back(to_tell(i, all_[parent[i]].z));
      z.back().insert(z.back().end(), travels.z()[i].begin(), travels.z()[i].end());
      in_order.push_back(weight[i]);
      out_.chain.push_back(static_cast<int>(parent[i] / n_));
    }
    std::vector<Axis> all = axes_;
    all.insert(all.end(), axes.begin(), axes.end());
    tell(names, z, all, std::move(in_order));
  }

  void tell(const std::vector<std::string>& names, const std::vector<std::vector<double>>& z,
            const std::vector<Axis>& axes, std::vector<double> weight) {
    out_.names = names;
    out_.weight = std::move(weight);
    out_.ess = effective(out_.weight);
    for (const std::vector<double>& draw : z)
      for (std::size_t a = 0; a < axes.size(); ++a) out_.draws.push_back(axes[a].value(draw[a]));
    const std::vector<double> alike(prior_draws, 1.0 / prior_draws);
    for (std::size_t a = 0; a < axes.size(); ++a) {
      Philox stream = stream_of(a, 7);
      std::vector<double> prior, posterior;
      for (int i = 0; i < prior_draws; ++i) prior.push_back(axes[a].draw(0, 1, stream));
      for (const std::vector<double>& draw : z) posterior.push_back(draw[a]);
      moments(axes[a], prior, alike, out_.prior_mean, out_.prior_sd);
      moments(axes[a], posterior, out_.weight, out_.mean, out_.sd);
      const auto before = histogram(prior, alike), after = histogram(posterior, out_.weight);
      double shared = 0;
      for (std::size_t b = 0; b < before.size(); ++b) shared += std::min(before[b], after[b]);
      out_.overlap.push_back(shared);
      const Convergence agreement = convergence(posterior, out_.weight, out_.chain);
      out_.r_hat.push_back(agreement.r_hat);
      out_.mean_ess.push_back(agreement.ess);
    }
  }

  static constexpr int prior_draws = 4000;

  static void moments(const Axis& axis, const std::vector<double>& z, const std::vector<double>& w,
                      std::vector<double>& mean, std::vector<double>& sd) {
    double m = 0, square = 0;
    for (std::size_t i = 0; i < z.size(); ++i) m += w[i] * axis.value(z[i]);
    for (std::size_t i = 0; i < z.size(); ++i) square += w[i] * (axis.value(z[i]) - m) * (axis.value(z[i]) - m);
    mean.push_back(m);
    sd.push_back(std::sqrt(square));
  }

  /// Twelve bins over three standard deviations of the prior either way.
  static std::array<double, 12> histogram(const std::vector<double>& z, const std::vector<double>& w) {
    std::array<double, 12> bins{};
    for (std::size_t i = 0; i < z.size(); ++i)
      bins[static_cast<std::size_t>(std::clamp(2 * (z[i] + 3), 0.0, 11.0))] += w[i];
    return bins;
  }

  void in_parallel(std::size_t from, std::size_t to, const std::function<void(std::size_t)>& act) {
    std::atomic<std::size_t> next{from};
    std::exception_ptr failed;
    std::mutex mutex;
    const auto work = [&] {
      try {
        for (std::size_t i; (i = next.fetch_add(1)) < to;) {
          if (s_.stop && s_.stop->load(std::memory_order_relaxed)) throw Stopped{};
          act(i);
          const std::scoped_lock lock(mutex);
          ++done_;
          if (s_.on_progress) s_.on_progress(done_);
        }
      } catch (...) {
        next = to;
        const std::scoped_lock lock(mutex);
        if (!failed) failed = std::current_exception();
      }
    };
    {
      std::vector<std::jthread> others;
      for (int t = 1; t < s_.threads; ++t) others.emplace_back(work);
      work();
    }
    if (failed) std::rethrow_exception(failed);
  }

  std::span<const Evidence> evidence_;
  const FitSettings& s_;
  std::vector<std::string> names_;
  std::vector<Axis> axes_;
  std::size_t shared_ = 0, own_ = 0;  ///< Lambda; the first axis of a single leader's
  std::size_t n_;
  std::vector<std::pair<std::size_t, std::size_t>> order_;  ///< (evidence, row) by date
  std::uint32_t chain_ = 0;
  std::vector<Member> members_, all_;         ///< of this chain; of those before it
  std::vector<double> weight_, all_weights_;  ///< sum to 1 by chain
  std::int64_t done_ = 0;
  Posterior out_;
};

}  // namespace

std::vector<std::string> fitted_parameters() {
  std::vector<std::string> names;
  for (const Parameter& row : agents::parameter_table()) {
    const bool own = row.group == "opportunities" || row.group == "flight";
    // These two set the norm at the start together with the date of the warrant: the scenario's business.
    const bool start = row.symbol == "nu0" || row.symbol == "H_nu";
    const bool shares = row.symbol.starts_with("w_") && row.symbol != "w_hostility";  // the weights sum to 1
    if (row.prior.kind != Prior::Kind::fixed && !own && !start && !shares) names.emplace_back(row.symbol);
  }
  return names;
}

std::vector<std::string> travelling_parameters() {
  return {"tau", "al_0", "al_I", "al_k", "b_a", "b_m", "b_dist", "sig_V"};
}

Posterior fit(std::span<const Evidence> evidence, const std::vector<std::string>& names, const FitSettings& settings) {
  return Fit(evidence, names, settings).run();
}

}  // namespace sim
