// slurm: a script for a cluster, to be looked at and run by its user.
#include <iostream>

#include "scenarios/sweep.hpp"
#include "sim/cli/commands.hpp"

namespace cli {
namespace {

/// One word of a shell, whatever is in it.
std::string word(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

int slurm(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("slurm takes a design");
  const std::int64_t jobs = arguments.whole("array", 1, 100'000).value_or(8);
  const std::int64_t cpus = arguments.whole("cpus", 1, 4096).value_or(4);
  const std::string design = arguments.words().front(), time = arguments.text("time").value_or("1-00:00:00");
  if (time.empty() || time.find_first_not_of("0123456789-:") != time.npos)
    throw UsageError("option '--time' takes a time as Slurm does, such as 1-00:00:00, not '" + time + "'");
  scenarios::SweepDesign checked(design, shipped_places(), scenario_settings(arguments));
  const std::string folder = arguments.text("out").value_or(checked.name() + ".sweep");
  std::string options = " --out " + word(folder);
  for (const std::string& setting : scenario_settings(arguments)) options += " --set " + word(setting);

  std::cout << "#!/bin/sh\n"
            << "# " << scenarios::printable(checked.title()) << ": a sweep as an array of " << jobs
            << " jobs and the merge after them. Run it with sh where sbatch is;\n"
            << "# a job that was stopped or requeued goes on where it was, and running this again does what is left.\n"
            << "set -eu\n"
            << "program=${SAFECONDUCT:-safeconduct}  # the program, or the launcher of a checkout that was built\n"
            << "mkdir -p " << word(folder) << "\n"
            << ": >>" << word(folder + "/lock") << "  # a sweep's own: the jobs' words go there as well\n"
            << "export program\n"
            << "array=$(sbatch --parsable --array=0-" << jobs - 1 << " --cpus-per-task=" << cpus << " --time=" << time
            << " \\\n  --signal=B:TERM@60 --job-name=sweep --output=" << word(folder + "/job_%A_%a.txt") << " <<'END'\n"
            << "#!/bin/sh\n"
            << "exec \"$program\" sweep " << word(design) << options << " --resume\n"
            << "END\n)\n"
            << "sbatch --parsable --dependency=afterok:\"$array\" --cpus-per-task=1 --time=" << time
            << " \\\n  --job-name=merge --output=" << word(folder + "/merge_%j.txt") << " <<'END'\n"
            << "#!/bin/sh\n"
            << "exec \"$program\" merge " << word(folder) << "\n"
            << "END\n";
  return Exit::done;
}

}  // namespace cli
