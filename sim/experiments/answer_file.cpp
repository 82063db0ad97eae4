#include "sim/experiments/answer_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/output/csv_line.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

const Field& field_of(const AnswerKind& kind, std::string_view name) {
  for (const Field& f : kind.fields)
    if (f.name == name) return f;
  throw std::logic_error("no field " + std::string(name) + " in a " + std::string(kind.filetype));
}

/// The labels of a variable's dimensions beside their coordinates (CF "coordinates").
std::string labels_of(const AnswerKind& kind, const Field& f) {
  const std::vector<std::string> dimensions = words(f.dimensions);
  std::string names;
  for (const Field& label : kind.fields)
    if (!f.coordinate && label.coordinate && label.name != label.dimensions &&
        std::find(dimensions.begin(), dimensions.end(), label.dimensions) != dimensions.end())
      names += (names.empty() ? "" : " ") + std::string(label.name);
  return names;
}

constexpr Field comparison_fields[] = {
    {"", "alternative", "alternative", Type::text, "", "", "what is compared with the base: a scenario, or changes",
     true},
    {"", "leader", "leader", Type::text, "", "l", "leader: the id in the scenario", true},
    {"", "outcome", "outcome", Type::text, "", "", "what is measured once an itinerary, or of the norm", true},
    {"", "host", "host", Type::text, "", "h", "host state", true},
    {"", "occasion", "occasion", Type::text, "", "",
     "calendar event (the id of its first stage), `bilateral`, `second stop`", true},
    {"", "parting", "parting", Type::integer, "1", "", "a way in which itineraries part, most frequent first", true},
    {"", "leader_name", "leader", Type::text, "", "", "name of the leader", true},
    {"", "outcome_unit", "outcome", Type::text, "", "", "unit of the outcome", true},
    {"", "outcome_meaning", "outcome", Type::text, "", "", "meaning of the outcome", true},
    {"", "host_name", "host", Type::text, "", "", "name of the host state", true},
    {"", "occasion_name", "occasion", Type::text, "", "", "name of the event", true},
    {"", "base", "alternative leader outcome", Type::real, "", "", "mean over the histories of the base"},
    {"", "alternative_mean", "alternative leader outcome", Type::real, "", "",
     "mean over the same histories of the alternative"},
    {"", "difference", "alternative leader outcome", Type::real, "", "",
     "mean of alternative - base, replicate by replicate"},
    {"", "difference_se", "alternative leader outcome", Type::real, "", "", "its standard error"},
    {"", "difference_low", "alternative leader outcome", Type::real, "", "", "lower end of its 95 % interval"},
    {"", "difference_high", "alternative leader outcome", Type::real, "", "", "upper end of its 95 % interval"},
    {"", "paired_variance", "alternative leader outcome", Type::real, "", "",
     "variance of the difference of two histories under the same luck"},
    {"", "unpaired_variance", "alternative leader outcome", Type::real, "", "",
     "the same if each had luck of its own: the sum of their variances"},
    {"", "variance_reduction", "alternative leader outcome", Type::real, "1", "",
     "unpaired over paired variance: how many times more histories an unpaired comparison would need"},
    {"", "host_difference", "alternative leader host", Type::real, "1", "",
     "mean paired difference of the visits to a host"},
    {"", "host_difference_se", "alternative leader host", Type::real, "1", "", "its standard error"},
    {"", "occasion_difference", "alternative leader occasion", Type::real, "1", "",
     "mean paired difference of the visits at an occasion"},
    {"", "occasion_difference_se", "alternative leader occasion", Type::real, "1", "", "its standard error"},
    {"", "changed", "alternative leader", Type::large, "1", "", "itineraries that differ from the base's"},
    {"", "parting_alternative", "parting", Type::text, "", "", "in which alternative"},
    {"", "parting_leader", "parting", Type::text, "", "", "whose itineraries"},
    {"", "parting_host", "parting", Type::text, "", "", "host of the first decision that differs"},
    {"", "parting_event", "parting", Type::text, "", "",
     "its calendar event (the id of the first stage), `bilateral` or `second stop`"},
    {"", "parting_event_name", "parting", Type::text, "", "", "name of the event"},
    {"", "parting_how", "parting", Type::flag, "1", "",
     "idea: an occasion in one of them only; answer: the same occasion answered otherwise; outcome: it ends otherwise"},
    {"", "parting_itineraries", "parting", Type::large, "1", "", "itineraries that part here first"},
};

