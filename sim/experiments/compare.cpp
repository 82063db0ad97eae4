#include "sim/experiments/compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

#include "sim/run/in_order.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

using agents::Decision;
using agents::History;

double variance(double n, double sum, double squares) {
  return n > 1 ? std::max(0.0, squares - sum * sum / n) / (n - 1) : 0;
}

std::string event_name(const agents::Stage& stage, const agents::ScheduledTrip& trip) {
  return stage.world.events[trip.stages.front()].name;
}

}  // namespace

MeasureInfo outcome_info(std::size_t outcome) {
  if (outcome == party_visits_outcome)
    return {"party_visits", "1", "visits to states party to the Rome Statute, with or without a warrant"};
  if (outcome == final_nu_outcome) return {"final_nu", "1", "norm strength at the end of the horizon"};
  if (outcome == mean_nu_outcome) return {"mean_nu", "1", "norm strength, mean over the weeks"};
  return info(static_cast<Measure>(outcome));
}

void tell_outcomes(const agents::Stage& stage, const History& history, std::vector<double>& into) {
  into.assign(stage.leaders * outcomes, 0.0);
  for (const Decision& d : history.decisions) {
    double* const row = &into[d.leader.index * outcomes];
    add_measures(d, row);
    if (agents::is_visit(d.outcome) && agents::is_member(stage.world.hosts[d.host.index], d.week_out))
      row[party_visits_outcome] += 1;
  }
  double sum = 0;
  for (const float nu : history.nu) sum += nu;
  for (std::size_t l = 0; l < stage.leaders; ++l) {
    into[l * outcomes + final_nu_outcome] = history.nu.back();
    into[l * outcomes + mean_nu_outcome] = sum / static_cast<double>(history.nu.size());
  }
}

double Comparison::Difference::reduction() const {
  if (paired > 0) return unpaired / paired;
  return unpaired > 0 ? std::numeric_limits<double>::infinity() : 1;
}

Comparison::Comparison(std::span<const agents::Stage* const> worlds)
    : alternatives(worlds.size() - 1), worlds_(worlds.begin(), worlds.end()) {
  const agents::Stage& base = *worlds.front();
  for (const agents::Host& h : base.world.hosts) hosts.push_back(h.name);
  for (const agents::Stage* world : worlds) {
    bool same = world->weeks() == base.weeks() && world->hosts == base.hosts;
    for (std::size_t h = 0; same && h < base.hosts; ++h) same = world->world.hosts[h].name == hosts[h];
    if (!same) throw std::invalid_argument("worlds that are compared must share their horizon and their hosts");
  }
  leader_row_.resize(worlds.size());
  for (const agents::Leader& l : base.world.leaders) {
    std::vector<std::size_t> rows;
    for (const agents::Stage* world : worlds)
      for (std::size_t i = 0; i < world->leaders; ++i)
        if (world->world.leaders[i].name == l.name) rows.push_back(i);
    if (rows.size() != worlds.size()) continue;
    leaders.push_back(l.name);
    for (std::size_t w = 0; w < worlds.size(); ++w) leader_row_[w].push_back(rows[w]);
  }
  if (leaders.empty()) throw std::invalid_argument("worlds that are compared must share a leader");
  for (const agents::Stage* world : worlds) {
    std::vector<std::vector<std::int32_t>> rows(world->leaders);
    for (std::size_t l = 0; l < world->leaders; ++l)
      for (const agents::ScheduledTrip& trip : world->calendars[l].trips) {
        const std::string name = event_name(*world, trip);
        const auto at = std::find(events.begin(), events.end(), name);
        rows[l].push_back(static_cast<std::int32_t>(at - events.begin()));
        if (at == events.end()) events.push_back(name);
      }
    event_row_.push_back(std::move(rows));
  }
  sum_.resize(worlds.size() * leaders.size() * outcomes);
  squares_ = sum_;
  difference_sum_.resize(alternatives * leaders.size() * outcomes);
  difference_squares_ = difference_sum_;
  host_sum_.resize(alternatives * leaders.size() * hosts.size());
  host_squares_ = host_sum_;
  at_event_.resize(events.size() + 2);
  event_sum_.resize(alternatives * leaders.size() * at_event_.size());
  event_squares_ = event_sum_;
  changed_.resize(alternatives * leaders.size());
  told_.resize(worlds.size());
  visits_.resize(hosts.size());
}

