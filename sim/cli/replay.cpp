// replay: one history of a results file, lived again from the seed and told.
#include <iostream>

#include "agents/life.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/cli/story.hpp"
#include "sim/cli/words.hpp"
#include "sim/rng/philox.hpp"

namespace cli {

int replay(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("replay takes a results file");
  const Revived revived = revive(arguments.words().front());
  const std::int64_t n = arguments.whole("replicate", 0, revived.run.replicates - 1).value_or(0);
  const auto sets = sets_of(revived);
  const agents::Stage stage(sets ? sets->world(revived.scenario.world, sets->set_of(n)) : revived.scenario.world);
  agents::Life life(stage);
  sim::PhiloxLuck luck(revived.run.seed, static_cast<std::uint32_t>(n));
  std::vector<agents::Note> diary;
  const agents::History& history = life.live(luck, &diary);
  if (arguments.flag("json")) {
    std::cout << story_json(revived.scenario, stage, history, diary, n);
    return Exit::done;
  }
  std::cout << revived.scenario.title << ": history " << grouped(n) << " of " << grouped(revived.run.replicates)
            << ", seed " << revived.run.seed << "\n"
            << (sets ? "parameter set " + std::to_string(sets->set_of(n)) + "\n" : "")
            << story(revived.scenario, stage, history, diary);
  return Exit::done;
}

}  // namespace cli
