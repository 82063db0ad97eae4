#include "scenarios/record.hpp"

#include <algorithm>
#include <map>

#include "scenarios/problem.hpp"

namespace scenarios {
namespace {

using Outcome = RecordedOutcome;

/// Nothing: the row is left out.
constexpr std::pair<std::string_view, std::optional<Outcome>> outcomes[] = {
    {"visited", Outcome::visited},
    {"visited_cut_short", Outcome::cut_short},
    {"declined_by_leader", Outcome::own_choice},
    {"virtual_or_delegate", Outcome::own_choice},
    {"cancelled_other", Outcome::own_choice},
    {"disinvited_or_refused_by_host", Outcome::kept_away},
    {"event_moved", Outcome::kept_away},
    {"arrested", Outcome::arrested},
    {"overflight_denied", std::nullopt}};
constexpr std::string_view kinds[] = {"bilateral", "multilateral", "inauguration", "funeral", "other"};

struct OccasionRule {
  std::string kind, words;
  EventKind occasion;
};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::vector<OccasionRule> read_rules(const std::filesystem::path& folder, const Facts& facts) {
  std::vector<OccasionRule> rules;
  const Table table(folder / "occasions.csv", {"kind", "words", "event_kind"});
  for (const Row& row : table.rows()) {
    const EventKind* known = event_kind(facts, row.text("event_kind"));
    if (!known) row.fail("no row '" + row.text("event_kind") + "' in world/event_kinds.csv");
    rules.push_back({row.text("kind"), lower(row.text("words")), *known});
  }
  return rules;
}

/// A day; of a month alone its 15th.
Date day_of(const Row& row, const std::string& column) {
  const std::string& text = row.text(column);
  const auto date = parse_date(text.size() == 7 ? text + "-15" : text);
  if (!date) row.fail(column, column + " '" + text + "' is no day (2024-09-02) and no month (2024-09)");
  return *date;
}

class RecordReader {
 public:
  RecordReader(const Table& table, const Facts& facts, std::vector<OccasionRule> rules)
      : facts_(facts), rules_(std::move(rules)), header_(table.header()) {}

  /// False if the row is left out.
  bool read(const Row& row, RecordedDecision& d) {
    d.line = row.line();
    d.id = row.text("id");
    if (d.id.empty()) row.fail("id", "id is empty");
    const auto [seen, fresh] = ids_.emplace(d.id, row.line());
    if (!fresh)
      row.fail("id", "id '" + printable(d.id) + "' twice (first in line " + std::to_string(seen->second) + ")");
    d.leader = row.text("leader");
    d.host = row.text("host_iso3");
    d.event = row.text("event");
    d.kind = row.text("kind");
    d.confidence = row.text("confidence");
    d.date = day_of(row, "start");
    if (row.text("start").size() > 7 && optional(row, "end").size() > 7)
      d.days += static_cast<double>((day_of(row, "end") - d.date).count());
    if (d.days < 1) row.fail("end", "end is before start");
    if (!state(facts_, d.host))
      row.fail("host_iso3", "host_iso3 '" + printable(d.host) + "' is no state of world/states.csv");
    if (std::find(std::begin(kinds), std::end(kinds), d.kind) == std::end(kinds))
      row.fail("kind",
               "kind '" + printable(d.kind) + "' is not bilateral, multilateral, inauguration, funeral or other");
    if (!row.empty("host_icc_member_at_date")) d.member = row.yes_no("host_icc_member_at_date");
    const auto* outcome = std::find_if(std::begin(outcomes), std::end(outcomes),
                                       [&](const auto& o) { return o.first == row.text("outcome"); });
    if (outcome == std::end(outcomes)) {
      std::vector<std::string> known;
      for (const auto& [name, means] : outcomes) known.emplace_back(name);
      row.fail("outcome", "outcome '" + printable(row.text("outcome")) + "' is not known: " +
                              suggestion(row.text("outcome"), known, "record/SOURCES.md lists them"));
    }
    if (!outcome->second || row.text("city") == "(airspace)") return false;
    d.outcome = *outcome->second;
    d.delegated = outcome->first == "virtual_or_delegate";
    d.occasion = occasion(row, d);
    return true;
  }

 private:
  EventKind occasion(const Row& row, const RecordedDecision& d) const {
    EventKind kind;
    if (const std::string given = optional(row, "event_kind"); !given.empty()) {
      const EventKind* known = event_kind(facts_, given);
      if (!known) row.fail("event_kind", "event_kind '" + printable(given) + "' is no row of world/event_kinds.csv");
      kind = *known;
    } else {
      const std::string event = lower(d.event);
      const auto fits = [&](const OccasionRule& r) {
        return (r.kind.empty() || r.kind == d.kind) && event.find(r.words) != event.npos;
      };
      const auto rule = std::find_if(rules_.begin(), rules_.end(), fits);
      if (rule != rules_.end()) kind = rule->occasion;
    }
    const auto take = [&](const char* column, double low, double high, double& into) {
      if (!optional(row, column).empty()) into = row.number(column, low, high);
    };
    take("value", 0, 100, kind.value);
    if (!optional(row, "lead_weeks").empty()) {
      row.number("lead_weeks", 1, 520);
      kind.lead_weeks = row.integer("lead_weeks");
    }
    take("participants", 1, 1000, kind.participants);
    take("bound", 0, 1, kind.bound);
    take("cover", 0, 1, kind.cover);
    return kind;
  }

  std::string optional(const Row& row, const std::string& column) const {
    return std::find(header_.begin(), header_.end(), column) == header_.end() ? "" : row.text(column);
  }

  const Facts& facts_;
  std::vector<OccasionRule> rules_;
  std::vector<std::string> header_;
  std::map<std::string, std::size_t> ids_;
};

}  // namespace

Record read_record(const std::filesystem::path& file, const std::filesystem::path& record_folder, const Facts& facts) {
  const Table table(file,
                    {"leader", "id", "start", "host_iso3", "city", "event", "kind", "host_icc_member_at_date",
                     "outcome", "confidence"},
                    file.parent_path() == record_folder ? std::string() : file.string());
  RecordReader reader(table, facts, read_rules(record_folder, facts));
  Record record;
  record.file = table.name();
  for (const Row& row : table.rows()) {
    RecordedDecision d;
    if (reader.read(row, d))
      record.decisions.push_back(std::move(d));
    else
      ++record.left_out;
  }
  std::stable_sort(record.decisions.begin(), record.decisions.end(),
                   [](const RecordedDecision& a, const RecordedDecision& b) { return a.date < b.date; });
  return record;
}

}  // namespace scenarios
