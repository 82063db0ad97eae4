// allocate: where one more unit of campaign effort repays.
#include "sim/experiments/allocate.hpp"

#include <algorithm>
#include <iostream>

#include "scenarios/print.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/allocation_file.hpp"
#include "sim/experiments/answers.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

constexpr std::int64_t scouts = 4096;  ///< histories in which the hosts are looked for

std::string verdict(const sim::Effect& e, std::string_view above, std::string_view below) {
  if (e.mean == 0 && e.standard_error == 0) return "none seen";
  if (e.verdict() == sim::Verdict::cannot_tell) return "cannot tell";
  return std::string(e.verdict() == sim::Verdict::above ? above : below);
}

void tell(std::string& out, const sim::Allocation& a, const sim::AllocationText& text, std::size_t l) {
  out += "\n" + text.leader_names[l] + "\n\n  " + left("", 20) + right("announced", 10) + right("prevented", 11) +
         "   " + left("95 %, all hosts at once", 26) + left("", 13) + "mostly at\n";
  for (const sim::Allocation::At& at : a.at) {
    const sim::Effect& e = at.prevented[l];
    const std::vector<double>& events = at.events[l];
    const auto most = static_cast<std::size_t>(std::max_element(events.begin(), events.end()) - events.begin());
    std::string where;
    if (e.verdict() == sim::Verdict::above && events[most] > 0)
      where = most < a.events.size()    ? text.event_names.at(a.events[most])
              : most == a.events.size() ? "bilateral visits"
                                        : "second stops";
    out += "  " + left(text.host_names[at.place.host.index], 20) + right(fixed(at.place.by_leader[l], 2), 10) +
           right(signed_number(e.mean, 4), 11) + "   " +
           left(signed_number(e.low, 4) + " .. " + signed_number(e.high, 4), 26) +
           left(verdict(e, "repays", "backfires"), where.empty() ? 11 : 13) + where + "\n";
  }
}

}  // namespace

int allocate(const Arguments& arguments) {
  const auto threads = arguments.whole("threads", 1, 4096);
  const auto most = static_cast<std::size_t>(arguments.whole("hosts", 1, 300).value_or(12));
  sim::Effort effort;
  effort.units = arguments.number("effort", 0.001, 100).value_or(effort.units);
  effort.litigation = arguments.number("litigation", 0, 1).value_or(effort.litigation);
  effort.winnability = arguments.number("winnability", 0, 1).value_or(effort.winnability);
  const scenarios::Scenario scenario = load_scenario(arguments);
  const std::filesystem::path path =
      answer_path(arguments, scenario.name + ".allocate.h5", sim::allocation_kind().filetype);

  sim::CompareSettings settings;
  settings.seed = scenario.run.seed;
  settings.threads = sim::thread_count(static_cast<int>(threads.value_or(0)));
  settings.stop = &stop_on_signals();
  settings.replicates = std::min(histories_compared(scenario), scouts);
  const std::vector<sim::Place> places = sim::places(agents::Stage(scenario.world), most, settings);
  if (stopped_by() == 0 && places.empty()) {
    std::cout << "In " << grouped(settings.replicates)
              << " histories no trip was announced to a host with a duty: effort has nothing to hold on to.\n";
    return Exit::done;
  }
  settings.replicates = scenario.run.replicates;
  const sim::Allocation allocation = [&] {
    const auto each = static_cast<std::int64_t>(places.size() + 1);
    Progress progress("histories", settings.replicates * each);
    settings.on_progress = [&](std::int64_t done) { progress.at(done * each); };
    return sim::allocate(scenario.world, places, effort, settings);
  }();
  if (allocation.replicates < 2) {
    std::cerr << "stopped before two histories were done: nothing written\n";
    return 128 + stopped_by();
  }

  sim::AllocationText text;
  text.title = scenario.title;
  text.scenario = scenario.name;
  text.start_date = scenarios::to_text(scenario.start);
  text.resolved = scenarios::resolved(scenario);
  for (const scenarios::LeaderLabel& l : scenario.leader_labels) text.leader_names.push_back(l.name);
  text.host_names = scenario.host_names;
  for (const agents::Host& h : scenario.world.hosts) text.host_codes.push_back(h.name);
  for (std::size_t e = 0; e < scenario.event_labels.size(); ++e)
    text.event_names.emplace(scenario.world.events[e].name, scenario.event_labels[e].name);
  const std::vector<std::byte> image = sim::allocation_image(allocation, text, effort, settings.seed);
  if (stopped_by() != 0 &&
      fuller_is_left_alone(path, sim::histories_behind(path, sim::allocation_kind(), image), allocation.replicates))
    return 128 + stopped_by();
  sim::write_whole(path, image);

  std::string out =
      grouped(allocation.replicates) +
      " histories for each host, beside those without the effort under the same luck (seed " +
      std::to_string(settings.seed) + ").\nEffort: " + fixed(effort.units, 2) +
      " a week, in medium organisations (the shipped ones sum to 5), all of it at one host\n"
      "instead of in general advocacy.\n"
      "Announced: the leader's trips there a history, while it has a duty. Prevented: visits under a duty that are not "
      "made,\nhere or elsewhere, in " +
      std::to_string(scenario.world.weeks) + " weeks.\n";
  for (std::size_t l = 0; l < allocation.leaders.size(); ++l) tell(out, allocation, text, l);
  out += "\n  " + left("norm strength", 20) + right("change", 10) + "   95 %, all hosts at once\n";
  for (const sim::Allocation::At& at : allocation.at)
    out += "  " + left(text.host_names[at.place.host.index], 20) + right(signed_number(at.norm.mean, 6), 10) + "   " +
           left(signed_number(at.norm.low, 6) + " .. " + signed_number(at.norm.high, 6), 26) +
           verdict(at.norm, "stronger", "weaker") + "\n";
  out +=
      "\nIntervals hold for all hosts (and leaders) at once, visits and norm each a family of their own (Bonferroni); "
      "hosts\nwhose interval crosses 0 cannot be told from no effect, nor ranked. At hosts without announced trips "
      "effort "
      "changes\nnothing. Effort of another size need not pay in proportion.\n";
  std::cout << out << "\nwrote " << path.string() << "\nnext: safeconduct export allocation " << path.string()
            << "    the tables as CSV; also allocation-norm, allocation-occasions\n";
  if (stopped_by() == 0) return Exit::done;
  std::cerr << "stopped: it rests on the " << grouped(allocation.replicates) << " histories of "
            << grouped(settings.replicates) << " that were done\n";
  return 128 + stopped_by();
}

}  // namespace cli
