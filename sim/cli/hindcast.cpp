// hindcast: predict a record, each decision from those before it, and score the predictions.
#include <algorithm>
#include <iostream>
#include <set>
#include <tuple>
#include <utility>

#include "agents/stage.hpp"
#include "scenarios/problem.hpp"
#include "sim/cli/along_a_record.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/scorecard_text.hpp"
#include "sim/cli/words.hpp"
#include "sim/inference/posterior.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/in_order.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

std::string json_line(const sim::Prediction& p) {
  std::string line = "{\"decision\": " + json_text(p.id) + ", \"leader\": " + json_text(p.leader) + ", \"date\": \"" +
                     scenarios::to_text(scenarios::Date(std::chrono::days(p.day))) + "\", \"host\": \"" + p.host +
                     "\", \"kind\": \"" + p.kind + "\", \"member\": " + (p.member ? "true" : "false") + ", \"p\": {";
  for (std::size_t f = 0; f < p.p.size(); ++f)
    line += (f ? ", \"" : "\"") + std::string(sim::fate_names[f]) + "\": " + fixed(p.p[f], 6);
  return line + "}, \"p_went\": " + fixed(sim::p_went(p.p), 6) + ", \"outcome\": \"" +
         std::string(sim::fate_names[static_cast<std::size_t>(p.outcome)]) + "\", \"event\": " + json_text(p.event) +
         ", \"km\": " + fixed(p.features.km, 6) + ", \"unga\": " + fixed(p.features.unga, 6) +
         ", \"blocs\": " + fixed(p.features.blocs, 6) + ", \"trade\": " + fixed(p.features.trade, 6) +
         ", \"judiciary\": " + fixed(p.features.judiciary, 6) + "}";
}

std::string score_line(const std::string& score, double value, int decimals) {
  return "{\"score\": " + json_text(score) + ", \"value\": " + fixed(value, decimals) + "}\n";
}

/// Forecasts of sets of parameters, each by a filter of its own with luck of its own.
sim::Filtered mixed(const agents::World& world, std::span<const sim::Opportunity> record,
                    const scenarios::ParameterSets& sets, sim::FilterSettings settings, std::span<double> weight) {
  const auto n = static_cast<std::int64_t>(sets.sets.size());
  const int threads = std::exchange(settings.threads, 1);
  settings.particles = std::max(1, settings.particles / static_cast<int>(n));
  const auto make_worker = [&] {
    return [&](std::int64_t k) {
      constexpr std::uint32_t seeds_of_sets = 0xfffffffd;
      const agents::Words seed = sim::philox(settings.seed, {static_cast<std::uint32_t>(k), seeds_of_sets, 0, 0});
      sim::FilterSettings own = settings;
      own.seed = (static_cast<std::uint64_t>(seed[0]) << 32 | seed[1]) >> 1;  // as large as run.seed may be
      return sim::filter(agents::Stage(sets.world(world, static_cast<std::size_t>(k))), record, own);
    };
  };
  std::vector<sim::Filtered> each;
  sim::in_order(n, threads, nullptr, make_worker, [&](sim::Filtered f) { each.push_back(std::move(f)); });
  return sim::mixture(each, weight);
}

constexpr const char* table_head = "date        host          went  choice  kept away  outcome                 event\n";

std::string table_line(const sim::Prediction& p) {
  return scenarios::to_text(scenarios::Date(std::chrono::days(p.day))) + "  " + left(p.host, 4) +
         (p.member ? "member  " : "        ") + right(percent(sim::p_went(p.p)), 6) +
         right(percent(p.p[static_cast<std::size_t>(sim::Fate::own_choice)]), 8) +
         right(percent(p.p[static_cast<std::size_t>(sim::Fate::kept_away)]), 11) + "  " +
         left(sim::fate_names[static_cast<std::size_t>(p.outcome)], 24) + scenarios::printable(p.event);
}

