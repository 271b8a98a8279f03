// DPDK's access control library, librte_acl, as a peer: one context a direction, five-tuple rules without source port.
//
// Given every advantage that its documentation names: keys are laid out before the clock starts, memory is on huge pages
// where the kernel grants them, and each of its vector methods is there to be chosen from.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <rte_acl.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_memory.h>
#include <rte_vect.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "PeerInterface.h"

// Network byte order, as rte_acl wants it; fields start at multiples of 4 so that it can load them whole.
struct key {
  uint8_t protocol, unused[3];
  uint32_t source, destination;
  uint16_t destination_port, unused_port;
};

enum { FIELD_PROTOCOL, FIELD_SOURCE, FIELD_DESTINATION, FIELD_PORT, FIELD_UNUSED_PORT, FIELD_COUNT };

static const struct rte_acl_field_def field_definitions[FIELD_COUNT] = {
    {.type = RTE_ACL_FIELD_TYPE_BITMASK, .size = 1, .field_index = FIELD_PROTOCOL,
     .input_index = 0, .offset = offsetof(struct key, protocol)},
    {.type = RTE_ACL_FIELD_TYPE_MASK, .size = 4, .field_index = FIELD_SOURCE,
     .input_index = 1, .offset = offsetof(struct key, source)},
    {.type = RTE_ACL_FIELD_TYPE_MASK, .size = 4, .field_index = FIELD_DESTINATION,
     .input_index = 2, .offset = offsetof(struct key, destination)},
    {.type = RTE_ACL_FIELD_TYPE_RANGE, .size = 2, .field_index = FIELD_PORT,
     .input_index = 3, .offset = offsetof(struct key, destination_port)},
    {.type = RTE_ACL_FIELD_TYPE_RANGE, .size = 2, .field_index = FIELD_UNUSED_PORT,
     .input_index = 3, .offset = offsetof(struct key, unused_port)},
};

RTE_ACL_RULE_DEF(rule, FIELD_COUNT);

enum { ANSWER_ALLOW = 1, ANSWER_DENY = 2 };
enum { BATCH = 32, LARGEST_BATCH = 256 };

static bool is_started;
static struct rte_acl_ctx *contexts[PEER_DIRECTION_COUNT];
static struct key *keys;
static const uint8_t **key_pointers;
static size_t rule_count, byte_count;

static int fail(struct peer_error *error, const char *what, int code) {
  snprintf(error->text, sizeof error->text, "%s: %s", what, strerror(code < 0 ? -code : code));
  return code == 0 ? EINVAL : code;
}

static int advise_huge_pages(const struct rte_memseg_list *list, void *unused) {
  (void)unused;
  if (list->base_va != NULL) madvise(list->base_va, list->len, MADV_HUGEPAGE);
  return 0;
}

// The environment without huge page files, devices and helper processes, on the processor that this thread has.
static int start(struct peer_error *error) {
  if (is_started) return 0;
  cpu_set_t processors;
  sched_getaffinity(0, sizeof processors, &processors);
  int processor = 0;
  while (processor < CPU_SETSIZE - 1 && !CPU_ISSET(processor, &processors)) processor++;
  char lcores[32];
  snprintf(lcores, sizeof lcores, "0@%d", processor);
  char *arguments[] = {"peer", "--no-huge", "-m", "6144", "--no-pci", "--no-shconf", "--no-telemetry",
                       "--log-level=error", "--lcores", lcores, NULL};
  if (rte_eal_init(sizeof arguments / sizeof *arguments - 1, arguments) < 0)
    return fail(error, "rte_eal_init", rte_errno);
  // Starting it pins the thread; the benchmark decides on that.
  sched_setaffinity(0, sizeof processors, &processors);
  rte_memseg_list_walk(advise_huge_pages, NULL);
  rte_vect_set_max_simd_bitwidth(RTE_VECT_SIMD_512);
  is_started = true;
  return 0;
}

