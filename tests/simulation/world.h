// A whole shop under one seed: processes that crash, a store and a gateway behind bad networks, shoppers that
// insist. All of it in one thread and in virtual time, so a seed always gives the same run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/sabotage.h"

namespace ff::simulation {

struct Telling {
  bool trace = false;    // print what happens
  bool history = false;  // give back what the shoppers saw of the stock
};

struct Outcome {
  std::vector<std::string> faults;  // what should not be; empty: the seed passed
  std::uint64_t trace = 0;          // fingerprint of the end state: the same for the same seed
  int steps = 0, crashes = 0, jumps = 0, orders = 0, paid = 0;
  std::string history;  // JSON lines for tests/support/history.py
};

Outcome simulate(std::uint64_t seed, Sabotage sabotage, Telling telling = {});

}  // namespace ff::simulation
