#include <spawn.h>
#include <sys/resource.h>
#include <sys/types.h>

// Two calls of Linux that its C library hides from Swift, as they are in no standard.

/// Lets a program that is started with `actions` have no file descriptor from `first` on.
int process_close_from(posix_spawn_file_actions_t *actions, int first);

/// Bounds the bytes of data and the seconds of processor time of a process. Does nothing where a system cannot.
void process_limit(pid_t identifier, rlim_t memory, rlim_t seconds);
