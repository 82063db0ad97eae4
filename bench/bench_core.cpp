// The Monte Carlo core on the default scenario, one thread unless said: what its histories are made of (random blocks
// and elementary functions, by instruction set), the scalar oracle, the kernels by instruction set and width, counting,
// recording trips, a second thread; and how near the best kernel comes to the floor. The floor of a history is the
// random blocks and elementary calls that the oracle makes for it at their bulk cost on the widest lanes, and nothing
// else; the kernel's masked surplus does not count.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "agents/life.hpp"
#include "bench/harness.hpp"
#include "bench/primitives.hpp"
#include "scenarios/load.hpp"
#include "scenarios/print.hpp"
#include "sim/batch/batch.hpp"
#include "sim/output/trips.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/run.hpp"

namespace {

/// A replicate's luck that counts its blocks.
class CountingLuck final : public agents::Luck {
 public:
  CountingLuck(std::uint64_t seed, std::uint32_t replicate, std::array<double, 6>& drawn)
      : luck_(seed, replicate), drawn_(drawn) {}
  agents::Words draw(const agents::Address& a) override {
    ++drawn_[static_cast<std::size_t>(a.occasion)];
    return luck_.draw(a);
  }

 private:
  sim::PhiloxLuck luck_;
  std::array<double, 6>& drawn_;
};

/// Calls in a history, on average over n.
struct Calls {
  double blocks = 0, exp = 0, expm1 = 0, log = 0, logistic = 0, quantile = 0;
};

/// From what the oracle draws and notes: each kind of note stands for the calls of agents/life.cpp around it.
Calls calls_of_oracle(const agents::Stage& stage, std::uint64_t seed, int n) {
  using Kind = agents::Note::Kind;
  std::array<double, 6> drawn{};
  std::array<double, 15> noted{};
  double under_duty[2] = {};  // answers, looks
  std::vector<agents::Note> diary;
  agents::Life life(stage);
  for (int r = 0; r < n; ++r) {
    CountingLuck luck(seed, static_cast<std::uint32_t>(r), drawn);
    diary.clear();
    life.live(luck, &diary);
    for (const agents::Note& note : diary) {
      ++noted[static_cast<std::size_t>(note.kind)];
      const bool look = note.kind == Kind::look || note.kind == Kind::stays_home;
      if (!look && note.kind != Kind::answer) continue;
      const auto& hosts = stage.period(note.week).leaders[note.leader.index].hosts;
      under_duty[look] += hosts[note.host.index].duty > 0;
    }
  }
  const auto of = [&](Kind k) { return noted[static_cast<std::size_t>(k)]; };
  const auto draws = [&](agents::Occasion o) { return drawn[static_cast<std::size_t>(o)]; };
  const double answers = of(Kind::answer), looks = of(Kind::look) + of(Kind::stays_home);
  const double campaigns = of(Kind::campaign), ideas = draws(agents::Occasion::idea) - of(Kind::not_pursued);
  // A standing block is drawn by each suit, by each host that may withdraw, and at the look.
  const double withdrawals = draws(agents::Occasion::standing) - campaigns - looks;
  Calls c;
  for (const double d : drawn) c.blocks += d;
  c.quantile = draws(agents::Occasion::resolve) + of(Kind::sounding) + ideas;
  c.logistic = 5 * (answers + under_duty[0]) + draws(agents::Occasion::idea) + campaigns + withdrawals +
               looks * (5 + 1) + under_duty[1] * (5 + 1);
  c.exp = 3 * answers + ideas;
  c.expm1 = ideas + answers + 2 * campaigns + withdrawals + looks;
  c.log = withdrawals;
  for (double* x : {&c.blocks, &c.exp, &c.expm1, &c.log, &c.logistic, &c.quantile}) *x /= n;
  return c;
}

const bench::Primitives& widest() {
#ifdef __x86_64__
  if (sim::best_isa() == sim::Isa::avx512) return bench::avx512;
  if (sim::best_isa() == sim::Isa::avx2) return bench::avx2;
  return bench::sse2;
#else
  return bench::portable;
#endif
}

std::vector<const bench::Primitives*> all_primitives() {
  std::vector<const bench::Primitives*> all = {&bench::portable};
#ifdef __x86_64__
  all.push_back(&bench::sse2);
  if (sim::best_isa() >= sim::Isa::avx2) all.push_back(&bench::avx2);
  if (sim::best_isa() >= sim::Isa::avx512) all.push_back(&bench::avx512);
#endif
  return all;
}

/// Inputs and outputs of the primitives.
struct Bulk {
  static constexpr std::uint64_t seed = 2025;
  sim::RoundKeys key;
  std::vector<std::int32_t> counters = std::vector<std::int32_t>(bench::bulk), words;
  std::vector<float> x = std::vector<float>(bench::bulk), u = x, out = x;
  Bulk() : words(4 * bench::bulk) {
    sim::round_keys(seed, key);
    for (int i = 0; i < bench::bulk; ++i) {
      const auto at = static_cast<std::size_t>(i);
      counters[at] = i;
      u[at] = (static_cast<float>(i) + 0.5f) / bench::bulk;
      x[at] = 20 * u[at] - 10;
    }
  }
  void philox(const bench::Primitives& p) { p.philox(key, counters.data(), words.data()); }
  void call(void (*f)(const float*, float*), const std::vector<float>& in) { f(in.data(), out.data()); }
  /// One call's worth of the last result, against the scalar.
  bool last_is(float (*f)(float), const std::vector<float>& in) { return out[1234] == f(in[1234]); }
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv);
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  const agents::Stage stage(scenario.world);
  const std::uint64_t seed = scenario.run.seed;
  constexpr int n = 4096, n_counted = 100000;