static int add_rule(struct rte_acl_ctx *context, int direction, struct peer_prefix local,
                    struct peer_prefix remote, const struct peer_term *term, int answer) {
  struct peer_prefix source = direction == PEER_INGRESS ? remote : local;
  struct peer_prefix destination = direction == PEER_INGRESS ? local : remote;
  struct rule rule;
  memset(&rule, 0, sizeof rule);
  rule.data.category_mask = 1;
  // Rules that allow are alternatives, so they share one priority.
  rule.data.priority = answer == ANSWER_ALLOW ? 2 : 1;
  rule.data.userdata = answer;
  rule.field[FIELD_PROTOCOL].value.u8 = term->protocol;
  rule.field[FIELD_PROTOCOL].mask_range.u8 = term->protocol == 0 ? 0 : 0xff;
  rule.field[FIELD_SOURCE].value.u32 = source.address;
  rule.field[FIELD_SOURCE].mask_range.u32 = source.length;
  rule.field[FIELD_DESTINATION].value.u32 = destination.address;
  rule.field[FIELD_DESTINATION].mask_range.u32 = destination.length;
  rule.field[FIELD_PORT].value.u16 = term->first_port;
  rule.field[FIELD_PORT].mask_range.u16 = term->last_port;
  rule.field[FIELD_UNUSED_PORT].mask_range.u16 = UINT16_MAX;
  rule_count++;
  return rte_acl_add_rules(context, (const struct rte_acl_rule *)&rule, 1);
}

// Calls `add_rule` for every rule, or only counts them where the context is NULL.
static int add_rules(struct rte_acl_ctx *context, int direction, const struct peer_direction *policies,
                     size_t *count) {
  static const struct peer_prefix anything = {0, 0};
  static const struct peer_term every_port = {0, 0, UINT16_MAX, 0};
  int code = 0;
  *count = 0;
  for (uint32_t row = 0; row < policies->row_count && code == 0; row++) {
    for (uint32_t pod = policies->pod_prefix_offsets[row];
         pod < policies->pod_prefix_offsets[row + 1] && code == 0; pod++) {
      struct peer_prefix local = policies->pod_prefixes[pod];
      for (uint32_t index = policies->term_offsets[row]; index < policies->term_offsets[row + 1]; index++) {
        const struct peer_term *term = &policies->terms[index];
        for (uint32_t peer = policies->set_offsets[term->set];
             peer < policies->set_offsets[term->set + 1] && code == 0; peer++) {
          *count += 1;
          if (context != NULL)
            code = add_rule(context, direction, local, policies->set_prefixes[peer], term, ANSWER_ALLOW);
        }
      }
      *count += 1;
      if (context != NULL && code == 0)
        code = add_rule(context, direction, local, anything, &every_port, ANSWER_DENY);
    }
  }
  return code;
}

static int build_direction(int direction, const struct peer_direction *policies, struct peer_error *error) {
  size_t count;
  add_rules(NULL, direction, policies, &count);
  struct rte_acl_param parameters = {
      .name = direction == PEER_INGRESS ? "ingress" : "egress",
      .socket_id = SOCKET_ID_ANY,
      .rule_size = RTE_ACL_RULE_SZ(FIELD_COUNT),
      .max_rule_num = count == 0 ? 1 : (uint32_t)count,
  };
  struct rte_acl_ctx *context = contexts[direction] = rte_acl_create(&parameters);
  if (context == NULL) return fail(error, "rte_acl_create", rte_errno);
  int code = add_rules(context, direction, policies, &count);
  if (code != 0) return fail(error, "rte_acl_add_rules", code);
  struct rte_malloc_socket_stats before, after;
  rte_malloc_get_socket_stats(0, &before);
  struct rte_acl_config configuration = {.num_categories = 1, .num_fields = FIELD_COUNT};
  memcpy(configuration.defs, field_definitions, sizeof field_definitions);
  code = rte_acl_build(context, &configuration);
  if (code != 0) return fail(error, "rte_acl_build", code);
  rte_malloc_get_socket_stats(0, &after);
  byte_count += after.heap_allocsz_bytes - before.heap_allocsz_bytes;
  return 0;
}

static void close_peer(void) {
  for (int direction = 0; direction < PEER_DIRECTION_COUNT; direction++) {
    rte_acl_free(contexts[direction]);
    contexts[direction] = NULL;
  }
  free(keys);
  free(key_pointers);
  keys = NULL;
  key_pointers = NULL;
}

static int build(const struct peer_input *input, struct peer_error *error) {
  int code = start(error);
  if (code != 0) return code;
  rule_count = byte_count = 0;
  keys = aligned_alloc(64, (input->flow_count * sizeof *keys + 63) / 64 * 64);
  key_pointers = malloc(input->flow_count * sizeof *key_pointers);
  if (keys == NULL || key_pointers == NULL) code = fail(error, "keys", ENOMEM);
  for (size_t index = 0; index < input->flow_count && code == 0; index++) {
    const struct peer_flow *flow = &input->flows[index];
    keys[index] = (struct key){
        .protocol = flow->protocol,
        .source = htonl(flow->source),
        .destination = htonl(flow->destination),
        .destination_port = htons(flow->destination_port),
    };
    key_pointers[index] = (const uint8_t *)&keys[index];
  }
  for (int direction = 0; direction < PEER_DIRECTION_COUNT && code == 0; direction++)
    code = build_direction(direction, &input->direction[direction], error);
  if (code != 0) close_peer();
  return code;
}