constexpr Field allocation_fields[] = {
    {"", "place", "place", Type::text, "", "", "host state that gets the effort, the most visits prevented first",
     true},
    {"", "leader", "leader", Type::text, "", "l", "leader: the id in the scenario", true},
    {"", "occasion", "occasion", Type::text, "", "",
     "calendar event (the id of its first stage), `bilateral`, `second stop`", true},
    {"", "place_name", "place", Type::text, "", "", "name of the host state", true},
    {"", "leader_name", "leader", Type::text, "", "", "name of the leader", true},
    {"", "occasion_name", "occasion", Type::text, "", "", "name of the event", true},
    {"", "announced", "place", Type::real, "1", "",
     "trips of all leaders announced there a history without the effort, in the weeks of a duty: mean of the first "
     "4,096"},
    {"", "announced_by_leader", "place leader", Type::real, "1", "", "of these, the leader's own"},
    {"", "norm", "place", Type::real, "1", "nu", "change of the norm's strength, mean over the weeks"},
    {"", "norm_se", "place", Type::real, "1", "", "its standard error (paired)"},
    {"", "norm_low", "place", Type::real, "1", "",
     "lower end of its interval; those of all places hold at once with 95 %"},
    {"", "norm_high", "place", Type::real, "1", "", "upper end"},
    {"", "norm_verdict", "place", Type::flag, "1", "", "where the interval lies"},
    {"", "prevented", "place leader", Type::real, "1", "",
     "visits under a duty that are not made, anywhere, a history"},
    {"", "prevented_se", "place leader", Type::real, "1", "", "its standard error (paired)"},
    {"", "prevented_low", "place leader", Type::real, "1", "",
     "lower end of its interval; those of all places and leaders hold at once with 95 %"},
    {"", "prevented_high", "place leader", Type::real, "1", "", "upper end"},
    {"", "prevented_verdict", "place leader", Type::flag, "1", "", "where the interval lies"},
    {"", "prevented_there", "place leader", Type::real, "1", "", "visits to the host itself that are not made"},
    {"", "variance_reduction", "place leader", Type::real, "1", "", "of `prevented`: unpaired over paired variance"},
    {"", "prevented_at", "place leader occasion", Type::real, "1", "", "visits that are not made, by occasion"},
};

constexpr Field sensitivity_fields[] = {
    {"", "factor", "factor", Type::text, "", "", "factor of the sweep", true},
    {"", "leader", "leader", Type::text, "", "l", "leader: the id in the scenario", true},
    {"", "measure", "measure", Type::text, "", "", "what is measured once an itinerary", true},
    {"", "leader_name", "leader", Type::text, "", "", "name of the leader", true},
    {"", "measure_unit", "measure", Type::text, "", "", "unit of the measure", true},
    {"", "mu", "leader measure factor", Type::real, "", "",
     "Morris: mean elementary effect, over the range of the factor: from its low end, or the first of its listed "
     "levels, to the other"},
    {"", "mu_star", "leader measure factor", Type::real, "", "",
     "Morris: mean absolute elementary effect; of a factor without any about 0, also below"},
    {"", "mu_star_conf", "leader measure factor", Type::real, "", "", "half of its 95 % interval"},
    {"", "sigma", "leader measure factor", Type::real, "", "", "Morris: standard deviation of the elementary effects"},
    {"", "S1", "leader measure factor", Type::real, "1", "",
     "Sobol: share of the variance that the factor explains alone"},
    {"", "S1_conf", "leader measure factor", Type::real, "1", "", "half of its 95 % interval"},
    {"", "ST", "leader measure factor", Type::real, "1", "",
     "Sobol: share of the variance that is left when all but the factor are known"},
    {"", "ST_conf", "leader measure factor", Type::real, "1", "", "half of its 95 % interval"},
    {"", "variance", "leader measure", Type::real, "", "", "Sobol: variance of the measure's mean over the design"},
    {"", "noise", "leader measure", Type::real, "", "", "Sobol: what the luck of the replicates would add to it"},
};

void add_rows(std::string& page, const AnswerKind& kind) {
  page += "| name | dimensions | unit | meaning |\n|---|---|---|---|\n";
  for (const Field& f : kind.fields)
    page += "| `" + std::string(f.name) + "` | " + std::string(f.dimensions) + " | " + std::string(f.unit) + " | " +
            std::string(f.meaning) + " |\n";
}

