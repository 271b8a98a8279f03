#ifndef CRUNTIMEHOOKS_H
#define CRUNTIMEHOOKS_H

#include <stdint.h>

/// What the Swift runtime was asked to do on one thread.
struct runtime_counts {
  /// Objects, arrays and boxes that were allocated.
  uint64_t allocations;
  /// References that were retained or released.
  uint64_t reference_counts;
};

/// What the calling thread asked of the Swift runtime since the first call, on any thread, of this function.
struct runtime_counts runtime_counts_of_this_thread(void);

#endif
