#include "sim/inference/fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#include "agents/stage.hpp"
#include "sim/inference/axis.hpp"
#include "sim/inference/cloud.hpp"
#include "sim/inference/convergence.hpp"
#include "sim/inference/prior.hpp"
#include "sim/inference/reference.hpp"
#include "sim/inference/weights.hpp"

namespace sim {
namespace {

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
    for (chain_ = 0; chain_ < static_cast<std::uint32_t>(s_.chains); ++chain_) against_the_record();
    chain_ = 0;
    mix_the_rolling();
    const bool any =
        std::any_of(evidence_.begin(), evidence_.end(), [](const Evidence& e) { return !e.figures.empty(); });
    if (any) {
      against_the_figures();
    } else {
      std::vector<std::vector<double>> z;
      for (std::size_t i = 0; i < kept_.size(); ++i) z.push_back(to_tell(i, kept_[i]));
      for (std::size_t i = 0; i < kept_.size(); ++i) out_.chain.push_back(static_cast<int>(i / kept_of_chain()));
      tell(names_, z, axes_, std::vector<double>(z.size(), 1.0 / static_cast<double>(z.size())));
    }
    return std::move(out_);
  }

 private:
  Philox stream_of(std::size_t i, std::uint32_t purpose, std::uint32_t step = 0) const {
    const auto words = philox(s_.seed, {static_cast<std::uint32_t>(i), purpose, step, chain_});
    return Philox((static_cast<std::uint64_t>(words[0]) << 32) | words[1]);
  }

  std::size_t kept_of_chain() const { return kept_.size() / static_cast<std::size_t>(s_.chains); }

