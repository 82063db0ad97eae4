#include "sim/cli/scorecard_text.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/cli/words.hpp"

namespace cli {
namespace {

using sim::Figure;

std::string with_interval(double x, sim::Interval i) {
  return right(fixed(x, 3), 7) + (std::isnan(i.low)
                                      ? std::string(16, ' ')
                                      : " " + left("[" + fixed(i.low, 2) + ", " + fixed(i.high, 2) + "]", 15));
}

/// The different values of a member of the figures, in their order.
std::vector<std::string> different(const sim::Scorecard& card, std::string Figure::*member) {
  std::vector<std::string> all;
  for (const Figure& f : card.figures)
    if (std::find(all.begin(), all.end(), f.*member) == all.end()) all.push_back(f.*member);
  return all;
}

std::string json_number(double x) { return std::isnan(x) ? "null" : fixed(x, 6); }
std::string json_interval(sim::Interval i) {
  return ", \"low\": " + json_number(i.low) + ", \"high\": " + json_number(i.high);
}
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 32) out += c;
  }
  return out + '"';
}

}  // namespace

std::string scorecard_text(const sim::Scorecard& card) {
  std::string out = "Did the leader go? " + std::to_string(card.n) + " decisions, gone to " + percent(card.went) +
                    "; each predicted from earlier ones; in brackets 95 % by bootstrap over events\n\n  " +
                    left("", 22) + left("log score", 23) + left("Brier", 23) + left("AUC", 23) +
                    "error of 5 bins         z\n";
  if (card.n == 0) return out;
  for (const std::string& who : different(card, &Figure::forecaster)) {
    out += "  " + left(who, 22);
    for (const char* score : {"log", "brier", "auc", "expected_error"}) {
      const Figure* f = card.find(who, "all", score);
      out += with_interval(f->value, f->interval);
    }
    out += right(fixed(card.find(who, "all", "z")->value, 2), 6) + "\n";
  }
  out += "\n  model / best baseline:";
  for (const sim::AgainstBaseline& c : card.comparisons)
    if (c.best)
      out += (c.score == "log" ? " " : "; ") + c.score + " " + fixed(c.ratio, 2) + " [" + fixed(c.interval.low, 2) +
             ", " + fixed(c.interval.high, 2) + "] of " + c.baseline;
  const auto of_all = [&](const char* score) { return fixed(card.find("model", "all", score)->value, 3); };
  out += " (paired)\n  all five outcomes: log score " + of_all("log_outcome") + ", ranked probability " +
         of_all("ranked_probability") + "\n\n  " + left("", 30) +
         "    n   gone     log   Brier    (membership x kind)\n";
  for (const std::string& group : different(card, &Figure::group)) {
    const Figure *log = card.find("model", group, "log"), *brier = card.find("model", group, "brier");
    out += "  " + left(group, 30) + right(std::to_string(log->n), 5) +
           right(percent(card.find("model", group, "went")->value), 7) + right(fixed(log->value, 3), 8) +
           right(fixed(brier->value, 3), 8);
    out += right(fixed(card.find("membership x kind", group, "log")->value, 3), 11) +
           right(fixed(card.find("membership x kind", group, "brier")->value, 3), 8) + "\n";
  }
  out += "\n  calibration: forecast -> gone";
  for (const sim::Bin& b : card.calibration)
    out += "   " + percent(b.p) + " -> " + percent(b.went) + " of " + std::to_string(b.n);
  out += "\n  reliability (isotonic):      ";
  for (const sim::Bin& b : card.reliability)
    out += "   " + percent(b.p) + " -> " + percent(b.went) + " of " + std::to_string(b.n);
  return out + "\n";
}

std::string scorecard_json(const sim::Scorecard& card) {
  std::string out;
  for (const Figure& f : card.figures)
    out += "{\"score\": " + quoted(f.score) + ", \"forecaster\": " + quoted(f.forecaster) +
           ", \"group\": " + quoted(f.group) + ", \"n\": " + std::to_string(f.n) +
           ", \"value\": " + json_number(f.value) + json_interval(f.interval) + "}\n";
  for (const sim::AgainstBaseline& c : card.comparisons)
    out += "{\"score\": " + quoted(c.score + "_ratio") +
           ", \"forecaster\": \"model\", \"baseline\": " + quoted(c.baseline) +
           ", \"group\": \"all\", \"value\": " + json_number(c.ratio) + json_interval(c.interval) +
           ", \"best\": " + (c.best ? "true" : "false") + "}\n";
  const auto bins = [&](const char* name, const std::vector<sim::Bin>& table) {
    for (const sim::Bin& b : table)
      out += "{\"score\": \"" + std::string(name) +
             "\", \"forecaster\": \"model\", \"group\": \"all\", \"n\": " + std::to_string(b.n) +
             ", \"forecast\": " + json_number(b.p) + ", \"went\": " + json_number(b.went) + "}\n";
  };
  bins("calibration", card.calibration);
  bins("reliability", card.reliability);
  return out;
}

}  // namespace cli