  // Primitives, a thousand bulks a piece.
  Bulk bulk;
  std::vector<bench::Piece> pieces;
  static constexpr int turns = 1000;
  const auto primitive = [&](const bench::Primitives& p, const char* what, std::function<bool()> right,
                             std::function<void()> once) {
    pieces.push_back({std::string(what) + ", " + p.name, double{turns} * bench::bulk, right, [once] {
                        for (int i = 0; i < turns; ++i) once();
                      }});
  };
  for (const bench::Primitives* p : all_primitives()) {
    primitive(
        *p, "random block",
        [&bulk, p] {
          bulk.philox(*p);
          const agents::Words right = sim::philox(Bulk::seed, {1234, 1, 2, 3});
          return static_cast<std::uint32_t>(bulk.words[2 * bench::bulk + 1234]) == right[2];
        },
        [&bulk, p] { bulk.philox(*p); });
    const auto function = [&](const char* what, void (*f)(const float*, float*), float (*scalar)(float),
                              const std::vector<float>& in) {
      primitive(
          *p, what, [&bulk, &in, f, scalar] { return bulk.call(f, in), bulk.last_is(scalar, in); },
          [&bulk, &in, f] { bulk.call(f, in); });
    };
    function("exp", p->exp, agents::exp<float>, bulk.x);
    function("expm1", p->expm1, agents::expm1<float>, bulk.x);
    function("log", p->log, agents::log<float>, bulk.u);
    function("logistic", p->logistic, agents::logistic<float>, bulk.x);
    function("normal quantile", p->quantile, agents::normal_quantile<float>, bulk.u);
  }
  const agents::AliasTable pull = stage.period(0).leaders[0].pull->bilateral();
  volatile std::uint32_t drawn = 0;
  pieces.push_back({"choice of a host, alias table, scalar", double{turns} * bench::bulk, [&] { return !pull.empty(); },
                    [&] {
                      std::uint32_t sum = 0;
                      for (std::uint32_t i = 0; i < turns * bench::bulk; ++i) sum += pull(i * 2654435761u);
                      drawn = sum;
                    }});

