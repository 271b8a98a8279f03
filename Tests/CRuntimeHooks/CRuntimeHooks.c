#include "CRuntimeHooks.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

// The Swift runtime calls these for every allocation and reference count, once the flag is set: it is how profilers count
// them (stdlib/public/runtime/HeapObject.cpp).
extern void *(*_swift_allocObject)(const void *, size_t, size_t);
extern void *(*_swift_retain)(void *);
extern void *(*_swift_retain_n)(void *, uint32_t);
extern void (*_swift_release)(void *);
extern void (*_swift_release_n)(void *, uint32_t);
extern bool _swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly;

static void *(*original_alloc)(const void *, size_t, size_t);
static void *(*original_retain)(void *);
static void *(*original_retain_n)(void *, uint32_t);
static void (*original_release)(void *);
static void (*original_release_n)(void *, uint32_t);

static _Thread_local struct runtime_counts counts;

static void *count_alloc(const void *type, size_t size, size_t alignment) {
  counts.allocations += 1;
  return original_alloc(type, size, alignment);
}

static void *count_retain(void *object) {
  counts.reference_counts += 1;
  return original_retain(object);
}

static void *count_retain_n(void *object, uint32_t n) {
  counts.reference_counts += 1;
  return original_retain_n(object, n);
}

static void count_release(void *object) {
  counts.reference_counts += 1;
  original_release(object);
}

static void count_release_n(void *object, uint32_t n) {
  counts.reference_counts += 1;
  original_release_n(object, n);
}

static void install(void) {
  original_alloc = _swift_allocObject;
  original_retain = _swift_retain;
  original_retain_n = _swift_retain_n;
  original_release = _swift_release;
  original_release_n = _swift_release_n;
  _swift_allocObject = count_alloc;
  _swift_retain = count_retain;
  _swift_retain_n = count_retain_n;
  _swift_release = count_release;
  _swift_release_n = count_release_n;
  __atomic_store_n(
      &_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly, true,
      __ATOMIC_SEQ_CST);
}

struct runtime_counts runtime_counts_of_this_thread(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, install);
  return counts;
}
