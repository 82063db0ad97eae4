#include "scenarios/print.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "scenarios/format.hpp"
#include "scenarios/toml_reader.hpp"

namespace scenarios {
namespace {

using agents::ShockTarget;

constexpr std::size_t comment_column = 44;

std::string toml(double x) { return to_toml(x); }
std::string toml(const std::string& text) { return to_toml(std::string_view(text)); }
std::string toml(const std::optional<Date>& date) { return date ? to_text(*date) : "false"; }

class Printer {
 public:
  explicit Printer(const Scenario& s) : s_(s) {
    for (const Setting& setting : s.settings) origins_[setting.key] = setting.origin;
  }

  std::string run() {
    frame();
    leaders();
    parameters();
    ngos();
    events();
    as_set("hosts.", 2, "hosts.CODE",
           "What the scenario says about hosts; every attribute of every host: check --export.");
    as_set("dyads.", 3, "dyads.LEADER.CODE",
           "What the scenario says about dyads; every feature of every dyad: check --export.");
    lists("stances", "What the scenario adds to the shipped stances; all of them: check --export.");
    shocks();
    for (const std::string& note : s_.notes) out_ += "# note: " + printable(note) + '\n';
    return std::move(out_);
  }

 private:
  void comment(const std::string& text) { out_ += "\n# " + text + '\n'; }

  /// The first of these keys that the scenario sets says where the value is from.
  std::string origin(std::initializer_list<std::string> keys, const std::string& otherwise) const {
    for (const std::string& key : keys)
      if (const auto found = origins_.find(key); found != origins_.end())
        return found->second == "--set" ? "--set" : "from " + found->second;
    return otherwise;
  }

  /// `key = value  # unit, meaning; origin`. The meaning is told once for each section of the format.
  void line(std::string_view section, std::string_view name, const std::string& value, const std::string& origin,
            const std::string& remark = {}) {
    std::string text = std::string(name) + " = " + value;
    text.resize(std::max(text.size() + 1, comment_column), ' ');
    text += '#';
    const Key* key = find_key(section, name);
    std::string about;
    if (key && !key->unit.empty() && key->unit != "1") about += std::string(key->unit);
    if (key && told_.insert(std::string(section) + "." + std::string(name)).second)
      about += (about.empty() ? "" : ", ") + std::string(key->meaning);
    if (!remark.empty()) about += (about.empty() ? "" : ", ") + remark;
    out_ += text + ' ' + about + (about.empty() ? "" : "; ") + origin + '\n';
  }

  void frame() {
    out_ += "# The scenario '" + printable(s_.name) +
            "' in full: every value with its unit, what it means when it first appears,\n" +
            "# and where it is from.\n";
    line("", "title", toml(s_.title), origin({"title"}, "default"));
    line("", "start", to_text(s_.start), origin({"start"}, "default"));
    const Date last = s_.start + std::chrono::days(7 * s_.world.weeks - 1);
    line("", "weeks", std::to_string(s_.world.weeks), origin({"weeks", "end"}, "default"), "up to " + to_text(last));
    out_ += "\n[run]\n";
    line("run", "seed", std::to_string(s_.run.seed), origin({"run.seed"}, "default"));
    line("run", "replicates", std::to_string(s_.run.replicates), origin({"run.replicates"}, "default"));
  }

  void leaders() {
    for (std::size_t row = 0; row < s_.world.leaders.size(); ++row) {
      const agents::Leader& leader = s_.world.leaders[row];
      const std::string path = "leaders." + leader.name;
      out_ += "\n[" + path + "]\n";
      const auto say = [&](const char* name, const std::string& value, const std::string& otherwise,
                           const std::string& remark = {}) {
        line("leaders.ID", name, value, origin({path + "." + name}, otherwise), remark);
      };
      const LeaderLabel& label = s_.leader_labels[row];
      say("name", toml(label.name), "shipped, else default");
      say("home", toml(leader.home), "shipped");
      say("warrant", toml(label.warrant), "shipped", label.warrant ? "week " + std::to_string(leader.issue) : "");
      say("retaliation", toml(leader.R), "shipped, else default");
      say("loss", toml(leader.Lambda), "parameter Lambda");
      say("sanctions", toml(leader.S), "shipped, else default");
      say("western_pressure", toml(leader.Pi), "shipped, else default");
      say("opportunities", toml(leader.lam), "shipped, else parameter lam");
      say("reach_km", toml(leader.D), "shipped, else parameter D");
      for (const Setting& setting : s_.settings)
        if (setting.key == path + ".refused_by" || setting.key.starts_with(path + ".corridors."))
          line("leaders.ID", setting.key.substr(path.size() + 1), setting.value, origin({setting.key}, ""));
    }
  }

  void parameters() {
    out_ += "\n[parameters]\n";
    for (const agents::Parameter& p : agents::parameter_table()) {
      const std::string symbol(p.symbol);
      line("parameters", symbol, toml(s_.world.parameters.*p.member),
           origin({"parameters." + symbol}, symbol == "nu0" ? "default, by the age of the first warrant" : "default"));
    }
  }

