#include "sim/cli/reasons_text.hpp"

#include <algorithm>
#include <cmath>

#include "sim/cli/words.hpp"

namespace cli {
namespace {

struct Label {
  const char *name, *symbol;
};

/// In the order of agents::Term.
constexpr Label labels[] = {
    {"reluctance to travel", "-b_0"},
    {"duty to arrest", "th_m"},
    {"independent judges", "th_J J"},
    {"Statute in domestic law", "th_Q Q"},
    {"stance on the warrant", "th_B b"},
    {"norm", "th_nu nu"},
    {"findings against the host", "th_F F"},
    {"NGO pressure", "th_p p"},
    {"pull of the West", "th_W W Pi"},
    {"the host's own resolve", "u"},
    {"alliance: past visits and slights", "-th_a delta"},
    {"fear of retaliation", "-th_R R"},
    {"cover of the occasion", "-th_c cover"},
    {"court order", "th_o or th_or"},
    {"threshold", "-kap"},
    {"value of the occasion", "b_V V"},
    {"worth of the alliance", "b_al a"},
    {"isolation", "b_I I V"},
    {"length of the flight", "-b_h hours"},
    {"fear of arrest", "-Lambda pi_a"},
    {"fear of arrest on the way", "-Lambda em exposure"},
    {"fear of a refusal", "-Omega pi_r"},
    {"already announced", "b_commit"},
    {"the alternatives", "delegate, skip"},
};
static_assert(std::size(labels) == static_cast<std::size_t>(agents::Term::feature));

void replace(std::string& text, std::string_view what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

}  // namespace

std::string feature_name(const std::string& feature) {
  static const std::pair<const char*, const char*> names[] = {
      {"trade", "trade"},         {"pact", "defence pact"},          {"base", "military base"},
      {"arms", "arms imports"},   {"unga", "votes alike in the UN"}, {"border", "common border"},
      {"blocs", "blocs shared"},  {"tenure", "long-serving rulers"}, {"hostility", "hostility"},
      {"patronage", "patronage"},
  };
  for (const auto& [key, name] : names)
    if (feature == key) return name;
  return feature;
}

std::vector<NamedTerm> terms_of(const agents::Stage& stage, const agents::Terms& terms) {
  std::vector<NamedTerm> out;
  constexpr auto first_feature = static_cast<std::size_t>(agents::Term::feature);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i] == 0) continue;
    if (i < first_feature) {
      const bool change = i == static_cast<std::size_t>(agents::Term::alliance_change);
      out.push_back({labels[i].name, labels[i].symbol, terms[i], change});
    } else {
      const std::string& feature = stage.world.features[i - first_feature];
      out.push_back({"alliance: " + feature_name(feature), "-th_a w_" + feature, terms[i], true});
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const NamedTerm& a, const NamedTerm& b) { return std::abs(a.logits) > std::abs(b.logits); });
  return out;
}

std::string text_of(const std::vector<NamedTerm>& terms) {
  std::string out;
  double sum = 0;
  for (const NamedTerm& t : terms) {
    const int length = static_cast<int>(std::min(std::abs(t.logits) * 4 + 0.5, 28.0));
    out += "    " + left(t.name, 35) + left(t.symbol, 20) + right(signed_number(t.logits), 8) +
           (length > 0 ? "  " : "") + std::string(static_cast<std::size_t>(length), t.logits < 0 ? '-' : '+') + "\n";
    sum += t.logits;
  }
  return out + "    " + left("sum", 55) + right(signed_number(sum), 8) + "\n";
}

nlohmann::ordered_json json_of(const std::vector<NamedTerm>& terms) {
  auto out = nlohmann::ordered_json::array();
  for (const NamedTerm& t : terms) out.push_back({{"term", t.name}, {"symbol", t.symbol}, {"logits", t.logits}});
  return out;
}

std::string scenario_key(const agents::Stage& stage, const agents::Lever& lever, agents::LeaderId l, agents::HostId h) {
  std::string key = lever.key;
  if (lever.feature >= 0) key += stage.world.features[static_cast<std::size_t>(lever.feature)];
  replace(key, "{host}", stage.world.hosts[h.index].name);
  replace(key, "{leader}", stage.world.leaders[l.index].name);
  return key;
}

std::string signed_number(double x) {
  const std::string text = fixed(std::abs(x), 2);
  return (text == "0.00" || std::isnan(x) ? "" : x < 0 ? "-" : "+") + text;
}

}  // namespace cli
