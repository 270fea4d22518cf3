// The subcommands of the program: what each is called, takes and answers with.
#pragma once

namespace ff::app {

/// Runs one subcommand. Exit codes: 0 done, 1 it failed (one clear line on standard error), 2 wrong usage,
/// 128 + the signal that stopped it.
int run(int argc, char** argv);

}  // namespace ff::app