  void ngos() {
    for (std::size_t row = 0; row < s_.world.ngos.size(); ++row) {
      const agents::Ngo& ngo = s_.world.ngos[row];
      const std::string path = "ngos." + ngo.name;
      out_ += "\n[" + path + "]\n";
      const auto say = [&](const char* name, const std::string& value) {
        line("ngos.ID", name, value, origin({path + "." + name}, "shipped, else default"));
      };
      say("name", toml(s_.ngo_names[row]));
      say("budget", toml(ngo.B));
      say("litigation_share", toml(ngo.y));
      say("winnability", toml(ngo.omega));
      for (const Setting& setting : s_.settings)
        if (setting.key.starts_with(path + ".reach"))
          line("ngos.ID", setting.key.substr(path.size() + 1), setting.value, origin({setting.key}, ""));
    }
    for (const Setting& setting : s_.settings) {
      const bool removed =
          setting.key.starts_with("ngos.") && setting.key.ends_with(".remove") && setting.value == "true";
      if (removed) {
        out_ += "\n[" + setting.key.substr(0, setting.key.size() - 7) + "]\n";
        line("ngos.ID", "remove", "true", origin({setting.key}, ""));
      }
    }
  }

  void events() {
    for (std::size_t row = 0; row < s_.world.events.size(); ++row) {
      const agents::Event& event = s_.world.events[row];
      const EventLabel& label = s_.event_labels[row];
      const std::string path = "events." + event.name;
      const std::string of_kind = label.kind.empty() ? "default" : "of the kind";
      out_ += "\n[" + path + "]\n";
      const auto say = [&](const char* name, const std::string& value, const std::string& otherwise,
                           const std::string& remark = {}) {
        line("events.ID", name, value, origin({path + "." + name}, otherwise), remark);
      };
      say("name", toml(label.name), "default");
      say("start", to_text(label.date), "default", "week " + std::to_string(event.start));
      say("days", toml(event.days), "default");
      say("host", toml(s_.world.hosts[event.host.index].name), "default");
      if (!label.kind.empty()) say("kind", toml(label.kind), "default");
      say("value", toml(event.V), of_kind);
      say("lead_weeks", std::to_string(event.lead), of_kind);
      say("participants", toml(event.participants), of_kind);
      say("bound", toml(event.bound), of_kind);
      say("cover", toml(event.cover), of_kind);
      std::string invited;
      for (const agents::LeaderId id : event.leaders)
        invited += (invited.empty() ? "" : ", ") + toml(s_.world.leaders[id.index].name);
      line("events.ID", "leaders", "[" + invited + "]", origin({path + ".leaders", path + ".blocs"}, "default"));
      if (!event.trip.empty()) say("trip", toml(event.trip), "default");
    }
  }

  /// Prints the settings below `prefix`, grouped into tables of `depth` parts.
  void as_set(const std::string& prefix, int depth, std::string_view section, const std::string& about) {
    std::string table;
    for (const Setting& setting : s_.settings) {
      if (!setting.key.starts_with(prefix)) continue;
      std::size_t end = 0;
      for (int part = 0; part < depth && end != setting.key.npos; ++part) end = setting.key.find('.', end + (part > 0));
      if (end == setting.key.npos) continue;  // a table without a key
      if (table.empty()) comment(about);
      if (table != setting.key.substr(0, end)) {
        table = setting.key.substr(0, end);
        out_ += "\n[" + table + "]\n";
      }
      line(section, setting.key.substr(end + 1), setting.value, origin({setting.key}, ""));
    }
  }

  void lists(const std::string& name, const std::string& about) {
    std::string entry;
    for (const Setting& setting : s_.settings) {
      if (!setting.key.starts_with(name + "[")) continue;
      const std::size_t end = setting.key.find("].") + 1;
      if (end == 0) continue;
      if (entry.empty() && !about.empty()) comment(about);
      if (entry != setting.key.substr(0, end)) {
        entry = setting.key.substr(0, end);
        out_ += "\n[[" + name + "]]\n";
      }
      line(name, setting.key.substr(end + 1), setting.value, origin({setting.key}, ""));
    }
  }

  void shocks() {
    if (!s_.shipped_changes.empty()) comment("Shipped dated changes of the leaders' values above.");
    for (const agents::Shock& shock : s_.shipped_changes) {
      out_ += "\n[[shocks]]\n";
      line("shocks", "date", to_text(s_.start + std::chrono::days(7 * shock.week)), "shipped",
           "week " + std::to_string(shock.week));
      line("shocks", "target",
           shock.target == ShockTarget::S    ? "\"S\""
           : shock.target == ShockTarget::Pi ? "\"Pi\""
                                             : "\"lam\"",
           "shipped");
      constexpr const char* ops[] = {"\"set\"", "\"add\"", "\"multiply\""};
      line("shocks", "op", ops[static_cast<int>(shock.op)], "shipped");
      line("shocks", "value", toml(shock.value), "shipped");
      line("shocks", "leader", toml(s_.world.leaders[static_cast<std::size_t>(shock.leader)].name), "shipped");
    }
    lists("shocks", "What the scenario adds to the shipped changes; all of them: check --export.");
    out_ += '\n';
  }

  const Scenario& s_;
  std::map<std::string, std::string> origins_;
  std::set<std::string> told_;
  std::string out_;
};

}  // namespace

std::string resolved(const Scenario& scenario) { return Printer(scenario).run(); }

}  // namespace scenarios