void Comparison::add(std::span<const History> histories) {
  ++replicates;
  for (std::size_t w = 0; w < histories.size(); ++w) {
    tell_outcomes(*worlds_[w], histories[w], told_[w]);
    for (std::size_t l = 0; l < leaders.size(); ++l)
      for (std::size_t o = 0; o < outcomes; ++o) {
        const double x = told_[w][leader_row_[w][l] * outcomes + o];
        const std::size_t at = (w * leaders.size() + l) * outcomes + o;
        sum_[at] += x;
        squares_[at] += x * x;
        if (w == 0) continue;
        const double d = x - told_[0][leader_row_[0][l] * outcomes + o];
        difference_sum_[at - leaders.size() * outcomes] += d;
        difference_squares_[at - leaders.size() * outcomes] += d * d;
      }
  }
  for (std::size_t a = 0; a < alternatives; ++a)
    for (std::size_t l = 0; l < leaders.size(); ++l) compare(a, l, histories[0], histories[a + 1]);
}

std::int32_t Comparison::event_of(std::size_t world, const Decision& d) const {
  if (d.event < 0) return d.second_stop ? -2 : -1;
  return event_row_[world][d.leader.index][static_cast<std::size_t>(d.event)];
}

void Comparison::compare(std::size_t alternative, std::size_t leader, const History& base, const History& other) {
  const std::size_t world = alternative + 1, row = alternative * leaders.size() + leader;
  /// Walks through the decisions of the leader in one world.
  struct Walk {
    const History& history;
    std::size_t leader, at = 0;
    const Decision* next() {
      while (at < history.decisions.size() && history.decisions[at].leader.index != leader) ++at;
      return at < history.decisions.size() ? &history.decisions[at++] : nullptr;
    }
  };
  Walk in_base{base, leader_row_[0][leader]}, in_other{other, leader_row_[world][leader]};
  const auto same_occasion = [&](const Decision& b, const Decision& o) {
    return b.week == o.week && b.host == o.host && event_of(0, b) == event_of(world, o);
  };

  // The first difference in time. Up to the first answer that differs the decisions stand side by side; one of them may
  // have ended otherwise before that.
  std::optional<std::tuple<int, const Decision*, std::size_t, Parting>> first;  // week, decision, its world, how
  for (bool aligned = true; aligned;) {
    const Decision *b = in_base.next(), *o = in_other.next();
    if (!b && !o) break;
    const bool same = b && o && same_occasion(*b, *o);
    aligned = same && b->answer == o->answer;
    if (!aligned) {
      bool from_base = b && (!o || b->week <= o->week);
      if (b && o && !same)  // where the other world has it too, later in the week, what comes before it there is new
        while (const Decision* later = in_other.next()) from_base = from_base && !same_occasion(*b, *later);
      const Decision* d = from_base ? b : o;
      if (!first || d->week <= std::get<0>(*first))
        first = {d->week, d, from_base ? 0 : world, same ? Parting::answer : Parting::idea};
    } else if (b->outcome != o->outcome || b->week_out != o->week_out) {
      const int week = std::min(b->week_out, o->week_out);
      if (!first || week < std::get<0>(*first)) first = {week, b, 0, Parting::outcome};
    }
  }
  if (first) {
    const auto [week, d, where, how] = *first;
    ++changed_[row];
    ++parted_[{alternative, leader, d->host.index, event_of(where, *d), how}];
  }

  std::vector<std::size_t> touched, events_touched;
  const auto visits = [&](std::size_t where, const History& history, double by) {
    for (const Decision& d : history.decisions) {
      if (d.leader.index != leader_row_[where][leader] || !agents::is_visit(d.outcome)) continue;
      visits_[d.host.index] += by;
      touched.push_back(d.host.index);
      const std::int32_t event = event_of(where, d);
      const std::size_t at = event >= 0 ? static_cast<std::size_t>(event) : events.size() + (event == -1 ? 0 : 1);
      at_event_[at] += by;
      events_touched.push_back(at);
    }
  };
  visits(0, base, -1);
  visits(world, other, 1);
  for (const std::size_t e : events_touched) {
    event_sum_[row * at_event_.size() + e] += at_event_[e];
    event_squares_[row * at_event_.size() + e] += at_event_[e] * at_event_[e];
    at_event_[e] = 0;
  }
  for (const std::size_t h : touched) {
    host_sum_[row * hosts.size() + h] += visits_[h];
    host_squares_[row * hosts.size() + h] += visits_[h] * visits_[h];
    visits_[h] = 0;  // a host touched twice is counted once
  }
}

