#include "sim/inference/scorecard.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include "sim/inference/baselines.hpp"

namespace sim {
namespace {

using Rows = std::span<const std::size_t>;

struct Forecaster {
  std::string name;
  std::vector<double> p;
};

/// A score over some rows.
struct Rule {
  std::string name;
  double (*of)(std::span<const double> p, std::span<const Outturn> truth);
};

template <double (*rule)(double, bool)>
double mean_of(std::span<const double> p, std::span<const Outturn> truth) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += rule(p[i], truth[i].went);
  return sum / static_cast<double>(p.size());
}
double five_bins(std::span<const double> p, std::span<const Outturn> truth) {
  return expected_error(calibration(p, truth));
}
const Rule rules[] = {{"log", mean_of<log_score>},
                      {"brier", mean_of<brier>},
                      {"auc", auc},
                      {"expected_error", five_bins},
                      {"z", spiegelhalter_z}};

class Maker {
 public:
  Maker(std::span<const Prediction> predictions, const Bootstrap& settings) : settings_(settings) {
    for (const Prediction& p : predictions)
      if (std::accumulate(p.p.begin(), p.p.end(), 0.0) > 0) rows_.push_back(&p);
    std::map<std::pair<std::int32_t, std::string>, std::size_t> events;
    std::vector<Precedent> known;
    Forecaster model{"model", {}};
    for (const Prediction* p : rows_) {
      const auto event = events.emplace(std::pair{p->day, p->event}, events.size()).first->second;
      truth_.push_back({went(p->outcome), event});
      model.p.push_back(p_went(p->p));
      const Features& f = p->features;
      known.push_back({p->day, went(p->outcome), p->member, p->kind, f.km, f.unga, f.blocs, f.trade, f.judiciary});
    }
    forecasters_.push_back(std::move(model));
    for (Baseline& b : baselines(known)) forecasters_.push_back({std::string(b.name), std::move(b.p)});
  }

  Scorecard make() {
    card_.n = rows_.size();
    if (rows_.empty()) return card_;
    for (const auto& [name, rows] : groups()) figures(name, rows);
    compare();
    const auto& p = forecasters_[0].p;
    card_.went = scores(p, truth_).went;
    card_.calibration = calibration(p, truth_);
    card_.reliability = reliability(p, truth_);
    return card_;
  }

 private:
  std::vector<std::pair<std::string, std::vector<std::size_t>>> groups() const {
    std::map<std::string, std::vector<std::size_t>> leader, member, kind, year;
    std::vector<std::size_t> all(rows_.size());
    std::iota(all.begin(), all.end(), 0);
    for (const std::size_t i : all) {
      const Prediction& p = *rows_[i];
      const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(p.day))};
      leader["leader: " + p.leader].push_back(i);
      member[p.member ? "members" : "non-members"].push_back(i);
      kind["kind: " + p.kind].push_back(i);
      year["year: " + std::to_string(static_cast<int>(day.year()))].push_back(i);
    }
    std::vector<std::pair<std::string, std::vector<std::size_t>>> found = {{"all", std::move(all)}};
    for (const auto& some : {leader, member, year, kind}) found.insert(found.end(), some.begin(), some.end());
    return found;
  }

  double over(const Rule& rule, const Forecaster& f, Rows rows) const {
    return rule.of(at_rows(std::span<const double>(f.p), rows), at_rows(std::span<const Outturn>(truth_), rows));
  }

  void figures(const std::string& group, const std::vector<std::size_t>& rows) {
    const auto truth = at_rows(std::span<const Outturn>(truth_), rows);
    const auto add = [&](const std::string& who, const std::string& score, bool interval, const auto& value) {
      Figure figure{who, group, score, rows.size(), value(rows), {}};
      if (interval)  // drawn rows count within the group
        figure.interval = bootstrap(
            truth, [&](Rows drawn) { return value(at_rows(std::span<const std::size_t>(rows), drawn)); }, settings_);
      card_.figures.push_back(std::move(figure));
    };
    for (const Forecaster& f : forecasters_)
      for (const Rule& rule : rules)
        add(f.name, rule.name, group == "all" || &f == &forecasters_[0],
            [&](const std::vector<std::size_t>& some) { return over(rule, f, some); });
    add("model", "went", false, [&](const std::vector<std::size_t>& some) {
      return mean(some, [](const Prediction& p) { return went(p.outcome) ? 1.0 : 0.0; });
    });
    add("model", "log_outcome", true, [&](const std::vector<std::size_t>& some) {
      return mean(some, [](const Prediction& p) { return log_score(p.p, static_cast<std::size_t>(p.outcome)); });
    });
    add("model", "ranked_probability", true, [&](const std::vector<std::size_t>& some) {
      return mean(some, [](const Prediction& p) { return ranked(p); });
    });
  }

  template <class Of>
  double mean(const std::vector<std::size_t>& rows, Of of) const {
    double sum = 0;
    for (const std::size_t i : rows) sum += of(*rows_[i]);
    return sum / static_cast<double>(rows.size());
  }

  /// From the visit made in full to the visit that ends in prison: made, cut short, given up, prevented, arrested.
  static double ranked(const Prediction& p) { return ranked_probability(p.p, static_cast<std::size_t>(p.outcome)); }

  void compare() {
    for (const Rule& rule : {rules[0], rules[1]}) {
      const Forecaster* best = nullptr;
      std::vector<std::size_t> all(rows_.size());
      std::iota(all.begin(), all.end(), 0);
      for (std::size_t b = 1; b < forecasters_.size(); ++b) {
        const Forecaster& baseline = forecasters_[b];
        const auto ratio = [&](Rows rows) { return over(rule, forecasters_[0], rows) / over(rule, baseline, rows); };
        card_.comparisons.push_back({rule.name, baseline.name, ratio(all), bootstrap(truth_, ratio, settings_), false});
        if (!best || over(rule, baseline, all) < over(rule, *best, all)) best = &baseline;
      }
      for (AgainstBaseline& c : card_.comparisons) c.best |= c.score == rule.name && c.baseline == best->name;
    }
  }

  Bootstrap settings_;
  std::vector<const Prediction*> rows_;
  std::vector<Outturn> truth_;
  std::vector<Forecaster> forecasters_;  ///< the model, then the baselines
  Scorecard card_;
};

}  // namespace

const Figure* Scorecard::find(std::string_view forecaster, std::string_view group, std::string_view score) const {
  for (const Figure& f : figures)
    if (f.forecaster == forecaster && f.group == group && f.score == score) return &f;
  return nullptr;
}

Scorecard scorecard(std::span<const Prediction> predictions, const Bootstrap& settings) {
  return Maker(predictions, settings).make();
}

}  // namespace sim
