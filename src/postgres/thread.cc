#include "postgres/thread.h"

#include <pthread.h>

namespace ff::postgres {

Thread::Thread(std::string name)
    : thread_([this, name = std::move(name)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        context_.run();
      }) {}

Thread::~Thread() { finish(); }

void Thread::finish() {
  work_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace ff::postgres