/// The scenarios behind an answer, whatever count of replicates they ask for.
std::vector<std::string> worlds_of(const NetcdfReader& file) {
  std::vector<std::string> worlds = file.texts("provenance/scenario");
  for (std::string& world : worlds)
    if (const std::size_t at = world.find("\nreplicates = "); at != world.npos)
      world.erase(at, world.find('\n', at + 1) - at);
  return worlds;
}

/// The values of a variable; of a flag the words that the file has for them.
Values read_values(const NetcdfReader& file, const Field& f) {
  const std::string name(f.name);
  Values values = file.values(name);
  if (f.type != Type::flag) return values;
  const std::vector<std::string> meanings = words(file.text_attribute(name, "flag_meanings"));
  std::vector<std::string> said;
  for (const std::int8_t flag : std::get<std::vector<std::int8_t>>(values))
    said.push_back(meanings.at(static_cast<std::size_t>(flag)));
  return said;
}

std::string cure(const AnswerKind& kind) {
  return "move it away and let 'safeconduct " + std::string(kind.command) + "' write it again";
}

}  // namespace

const AnswerKind& comparison_kind() {
  static constexpr AnswerKind kind = {
      "safeconduct comparison", "compare", comparison_fields,
      "Attributes: `base` (its name), `seed`, `replicates` (lived in every world), `start_date`. Group `provenance`: "
      "`scenario`, the base and the alternatives as resolved, TOML."};
  return kind;
}

const AnswerKind& allocation_kind() {
  static constexpr AnswerKind kind = {
      "safeconduct allocation", "allocate", allocation_fields,
      "Attributes: `scenario`, `seed`, `replicates` (lived for each place), `start_date`, `effort` (budget, litigation "
      "share and taste of the organisation that is added). Group `provenance`: `scenario` as resolved, TOML."};
  return kind;
}

const AnswerKind& sensitivity_kind() {
  static constexpr AnswerKind kind = {
      "safeconduct sensitivity", "sensitivity", sensitivity_fields,
      "From a merged sweep with a design of Morris (`mu` to `sigma`) or Saltelli (the "
      "others). Names as SALib has them; the "
      "noise of the replicates is subtracted from all but `mu`, which has no bias. "
      "Attributes: `method` (morris or sobol), "
      "`cells`, `noise` (subtracted, or unknown where the replicates are too few). "
      "Intervals come from 1,000 resamplings of the trajectories or pairs of points; under "
      "common luck the variance of that luck, a jackknife over the batches, is added (hardly known of two or three). "
      "Shares are NaN where the variance cannot be told from 0: more than one in 40 of "
      "its resamplings lie at 0 or below, or common luck alone could take it there."};
  return kind;
}

std::vector<const AnswerKind*> answer_kinds() { return {&comparison_kind(), &allocation_kind(), &sensitivity_kind()}; }

AnswerFile::AnswerFile(const AnswerKind& kind, std::string_view title)
    : kind_(kind), file_(NetcdfWriter::Packing::deflate) {
  attribute("Conventions", std::string("CF-1.10"));
  attribute("filetype", std::string(kind.filetype));
  file_.attribute("", "version", answer_version);
  attribute("title", std::string(title));
  attribute("source", std::string("safeconduct " SAFECONDUCT_VERSION));
}

void AnswerFile::write(std::string_view name, Values values, std::vector<std::string> meanings) {
  const Field& f = field_of(kind_, name);
  Variable v{std::string(f.name), words(f.dimensions),
             std::move(values),   {{"long_name", std::string(f.meaning)}},
             std::move(meanings), f.type == Type::real && !f.coordinate};
  if (!f.unit.empty()) v.attributes.emplace("units", f.unit);
  if (const std::string labels = labels_of(kind_, f); !labels.empty()) v.attributes.emplace("coordinates", labels);
  file_.write(v);
}

void AnswerFile::provenance(const std::string& name, std::vector<std::string> texts) {
  if (!has_provenance_) file_.group("provenance");
  has_provenance_ = true;
  file_.dimension("provenance", name + "_number", texts.size());
  file_.write({"provenance/" + name, {name + "_number"}, std::move(texts), {}, {}, false});
}

