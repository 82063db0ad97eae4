#include "sim/experiments/comparison_file.hpp"

#include "sim/experiments/adaptive.hpp"
#include "sim/experiments/answer_file.hpp"

namespace sim {

std::string occasion(const Comparison& comparison, std::int32_t event) {
  if (event == -1) return "bilateral";
  if (event == -2) return "second stop";
  return comparison.events[static_cast<std::size_t>(event)];
}

std::vector<std::byte> comparison_image(const Comparison& c, const ComparisonText& text, std::uint64_t seed) {
  AnswerFile file(comparison_kind(), text.title);
  file.attribute("base", text.base);
  file.attribute("start_date", text.start_date);
  file.attribute("seed", seed);
  file.attribute("replicates", c.replicates);
  file.write("alternative", text.alternatives);
  file.write("leader", c.leaders);
  file.write("leader_name", text.leader_names);
  std::vector<std::string> name, unit, meaning;
  for (std::size_t o = 0; o < outcomes; ++o) {
    name.emplace_back(outcome_info(o).name);
    unit.emplace_back(outcome_info(o).unit);
    meaning.emplace_back(outcome_info(o).meaning);
  }
  file.write("outcome", name);
  file.write("outcome_unit", unit);
  file.write("outcome_meaning", meaning);
  file.write("host", c.hosts);
  file.write("host_name", text.host_names);

  std::vector<std::string> occasions = c.events, occasion_names;
  for (const std::string& event : c.events) occasion_names.push_back(text.event_names.at(event));
  for (const char* other : {"bilateral", "second stop"}) {
    occasions.emplace_back(other);
    occasion_names.emplace_back();
  }
  file.write("occasion", occasions);
  file.write("occasion_name", std::move(occasion_names));

  std::vector<double> occasion_difference, occasion_se;
  std::vector<double> base, alternative, difference, se, low, high, paired, unpaired, reduction, host, host_se;
  std::vector<std::int64_t> changed;
  for (std::size_t a = 0; a < c.alternatives; ++a)
    for (std::size_t l = 0; l < c.leaders.size(); ++l) {
      changed.push_back(c.changed(a, l));
      for (std::size_t o = 0; o < outcomes; ++o) {
        const Comparison::Difference d = c.difference(a, l, o);
        base.push_back(d.base);
        alternative.push_back(d.alternative);
        difference.push_back(d.mean);
        se.push_back(d.standard_error);
        low.push_back(d.mean - z_95 * d.standard_error);
        high.push_back(d.mean + z_95 * d.standard_error);
        paired.push_back(d.paired);
        unpaired.push_back(d.unpaired);
        reduction.push_back(d.reduction());
      }
      for (std::size_t e = 0; e < occasions.size(); ++e) {
        const Estimate at = c.event_difference(a, l, e);
        occasion_difference.push_back(at.mean);
        occasion_se.push_back(at.standard_error);
      }
      for (std::size_t h = 0; h < c.hosts.size(); ++h) {
        const Estimate e = c.host_difference(a, l, h);
        host.push_back(e.mean);
        host_se.push_back(e.standard_error);
      }
    }
  file.write("base", std::move(base));
  file.write("alternative_mean", std::move(alternative));
  file.write("difference", std::move(difference));
  file.write("difference_se", std::move(se));
  file.write("difference_low", std::move(low));
  file.write("difference_high", std::move(high));
  file.write("paired_variance", std::move(paired));
  file.write("unpaired_variance", std::move(unpaired));
  file.write("variance_reduction", std::move(reduction));
  file.write("host_difference", std::move(host));
  file.write("host_difference_se", std::move(host_se));
  file.write("occasion_difference", std::move(occasion_difference));
  file.write("occasion_difference_se", std::move(occasion_se));
  file.write("changed", std::move(changed));

  std::vector<std::int32_t> number;
  std::vector<std::string> in, who, where, event, event_name;
  std::vector<std::int8_t> how;
  std::vector<std::int64_t> itineraries;
  for (const Comparison::PartedAt& p : c.partings()) {
    number.push_back(static_cast<std::int32_t>(number.size()));
    in.push_back(text.alternatives[p.alternative]);
    who.push_back(c.leaders[p.leader]);
    where.push_back(c.hosts[p.host]);
    event.push_back(occasion(c, p.event));
    const auto named = text.event_names.find(event.back());
    event_name.push_back(p.event < 0 || named == text.event_names.end() ? "" : named->second);
    how.push_back(static_cast<std::int8_t>(p.how));
    itineraries.push_back(p.itineraries);
  }
  file.write("parting", std::move(number));
  file.write("parting_alternative", std::move(in));
  file.write("parting_leader", std::move(who));
  file.write("parting_host", std::move(where));
  file.write("parting_event", std::move(event));
  file.write("parting_event_name", std::move(event_name));
  file.write("parting_how", std::move(how), {parting_names.begin(), parting_names.end()});
  file.write("parting_itineraries", std::move(itineraries));
  file.provenance("scenario", text.resolved);
  return file.finish();
}

}  // namespace sim
