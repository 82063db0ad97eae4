// compare: what a change of the world does, told by histories that share their luck.
#include "sim/experiments/compare.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

#include "scenarios/print.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/adaptive.hpp"
#include "sim/experiments/answers.hpp"
#include "sim/experiments/comparison_file.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

using sim::Comparison;

/// Where a ';' outside quotes ends a setting.
std::size_t end_of_setting(const std::string& group, std::size_t from) {
  char quote = 0;
  for (std::size_t i = from; i < group.size(); ++i) {
    const char c = group[i];
    if (quote == '"' && c == '\\')
      ++i;
    else if (quote)
      quote = c == quote ? 0 : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == ';')
      return i;
  }
  return group.size();
}

/// "a = 1; b = 2" into its settings.
std::vector<std::string> settings_in(const std::string& group) {
  std::vector<std::string> settings;
  for (std::size_t from = 0; from <= group.size();) {
    const std::size_t end = end_of_setting(group, from);
    const std::size_t first = group.find_first_not_of(' ', from);
    if (first < end) settings.push_back(group.substr(first, end - first));
    from = end + 1;
  }
  return settings;
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The base, then the alternatives, and what each is called.
struct Worlds {
  std::vector<scenarios::Scenario> scenarios;
  std::vector<std::string> names;
};

Worlds worlds_wanted(const Arguments& arguments) {
  std::vector<std::string> files = arguments.words();
  const std::vector<std::string> groups = arguments.all("set");
  if (files.empty()) files = {std::string(default_scenario)};
  if (arguments.words().empty() && groups.empty()) files.insert(files.end(), {"no_warrant", "no_campaign"});
  if (files.size() + groups.size() < 2)
    throw UsageError("compare '" + files.front() +
                     "' with what? Name another scenario, or a change: --set leaders.putin.warrant=false "
                     "(see 'safeconduct compare --help')");
  const std::vector<std::string> everywhere = joined(arguments.all("everywhere"), run_settings(arguments));
  scenarios::Loader loader(shipped_places());
  Worlds worlds;
  const auto add = [&](const std::string& file, const std::string& name, const std::vector<std::string>& settings) {
    worlds.scenarios.push_back(loader.load(file, joined(everywhere, settings)));
    worlds.names.push_back(name.empty() ? worlds.scenarios.back().name : name);
  };
  for (const std::string& file : files) add(file, "", {});
  const std::vector<std::string> names = worlds.names;
  for (std::size_t i = 0; i < names.size(); ++i)  // before/x.toml and after/x.toml
    if (std::count(names.begin(), names.end(), names[i]) > 1) worlds.names[i] = files[i];
  for (const std::string& group : groups) {
    const std::vector<std::string> settings = settings_in(group);
    if (settings.empty()) throw UsageError("option '--set' takes KEY=VALUE, or several with ';' between them");
    for (const std::string& setting : settings)
      if (setting.substr(0, setting.find_first_of(" .=")) == "run")
        throw UsageError("'" + scenarios::printable(setting.substr(0, setting.find_first_of(" ="))) +
                         "' is the same in every world of a comparison: --seed N and --replicates N set it for all");
    add(files.front(), group, settings);
  }
  const scenarios::Scenario& base = worlds.scenarios.front();
  for (std::size_t i = 1; i < worlds.names.size(); ++i) {
    const scenarios::Scenario& s = worlds.scenarios[i];
    if (s.start != base.start || s.world.weeks != base.world.weeks)
      throw UsageError("'" + worlds.names.front() + "' and '" + worlds.names[i] +
                       "' do not cover the same weeks (from " + scenarios::to_text(base.start) + ", " +
                       std::to_string(base.world.weeks) + " weeks, and from " + scenarios::to_text(s.start) + ", " +
                       std::to_string(s.world.weeks) + "), so they cannot share their luck");
  }
  return worlds;
}

/// The notes of the base, and of each alternative what is not the base's own.
void tell_notes(const Worlds& worlds) {
  const std::vector<std::string>& common = worlds.scenarios.front().notes;
  for (const std::string& note : common) std::cerr << "note: " << note << '\n';
  for (std::size_t i = 1; i < worlds.names.size(); ++i)
    for (const std::string& note : worlds.scenarios[i].notes)
      if (std::find(common.begin(), common.end(), note) == common.end())
        std::cerr << "note: " << worlds.names[i] << ": " << note << '\n';
}

/// Enough decimals to show a standard error to two figures, but no more than six.
int decimals_for(double standard_error) {
  int n = 1;
  for (double x = standard_error; n < 6 && x > 0 && x < 0.95; x *= 10) ++n;
  return n;
}

std::string reduction_words(double factor) {
  if (std::isinf(factor)) return "same";
  return fixed(factor, factor < 10 ? 1 : 0);
}

void tell(std::string& out, const Comparison& c, const sim::ComparisonText& text, std::size_t a, std::size_t l) {
  out += "\n" + text.leader_names[l] + ": " + text.alternatives[a] + ", against " + text.base + "\n\n";
  out += "  " + left("a history", 18) + right("base", 10) + right("alternative", 13) + right("difference", 13) + "   " +
         left("95 % interval", 24) + "luck shared\n";
  for (std::size_t o = 0; o < sim::outcomes; ++o) {
    if (o == static_cast<std::size_t>(sim::Measure::arrests)) continue;  // hazard: the same mean, less noise
    const Comparison::Difference d = c.difference(a, l, o);
    if (d.base == 0 && d.alternative == 0) continue;
    const bool same = d.mean == 0 && d.standard_error == 0;
    const int n = decimals_for(same ? std::abs(d.base) / 100 : d.standard_error);
    const double reach = sim::z_95 * d.standard_error;
    std::string name(sim::outcome_info(o).name);
    std::replace(name.begin(), name.end(), '_', ' ');
    if (o == static_cast<std::size_t>(sim::Measure::hazard)) name = "P(arrest), summed";
    out += "  " + left(name, 18) + right(fixed(d.base, n), 10) + right(fixed(d.alternative, n), 13) +
           right(same ? "none" : signed_number(d.mean, n), 13) + "   " +
           left(same ? "" : signed_number(d.mean - reach, n) + " .. " + signed_number(d.mean + reach, n), 24) +
           (same ? "" : "x " + reduction_words(d.reduction())) + "\n";
  }

  const double share = static_cast<double>(c.changed(a, l)) / static_cast<double>(c.replicates);
  out += "\n  " + percent(share) + " of the itineraries differ";
  if (c.changed(a, l) == 0) {
    out += ".\n";
    return;
  }
  out += ". They part first at:\n";
  int shown = 0;
  for (const Comparison::PartedAt& p : c.partings()) {
    if (p.alternative != a || p.leader != l || shown == 6) continue;
    ++shown;
    std::string where = sim::occasion(c, p.event);
    if (const auto named = text.event_names.find(where); p.event >= 0 && named != text.event_names.end())
      where = named->second;
    static constexpr std::string_view how[] = {"an idea that only one of them has", "answered otherwise",
                                               "ends otherwise"};
    out += "  " + right(percent(static_cast<double>(p.itineraries) / static_cast<double>(c.changed(a, l))), 6) + "  " +
           left(text.host_names[p.host] + ": " + where, 66) + std::string(how[static_cast<std::size_t>(p.how)]) + "\n";
  }

  std::vector<std::size_t> order(c.hosts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto by = [&](std::size_t h) { return c.host_difference(a, l, h).mean; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) { return std::abs(by(x)) > std::abs(by(y)); });
  std::string moved;
  for (std::size_t i = 0; i < std::min<std::size_t>(6, order.size()); ++i) {
    const auto [mean, error] = c.host_difference(a, l, order[i]);
    if (std::abs(mean) <= sim::z_95 * error) continue;
    moved += (moved.empty() ? "" : ", ") + c.hosts[order[i]] + " " + signed_number(mean, decimals_for(error));
  }
  if (!moved.empty()) out += "  Visits move most at: " + moved + "\n";
}

}  // namespace

