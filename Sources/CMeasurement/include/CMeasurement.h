#ifndef CMEASUREMENT_H
#define CMEASUREMENT_H

#include <stdint.h>

/// Zero, but neither the compiler nor the processor can know before `value` is there: what is computed from the result
/// waits for `value`.
__attribute__((always_inline)) static inline uint64_t zero_once_known(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  value &= UINT64_C(1) << 63;
  __asm__ volatile("" : "+r"(value));
  return value;
}

#endif
