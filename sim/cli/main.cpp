// safeconduct: what the user types, and what the program answers when something is wrong.
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <system_error>

#include "scenarios/csv.hpp"
#include "scenarios/problem.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/experiments/shard.hpp"
#include "sim/output/results.hpp"
#include "version.hpp"

namespace cli {
namespace {

std::string help() {
  std::string text =
      "safeconduct: where can a leader under an arrest warrant travel? Lives many histories of a world of states, "
      "NGOs,\n"
      "a court and the leader, and counts what happens.\n\n"
      "usage: safeconduct COMMAND [ARGUMENTS] [OPTIONS]\n\n";
  for (const Command& c : commands()) {
    const std::string head = std::string(c.usage.command) + " " + std::string(c.usage.words);
    text += "  " + head + (head.size() < 28 ? std::string(28 - head.size(), ' ') : "\n" + std::string(30, ' '));
    text += std::string(c.usage.summary.substr(0, c.usage.summary.find('\n'))) + "\n";
  }
  return text +
         "\n'safeconduct COMMAND --help' tells more. --version prints the version. In a checkout the launcher "
         "./safeconduct\nhas three more: report RESULTS (a page), test and bench.\n"
         "Exit codes: 0 done, 1 verify found a difference, 2 bad command line, 65 bad scenario or results "
         "file,\n"
         "70 internal error, 71 out of memory, 74 input or output error, 75 another process writes there, stopped by\n"
         "a signal (129 connection lost, 130 Ctrl-C and 143 kill): run, compare, allocate and sweep save first what "
         "was\n"
         "done, unless another comes a second later.\n";
}

int answer(const std::vector<std::string>& words) {
  const std::string first = words.empty() ? "run" : words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    std::cout << help();
    return Exit::done;
  }
  if (first == "--version") {
    std::cout << "safeconduct " SAFECONDUCT_VERSION " (" SAFECONDUCT_COMMIT ", " SAFECONDUCT_COMPILER ")\n";
    return Exit::done;
  }
  std::vector<std::string> known;
  for (const Command& c : commands()) {
    known.emplace_back(c.usage.command);
    if (first != c.usage.command) continue;
    const Arguments arguments(c.usage, {words.empty() ? words.begin() : words.begin() + 1, words.end()});
    if (arguments.help()) {
      std::cout << c.usage.text();
      return Exit::done;
    }
    return c.run(arguments);
  }
  for (const std::string_view verb : {"report", "test", "bench"})
    if (first == verb)
      throw UsageError("'" + first +
                       "' is a command of the launcher ./safeconduct in the checkout, not of the program");
  const std::string hint = scenarios::suggestion(first, known, "'safeconduct --help' lists the commands");
  throw UsageError("unknown command '" + scenarios::printable(first) + "': " + hint);
}

int guarded(const std::vector<std::string>& words) {
  try {
    const int code = answer(words);
    std::cout.flush();
    if (!std::cout) throw std::system_error(errno, std::generic_category(), "cannot write to standard output");
    return code;
  } catch (const UsageError& e) {
    std::cerr << "safeconduct: " << e.what() << '\n';
    return Exit::usage;
  } catch (const scenarios::ScenarioError& e) {
    const std::size_t n = e.problems().size();
    std::cerr << e.what() << n << (n == 1 ? " problem\n" : " problems\n");
    return Exit::bad_input;
  } catch (const scenarios::TableError& e) {
    std::cerr << e.what() << '\n';
    return Exit::bad_input;
  } catch (const sim::ResultsError& e) {
    std::cerr << "safeconduct: " << e.what() << '\n';
    return Exit::bad_input;
  } catch (const sim::FolderBusy& e) {
    std::cerr << "safeconduct: " << e.what() << '\n';
    return Exit::busy;
  } catch (const std::bad_alloc&) {
    std::cerr << "safeconduct: out of memory\n";
    return Exit::no_memory;
  } catch (const std::system_error& e) {
    std::cerr << "safeconduct: " << e.what() << '\n';
    return Exit::io;
  } catch (const std::exception& e) {
    std::cerr << "safeconduct: internal error, please report it: " << e.what() << '\n';
    return Exit::internal;
  }
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error of its own, not a death
  cli::tell_of_interrupts();
  return cli::guarded({argv + 1, argv + argc});
}
