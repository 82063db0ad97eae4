// Where planned routes are kept from one start of the program to the next: a folder that may be lost at any time.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "scenarios/flights.hpp"
#include "sim/cli/progress.hpp"

namespace cli {

/// A file for each entry, written whole. What cannot be read or written is as if it had not been kept.
class RouteShelf : public scenarios::Shelf {
 public:
  /// Empty: nothing is kept.
  explicit RouteShelf(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::optional<std::string> find(const std::string& name) override;
  void keep(const std::string& name, const std::string& text) override;
  void working_on(const std::string& leader, std::size_t done, std::size_t periods) override;

 private:
  std::filesystem::path folder_;
  std::optional<Progress> progress_;
};

/// SAFECONDUCT_CACHE (empty: none), else XDG_CACHE_HOME/safeconduct, else ~/.cache/safeconduct.
std::filesystem::path cache_folder();

}  // namespace cli
