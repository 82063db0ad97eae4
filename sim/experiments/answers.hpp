// Answers to a question (compare, allocate, sensitivity) come in files of their own kinds. Each kind is a table of
// fields, from which the file, its CSV and the pages of SCHEMA.md are made.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/output/schema.hpp"

namespace sim {

/// A kind of answer. Fields without a group, labels (`coordinate`) first.
struct AnswerKind {
  std::string_view filetype;  ///< "safeconduct comparison"
  std::string_view command;   ///< that writes it
  std::span<const Field> fields;
  std::string_view about;  ///< markdown, for the page
};
inline constexpr std::array<std::int32_t, 2> answer_version = {1, 1};

const AnswerKind& comparison_kind();
const AnswerKind& allocation_kind();
const AnswerKind& sensitivity_kind();
std::vector<const AnswerKind*> answer_kinds();

/// The fields with these dimensions ("alternative leader outcome") as CSV, a line for each combination, after the
/// labels of the dimensions. Errors: as open_answer.
void export_answer(std::ostream& out, const std::filesystem::path& path, const AnswerKind& kind,
                   std::string_view dimensions);

/// How many histories a file rests on that answers the same question as `image`: of the same worlds, places and seed.
/// Never throws: 0 if there is none.
std::int64_t histories_behind(const std::filesystem::path& path, const AnswerKind& kind,
                              const std::vector<std::byte>& image);

/// The part of SCHEMA.md about answers.
std::string answers_page();

}  // namespace sim
