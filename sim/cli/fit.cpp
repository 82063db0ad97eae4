// fit: which parameters would have predicted the record, and how well; written as a posterior that runs can draw from.
#include "sim/inference/fit.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

#include "scenarios/problem.hpp"
#include "sim/cli/along_a_record.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/scorecard_text.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/words.hpp"
#include "sim/inference/convergence.hpp"
#include "sim/output/sha256.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

/// The figures that scenarios/record/figures.csv has about a shipped case.
std::vector<sim::Figures> figures_of(const scenarios::Scenario& scenario, const fs::path& record_folder) {
  std::vector<sim::Figures> found;
  const scenarios::Table table(record_folder / "figures.csv",
                               {"leader", "scenario", "visits", "member_visits", "first_five", "median_km"});
  for (const scenarios::Row& row : table.rows())
    if (row.text("scenario") == scenario.name)
      found.push_back({row.text("leader"), row.number("visits", 0, 1000), row.number("member_visits", 0, 1000),
                       row.number("first_five", 0, 1), row.number("median_km", 0, 20040)});
  return found;
}

std::string number(double x) {
  const double size = x < 0 ? -x : x;
  return fixed(x, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size == 0 ? 2 : 4);
}

/// Whether the chains agree, and what to do where they do not.
std::string agreement(const sim::Posterior& p) {
  std::vector<std::size_t> worst(p.names.size());
  std::iota(worst.begin(), worst.end(), 0);
  std::stable_sort(worst.begin(), worst.end(), [&](auto a, auto b) { return p.r_hat[a] > p.r_hat[b]; });
  std::string first, evidence;
  std::size_t over = 0;
  for (const std::size_t a : worst) {
    if (p.r_hat[a] <= sim::disagreement) break;
    if (++over <= 6) first += (over > 1 ? ", " : "") + p.names[a] + " " + fixed(p.r_hat[a], 2);
  }
  for (const double x : p.chain_log_evidence) evidence += (evidence.empty() ? "" : ", ") + fixed(x, 2);
  const std::string line = fixed(sim::disagreement, 2);
  return std::to_string(p.chain_log_evidence.size()) + " chains, log evidence " + evidence + ".\n" +
         (over == 0 ? "R-hat: no parameter over " + line + ", the chains agree.\n"
                    : "WARNING: the chains disagree (R-hat over " + line + ") about " + std::to_string(over) + " of " +
                          std::to_string(p.names.size()) + " parameters, most about " + first +
                          ".\nThese posteriors are partly their chains' luck: more --settling or --draws brings R-hat "
                          "down (--travelled where the effective draws are few).\n");
}

std::string told(const sim::Posterior& p) {
  std::string text = left("parameter", 16) + right("prior", 10) + right("sd", 9) + right("posterior", 12) +
                     right("sd", 9) + right("overlap", 10) + right("R-hat", 9) + right("ESS", 6) + "\n";
  for (std::size_t a = 0; a < p.names.size(); ++a)
    text += left(p.names[a], 16) + right(number(p.prior_mean[a]), 10) + right(number(p.prior_sd[a]), 9) +
            right(number(p.mean[a]), 12) + right(number(p.sd[a]), 9) + right(fixed(p.overlap[a], 2), 10) +
            right(fixed(p.r_hat[a], 3), 9) + right(std::isnan(p.mean_ess[a]) ? "-" : fixed(p.mean_ess[a], 0), 6) + "\n";
  return text + "\nlog evidence " + fixed(p.log_evidence, 2) + "; effective draws " + fixed(p.ess, 0) + "; " +
         std::to_string(p.moves) + " sweeps of moves, " + percent(p.moves > 0 ? p.accepted / p.moves : 0) +
         " accepted\n"
         "overlap: shared area of prior and posterior; near 1, the data did not touch it. Lambda and kap_arrest are "
         "told "
         "apart by\ntheir priors alone: P(arrest) is mostly a prior.\n" +
         agreement(p);
}

}  // namespace

int fit(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("fit which scenarios? e.g. 'safeconduct fit bashir_2009 putin_2023'");
  if (!arguments.text("out")) throw UsageError("where does the posterior go? (--out FILE.h5)");
  const fs::path out = answer_path(arguments, "", sim::posterior_filetype);
  const scenarios::Places places = shipped_places();
  const fs::path record_folder = places.world.parent_path() / "record";
  const fs::path file = arguments.text("records").value_or((record_folder / "decisions.csv").string());

  sim::FitSettings settings;
  settings.seed = static_cast<std::uint64_t>(arguments.whole("seed", 0, 1LL << 62).value_or(1));
  settings.chains = static_cast<int>(arguments.whole("chains", 1, 1000).value_or(settings.chains));
  settings.draws = static_cast<int>(arguments.whole("draws", 8, 1000000).value_or(settings.draws));
  settings.sweeps = static_cast<int>(arguments.whole("sweeps", 1, 1000).value_or(settings.sweeps));
  settings.scouts = static_cast<int>(arguments.whole("scouts", 8, 10000000).value_or(settings.scouts));
  settings.settling = static_cast<int>(arguments.whole("settling", 1, 100000).value_or(settings.settling));
  settings.particles = static_cast<int>(arguments.whole("particles", 2, 1000000).value_or(settings.particles));
  settings.travelled = static_cast<int>(arguments.whole("travelled", 8, 1000000).value_or(settings.travelled));
  if (settings.travelled < settings.chains) throw UsageError("option '--travelled': at least one draw a chain");
  settings.threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));

  const scenarios::Record record = scenarios::read_record(file, record_folder, scenarios::read_facts(places.world));
  scenarios::Loader loader(places);
  std::vector<bool> used(record.decisions.size(), false);
  std::vector<sim::Evidence> evidence;
  bool figures = false;
  for (const std::string& name : arguments.words()) {
    const scenarios::Scenario scenario = loader.load(name, arguments.all("set"));
    AlongARecord along = along_a_record(scenario, record, used);
    for (const std::string& note : along.notes) std::cerr << "note: " << scenario.name << ": " << note << '\n';
    evidence.push_back({along.world, along.opportunities, along.predictions, {}, scenario.world});
    if (!arguments.flag("no-figures")) evidence.back().figures = figures_of(scenario, record_folder);
    figures |= !evidence.back().figures.empty();
  }
  if (std::all_of(evidence.begin(), evidence.end(), [](const auto& e) { return e.record.empty(); }))
    throw scenarios::TableError(
        record.file +
        ": no decision that these scenarios can face (bashir_2009 and putin_2023 face the shipped record)");

  settings.stop = &stop_on_signals();
  try {
    sim::Posterior posterior = [&] {
      // How often the sets are resampled is not known beforehand: some twelve times.
      Progress progress(
          "parameter sets",
          settings.chains * (settings.draws * (2 + 12 * settings.sweeps + settings.settling) + settings.scouts) +
              (figures ? settings.travelled : 0));
      settings.on_progress = [&](std::int64_t done) { progress.at(done); };
      return sim::fit(evidence, sim::fitted_parameters(), settings);
    }();
    posterior.record = sim::Sha256().add(sim::read_whole(file)).digest();
    sim::write_whole(out, sim::posterior_image(posterior));
    std::cout << told(posterior) << "\nForecasts whose parameters, too, come from earlier decisions alone:\n"
              << scorecard_text(sim::scorecard(posterior.rolling)) << "wrote " << out.string() << '\n';
  } catch (const sim::Stopped&) {
    std::cerr << "stopped: nothing written\n";
    return 128 + stopped_by();
  }
  return Exit::done;
}

}  // namespace cli
