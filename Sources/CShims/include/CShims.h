#ifndef FLOWVERDICT_CSHIMS_H
#define FLOWVERDICT_CSHIMS_H

#include <stdint.h>

/// Asks the processor to bring the cache line at `address` close; a hint only, never faults.
static inline __attribute__((always_inline)) void flowverdict_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

#endif