int compare(const Arguments& arguments) {
  const auto threads = arguments.whole("threads", 1, 4096);
  const Worlds worlds = worlds_wanted(arguments);
  const scenarios::Scenario& base = worlds.scenarios.front();
  const std::filesystem::path path = answer_path(arguments, base.name + ".compare.h5", sim::comparison_kind().filetype);

  std::vector<agents::Stage> stages;
  stages.reserve(worlds.scenarios.size());
  for (const scenarios::Scenario& s : worlds.scenarios) stages.emplace_back(s.world);
  std::vector<const agents::Stage*> lived;
  for (const agents::Stage& stage : stages) lived.push_back(&stage);

  sim::CompareSettings settings;
  settings.seed = base.run.seed;
  settings.replicates = histories_compared(base);
  tell_notes(worlds);
  settings.threads = sim::thread_count(static_cast<int>(threads.value_or(0)));
  settings.stop = &stop_on_signals();
  const Comparison comparison = [&] {
    const auto each = static_cast<std::int64_t>(lived.size());
    Progress progress("histories", settings.replicates * each);
    settings.on_progress = [&](std::int64_t done) { progress.at(done * each); };
    try {
      return sim::compare(lived, settings);
    } catch (const std::invalid_argument& e) {
      throw UsageError(e.what());
    }
  }();
  if (comparison.replicates < 2) {
    std::cerr << "stopped before two histories were done: nothing written\n";
    return 128 + stopped_by();
  }

  sim::ComparisonText text;
  text.title = base.title;
  text.start_date = scenarios::to_text(base.start);
  text.base = worlds.names.front();
  text.alternatives.assign(worlds.names.begin() + 1, worlds.names.end());
  for (const scenarios::Scenario& s : worlds.scenarios) {
    text.resolved.push_back(scenarios::resolved(s));
    for (std::size_t e = 0; e < s.event_labels.size(); ++e)
      text.event_names.emplace(s.world.events[e].name, s.event_labels[e].name);
  }
  for (const std::string& leader : comparison.leaders)
    for (std::size_t l = 0; l < base.leader_labels.size(); ++l)
      if (base.world.leaders[l].name == leader) text.leader_names.push_back(base.leader_labels[l].name);
  text.host_names = base.host_names;
  const std::vector<std::byte> image = sim::comparison_image(comparison, text, settings.seed);
  if (stopped_by() != 0 &&
      fuller_is_left_alone(path, sim::histories_behind(path, sim::comparison_kind(), image), comparison.replicates))
    return 128 + stopped_by();
  sim::write_whole(path, image);

  std::string out = grouped(comparison.replicates) +
                    " histories of each world, replicate by replicate under the same luck (seed " +
                    std::to_string(settings.seed) + ")\n";
  for (std::size_t a = 0; a < comparison.alternatives; ++a)
    for (std::size_t l = 0; l < comparison.leaders.size(); ++l) tell(out, comparison, text, a, l);
  out += "\nA history: " + std::to_string(base.world.weeks) +
         " weeks. Luck shared: how many times more histories a comparison of unrelated runs would need.\n" +
         std::string(arrest_caveat) + "\n";
  std::cout << out << "\nwrote " << path.string() << "\nnext: safeconduct export differences " << path.string()
            << "    the table above as CSV; also partings, host-differences\n";
  if (stopped_by() == 0) return Exit::done;
  std::cerr << "stopped: the comparison rests on the " << grouped(comparison.replicates) << " histories of "
            << grouped(settings.replicates) << " that were done\n";
  return 128 + stopped_by();
}

}  // namespace cli
