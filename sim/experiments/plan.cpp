#include "sim/experiments/plan.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

#include "sim/output/columns.hpp"
#include "sim/output/netcdf.hpp"
#include "sim/output/sha256.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/output/words.hpp"

namespace sim {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

const std::string seal_head = "\nsha256 ";

class PlanWriter {
 public:
  explicit PlanWriter(NetcdfWriter& file) : file_(file) {}
  void group(const std::string& name, std::size_t rows) {
    group_ = name;
    file_.group(name);
    file_.dimension(name, "row", rows);
  }
  void write(const std::string& name, Values values) {
    file_.write({group_ + "/" + name, {"row"}, std::move(values), {}, {}, false});
  }

 private:
  NetcdfWriter& file_;
  std::string group_;
};

}  // namespace

std::string Goal::target() const {
  if (!is_adaptive()) return "";
  return outcome + " of " + leader + " to " + shortest(standard_error);
}

std::string changes_between(const Tables& from, const Tables& to) {
  if (from.size() != to.size()) throw std::invalid_argument("the worlds do not have the same tables");
  std::string out;
  for (const auto& [name, text] : to) {
    const std::string& before = from.at(name);
    if (text == before) continue;
    const auto a = lines_of(before), b = lines_of(text);
    std::size_t head = 0, tail = 0;
    const std::size_t least = std::min(a.size(), b.size());
    while (head < least && a[head] == b[head]) ++head;
    while (tail < least - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
    out += "@ " + name + " " + std::to_string(head) + " " + std::to_string(a.size() - head - tail) + " " +
           std::to_string(b.size() - head - tail) + "\n";
    for (std::size_t i = head; i < b.size() - tail; ++i) out += b[i];
    if (!out.ends_with('\n')) throw std::invalid_argument("a world table does not end with its line");
  }
  return out;
}

Tables with_changes(Tables from, std::string_view changes) {
  const auto lines = lines_of(changes);
  const auto must = [](bool holds) {
    if (!holds) throw std::runtime_error("the changes of a cell do not fit the world of the sweep");
  };
  for (std::size_t at = 0; at < lines.size();) {
    std::string_view rest = lines[at++];
    must(rest.starts_with("@ ") && rest.ends_with('\n'));
    rest = rest.substr(2, rest.size() - 3);
    const auto word = [&] {
      const std::string_view w = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), w.size() + 1));
      return w;
    };
    const auto number = [&] {
      const std::string_view w = word();
      std::size_t n = 0;
      must(std::from_chars(w.data(), w.data() + w.size(), n).ptr == w.data() + w.size() && !w.empty());
      return n;
    };
    const std::string name(word());
    const std::size_t head = number(), gone = number(), come = number();
    const auto table = from.find(name);
    must(table != from.end());
    const auto old = lines_of(table->second);
    must(head <= old.size() && gone <= old.size() - head && come <= lines.size() - at);
    std::string text;
    for (std::size_t i = 0; i < head; ++i) text += old[i];
    for (std::size_t i = 0; i < come; ++i) text += lines[at + i];
    for (std::size_t i = head + gone; i < old.size(); ++i) text += old[i];
    at += come;
    table->second = std::move(text);
  }
  return from;
}

std::string cell_fingerprint(const Tables& world, std::uint64_t seed) {
  ResultsText text;
  text.world_tables = world;
  text.world_tables.erase("run.csv");  // title and name, which change nothing
  return Sha256().add("safeconduct " SAFECONDUCT_VERSION "\n").add(run_fingerprint(text, seed)).digest();
}

std::uint64_t independent_seed(std::uint64_t seed, std::size_t cell) {
  const std::string digest = Sha256().add(std::to_string(seed) + " " + std::to_string(cell)).digest();
  std::uint64_t mixed = 0;
  std::from_chars(digest.data(), digest.data() + 16, mixed, 16);
  return mixed >> 1;  // a seed of a scenario is below 2^63
}

Tables Plan::tables(std::size_t cell) const { return with_changes(world, changes.at(cell)); }

std::uint64_t Plan::seed_of(std::size_t cell) const { return common_luck ? seed : independent_seed(seed, cell); }

std::string Plan::fingerprint() const {
  Sha256 sum;
  const auto add = [&](std::string_view text) { sum.add(text).add(std::string_view("\0", 1)); };
  add(design);
  add(common_luck ? "common" : "independent");
  add(std::to_string(seed));
  add(goal.target());
  for (const PlanFactor& f : factors) {
    add(f.name);
    for (const double x : f.numbers) add(shortest(x));
    for (const std::string& text : f.texts) add(text);
  }
  for (const std::string& cell : fingerprints) add(cell);
  return sum.digest();
}

