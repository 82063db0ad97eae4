// The record of travel decisions under warrant, as people compiled it: one row a decision, with its true outcome.
// Columns and rules: record/SOURCES.md.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/date.hpp"
#include "scenarios/facts.hpp"

namespace scenarios {

/// What became of an opportunity. The order is that of agents::Fate.
enum class RecordedOutcome { visited, cut_short, own_choice, kept_away, arrested };

struct RecordedDecision {
  std::string id, leader, host, event, kind, confidence;
  Date date{};
  std::optional<bool> member;  ///< what the file says; the model goes by its own dates
  RecordedOutcome outcome = RecordedOutcome::visited;
  bool delegated = false;  ///< own_choice: somebody else went, or a video link
  double days = 1;         ///< from start to end, both counted; 1 where they are not both days
  EventKind occasion;      ///< value, lead, participants, bound and cover, with the row's own figures put in
  std::size_t line = 0;
};

/// A recorded decision and an event at the same host are one if they lie no further apart.
inline constexpr int days_apart = 7;

struct Record {
  std::string file;
  std::vector<RecordedDecision> decisions;  ///< by date, then in the order of the file
  std::size_t left_out = 0;                 ///< rows about overflights
};

/// Reads a file of decisions. `record_folder`: scenarios/record (its occasions.csv is read).
/// Throws TableError at the first mistake: an unknown outcome or kind, an id twice, a date that is none, ...
Record read_record(const std::filesystem::path& file, const std::filesystem::path& record_folder, const Facts& facts);

}  // namespace scenarios
