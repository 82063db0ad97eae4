// One history in words, and as JSON.
#pragma once
#include <string>
#include <vector>

#include "agents/decision.hpp"
#include "agents/stage.hpp"
#include "scenarios/scenario.hpp"

namespace cli {

std::string story(const scenarios::Scenario& scenario, const agents::Stage& stage, const agents::History& history,
                  const std::vector<agents::Note>& diary);
std::string story_json(const scenarios::Scenario& scenario, const agents::Stage& stage, const agents::History& history,
                       const std::vector<agents::Note>& diary, std::int64_t replicate);

}  // namespace cli