std::vector<std::byte> sealed(std::vector<std::byte> file) {
  const std::string seal = seal_head + Sha256().add(file).digest() + "\n";
  const auto bytes = std::as_bytes(std::span(seal));
  file.insert(file.end(), bytes.begin(), bytes.end());
  return file;
}

std::vector<std::byte> unsealed(std::vector<std::byte> file) {
  const std::size_t length = seal_head.size() + 65;
  if (file.empty()) throw std::runtime_error("it is empty");
  if (file.size() < length) throw std::runtime_error("it is cut short");
  const std::vector<std::byte> seal(file.end() - static_cast<std::ptrdiff_t>(length), file.end());
  file.resize(file.size() - length);
  const std::string expected = seal_head + Sha256().add(file).digest() + "\n";
  if (!std::ranges::equal(seal, std::as_bytes(std::span(expected))))
    throw std::runtime_error("it is cut short or changed: it does not match the digest at its end");
  return file;
}

std::filesystem::path plan_path(const std::filesystem::path& folder) { return folder / "plan.h5"; }

std::vector<std::byte> plan_image(const Plan& p) {
  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "filetype", std::string(plan_filetype));
  file.attribute("", "version", sweep_version);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.attribute("", "fingerprint", p.fingerprint());
  file.attribute("", "title", p.title);
  file.attribute("", "name", p.name);
  file.attribute("", "start_date", p.start_date);
  file.attribute("", "design", p.design);
  file.attribute("", "luck", p.common_luck ? "common" : "independent");
  file.attribute("", "seed", p.seed);
  file.attribute("", "weeks", p.weeks);
  file.attribute("", "replicates", p.goal.replicates);
  file.attribute("", "outcome", p.goal.outcome);
  file.attribute("", "leader", p.goal.leader);
  file.write({"standard_error", {}, std::vector{p.goal.standard_error}, {}, {}, false});
  file.attribute("", "factors", static_cast<std::int64_t>(p.factors.size()));
  if (!p.shape.empty()) file.attribute("", "shape", p.shape);
  file.dimension("", "cell", p.cells());
  file.write({"changes", {"cell"}, p.changes, {}, {}, false});
  file.write({"fingerprint_of_cell", {"cell"}, p.fingerprints, {}, {}, false});
  for (std::size_t i = 0; i < p.factors.size(); ++i) {
    const PlanFactor& f = p.factors[i];
    Values values = f.is_number ? Values(f.numbers) : Values(f.texts);
    file.write({"factor_" + std::to_string(i),
                {"cell"},
                std::move(values),
                {{"name", f.name}, {"key", f.key}, {"units", f.unit}},
                {},
                false});
    if (!f.places.empty()) file.write({"place_" + std::to_string(i), {"cell"}, f.places, {}, {}, false});
    file.attribute("", "factor_" + std::to_string(i) + "_name", f.name);
    file.attribute("", "factor_" + std::to_string(i) + "_key", f.key);
    file.attribute("", "factor_" + std::to_string(i) + "_unit", f.unit);
    file.attribute("", "factor_" + std::to_string(i) + "_op", f.op);
  }
  file.group("world");
  for (const auto& [name, text] : p.world) file.write({"world/" + name, {}, std::vector{text}, {}, {}, false});
  PlanWriter out(file);
  out.group("leaders", p.labels.leaders.size());
  out.write("id", column(p.labels.leaders, [](const auto& l) { return l.id; }));
  out.write("name", column(p.labels.leaders, [](const auto& l) { return l.name; }));
  out.write("home", column(p.labels.leaders, [](const auto& l) { return l.home; }));
  out.group("hosts", p.labels.hosts.size());
  out.write("code", column(p.labels.hosts, [](const auto& h) { return h.code; }));
  out.write("name", column(p.labels.hosts, [](const auto& h) { return h.name; }));
  out.write("region", column(p.labels.hosts, [](const auto& h) { return h.region; }));
  out.write("latitude", column(p.labels.hosts, [](const auto& h) { return h.latitude; }));
  out.write("longitude", column(p.labels.hosts, [](const auto& h) { return h.longitude; }));
  out.group("ngos", p.labels.ngos.size());
  out.write("id", p.labels.ngos);
  out.group("events", p.labels.events.size());
  out.write("leader", column(p.labels.events, [](const auto& e) { return e.leader; }));
  out.write("id", column(p.labels.events, [](const auto& e) { return e.id; }));
  out.write("host", column(p.labels.events, [](const auto& e) { return e.host; }));
  out.write("name", column(p.labels.events, [](const auto& e) { return e.name; }));
  out.write("kind", column(p.labels.events, [](const auto& e) { return e.kind; }));
  out.write("date", column(p.labels.events, [](const auto& e) { return e.date; }));
  out.write("week", column(p.labels.events, [](const auto& e) { return e.week; }));
  return sealed(file.finish());
}

