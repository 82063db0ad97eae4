// The JSON Schema of scenarios, for editors. It knows kinds and ranges; names that depend on the world or on the rest
// of the scenario (states, leaders, dates that fit) are for `check`.
#include <cmath>
#include <string>

#include "scenarios/format.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using K = KeyKind;

constexpr std::string_view state_pattern = R"("^[A-Z]{3}$")", id_pattern = R"("^[A-Za-z0-9_-]{1,64}$")";
constexpr std::string_view date = R"({"type": "string", "format": "date"})";
constexpr std::string_view period =
    R"({"type": "object", "properties": {"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}}, "additionalProperties": false})";

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string bound(double x) { return x >= 0x1p63 ? "9223372036854775807" : x == 4e9 ? "4000000000" : shortest(x); }

std::string range(const Key& key) {
  return ", \"minimum\": " + bound(key.low) + (std::isinf(key.high) ? "" : ", \"maximum\": " + bound(key.high));
}

/// What a value must be, without the braces around it.
std::string demands(const Key& key) {
  const auto text_like = [](std::string_view pattern) {
    return R"("type": "string", "pattern": )" + std::string(pattern);
  };
  switch (key.kind) {
    case K::text:
      return R"("type": "string", "maxLength": 500)";
    case K::flag:
      return R"("type": "boolean")";
    case K::whole:
      return R"("type": "integer")" + range(key);
    case K::number:
      return R"("type": "number")" + range(key);
    case K::date:
      return R"("type": "string", "format": "date")";
    case K::date_or_false:
      return R"("anyOf": [)" + std::string(date) + R"(, {"const": false}])";
    case K::choice: {
      std::string out;
      for (std::string_view rest = key.choices; !rest.empty();) {
        const std::string_view one = rest.substr(0, rest.find('|'));
        out += (out.empty() ? "" : ", ") + json_string(one);
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      }
      return R"("enum": [)" + out + "]";
    }
    case K::state:
      return text_like(state_pattern);
    case K::id:
    case K::leader:
    case K::ngo:
      return text_like(id_pattern);
    case K::bloc:
    case K::event_kind:
      return R"("type": "string")";
    case K::leaders:
    case K::blocs:
    case K::states:
      return R"("type": "array", "items": {"type": "string"})";
    case K::corridors:
      return R"("type": "object", "patternProperties": {)" + std::string(state_pattern) +
             R"(: {"type": "array", "items": {"type": "string"}}}, "additionalProperties": false)";
    case K::period:
      return std::string(period.substr(1, period.size() - 2));
    case K::membership:
      return R"("anyOf": [{"type": "boolean"}, {"type": "array", "items": )" + std::string(period) + "}]";
    case K::reach: {
      const std::string number = R"({"type": "number")" + range(key) + "}";
      return R"("type": "object", "properties": {"default": )" + number + R"(}, "patternProperties": {)" +
             std::string(state_pattern) + ": " + number + R"(}, "additionalProperties": false)";
    }
  }
  return {};
}

std::string described(const Key& key) {
  const std::string unit = key.unit.empty() || key.unit == "1" ? "" : " (" + std::string(key.unit) + ")";
  return json_string(std::string(key.meaning) + unit + "; default: " + std::string(key.initial));
}

/// The properties of a section, one a line.
std::string properties(std::string_view section, const std::string& indent) {
  std::string out;
  for (const Key& key : keys_of(section))
    out += (out.empty() ? "" : ",\n") + indent + json_string(key.name) + ": {" + demands(key) +
           ", \"description\": " + described(key) + "}";
  return out;
}

std::string table(std::string_view section, const std::string& indent) {
  std::string required;
  for (const Key& key : keys_of(section))
    if (key.required) required += (required.empty() ? "" : ", ") + json_string(key.name);
  return "{\"type\": \"object\", \"additionalProperties\": false," +
         (required.empty() ? "" : " \"required\": [" + required + "],") + " \"properties\": {\n" +
         properties(section, indent + "  ") + "\n" + indent + "}}";
}

std::string tables_by(std::string_view pattern, const std::string& inner) {
  return "{\"type\": \"object\", \"additionalProperties\": false, \"patternProperties\": {" + std::string(pattern) +
         ": " + inner + "}}";
}

}  // namespace

std::string json_schema() {
  const std::string indent = "    ";
  std::string out = "{\n";
  out += "  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n";
  out += "  \"title\": \"safeconduct scenario\",\n";
  out += "  \"description\": \"Printed from the table of keys in scenarios/format.cpp; dates are TOML dates.\",\n";
  out += "  \"type\": \"object\",\n  \"additionalProperties\": false,\n";
  out += "  \"not\": {\"required\": [\"end\", \"weeks\"]},\n";
  out += "  \"properties\": {\n" + properties("", indent) + ",\n";
  out += indent + "\"run\": " + table("run", indent) + ",\n";
  out += indent + "\"parameters\": " + table("parameters", indent) + ",\n";
  out += indent + "\"leaders\": " + tables_by(id_pattern, table("leaders.ID", indent)) + ",\n";
  out += indent + "\"hosts\": " + tables_by(state_pattern, table("hosts.CODE", indent)) + ",\n";
  out += indent + "\"dyads\": " + tables_by(id_pattern, tables_by(state_pattern, table("dyads.LEADER.CODE", indent))) +
         ",\n";
  out += indent + "\"ngos\": " + tables_by(id_pattern, table("ngos.ID", indent)) + ",\n";
  out += indent + "\"events\": " + tables_by(id_pattern, table("events.ID", indent)) + ",\n";
  out += indent + "\"stances\": {\"type\": \"array\", \"items\": " + table("stances", indent) + "},\n";
  out += indent + "\"shocks\": {\"type\": \"array\", \"items\": " + table("shocks", indent) + "}\n";
  return out + "  }\n}\n";
}

}  // namespace scenarios