Comparison& Comparison::operator+=(const Comparison& later) {
  replicates += later.replicates;
  add_all(sum_, later.sum_);
  add_all(squares_, later.squares_);
  add_all(difference_sum_, later.difference_sum_);
  add_all(difference_squares_, later.difference_squares_);
  add_all(host_sum_, later.host_sum_);
  add_all(host_squares_, later.host_squares_);
  add_all(event_sum_, later.event_sum_);
  add_all(event_squares_, later.event_squares_);
  add_all(changed_, later.changed_);
  for (const auto& [where, n] : later.parted_) parted_[where] += n;
  return *this;
}

Comparison::Difference Comparison::difference(std::size_t alternative, std::size_t leader, std::size_t outcome) const {
  const auto n = static_cast<double>(replicates);
  const std::size_t base = leader * outcomes + outcome, row = alternative * leaders.size() * outcomes + base;
  const std::size_t other = row + leaders.size() * outcomes;
  const double paired = variance(n, difference_sum_[row], difference_squares_[row]);
  const double unpaired = variance(n, sum_[base], squares_[base]) + variance(n, sum_[other], squares_[other]);
  return {sum_[base] / n, sum_[other] / n, difference_sum_[row] / n, std::sqrt(paired / n), paired, unpaired};
}

Estimate Comparison::host_difference(std::size_t alternative, std::size_t leader, std::size_t host) const {
  const auto n = static_cast<double>(replicates);
  const std::size_t at = (alternative * leaders.size() + leader) * hosts.size() + host;
  return {host_sum_[at] / n, std::sqrt(variance(n, host_sum_[at], host_squares_[at]) / n)};
}

Estimate Comparison::event_difference(std::size_t alternative, std::size_t leader, std::size_t event) const {
  const auto n = static_cast<double>(replicates);
  const std::size_t at = (alternative * leaders.size() + leader) * at_event_.size() + event;
  return {event_sum_[at] / n, std::sqrt(variance(n, event_sum_[at], event_squares_[at]) / n)};
}

std::int64_t Comparison::changed(std::size_t alternative, std::size_t leader) const {
  return changed_[alternative * leaders.size() + leader];
}

std::vector<Comparison::PartedAt> Comparison::partings() const {
  std::vector<PartedAt> all;
  for (const auto& [where, n] : parted_) {
    const auto [alternative, leader, host, event, how] = where;
    all.push_back({alternative, leader, host, event, how, n});
  }
  std::stable_sort(all.begin(), all.end(), [](const PartedAt& a, const PartedAt& b) {
    return std::tuple(a.alternative, a.leader, -a.itineraries) < std::tuple(b.alternative, b.leader, -b.itineraries);
  });
  return all;
}

Comparison compare(std::span<const agents::Stage* const> worlds, const CompareSettings& s) {
  const Kernel& kernel = s.kernel ? *s.kernel : best_kernel();
  std::vector<std::unique_ptr<BatchStage>> stages;
  for (const agents::Stage* world : worlds) stages.push_back(std::make_unique<BatchStage>(*world));

  const auto make_worker = [&] {
    auto lives = std::make_shared<std::vector<std::unique_ptr<BatchLife>>>();
    for (const auto& stage : stages) lives->push_back(std::make_unique<BatchLife>(*stage, kernel));
    return [&, lives, histories = std::vector<History>(worlds.size())](std::int64_t chunk) mutable {
      Comparison part(worlds);
      const std::int64_t end = std::min((chunk + 1) * chunk_size, s.replicates);
      for (std::int64_t first = chunk * chunk_size; first < end; first += block_replicates) {
        const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, end - first));
        for (const auto& life : *lives) life->live(s.seed, static_cast<std::uint32_t>(first), count);
        for (int r = 0; r < count; ++r) {
          for (std::size_t w = 0; w < lives->size(); ++w) (*lives)[w]->tell(r, histories[w]);
          part.add(histories);
        }
      }
      return part;
    };
  };
  Comparison total(worlds);
  const std::int64_t chunks = (s.replicates + chunk_size - 1) / chunk_size;
  in_order(chunks, s.threads, s.stop, make_worker, [&](const Comparison& part) {
    total += part;
    if (s.on_progress) s.on_progress(total.replicates);
  });
  return total;
}

}  // namespace sim