Plan read_plan(const std::filesystem::path& folder) {
  const std::filesystem::path path = plan_path(folder);
  if (!std::filesystem::exists(path))
    throw ResultsError(folder.string() + " is not the folder of a sweep: there is no plan.h5 in it");
  std::vector<std::byte> bytes = read_whole(path);
  const std::string cure =
      "'safeconduct sweep DESIGN --out " + folder.string() + " --resume' writes it anew from the same design";
  return explained(path, cure, [&] {
    const NetcdfReader file(unsealed(std::move(bytes)));
    if (file.text_attribute("", "filetype") != plan_filetype) throw ResultsError(path.string() + " is no plan");
    const auto version = file.integers_attribute("", "version");
    if (version.size() != 2 || version[0] != sweep_version[0])
      throw ResultsError(path.string() + " was written by " + file.text_attribute("", "source") +
                         ", whose sweeps this program does not read: use that version");
    Plan p;
    p.title = file.text_attribute("", "title");
    p.name = file.text_attribute("", "name");
    p.start_date = file.text_attribute("", "start_date");
    p.design = file.text_attribute("", "design");
    p.common_luck = file.text_attribute("", "luck") == "common";
    p.seed = file.unsigned_attribute("", "seed");
    p.weeks = file.integer_attribute("", "weeks");
    p.goal = {file.integer_attribute("", "replicates"), file.text_attribute("", "outcome"),
              file.text_attribute("", "leader"), file.numbers("standard_error").at(0)};
    if (file.has_attribute("", "shape")) p.shape = file.integers_attribute("", "shape");
    p.changes = file.texts("changes");
    p.fingerprints = file.texts("fingerprint_of_cell");
    for (std::int64_t i = 0; i < file.integer_attribute("", "factors"); ++i) {
      const std::string at = "factor_" + std::to_string(i);
      PlanFactor f;
      f.name = file.text_attribute("", at + "_name");
      f.key = file.text_attribute("", at + "_key");
      f.unit = file.text_attribute("", at + "_unit");
      if (file.has_attribute("", at + "_op")) f.op = file.text_attribute("", at + "_op");  // since 1.1
      const std::string place = "place_" + std::to_string(i);
      if (file.has(place)) f.places = file.numbers(place);  // since 1.2
      Values values = file.values(at);
      f.is_number = std::holds_alternative<std::vector<double>>(values);
      if (f.is_number)
        f.numbers = std::get<std::vector<double>>(std::move(values));
      else
        f.texts = std::get<std::vector<std::string>>(std::move(values));
      p.factors.push_back(std::move(f));
    }
    for (const std::string& name : file.datasets())
      if (name.starts_with("world/")) p.world[name.substr(6)] = file.texts(name).at(0);
    const auto id = file.texts("leaders/id"), name = file.texts("leaders/name"), home = file.texts("leaders/home");
    for (std::size_t i = 0; i < id.size(); ++i) p.labels.leaders.push_back({id[i], name.at(i), home.at(i)});
    const auto code = file.texts("hosts/code"), host = file.texts("hosts/name"), region = file.texts("hosts/region");
    const auto latitude = file.numbers("hosts/latitude"), longitude = file.numbers("hosts/longitude");
    for (std::size_t i = 0; i < code.size(); ++i)
      p.labels.hosts.push_back({code[i], host.at(i), region.at(i), latitude.at(i), longitude.at(i)});
    p.labels.ngos = file.texts("ngos/id");
    const auto leader = file.texts("events/leader"), event = file.texts("events/id"), where = file.texts("events/host"),
               called = file.texts("events/name"), kind = file.texts("events/kind"), date = file.texts("events/date");
    const auto week = file.numbers("events/week");
    for (std::size_t i = 0; i < leader.size(); ++i)
      p.labels.events.push_back({leader[i], event.at(i), where.at(i), called.at(i), kind.at(i), date.at(i),
                                 static_cast<std::int32_t>(week.at(i))});
    return p;
  });
}

}  // namespace sim