  // Histories.
  const auto visits_in = [](const agents::History& h) {
    return std::count_if(h.decisions.begin(), h.decisions.end(),
                         [](const auto& d) { return agents::is_visit(d.outcome); });
  };
  agents::Life life(stage);
  const auto oracle = [&] {
    std::ptrdiff_t visits = 0;
    for (std::uint32_t r = 0; r < n; ++r) {
      sim::PhiloxLuck luck(seed, r);
      visits += visits_in(life.live(luck));
    }
    return visits;
  };
  const std::ptrdiff_t expected = oracle();
  const sim::BatchStage batch(stage);
  constexpr int n_lived = 4 * n;  // the first blocks find the caches full of what came before
  const auto live = [&](sim::BatchLife& block, int replicates) {  // as most of a run: weeks added up, not kept
    for (int first = 0; first < replicates; first += sim::block_replicates)
      block.live(seed, static_cast<std::uint32_t>(first), std::min(sim::block_replicates, replicates - first), false);
  };
  const auto visits_of = [&](sim::BatchLife& block) {
    std::ptrdiff_t visits = 0;
    agents::History history;
    for (int first = 0; first < n; first += sim::block_replicates) {
      block.live(seed, static_cast<std::uint32_t>(first), sim::block_replicates);
      for (int r = 0; r < sim::block_replicates; ++r) {
        block.tell(r, history);
        visits += visits_in(history);
      }
    }
    return visits;
  };
  const std::size_t oracle_row = pieces.size();
  pieces.push_back({"oracle", n, [&] { return oracle() == expected; }, [&] { oracle(); }});
  std::vector<std::unique_ptr<sim::BatchLife>> blocks;
  for (const sim::Kernel& k : sim::kernels()) {
    if (k.isa > sim::best_isa()) continue;
    sim::BatchLife& block = *blocks.emplace_back(std::make_unique<sim::BatchLife>(batch, k));
    const std::string name = "kernel, " + std::string(sim::name(k.isa)) + ", " + std::to_string(k.width) + " wide";
    pieces.push_back(
        {name, n_lived, [&, expected] { return visits_of(block) == expected; }, [&] { live(block, n_lived); }});
  }
  const std::size_t kernel_row = pieces.size() - 1;

  // Runs.
  const auto counted = [&](int replicates, int threads, sim::TripsWriter* trips = nullptr) {
    sim::RunSettings s;
    s.seed = seed;
    s.replicates = replicates;
    s.threads = threads;
    if (trips) {
      s.trips = replicates;
      s.on_trips = [trips](const sim::TripTable& lived) { trips->add(lived); };
    }
    return std::llround(sim::run(stage, s).estimate({0}, sim::Measure::visits).mean * replicates);
  };
  const auto right = [&] { return counted(n, 2) == expected; };
  const std::size_t bare_row = pieces.size();
  pieces.push_back({"run, nothing counted, 1 thread", n_counted,
                    [&] {
                      sim::BatchLife block(batch, sim::best_kernel());
                      return visits_of(block) == expected;
                    },
                    [&] {
                      const sim::BatchStage own(stage);
                      sim::BatchLife block(own, sim::best_kernel());
                      live(block, n_counted);
                    }});
  pieces.push_back({"run, aggregates, 1 thread", n_counted, right, [&] { counted(n_counted, 1); }});
  const std::size_t run_row = pieces.size() - 1;
  pieces.push_back({"run, aggregates, 2 threads", n_counted, right, [&] { counted(n_counted, 2); }});
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "safeconduct_bench";
  pieces.push_back({"run, every trip recorded, 1 thread", n_counted, right,
                    [&] {
                      sim::TripsWriter writer(folder / "bench.h5", stage, {}, seed);
                      counted(n_counted, 1, &writer);
                      writer.finish(n_counted);
                    },
                    [&] {
                      std::filesystem::remove_all(folder);
                      std::filesystem::create_directories(folder);
                    }});

  const bench::Table table = bench::compare("core, dushanbe_2025", "a second", pieces, oracle_row, options);
  std::filesystem::remove_all(folder);
  if (!table.verified) return 1;

  const Calls calls = calls_of_oracle(stage, seed, 2000);
  const auto cost = [&](const char* what) { return 1 / table.rate(std::string(what) + ", " + widest().name); };
  const double floor = calls.blocks * cost("random block") + calls.exp * cost("exp") + calls.expm1 * cost("expm1") +
                       calls.log * cost("log") + calls.logistic * cost("logistic") +
                       calls.quantile * cost("normal quantile");
  const double lived = 1 / table.rate(pieces[kernel_row].name);
  std::printf(
      "floor: %.0f random blocks, %.0f exp, %.0f expm1, %.0f log, %.0f logistic, %.0f quantiles a history: %.2f us on "
      "%s\n  best kernel: %.2f us, %.2f of the floor's speed; counting costs %.1f %% of a run, recording trips %.0f %% "
      "more, two threads run %.2f times as fast as one\n",
      calls.blocks, calls.exp, calls.expm1, calls.log, calls.logistic, calls.quantile, 1e6 * floor, widest().name,
      1e6 * lived, floor / lived, 100 * (table.rate(pieces[bare_row].name) / table.rate(pieces[run_row].name) - 1),
      100 * (table.rate(pieces[run_row].name) / table.rate(pieces[run_row + 2].name) - 1),
      table.rate(pieces[run_row + 1].name) / table.rate(pieces[run_row].name));
  return 0;
}