static const struct peer_method methods[] = {
    {"single, both", 2},        {"single, ingress", 1},     {"avx512x32 batch 32, both", 2},
    {"avx512x32 batch 32, ingress", 1}, {"avx512x32 batch 256, both", 2}, {"avx2 batch 32, both", 2},
    {"scalar batch 32, both", 2},
};

static const struct {
  enum rte_acl_classify_alg algorithm;
  unsigned batch;
} method_settings[] = {
    {RTE_ACL_CLASSIFY_SCALAR, 1},      {RTE_ACL_CLASSIFY_SCALAR, 1},
    {RTE_ACL_CLASSIFY_AVX512X32, BATCH}, {RTE_ACL_CLASSIFY_AVX512X32, BATCH},
    {RTE_ACL_CLASSIFY_AVX512X32, LARGEST_BATCH}, {RTE_ACL_CLASSIFY_AVX2, BATCH},
    {RTE_ACL_CLASSIFY_SCALAR, BATCH},
};

// Each flow waits for the answer to the one before, as ours does in the dependent form.
static void run_single(int direction_count, size_t first, size_t count, uint8_t *verdicts) {
  uintptr_t nothing = 0;
  for (size_t index = 0; index < count; index++) {
    const uint8_t *key = key_pointers[first + index] + nothing;
    uint32_t ingress = 0, egress = ANSWER_ALLOW;
    rte_acl_classify_alg(contexts[PEER_INGRESS], &key, &ingress, 1, 1, RTE_ACL_CLASSIFY_SCALAR);
    if (direction_count == 2)
      rte_acl_classify_alg(contexts[PEER_EGRESS], &key, &egress, 1, 1, RTE_ACL_CLASSIFY_SCALAR);
    uint8_t verdict = (egress != ANSWER_DENY) | (ingress != ANSWER_DENY) << 1;
    verdicts[index] = verdict;
    nothing = verdict;
    __asm__ volatile("and $0, %0" : "+r"(nothing));
  }
}

static int run_once(size_t method, size_t first, size_t count, uint8_t *verdicts) {
  int direction_count = methods[method].direction_count;
  if (method_settings[method].batch == 1) {
    run_single(direction_count, first, count, verdicts);
    return 0;
  }
  uint32_t answers[PEER_DIRECTION_COUNT][LARGEST_BATCH];
  for (unsigned index = 0; index < LARGEST_BATCH; index++) answers[PEER_EGRESS][index] = ANSWER_ALLOW;
  for (size_t start = 0; start < count; start += method_settings[method].batch) {
    unsigned size = method_settings[method].batch;
    if (count - start < size) size = (unsigned)(count - start);
    for (int direction = 0; direction < direction_count; direction++) {
      int code = rte_acl_classify_alg(contexts[direction], key_pointers + first + start,
                                      answers[direction], size, 1, method_settings[method].algorithm);
      if (code != 0) return -code;
    }
    for (unsigned index = 0; index < size; index++)
      verdicts[start + index] = (answers[PEER_EGRESS][index] != ANSWER_DENY) |
                                (answers[PEER_INGRESS][index] != ANSWER_DENY) << 1;
  }
  return 0;
}

static int run(size_t method, size_t first, size_t count, size_t repeats, uint8_t *verdicts) {
  int code = 0;
  for (size_t repeat = 0; repeat < repeats && code == 0; repeat++)
    code = run_once(method, first, count, verdicts);
  return code;
}

static size_t count_entries(void) { return rule_count; }
static size_t count_bytes(void) { return byte_count; }

const struct peer *flowverdict_peer(void) {
  static const struct peer peer = {
      .interface_version = PEER_INTERFACE_VERSION,
      .name = "rte_acl",
      .build = build,
      .entry_count = count_entries,
      .byte_count = count_bytes,
      .methods = methods,
      .method_count = sizeof methods / sizeof *methods,
      .run = run,
      .close = close_peer,
  };
  return &peer;
}
