// Terms of an index, named for people and for programs.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "agents/reasons.hpp"

namespace cli {

inline constexpr std::string_view flip_note =
    "Logits: 0 is even odds, +1 multiplies the odds by 2.7. Flips change one input and hold everything else, the luck\n"
    "included; what the change would do to anybody else is not in them (run the scenario with --set for that).";

struct NamedTerm {
  std::string name, symbol;
  double logits;
  bool of_alliance;  ///< the host's ties to the home state
};

/// The terms that are not 0, the largest first.
std::vector<NamedTerm> terms_of(const agents::Stage& stage, const agents::Terms& terms);
std::string text_of(const std::vector<NamedTerm>& terms);
nlohmann::ordered_json json_of(const std::vector<NamedTerm>& terms);

std::string feature_name(const std::string& feature);
/// The key of a lever in a scenario; empty where the history makes it.
std::string scenario_key(const agents::Stage& stage, const agents::Lever& lever, agents::LeaderId l, agents::HostId h);
/// "+1.20"
std::string signed_number(double x);

}  // namespace cli