NetcdfReader open_answer(const std::filesystem::path& path, const AnswerKind& kind) {
  std::vector<std::byte> bytes = read_whole(path);
  const std::string wanted(kind.filetype);
  std::string filetype;
  const auto other = [&] {
    return ResultsError(path.string() + (filetype.empty() ? "" : " is of the kind '" + filetype + "' and") + " is no " +
                        wanted + ": 'safeconduct " + std::string(kind.command) + "' writes those");
  };
  if (bytes.empty()) throw other();
  bool broken = is_hdf5(bytes);  // it begins like one; whether it can be opened is not yet known
  try {
    NetcdfReader file(std::move(bytes));
    broken = false;
    filetype = file.text_attribute("", "filetype");
    if (filetype == wanted) {
      const std::vector<std::int32_t> version = file.integers_attribute("", "version");
      if (version.size() != 2 || version[0] != answer_version[0])
        throw ResultsError(path.string() + " is a " + wanted +
                           " of another version: " + file.text_attribute("", "source") + " wrote it and can read it");
      if (file.digest() != file.text_attribute("", "digest"))
        throw_damaged(path, "its values do not match their digest", cure(kind));
      return file;
    }
  } catch (const ResultsError&) {
    throw;
  } catch (const std::exception& e) {
    if (broken || filetype == wanted) throw_damaged(path, e.what(), cure(kind));
  }
  throw other();
}

std::int64_t histories_behind(const std::filesystem::path& path, const AnswerKind& kind,
                              const std::vector<std::byte>& image) {
  try {
    const NetcdfReader there(read_whole(path)), here(image);
    for (const char* text : {"filetype", "source", "effort"})
      if (here.has_attribute("", text) && here.text_attribute("", text) != there.text_attribute("", text)) return 0;
    if (here.unsigned_attribute("", "seed") != there.unsigned_attribute("", "seed")) return 0;
    if (worlds_of(here) != worlds_of(there)) return 0;
    const auto labels = [](const NetcdfReader& file, const Field& f) {
      std::vector<std::string> texts = file.texts(std::string(f.name));
      std::sort(texts.begin(), texts.end());  // places go by what was found
      return texts;
    };
    for (const Field& f : kind.fields)
      if (f.coordinate && f.type == Type::text && labels(here, f) != labels(there, f)) return 0;
    return there.integer_attribute("", "replicates");
  } catch (const std::exception&) {
    return 0;
  }
}

void export_answer(std::ostream& out, const std::filesystem::path& path, const AnswerKind& kind,
                   std::string_view dimensions) {
  const NetcdfReader file = open_answer(path, kind);
  explained(path, [&] {
    const std::vector<std::string> names = words(dimensions);
    std::vector<std::size_t> sizes;
    for (const std::string& name : names) sizes.push_back(file.shape(name).at(0));
    struct Column {
      std::string name;
      Values values;
      std::size_t dimension;  ///< whose label it is; names.size(): of all
    };
    std::vector<Column> columns;
    for (const Field& f : kind.fields) {
      const std::string name(f.name);
      const auto of = static_cast<std::size_t>(std::find(names.begin(), names.end(), f.dimensions) - names.begin());
      if (!file.has(name)) continue;
      if (f.dimensions == dimensions)
        columns.push_back({name, read_values(file, f), names.size()});
      else if (f.coordinate && of < names.size())
        columns.push_back({name, file.values(name), of});
    }
    CsvLine line;
    for (const Column& c : columns) line.add(c.name);
    line.print(out);
    std::size_t rows = 1;
    for (const std::size_t n : sizes) rows *= n;
    for (std::size_t row = 0; row < rows; ++row) {
      for (const Column& c : columns) {
        std::size_t at = row;
        if (c.dimension < names.size()) {
          for (std::size_t d = names.size() - 1; d > c.dimension; --d) at /= sizes[d];
          at %= sizes[c.dimension];
        }
        std::visit([&](const auto& values) { line.add(values.at(at)); }, c.values);
      }
      line.print(out);
    }
  });
}

std::string answers_page() {
  std::string page =
      "\n## Answers\n\nVerbs that answer a question write files of their own, laid out like results files, with the "
      "attributes `filetype`,\n`version` (" +
      std::to_string(answer_version[0]) + "." + std::to_string(answer_version[1]) +
      "), `title`, `source` and `digest`. `safeconduct export` prints their tables as CSV.\n";
  for (const AnswerKind* kind : answer_kinds()) {
    page += "\n### `" + std::string(kind->filetype) + "`\n\n";
    if (!kind->about.empty()) page += std::string(kind->about) + "\n\n";
    add_rows(page, *kind);
  }
  return page;
}

}  // namespace sim
