#define _GNU_SOURCE
#include "CProcess.h"

#ifdef __linux__

int process_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void process_limit(pid_t identifier, rlim_t memory, rlim_t seconds) {
  struct rlimit data = {memory, memory}, time = {seconds, seconds};
  prlimit(identifier, RLIMIT_DATA, &data, 0);
  prlimit(identifier, RLIMIT_CPU, &time, 0);
}

#else

// macOS closes everything that is not passed on: POSIX_SPAWN_CLOEXEC_DEFAULT.
int process_close_from(posix_spawn_file_actions_t *actions, int first) { return 0; }

void process_limit(pid_t identifier, rlim_t memory, rlim_t seconds) {}

#endif