  void against_the_record() {
    members_.assign(n_, {});
    weight_.assign(n_, 1.0 / static_cast<double>(n_));
    for (std::size_t i = 0; i < n_; ++i) {
      Philox stream = stream_of(i, 1);
      for (std::size_t a = 0; a < axes_.size(); ++a) members_[i].z.push_back(standard_normal(stream));
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
    resample();
    settle();
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

  void resample() {
    const std::vector<std::size_t> rows = systematic(weight_, n_, stream_of(0, 2, out_.moves));
    std::vector<Member> next;
    for (const std::size_t i : rows) next.push_back(members_[i]);
    members_ = std::move(next);
    weight_.assign(n_, 1.0 / static_cast<double>(n_));
  }

  /// Resamples, then moves every member by Metropolis steps that leave the posterior of the decisions known so far as
  /// it is: particle marginal Metropolis-Hastings, the estimate of the likelihood standing for itself.
  void rejuvenate(std::size_t known) {
    resample();
    const Eigen::VectorXd one = Eigen::VectorXd::Ones(static_cast<Eigen::Index>(axes_.size()));
    const Proposals local{Reference::independent(0 * one, one), {0.05, 0.1, 0.2, 0.4}, {0.4, 0.6, 0.8, 1.0}, 0.5};
    for (int sweep = 0; sweep < s_.sweeps; ++sweep) move(known, local);
  }

  /// Moves the members until they have forgotten where their few ancestors were, and keeps them for the posterior: in
  /// the second half, so far apart that a set has hardly anything left of what it was.
  void settle() {
    const Proposals wide{explore(), {0.3, 1.0, 1.0, 1.0}, {0.5, 1.0, 1.0, 1.0}, 0.0};
    for (int sweep = 0; sweep < s_.settling; ++sweep) {
      move(order_.size(), wide);
      if (sweep >= s_.settling / 2 && (s_.settling - 1 - sweep) % std::max(1, s_.settling / 8) == 0)
        for (const Member& m : members_) kept_.push_back(m.z);
    }
  }

  /// Where the posterior lies, from sets drawn for nothing else: about the members first, then where these say.
  Reference explore() {
    const auto axes = static_cast<Eigen::Index>(axes_.size());
    Eigen::MatrixXd z(static_cast<Eigen::Index>(n_), axes);
    for (Eigen::Index i = 0; i < z.rows(); ++i) z.row(i) = row(members_[static_cast<std::size_t>(i)].z);
    const Eigen::VectorXd mean = z.colwise().mean();
    const Eigen::VectorXd sd = (z.rowwise() - mean.transpose()).colwise().norm() / std::sqrt(z.rows());
    Reference near = Reference::independent(mean, sd.array().max(0.5).min(1.0));
    constexpr int rounds = 4;
    const auto n = static_cast<std::size_t>(s_.scouts / rounds);
    std::vector<Member> scouts;  // of two rounds: enough to tell the slopes, near enough to tell them here
    for (std::uint32_t round = 0; round < rounds; ++round) {
      const std::size_t before = scouts.size();
      scouts.resize(before + n);
      in_parallel(0, n, [&](std::size_t i) {
        Philox stream = stream_of(i, 9, round);
        Member& scout = scouts[before + i];
        scout.luck = (static_cast<std::uint64_t>(stream()) << 32) | stream();
        Eigen::VectorXd y(axes);
        for (double& x : y) x = standard_normal(stream);
        const Eigen::VectorXd z = near.at(y);
        scout.z.assign(z.begin(), z.end());
        for (std::size_t e = 0; e < evidence_.size(); ++e) weigh(scout, e);
      });
      near = reference_of(scouts);
      scouts.erase(scouts.begin(), scouts.begin() + static_cast<std::ptrdiff_t>(before));
    }
    return near;
  }

  Reference reference_of(const std::vector<Member>& sets) const {
    Eigen::MatrixXd z(static_cast<Eigen::Index>(sets.size()), static_cast<Eigen::Index>(axes_.size()));
    Eigen::MatrixXd log_p(z.rows(), static_cast<Eigen::Index>(order_.size()));
    constexpr double hopeless = -15;  // how much less likely does not matter, and would rule the slopes
    for (Eigen::Index i = 0; i < z.rows(); ++i) {
      const Member& m = sets[static_cast<std::size_t>(i)];
      z.row(i) = row(m.z);
      for (Eigen::Index at = 0; at < log_p.cols(); ++at) {
        const auto [e, j] = order_[static_cast<std::size_t>(at)];
        log_p(i, at) = std::max(hopeless, m.log_p[e][j]);
      }
    }
    return reference(z, log_p);
  }

  struct Proposals {
    Reference near;
    std::array<double, 4> shares, sizes;  ///< of the coordinates that change; of their steps, 1 forgets where it was
    double along;                         ///< share of steps along the difference of two other members
  };

  static Eigen::Map<const Eigen::RowVectorXd> row(const std::vector<double>& z) {
    return {z.data(), static_cast<Eigen::Index>(z.size())};
  }

  /// One half of the members steps with the other half to look at, then the other.
  void move(std::size_t known, const Proposals& how) {
    ++out_.moves;
    std::vector<char> accepted(n_, 0);
    for (const std::size_t half : {0, 1}) {
      std::vector<Eigen::VectorXd> others;
      for (std::size_t i = 1 - half; i < n_; i += 2) others.push_back(how.near.coordinates(row(members_[i].z)));
      in_parallel(0, (n_ + 1 - half) / 2, [&](std::size_t pair) {
        const std::size_t i = 2 * pair + half;
        accepted[i] = step(i, known, how, others);
      });
    }
    out_.accepted += static_cast<double>(std::count(accepted.begin(), accepted.end(), 1)) / static_cast<double>(n_);
  }

  /// A step along some of the reference's coordinates: either towards a fresh draw from it (reversible under it), or
  /// along the difference of two others (ter Braak 2006).
  bool step(std::size_t i, std::size_t known, const Proposals& how, const std::vector<Eigen::VectorXd>& others) {
    Philox stream = stream_of(i, 3, out_.moves);
    const auto uniform = [&] { return (stream() + 0.5) * 0x1p-32; };
    const auto one_of = [&](std::size_t n) { return (static_cast<std::uint64_t>(stream()) * n) >> 32; };
    Member proposed;
    // Often the same luck: then two estimates differ by their parameters alone, and not by the filters' noise.
    const std::uint64_t luck = (static_cast<std::uint64_t>(stream()) << 32) | stream();
    proposed.luck = uniform() < 0.5 ? members_[i].luck : luck;
    const double share = std::max(how.shares[one_of(4)], 1 / static_cast<double>(axes_.size()));
    const bool along = uniform() < how.along;
    const double size = !along ? how.sizes[one_of(4)] : uniform() < 0.1 ? 1 : 0.35 / std::sqrt(share);
    const Eigen::VectorXd &a = others[one_of(others.size())], &b = others[one_of(others.size())];
    const Eigen::VectorXd from = how.near.coordinates(row(members_[i].z));
    Eigen::VectorXd to = from;
    for (Eigen::Index k = 0; k < to.size(); ++k) {
      const bool moves = uniform() < share;
      const double fresh = standard_normal(stream);
      if (!moves) continue;
      to[k] =
          along ? from[k] + size * (a[k] - b[k]) + 0.01 * fresh : std::sqrt(1 - size * size) * from[k] + size * fresh;
    }
    const Eigen::VectorXd z = how.near.at(to);
    proposed.z.assign(z.begin(), z.end());
    // Of the proposed over the member's; each over the reference, where that has proposed it.
    double log_prior = 0.5 * (row(members_[i].z).squaredNorm() - z.squaredNorm());
    if (!along) log_prior += 0.5 * (to.squaredNorm() - from.squaredNorm());
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
    const std::size_t m = kept_of_chain();
    const std::vector<double> alike(m, 1.0 / static_cast<double>(m));
    for (std::size_t c = 0; c < chains; ++c)
      for (const std::size_t i : systematic(alike, n * (c + 1) / chains - n * c / chains, stream_of(c, 4)))
        parent.push_back(c * m + i);
    for (std::size_t i = n; i > 1; --i)  // so that both rounds meet all parents
      std::swap(parent[i - 1], parent[(static_cast<std::uint64_t>(stream_of(i, 5)()) * i) >> 32]);

    Cloud travels(axes.size());
    for (int r = 0; r < 2; ++r) {
      const std::size_t from = travels.size(), to = n * static_cast<std::size_t>(r + 1) / 2;
      travels.open_round(to - from);
      in_parallel(from, to, [&](std::size_t i) {
        Philox stream = stream_of(i, 6);
        const std::uint64_t luck = stream();
        std::vector<double> drawn = values(kept_[parent[i]]);
        const std::vector<double>& z = travels.draw(i, stream);
        for (std::size_t a = 0; a < axes.size(); ++a) drawn.push_back(axes[a].value(z[a]));
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
      z.push_back(to_tell(i, kept_[parent[i]]));
      z.back().insert(z.back().end(), travels.z()[i].begin(), travels.z()[i].end());
      in_order.push_back(weight[i]);
      out_.chain.push_back(static_cast<int>(parent[i] / m));
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
      for (int i = 0; i < prior_draws; ++i) prior.push_back(standard_normal(stream));
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
  std::vector<Member> members_;            ///< of this chain
  std::vector<double> weight_;             ///< sum to 1
  std::vector<std::vector<double>> kept_;  ///< chain by chain, as many of each
  std::int64_t done_ = 0;
  Posterior out_;
};

}  // namespace

std::vector<std::string> fitted_parameters() {
  std::vector<std::string> names;
  for (const agents::Parameter& row : agents::parameter_table()) {
    const bool own = row.group == "opportunities" || row.group == "flight";
    // These two set the norm at the start together with the date of the warrant: the scenario's business.
    const bool start = row.symbol == "nu0" || row.symbol == "H_nu";
    const bool shares = row.symbol.starts_with("w_") && row.symbol != "w_hostility";  // the weights sum to 1
    if (row.prior.kind != agents::Prior::Kind::fixed && !own && !start && !shares) names.emplace_back(row.symbol);
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
