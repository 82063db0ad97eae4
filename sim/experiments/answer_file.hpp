// The files of answers.hpp: HDF5, laid out as the results files are.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiments/answers.hpp"
#include "sim/output/netcdf.hpp"

namespace sim {

/// Writes the fields of a kind; every one of them must be written once, labels of dimensions before what they label.
class AnswerFile {
 public:
  AnswerFile(const AnswerKind& kind, std::string_view title);
  void attribute(const std::string& name, const std::string& text) { file_.attribute("", name, text); }
  void attribute(const std::string& name, std::int64_t number) { file_.attribute("", name, number); }
  void attribute(const std::string& name, std::uint64_t number) { file_.attribute("", name, number); }
  void write(std::string_view name, Values values, std::vector<std::string> meanings = {});
  /// Long texts that say where the numbers are from, in the group `provenance`.
  void provenance(const std::string& name, std::vector<std::string> texts);
  std::vector<std::byte> finish() { return file_.finish(); }

 private:
  const AnswerKind& kind_;
  NetcdfWriter file_;
  bool has_provenance_ = false;
};

/// Reads and checks a file of a kind. Throws std::system_error if it cannot be read, ResultsError if it is another file
/// or damaged.
NetcdfReader open_answer(const std::filesystem::path& path, const AnswerKind& kind);

}  // namespace sim
