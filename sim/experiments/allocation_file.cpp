#include "sim/experiments/allocation_file.hpp"

#include "sim/experiments/answer_file.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

/// The columns of effects, by name of the first.
struct Effects {
  std::vector<double> mean, se, low, high;
  std::vector<std::int8_t> verdict;
  void add(const Effect& e) {
    mean.push_back(e.mean);
    se.push_back(e.standard_error);
    low.push_back(e.low);
    high.push_back(e.high);
    verdict.push_back(static_cast<std::int8_t>(e.verdict()));
  }
  void write(AnswerFile& file, const std::string& name) {
    file.write(name, std::move(mean));
    file.write(name + "_se", std::move(se));
    file.write(name + "_low", std::move(low));
    file.write(name + "_high", std::move(high));
    file.write(name + "_verdict", std::move(verdict), {"above_0", "cannot_tell", "below_0"});
  }
};

}  // namespace

std::vector<std::byte> allocation_image(const Allocation& a, const AllocationText& text, const Effort& effort,
                                        std::uint64_t seed) {
  AnswerFile file(allocation_kind(), text.title);
  file.attribute("scenario", text.scenario);
  file.attribute("start_date", text.start_date);
  file.attribute("seed", seed);
  file.attribute("replicates", a.replicates);
  file.attribute("effort", "budget " + shortest(effort.units) + ", litigation share " + shortest(effort.litigation) +
                               ", winnability " + shortest(effort.winnability));
  std::vector<std::string> place, place_name, occasion = a.events, occasion_name;
  std::vector<double> announced, announced_by_leader, there, reduction, events;
  Effects norm, prevented;
  for (const Allocation::At& at : a.at) {
    place.push_back(text.host_codes[at.place.host.index]);
    place_name.push_back(text.host_names[at.place.host.index]);
    announced.push_back(at.place.goes);
    norm.add(at.norm);
    for (std::size_t l = 0; l < a.leaders.size(); ++l) {
      announced_by_leader.push_back(at.place.by_leader[l]);
      prevented.add(at.prevented[l]);
      there.push_back(at.there[l]);
      reduction.push_back(at.reduction[l]);
      events.insert(events.end(), at.events[l].begin(), at.events[l].end());
    }
  }
  for (const std::string& event : a.events) occasion_name.push_back(text.event_names.at(event));
  for (const char* other : {"bilateral", "second stop"}) {
    occasion.emplace_back(other);
    occasion_name.emplace_back();
  }
  file.write("place", std::move(place));
  file.write("leader", a.leaders);
  file.write("occasion", std::move(occasion));
  file.write("place_name", std::move(place_name));
  file.write("leader_name", text.leader_names);
  file.write("occasion_name", std::move(occasion_name));
  file.write("announced", std::move(announced));
  file.write("announced_by_leader", std::move(announced_by_leader));
  norm.write(file, "norm");
  prevented.write(file, "prevented");
  file.write("prevented_there", std::move(there));
  file.write("variance_reduction", std::move(reduction));
  file.write("prevented_at", std::move(events));
  file.provenance("scenario", {text.resolved});
  return file.finish();
}

}  // namespace sim
