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

}  // namespace

bool is_hdf5(std::span<const std::byte> file) {
  return file.size() >= signature.size() &&
         std::ranges::equal(file.first(signature.size()), std::as_bytes(std::span(signature)));
}

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

namespace {

/// Calls f(name, column of the table, names of its values) for each column.
template <class F>
void each_trip_column(F f) {
  using T = TripTable;
  using Names = std::vector<std::string>;
  const auto none = [](const agents::Stage&) { return Names{}; };
  const auto yes_or_no = [](const agents::Stage&) { return Names{"no", "yes"}; };
  f("rep", &T::replicate, none);
  f("leader", &T::leader, [](const agents::Stage& s) { return names_of(s.world.leaders); });
  f("host", &T::host, [](const agents::Stage& s) { return names_of(s.world.hosts); });
  f("ev", &T::event, none);
  f("second_stop", &T::second_stop, yes_or_no);
  f("ans", &T::answer, [](const agents::Stage&) { return one_word_each(agents::answer_names); });
  f("out", &T::outcome, [](const agents::Stage&) { return one_word_each(agents::outcome_names); });
  f("wk", &T::week, none);
  f("wk_out", &T::week_out, none);
  f("order", &T::order, yes_or_no);
  f("duty", &T::duty, yes_or_no);
  f("days", &T::days, none);
  f("hours", &T::hours, none);
  f("detour_hours", &T::detour_hours, none);
  f("diverted_to", &T::diverted_to, none);
  f("V", &T::V, none);
  f("pi_a", &T::pi_arrest, none);
  f("P_arr", &T::p_arrest, none);
}

}  // namespace

std::vector<Variable> trip_columns(const agents::Stage& stage, std::size_t rows) {
  std::vector<Variable> columns;
  each_trip_column([&]<class Column>(std::string_view name, Column TripTable::*, auto meanings) {
    Column values;
    values.reserve(rows);
    columns.push_back(described(field("trips", name), std::move(values), meanings(stage)));
  });
  return columns;
}

void add_trips(const TripTable& trips, std::size_t from, std::size_t n, std::vector<Variable>& columns) {
  auto variable = columns.begin();
  each_trip_column([&]<class Column>(std::string_view, Column TripTable::*column, auto) {
    auto& values = std::get<Column>((variable++)->values);
    const auto first = (trips.*column).begin() + static_cast<std::ptrdiff_t>(from);
    values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(n));
  });
}

void throw_damaged(const std::filesystem::path& path, const std::string& why, const std::string& cure) {
  throw DamagedFile(path.string() + " is cut short or damaged (" + why + "); " + cure);
}

OpenedResults open_stored(const std::filesystem::path& path) {
  std::vector<std::byte> bytes = read_whole(path);
  if (bytes.empty()) throw ResultsError(path.string() + " is empty; run the scenario again");
  if (!is_hdf5(bytes))
    throw ResultsError(path.string() + " is not an HDF5 file, so it holds no results of safeconduct");
  return explained(path, [&] {
    NetcdfReader file(std::move(bytes));
    const std::string filetype =
        file.has_attribute("", "filetype") ? file.text_attribute("", "filetype") : "of something else";
    if (filetype != results_filetype)
      throw ResultsError(path.string() + " is an HDF5 file (" + filetype +
                         "), but does not hold results of safeconduct, which 'safeconduct run' writes");
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
