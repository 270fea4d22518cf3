// The one program: every subcommand is declared and dispatched in app/commands.h.
#include "app/commands.h"

int main(int argc, char** argv) { return ff::app::run(argc, argv); }
