#include "scenarios/layers.hpp"

#include <algorithm>
#include <fstream>

#include "scenarios/format.hpp"

namespace scenarios {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view grown_lists[] = {"stances", "shocks"};

[[noreturn]] void fail(Problem problem) { throw ScenarioError({std::move(problem)}); }

[[noreturn]] void fail(const std::string& file, std::string text, std::string help = {}) {
  Problem problem;
  problem.where = printable(file);
  problem.text = std::move(text);
  problem.help = std::move(help);
  fail(std::move(problem));
}

/// What speaks against reading a file, or nothing. Asks before opening: a pipe or device could hang the reader.
std::string objection(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) return "there is no such file";
  if (error) return "cannot be opened: " + error.message();
  if (fs::is_directory(status)) return "is a folder, not a scenario";
  if (!fs::is_regular_file(status)) return "is not a regular file";
  if (fs::file_size(file, error) > longest_text || error)
    return "larger than 1 MiB; a scenario is text written by people";
  return {};
}

/// At most one byte more than allowed, for the reader to refuse.
std::string text_of(const fs::path& file, const std::string& shown) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(shown, "cannot be opened");
  std::string text(longest_text + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path inner = fs::weakly_canonical(file, error), outer = fs::weakly_canonical(folder, error);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

std::vector<std::string> scenarios_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end && names.size() < 1000;
       entry.increment(error))
    if (entry->path().extension() == ".toml") names.push_back(entry->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// What a file that is not there may have been meant to be: a scenario beside where it should be, or one of those
/// shipped, which need no ending.
std::vector<std::string> like(const fs::path& file, const std::vector<std::string>& shipped) {
  const fs::path folder = file.parent_path();
  std::vector<std::string> out;
  for (const std::string& name : scenarios_in(folder.empty() ? "." : folder)) out.push_back((folder / name).string());
  for (const fs::path name : shipped) out.push_back((file.has_extension() ? name : name.stem()).string());
  return out;
}

/// What a value of --set that is no TOML should have been.
std::string help_with(std::string_view key) {
  while (key.ends_with(' ')) key.remove_suffix(1);
  const Key* known = key_of(split(key, '.'));
  const bool bare = known && (known->kind == KeyKind::number || known->kind == KeyKind::whole ||
                              known->kind == KeyKind::date || known->kind == KeyKind::date_or_false);
  if (bare) return in_quotes(key) + " takes a " + kind_text(*known);
  if (known && (known->kind == KeyKind::flag || known->kind == KeyKind::membership))
    return in_quotes(key) + " takes " + kind_text(*known);
  return "a text needs quotes: --set 'title=\"My run\"'";
}

}  // namespace

void lay_over(TomlTable& base, TomlTable&& over) {
  // The end of the horizon has two spellings, of which the later layer's counts.
  if (over.find("end")) base.erase("weeks");
  if (over.find("weeks")) base.erase("end");
  base.merge(std::move(over), grown_lists);
}

TomlTable without_removed(TomlTable scenario) {
  const auto removed = [&](std::string_view section, std::string_view id) {
    return flag_in(table_in(table_in(scenario, section), id), "remove");
  };
  for (const std::string_view list : grown_lists)
    if (auto* entries = scenario.change<std::vector<TomlValue>>(list))
      std::erase_if(*entries, [&](const TomlValue& entry) {
        const TomlTable* table = entry.as<TomlTable>();
        return table && (removed("leaders", text_in(*table, "leader")) || removed("ngos", text_in(*table, "ngo")));
      });
  for (const TomlEntry& leader : table_in(scenario, "leaders").entries())
    if (auto* dyads = scenario.change<TomlTable>("dyads"); dyads && removed("leaders", leader.key))
      dyads->erase(leader.key);
  for (const TomlEntry& entry : table_in(scenario, "events").entries())
    if (auto* event = scenario.change<TomlTable>("events")->change<TomlTable>(entry.key))
      if (auto* invited = event->change<std::vector<TomlValue>>("leaders"))
        std::erase_if(*invited, [&](const TomlValue& leader) {
          const auto* id = leader.as<std::string>();
          return id && removed("leaders", *id);
        });
  return scenario;
}

const Source& Layers::keep(std::string name, std::string label, std::string text) {
  return sources_.emplace_back(
      Source{std::move(name), std::move(label), std::move(text), static_cast<int>(sources_.size())});
}

void Layers::read_file(const fs::path& file, const fs::path& shipped, std::string_view what) {
  fs::path found = file;
  // A folder does not hide a shipped name: results often go to one called after their design.
  if ((!fs::exists(found) || fs::is_directory(found)) && file.is_relative() && !file.has_parent_path())
    for (const fs::path& one : {shipped / file, shipped / (file.string() + ".toml")})
      if (fs::is_regular_file(one)) {
        found = one;
        break;
      }
  const std::string shown = found.string();
  if (const std::string why = objection(found); !why.empty()) {
    const std::vector<std::string> names = scenarios_in(shipped);
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    if (!list.empty()) list = "the shipped " + std::string(what) + " are " + list;
    fail(shown, why, fs::exists(found) ? "" : suggestion(file.string(), like(file, names), list));
  }
  const fs::path real = fs::canonical(found);
  const Source& source = keep(shown, real.filename().string(), text_of(real, shown));
  folder_ = real.parent_path();
  table_ = with_bases(source, real.parent_path(), {{real, real.filename().string()}});
}

