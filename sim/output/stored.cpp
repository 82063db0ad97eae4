#include "sim/output/stored.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "agents/decision.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

/// The labels of a variable's dimensions beside their coordinates (CF "coordinates").
std::string labels_of(const Field& f) {
  const std::vector<std::string> dimensions = words(f.dimensions);
  std::string names;
  for (const Field& label : results_schema()) {
    if (f.coordinate || !label.coordinate || label.group != f.group || label.name == label.dimensions) continue;
    if (std::find(dimensions.begin(), dimensions.end(), label.dimensions) == dimensions.end()) continue;
    names += (names.empty() ? "" : " ") + std::string(label.name);
  }
  return names;
}

/// CF separates the meanings of flags by blanks.
std::string one_word(std::string_view name) {
  std::string word(name);
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

template <class Names>
std::vector<std::string> one_word_each(const Names& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(one_word(name));
  return all;
}

template <class Things>
std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> all;
  for (const auto& thing : things) all.push_back(one_word(thing.name));
  return all;
}

constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";

bool is_hdf5(std::span<const std::byte> file) {
  return file.size() >= signature.size() &&
         std::ranges::equal(file.first(signature.size()), std::as_bytes(std::span(signature)));
}

}  // namespace

Variable described(const Field& f, Values values, std::vector<std::string> meanings,
                   std::map<std::string, std::string> more) {
  const std::string group = f.group.empty() ? "" : std::string(f.group) + "/";
  Variable v{group + std::string(f.name), words(f.dimensions),
             std::move(values),           std::move(more),
             std::move(meanings),         f.type == Type::real && !f.coordinate};
  v.attributes.emplace("long_name", f.meaning);
  if (!f.unit.empty()) v.attributes.emplace("units", f.unit);
  if (!f.symbol.empty()) v.attributes.emplace("symbol", f.symbol);
  if (const std::string labels = labels_of(f); !labels.empty()) v.attributes.emplace("coordinates", labels);
  return v;
}

std::vector<Variable> trip_columns(const agents::Stage& stage, const std::vector<TripRecord>& records) {
  std::vector<Variable> columns;
  const auto column = [&]<class T>(std::string_view name, T, auto of, std::vector<std::string> meanings = {}) {
    std::vector<T> values;
    values.reserve(records.size());
    for (const TripRecord& r : records) values.push_back(static_cast<T>(of(r.decision)));
    columns.push_back(described(field("trips", name), std::move(values), std::move(meanings)));
  };
  using D = agents::Decision;
  std::vector<std::int64_t> replicates;
  for (const TripRecord& r : records) replicates.push_back(r.replicate);
  columns.push_back(described(field("trips", "rep"), std::move(replicates)));
  column(
      "leader", std::int16_t{}, [](const D& d) { return d.leader.index; }, names_of(stage.world.leaders));
  column(
      "host", std::int16_t{}, [](const D& d) { return d.host.index; }, names_of(stage.world.hosts));
  column("ev", std::int16_t{}, [](const D& d) { return d.event; });
  column("second_stop", std::int8_t{}, [](const D& d) { return d.second_stop; }, {"no", "yes"});
  column(
      "ans", std::int8_t{}, [](const D& d) { return d.answer; }, one_word_each(agents::answer_names));
  column(
      "out", std::int8_t{}, [](const D& d) { return d.outcome; }, one_word_each(agents::outcome_names));
  column("wk", std::int16_t{}, [](const D& d) { return d.week; });
  column("wk_out", std::int16_t{}, [](const D& d) { return d.week_out; });
  column("order", std::int8_t{}, [](const D& d) { return d.order; }, {"no", "yes"});
  column("duty", std::int8_t{}, [](const D& d) { return d.duty; }, {"no", "yes"});
  column("days", float{}, [](const D& d) { return d.days; });
  column("hours", float{}, [](const D& d) { return d.hours; });
  column("detour_hours", float{}, [](const D& d) { return d.detour_hours; });
  column("diverted_to", std::int16_t{}, [](const D& d) { return d.diverted_to; });
  column("V", float{}, [](const D& d) { return d.V; });
  column("pi_a", float{}, [](const D& d) { return d.pi_arrest; });
  column("P_arr", float{}, [](const D& d) { return d.p_arrest; });
  return columns;
}

void throw_damaged(const std::filesystem::path& path, const std::string& why) {
  throw ResultsError(path.string() + " is cut short or damaged (" + why + "); run the scenario again");
}

OpenedResults open_stored(const std::filesystem::path& path) {
  std::vector<std::byte> bytes = read_whole(path);
  if (bytes.empty()) throw ResultsError(path.string() + " is empty; run the scenario again");
  if (!is_hdf5(bytes))
    throw ResultsError(path.string() + " is not an HDF5 file, so it holds no results of safeconduct");
  return explained(path, [&] {
    NetcdfReader file(std::move(bytes));
    if (!file.has_attribute("", "filetype") || file.text_attribute("", "filetype") != results_filetype)
      throw ResultsError(path.string() + " is an HDF5 file, but does not hold results of safeconduct");
    const std::vector<std::int32_t> version = file.integers_attribute("", "version");
    if (version.size() != 2) throw_damaged(path, "no format version");
    if (version[0] != results_version[0])
      throw ResultsError(path.string() + " has results format " + std::to_string(version[0]) + "." +
                         std::to_string(version[1]) + "; this program reads " + std::to_string(results_version[0]) +
                         ".x. It was written by " + file.text_attribute("", "source") + ": use that version");
    if (file.digest() != file.text_attribute("", "digest")) throw_damaged(path, "its values do not match their digest");
    return OpenedResults{std::move(file), {version[0], version[1]}};
  });
}

std::string filetype_of(const std::filesystem::path& path) {
  return NetcdfReader(read_whole(path)).text_attribute("", "filetype");
}

}  // namespace sim
