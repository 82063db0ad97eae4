// A scenario file, the files it extends and the --set arguments, laid over each other into one table whose every key
// and value still knows where it stands. Rules for `extends`: scenarios/FORMAT.md.
#pragma once
#include <deque>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/toml_reader.hpp"

namespace scenarios {

inline constexpr int deepest_chain = 16;

/// Joins tables key by key; lists of stances and shocks grow, everything else is replaced.
void lay_over(TomlTable& base, TomlTable&& over);

/// Takes out what is said of leaders and NGOs that are removed, so that removing one is enough.
TomlTable without_removed(TomlTable scenario);

class Layers {
 public:
  /// `cases`: the folder of the shipped cases.
  explicit Layers(std::filesystem::path cases) : cases_(std::move(cases)) {}

  void read_file(const std::filesystem::path& file) { read_file(file, cases_, "cases"); }
  /// `shipped`: the folder of those that may be called by their name alone; `what` they are, in words.
  void read_file(const std::filesystem::path& file, const std::filesystem::path& shipped, std::string_view what);
  void read_text(std::string_view text, std::string name);
  void set(std::string_view argument) { lay_over(table_, setting(argument)); }
  /// What an argument KEY=VALUE of --set says.
  TomlTable setting(std::string_view argument);
  /// Another scenario in full, found as what `extends` names is found. The value must be a text.
  TomlTable another(const TomlValue& file);

  /// Without `extends`. All of these throw ScenarioError with one problem.
  const TomlTable& table() const { return table_; }
  const std::filesystem::path& folder() const { return folder_; }
  /// The scenario itself, not what it extends.
  const Source& first() const { return sources_.front(); }

 private:
  struct Link {
    std::filesystem::path file;  ///< canonical
    std::string shown;
  };
  /// The folder of the file is empty for a scenario from memory.
  TomlTable with_bases(const Source& source, const std::filesystem::path& folder, std::vector<Link> chain);
  Link find_base(const TomlValue& extends, const std::filesystem::path& folder) const;
  const Source& keep(std::string name, std::string label, std::string text);

  std::filesystem::path cases_, folder_;  ///< folder_: of the scenario; empty for one from memory
  std::deque<Source> sources_;
  TomlTable table_;
  std::string set_horizon_;  ///< `end` or `weeks`, once --set has given it
};

}  // namespace scenarios