void Layers::read_text(std::string_view text, std::string name) {
  std::string label = fs::path(name).filename().string();
  table_ = with_bases(keep(std::move(name), std::move(label), std::string(text)), {}, {});
}

Layers::Link Layers::find_base(const TomlValue& extends, const fs::path& folder) const {
  const std::string* text = extends.as<std::string>();
  if (!text) fail(problem_at(extends.place, "'extends' must be a text, not " + kind_of(extends)));
  const std::string shown = printable(*text);
  const fs::path path(*text);
  if (text->empty() || text->find('\0') != text->npos)
    fail(problem_at(extends.place, "'extends' must name a scenario"));
  if (path.is_absolute())
    fail(problem_at(extends.place, "'extends' must be relative, got '" + shown + "'",
                    "give a path beside this file or the name of a shipped case"));
  const std::string leaves = "'extends' leaves the folder of its file: '" + shown + "'";
  const std::string copy = "copy that file beside this one";
  if (const fs::path plain = path.lexically_normal(); !plain.empty() && *plain.begin() == "..")
    fail(problem_at(extends.place, leaves, copy));
  for (const fs::path& place : {folder, cases_}) {
    if (place.empty()) continue;
    const fs::path candidate = place / path;
    std::error_code error;
    if (!fs::exists(fs::symlink_status(candidate, error))) continue;
    if (!lies_in(candidate, place)) fail(problem_at(extends.place, leaves, copy));
    if (const std::string why = objection(candidate); !why.empty())
      fail(problem_at(extends.place, "'extends': '" + shown + "' " + why));
    return {fs::canonical(candidate), candidate.string()};
  }
  std::vector<std::string> known = scenarios_in(folder.empty() ? cases_ : folder);
  for (std::string& name : scenarios_in(cases_)) known.push_back(std::move(name));
  fail(problem_at(extends.place, "'extends': no '" + shown + "' beside this file or among the shipped cases",
                  suggestion(*text, known)));
}

TomlTable Layers::another(const TomlValue& file) {
  const Link base = find_base(file, folder_);
  const Source& source = keep(base.shown, base.file.filename().string(), text_of(base.file, base.shown));
  return with_bases(source, base.file.parent_path(), {base});
}

TomlTable Layers::with_bases(const Source& source, const fs::path& folder, std::vector<Link> chain) {
  TomlTable own = read_toml(source);
  const TomlEntry* extends = own.find("extends");
  if (!extends) return own;
  const Link base = find_base(extends->value, folder);
  std::string names;
  for (const Link& link : chain) names += link.file.filename().string() + " -> ";
  for (const Link& link : chain)
    if (link.file == base.file)
      fail(problem_at(extends->value.place,
                      "'extends' goes round in a circle: " + printable(names + base.file.filename().string())));
  if (static_cast<int>(chain.size()) >= deepest_chain)
    fail(problem_at(extends->value.place, "'extends' is more than " + std::to_string(deepest_chain) + " files deep"));
  chain.push_back(base);
  const Source& below = keep(base.shown, base.file.filename().string(), text_of(base.file, base.shown));
  TomlTable table = with_bases(below, base.file.parent_path(), std::move(chain));
  own.erase("extends");
  lay_over(table, std::move(own));
  return table;
}

TomlTable Layers::setting(std::string_view argument) {
  const Source& source = keep("--set", "--set", std::string(argument));
  const std::size_t equals = argument.find('=');
  const auto not_a_setting = [&] {
    fail("--set", "expected KEY=VALUE, got '" + printable(argument) + "'", "for example --set parameters.th_J=2");
  };
  if (equals == argument.npos || equals == 0 || argument.find_first_of("\r\n") != argument.npos) not_a_setting();
  TomlTable one;
  try {
    one = read_toml(source);
  } catch (const ScenarioError& error) {
    Problem problem = error.problems().front();
    if (problem.help.empty()) problem.help = help_with(argument.substr(0, equals));
    fail(problem);
  }
  if (one.entries().empty() || argument.front() == '[') not_a_setting();
  if (const TomlEntry* extends = one.find("extends"))
    fail(problem_at(extends->place, "'extends' can only be given in a file"));
  for (const std::string key : {"end", "weeks"})
    if (const TomlEntry* entry = one.find(key)) {
      if (!set_horizon_.empty() && set_horizon_ != key)
        fail(problem_at(entry->place, "give 'end' or 'weeks', not both"));
      set_horizon_ = key;
    }
  return one;
}

}  // namespace scenarios
