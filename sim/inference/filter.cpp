#include "sim/inference/filter.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <thread>

#include "agents/arithmetic.hpp"
#include "sim/inference/weights.hpp"
#include "sim/rng/philox.hpp"

namespace sim {
namespace {

using agents::HostId;
using agents::Life;
using agents::Week;

/// Luck of a particle: its own, but for the regions' resolve, which is drawn once and inherited with the rest.
class InheritedLuck final : public agents::Luck {
 public:
  InheritedLuck(const agents::Stage& stage, std::uint64_t seed, std::uint32_t self, std::uint32_t ancestor)
      : stage_(stage), own_(seed, self), inherited_(seed, ancestor) {}
  agents::Words draw(const agents::Address& a) override {
    const bool region =
        a.occasion == agents::Occasion::resolve &&
        std::find(stage_.region_place.begin(), stage_.region_place.end(), a.place) != stage_.region_place.end();
    return region ? inherited_.draw(a) : own_.draw(a);
  }

 private:
  const agents::Stage& stage_;
  PhiloxLuck own_, inherited_;
};

class Filter {
 public:
  Filter(const agents::Stage& stage, std::span<const Opportunity> record, const FilterSettings& s)
      : stage_(stage), record_(record), s_(s), n_(static_cast<std::size_t>(s.particles)), opened_(record.size()) {
    for (std::size_t i = 0; i < record.size(); ++i) opened_[i] = i;
    std::stable_sort(opened_.begin(), opened_.end(),
                     [&](std::size_t a, std::size_t b) { return record[a].opened < record[b].opened; });
    lives_.reserve(n_);
    for (std::size_t i = 0; i < n_; ++i) lives_.emplace_back(stage);
    ancestor_.resize(n_);
    for (std::size_t i = 0; i < n_; ++i) ancestor_[i] = static_cast<std::uint32_t>(i);
    weight_.assign(n_, 1.0 / static_cast<double>(n_));
    chances_.resize(n_);
    arrested_.assign(stage.leaders, false);
  }

  Filtered run() {
    out_.p.assign(record_.size(), ByFate{});
    out_.log_p.assign(record_.size(), 0.0);
    out_.ess.assign(record_.size(), static_cast<double>(n_));
    std::size_t next = 0;
    Week from = 0;
    const std::size_t rows = std::min(record_.size(), s_.rows);
    while (next < rows) {
      const Week week = record_[next].posed.departs;
      each([&](std::size_t i, agents::Luck& luck) { live_until(i, luck, from, week); });
      for (; next < rows && record_[next].posed.departs == week; ++next) {
        decide(next);
        out_.log_likelihood += out_.log_p[next];
      }
      if (out_.log_likelihood < s_.least) break;
      each([&](std::size_t i, agents::Luck&) { lives_[i].evening(); });
      resample(week);
      from = week + 1;
    }
    return std::move(out_);
  }

 private:
  bool faced(std::size_t j) const { return !arrested_[record_[j].posed.leader.index]; }

  /// Weeks from .. to, the last but for its outcomes.
  void live_until(std::size_t i, agents::Luck& luck, Week from, Week to) {
    Life& life = lives_[i];
    if (from == 0) life.begin(luck);
    auto next = std::lower_bound(opened_.begin(), opened_.end(), from,
                                 [&](std::size_t j, Week t) { return record_[j].opened < t; });
    for (Week t = from; t <= to; ++t) {
      life.morning(luck, t);
      for (; next != opened_.end() && record_[*next].opened == t; ++next)
        if (faced(*next)) life.pose(record_[*next].posed);
      life.day();
      if (t < to) life.evening();
    }
  }

  /// Predicts opportunity j, then imposes what became of it.
  void decide(std::size_t j) {
    const Opportunity& o = record_[j];
    if (!faced(j)) return;
    const auto fate = static_cast<std::size_t>(o.outcome);
    each([&](std::size_t i, agents::Luck& luck) { chances_[i] = lives_[i].face(luck, o.posed.leader, o.posed.rank); });
    ByFate& p = out_.p[j];
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t f = 0; f < p.size(); ++f) p[f] += weight_[i] * chances_[i][f];
    double total = 0;
    for (std::size_t i = 0; i < n_; ++i) total += weight_[i] * chances_[i][fate];
    out_.log_p[j] = total > 0 ? agents::math::log(total) : -std::numeric_limits<double>::infinity();
    if (total > 0)
      for (std::size_t i = 0; i < n_; ++i) weight_[i] *= chances_[i][fate] / total;
    out_.ess[j] = effective(weight_);
    each([&](std::size_t i, agents::Luck& luck) { lives_[i].impose(luck, o.posed.leader, o.posed.rank, o.outcome); });
    if (o.outcome == Fate::arrested) arrested_[o.posed.leader.index] = true;
  }

