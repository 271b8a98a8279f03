#ifndef FLOWVERDICT_CSHIMS_H
#define FLOWVERDICT_CSHIMS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Asks the processor to bring the cache line at `address` close; a hint only, never faults.
static inline __attribute__((always_inline)) void flowverdict_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 3);
}

/// One of two values, whose choice the processor cannot predict: both are computed, and nothing branches.
///
/// A branch that goes the wrong way costs more than a load from the second-level cache.
static inline __attribute__((always_inline)) uint64_t flowverdict_select(
    bool condition, uint64_t yes, uint64_t no) {
  return __builtin_unpredictable(condition) ? yes : no;
}

/// Whether one of the four 16-bit numbers in `lanes` is `number`. Does not branch.
static inline __attribute__((always_inline)) bool flowverdict_contains(
    uint64_t lanes, uint16_t number) {
#if defined(__SSE2__)
  __m128i pattern = _mm_shufflelo_epi16(_mm_cvtsi32_si128(number), 0);
  __m128i equal = _mm_cmpeq_epi16(pattern, _mm_cvtsi64_si128((long long)lanes));
  return (_mm_movemask_epi8(equal) & 0xff) != 0;
#else
  const uint64_t ones = 0x0001000100010001;
  uint64_t difference = lanes ^ number * ones;
  // The highest bit of each 16 that are zero.
  return ((difference - ones) & ~difference & 0x8000800080008000) != 0;
#endif
}

/// Which of twelve 16-bit tags at `tags` equal `tag`: bit p for the p-th one. The bits from 12 on say nothing.
///
/// Reads 32 bytes. Does not branch.
static inline __attribute__((always_inline)) uint32_t flowverdict_match_tags(
    const void *tags, uint16_t tag) {
#if defined(__SSE2__)
  __m128i pattern = _mm_set1_epi16((short)tag);
  __m128i low = _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)tags), pattern);
  __m128i high = _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)tags + 1), pattern);
  return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
#else
  uint32_t matches = 0;
  const uint8_t *bytes = (const uint8_t *)tags;
  for (int place = 0; place < 12; place++) {
    uint16_t other;
    __builtin_memcpy(&other, bytes + 2 * place, 2);
    matches |= (uint32_t)(other == tag) << place;
  }
  return matches;
#endif
}

/// Opens a C stream whose bytes come from `read`; `close` is called once, when the stream is closed.
///
/// `read` returns how many bytes it wrote to `bytes`, 0 at the end, -1 on failure. Returns null if no stream can be made.
FILE *flowverdict_open_stream(
    void *cookie, ssize_t (*read)(void *cookie, char *bytes, size_t count),
    int (*close)(void *cookie));

/// Processors that this process may run on, at least 1.
int flowverdict_processor_count(void);

#endif
