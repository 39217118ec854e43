#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

/// How often this thread has allocated memory since the program began; -1 where nobody counts: outside of glibc.
///
/// A program that links this module calls malloc through it. Counts mean the same on every machine, and times do not.
long callocations_count(void);

/// How often it was for 64 KiB or more.
long callocations_large_count(void);

#endif