/// How many of the predicted decisions a fit knew, in words; empty if none.
std::string known_to(const std::filesystem::path& fit, const std::vector<sim::Prediction>& predicted) {
  std::set<std::tuple<std::string, std::string, std::int32_t>> known;
  for (const sim::Prediction& p : sim::read_posterior(fit).rolling) known.emplace(p.id, p.host, p.day);
  const auto n = std::ranges::count_if(predicted, [&](const sim::Prediction& p) {
    return known.contains({p.id, p.host, p.day});
  });
  return n == 0 ? ""
                : "note: " + fit.string() + " was fitted to " + std::to_string(n) + " of these " +
                      so_many(std::ssize(predicted), "decision", "decisions") + ": its forecasts know the outcomes\n";
}

}  // namespace

int hindcast(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("hindcast which scenarios? e.g. 'safeconduct hindcast bashir_2009'");
  const scenarios::Places places = shipped_places();
  const std::filesystem::path record_folder = places.world.parent_path() / "record";
  const std::filesystem::path file = arguments.text("records").value_or((record_folder / "decisions.csv").string());
  const bool json = arguments.flag("json");
  sim::FilterSettings settings;
  settings.particles = static_cast<int>(arguments.whole("particles", 1, 1000000).value_or(20000));
  settings.threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));

  const scenarios::Record record = scenarios::read_record(file, record_folder, scenarios::read_facts(places.world));
  const auto sets = posterior_wanted(arguments, settings.particles, "particles");
  scenarios::Loader loader(places);
  for (std::size_t i = 0; i < arguments.words().size(); ++i)
    if (std::count(arguments.words().begin(), arguments.words().end(), arguments.words()[i]) > 1)
      throw UsageError("hindcast takes each scenario once: '" + scenarios::printable(arguments.words()[i]) +
                       "' stands there twice, and a decision is predicted once");
  std::vector<bool> used(record.decisions.size(), false);
  std::vector<sim::Prediction> all;
  std::vector<double> weight;  // of the sets, by what they gave to the decisions so far
  if (sets) weight.assign(sets->sets.size(), 1.0 / static_cast<double>(sets->sets.size()));
  double log_likelihood = 0;
  for (const std::string& name : arguments.words()) {
    const scenarios::Scenario scenario = loader.load(name, scenario_settings(arguments));
    AlongARecord along = along_a_record(scenario, record, used);
    for (const std::string& note : along.notes) std::cerr << "note: " << scenario.name << ": " << note << '\n';
    if (along.opportunities.empty()) {
      std::cerr << "note: " << scenario.name << ": no decision of its leaders in the record"
                << (all.empty() ? "" : " that the scenarios before it have left") << '\n';
      continue;
    }
    settings.seed = scenario.run.seed;
    const sim::Filtered found = sets ? mixed(along.world, along.opportunities, *sets, settings, weight)
                                     : sim::filter(agents::Stage(along.world), along.opportunities, settings);
    log_likelihood += found.log_likelihood;
    for (std::size_t i = 0; i < along.predictions.size(); ++i) {
      along.predictions[i].p = found.p[i];
      all.push_back(along.predictions[i]);
    }
  }
  if (all.empty())
    throw scenarios::TableError(
        record.file +
        ": no decision that these scenarios can face (bashir_2009 and putin_2023 face the shipped record)");
  if (const std::filesystem::path posterior = arguments.text("posterior").value_or(""); posterior.extension() == ".h5")
    std::cerr << known_to(posterior, all);
  if (!json) std::cout << table_head;
  for (const sim::Prediction& p : all) std::cout << (json ? json_line(p) : table_line(p)) << '\n';
  const sim::Scorecard card = sim::scorecard(all);
  std::cout << (json ? scorecard_json(card) : "\n" + scorecard_text(card));
  if (json)
    std::cout << score_line("decisions", static_cast<double>(all.size()), 0)
              << score_line("log_likelihood", log_likelihood, 3);
  else
    std::cout
        << "\n"
        << all.size() << " decisions, log likelihood " << fixed(log_likelihood, 2)
        << ". Went: visits, in full or cut short, and arrests. Given that the record has the opportunity: it has "
           "nearly every trip made, and those not made\n"
           "only where somebody wrote about them. P(arrest) is mostly a prior: no sitting leader has been arrested.\n"
        << (sets ? ""
                 : "The parameters shipped were chosen with the shipped record in view; the forecasters beside the "
                   "model know only\n"
                   "earlier decisions. 'fit' tells forecasts whose parameters, too, come from earlier ones alone.\n");
  return Exit::done;
}

}  // namespace cli