  /// Systematic: as many copies as weight, the survivors in their places, the further copies in the places of the dead.
  void resample(Week week) {
    if (effective(weight_) >= 0.5 * static_cast<double>(n_)) return;
    ++out_.resamplings;
    const auto words = philox(s_.seed, {0xffffffffu, static_cast<std::uint32_t>(week), 0, 0});
    const double step = 1.0 / static_cast<double>(n_);
    double at = step * ((words[0] + 0.5) * 0x1p-32), sum = 0;
    std::vector<std::uint32_t> dead, extra;
    for (std::size_t i = 0; i < n_; ++i) {
      sum += weight_[i];
      int copies = 0;
      for (; at < sum || (i + 1 == n_ && at < 1.0); at += step) ++copies;
      if (copies == 0) dead.push_back(static_cast<std::uint32_t>(i));
      for (; copies > 1; --copies) extra.push_back(static_cast<std::uint32_t>(i));
    }
    extra.resize(std::min(extra.size(), dead.size()));
    while (extra.size() < dead.size()) extra.push_back(extra.empty() ? 0 : extra.back());
    slices(dead.size(), [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        lives_[dead[i]].become(lives_[extra[i]]);
        ancestor_[dead[i]] = ancestor_[extra[i]];
      }
    });
    weight_.assign(n_, step);
  }

  void each(const std::function<void(std::size_t, agents::Luck&)>& act) {
    slices(n_, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        InheritedLuck luck(stage_, s_.seed, static_cast<std::uint32_t>(i), ancestor_[i]);
        act(i, luck);
      }
    });
  }

  void slices(std::size_t n, const std::function<void(std::size_t, std::size_t)>& act) const {
    const auto threads = static_cast<std::size_t>(std::max(1, s_.threads));
    std::vector<std::jthread> others;
    for (std::size_t k = 1; k < threads; ++k) others.emplace_back(act, n * k / threads, n * (k + 1) / threads);
    act(0, n / threads);
  }

  const agents::Stage& stage_;
  std::span<const Opportunity> record_;
  FilterSettings s_;
  std::size_t n_;
  std::vector<std::size_t> opened_;  ///< rows by opening week
  std::vector<Life> lives_;
  std::vector<std::uint32_t> ancestor_;  ///< whose regions' resolve a particle has
  std::vector<double> weight_;           ///< sums to 1
  std::vector<ByFate> chances_;
  std::vector<bool> arrested_;
  Filtered out_;
};

}  // namespace

std::vector<Fate> simulate(const agents::Stage& stage, std::span<const Opportunity> record, std::uint64_t seed) {
  PhiloxLuck luck(seed, 0);
  Life life(stage);
  life.begin(luck);
  std::vector<Fate> fates(record.size(), Fate::arrested);
  std::vector<bool> free(stage.leaders, true);
  std::size_t next = 0;
  for (Week t = 0; next < record.size(); ++t) {
    life.morning(luck, t);
    for (const Opportunity& o : record)
      if (o.opened == t && free[o.posed.leader.index]) life.pose(o.posed);
    life.day();
    for (; next < record.size() && record[next].posed.departs == t; ++next) {
      const agents::Posed& posed = record[next].posed;
      if (!free[posed.leader.index]) continue;
      const ByFate p = life.face(luck, posed.leader, posed.rank);
      double left = philox(seed, {0xfffffffeu, static_cast<std::uint32_t>(next), 0, 0})[0] * 0x1p-32;
      std::size_t fate = 0;
      while (fate + 1 < p.size() && left >= p[fate]) left -= p[fate++];
      fates[next] = static_cast<Fate>(fate);
      life.impose(luck, posed.leader, posed.rank, fates[next]);
      if (fates[next] == Fate::arrested) free[posed.leader.index] = false;
    }
    life.evening();
  }
  return fates;
}

Filtered filter(const agents::Stage& stage, std::span<const Opportunity> record, const FilterSettings& settings) {
  return Filter(stage, record, settings).run();
}

Filtered mixture(std::span<const Filtered> each, std::span<double> weight) {
  Filtered out;
  for (std::size_t row = 0; row < each.front().p.size(); ++row) {
    out.p.emplace_back();
    double total = 0;
    for (std::size_t k = 0; k < each.size(); ++k) {
      for (std::size_t f = 0; f < out.p[row].size(); ++f) out.p[row][f] += weight[k] * each[k].p[row][f];
      total += weight[k] * std::exp(each[k].log_p[row]);
    }
    out.log_p.push_back(std::log(total));
    out.log_likelihood += out.log_p.back();
    if (total > 0)
      for (std::size_t k = 0; k < each.size(); ++k) weight[k] *= std::exp(each[k].log_p[row]) / total;
  }
  return out;
}

}  // namespace sim
