// Kernel eBPF as a peer: fills the maps of ebpf.bpf.c and runs its programs with BPF_PROG_TEST_RUN. Needs root.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "PeerInterface.h"
#include "ebpf.h"
#include "identities.h"

enum { METHOD_COUNT = 5, LARGEST_HASH_SIZE = 1 << 25 };

static const struct peer_method methods[METHOD_COUNT] = {
    {"flow fetch", 0},       {"LPM policy maps, both", 2},  {"LPM policy maps, ingress", 1},
    {"hash policy maps, both", 2}, {"hash policy maps, ingress", 1},
};
static const char *const program_names[METHOD_COUNT] = {
    "nothing", "trie_both", "trie_ingress", "hash_both", "hash_ingress",
};
static const char *const direction_names[PEER_DIRECTION_COUNT] = {"ingress", "egress"};

static struct bpf_object *object;
static int programs[METHOD_COUNT];
static volatile struct settings *settings;
static const uint64_t *verdict_words;
// Entries of all maps, and bytes of all but the hash maps, which are the same policies a second time.
static size_t entry_count, byte_count;

static int fail(struct peer_error *error, const char *what, int code) {
  if (code < 0) code = -code;
  snprintf(error->text, sizeof error->text, "%s: %s%s", what, strerror(code),
           code == EPERM ? " (root is needed)" : "");
  return code == 0 ? EINVAL : code;
}

static struct bpf_map *find_map(const char *prefix, const char *suffix) {
  char name[64];
  snprintf(name, sizeof name, "%s%s", prefix, suffix);
  return bpf_object__find_map_by_name(object, name);
}

// What the kernel says that a map takes.
static size_t map_bytes(int map) {
  char path[64], line[128];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", map);
  FILE *file = fopen(path, "r");
  size_t bytes = 0;
  while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "memlock: %zu", &bytes);
  if (file != NULL) fclose(file);
  return bytes;
}

static void *map_memory(struct bpf_map *map, size_t size, int protection) {
  void *memory = mmap(NULL, size, protection, MAP_SHARED, bpf_map__fd(map), 0);
  return memory == MAP_FAILED ? NULL : memory;
}

// MARK: Loading

static bool has_every_port(const struct peer_term *term) {
  return term->first_port == 0 && term->last_port == UINT16_MAX;
}

// Entries of the hash map: the kernel sizes its buckets by their largest number.
static uint32_t count_hash_entries(const struct peer_direction *policies, const struct identities *identities) {
  uint64_t count = 1;
  for (uint32_t index = 0; index < policies->term_offsets[policies->row_count]; index++) {
    const struct peer_term *term = &policies->terms[index];
    uint64_t port_count = has_every_port(term) ? 1 : (uint64_t)term->last_port - term->first_port + 1;
    uint64_t identity_count = identities->set_offsets[term->set + 1] - identities->set_offsets[term->set];
    count += port_count * (is_any_set(policies, term->set) ? 1 : identity_count);
  }
  return count > LARGEST_HASH_SIZE ? LARGEST_HASH_SIZE : (uint32_t)count;
}

static void size_maps(const struct peer_input *input, int direction, const struct identities *identities) {
  const struct peer_direction *policies = &input->direction[direction];
  const char *name = direction_names[direction];
  uint32_t pod_count = input->pod_count == 0 ? 1 : (uint32_t)input->pod_count;
  uint32_t row_count = policies->row_count == 0 ? 1 : policies->row_count;
  bpf_map__set_max_entries(find_map(name, "_endpoints"), pod_count);
  bpf_map__set_max_entries(find_map(name, "_tries"), row_count);
  bpf_map__set_max_entries(find_map(name, "_hash"), count_hash_entries(policies, identities));
}

static int load(const struct peer_input *input, const struct identities *identities,
                struct peer_error *error) {
  // The object with the programs lies beside this library.
  Dl_info self;
  char path[4096];
  if (dladdr((void *)load, &self) == 0) return fail(error, "dladdr", ENOENT);
  snprintf(path, sizeof path, "%s", self.dli_fname);
  char *name = strrchr(path, '/');
  snprintf(name == NULL ? path : name + 1, 32, "ebpf.bpf.o");
  libbpf_set_print(NULL);
  object = bpf_object__open_file(path, NULL);
  if (object == NULL) return fail(error, path, errno);
  for (int direction = 0; direction < PEER_DIRECTION_COUNT; direction++)
    size_maps(input, direction, &identities[direction]);
  int code = bpf_object__load(object);
  if (code != 0) return fail(error, "loading BPF programs", code);
  for (int method = 0; method < METHOD_COUNT; method++)
    programs[method] =
        bpf_program__fd(bpf_object__find_program_by_name(object, program_names[method]));
  struct bpf_map *map, *variables = NULL;
  bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".bss") != NULL) variables = map;
  settings = variables == NULL ? NULL : map_memory(variables, 4096, PROT_READ | PROT_WRITE);
  verdict_words = map_memory(find_map("verdicts", ""), sizeof(uint64_t) * LARGEST_FLOW_COUNT, PROT_READ);
  struct flow *flows = map_memory(find_map("flows", ""), sizeof(uint64_t) * 2 * LARGEST_FLOW_COUNT,
                                  PROT_READ | PROT_WRITE);
  if (settings == NULL || verdict_words == NULL || flows == NULL)
    return fail(error, "mapping BPF maps", errno);
  // Elements of an array that can be mapped start at multiples of 8.
  for (size_t index = 0; index < input->flow_count; index++)
    memcpy((char *)flows + 16 * index, &input->flows[index], sizeof(struct flow));
  munmap(flows, sizeof(uint64_t) * 2 * LARGEST_FLOW_COUNT);
  return 0;
}

// MARK: Filling

static int put(int map, const void *key, uint32_t value) {
  entry_count++;
  return bpf_map_update_elem(map, key, &value, BPF_ANY);
}

static int fill_endpoints(const struct peer_input *input, int direction) {
  int map = bpf_map__fd(find_map(direction_names[direction], "_endpoints"));
  int code = 0;
  for (size_t index = 0; index < input->pod_count && code == 0; index++) {
    const struct peer_pod *pod = &input->pods[index];
    if (pod->row[direction] != PEER_NO_ROW) code = put(map, &pod->address, pod->row[direction]);
  }
  byte_count += map_bytes(map);
  return code;
}

static int fill_identities(const struct identities *identities, int direction) {
  int map = bpf_map__fd(find_map(direction_names[direction], "_identities"));
  int code = 0;
  for (size_t index = 0; index < identities->prefix_count && code == 0; index++) {
    struct peer_prefix prefix = identities->prefixes[index];
    struct address_key key = {.prefix_length = prefix.length, .address = htonl(prefix.address)};
    code = put(map, &key, identities->identity_of_prefix[index]);
  }
  byte_count += map_bytes(map);
  return code;
}

// One entry for each prefix of the ports.
static int put_prefix_entries(int trie, uint32_t identity, const struct peer_term *term) {
  struct policy_prefix_key key = {.identity = identity, .protocol = term->protocol};
  if (has_every_port(term)) {
    key.prefix_length = term->protocol == 0 ? 32 : 40;
    return put(trie, &key, 1);
  }
  uint32_t first = term->first_port, end = (uint32_t)term->last_port + 1;
  int code = 0;
  while (first < end && code == 0) {
    uint32_t bits = first == 0 ? 16 : (uint32_t)__builtin_ctz(first);
    while (first + (1u << bits) > end) bits--;
    key.prefix_length = 56 - bits;
    key.port_high = first >> 8;
    key.port_low = first & 255;
    code = put(trie, &key, 1);
    first += 1u << bits;
  }
  return code;
}

static int put_hash_entries(int hash, uint32_t row, uint32_t identity, const struct peer_term *term) {
  struct policy_hash_key key = {.row = row, .identity = identity, .protocol = term->protocol};
  if (has_every_port(term)) return put(hash, &key, 1);
  int code = 0;
  for (uint32_t port = term->first_port; port <= term->last_port && code == 0; port++) {
    key.port = (uint16_t)port;
    code = put(hash, &key, 1);
  }
  return code;
}

static int fill_row(const struct peer_direction *policies, const struct identities *identities,
                    uint32_t row, int trie, int hash) {
  int code = 0;
  for (uint32_t index = policies->term_offsets[row];
       index < policies->term_offsets[row + 1] && code == 0; index++) {
    const struct peer_term *term = &policies->terms[index];
    if (is_any_set(policies, term->set)) {
      code = put_prefix_entries(trie, ANY_IDENTITY, term);
      if (code == 0) code = put_hash_entries(hash, row, ANY_IDENTITY, term);
      continue;
    }
    for (uint32_t item = identities->set_offsets[term->set];
         item < identities->set_offsets[term->set + 1] && code == 0; item++) {
      uint32_t identity = identities->identities_of_sets[item];
      code = put_prefix_entries(trie, identity, term);
      if (code == 0) code = put_hash_entries(hash, row, identity, term);
    }
  }
  return code;
}

// Rows whose maps are put into the map of maps by one call: the kernel waits after each such call until no program can see
// the old maps any more.
enum { ROWS_AT_ONCE = 256 };

static int put_tries(int tries, const uint32_t *rows, const int *maps, uint32_t count) {
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  uint32_t done = count;
  int code = bpf_map_update_batch(tries, rows, maps, &done, &options);
  // Kernels before 5.16 have no batches here.
  for (uint32_t index = 0; code != 0 && index < count; index++)
    if (bpf_map_update_elem(tries, &rows[index], &maps[index], BPF_ANY) != 0) return -errno;
  return 0;
}

static int fill_policies(const struct peer_direction *policies, const struct identities *identities,
                         int direction, struct peer_error *error) {
  int tries = bpf_map__fd(find_map(direction_names[direction], "_tries"));
  int hash = bpf_map__fd(find_map(direction_names[direction], "_hash"));
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
  int code = 0;
  for (uint32_t row = 0; row < policies->row_count && code == 0;) {
    uint32_t rows[ROWS_AT_ONCE], count = 0;
    int maps[ROWS_AT_ONCE];
    for (; row < policies->row_count && count < ROWS_AT_ONCE && code == 0; row++) {
      int trie = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "policy", sizeof(struct policy_prefix_key),
                                sizeof(uint32_t), 1 << 20, &options);
      if (trie < 0) {
        code = fail(error, "creating a policy map", trie);
        break;
      }
      rows[count] = row;
      maps[count++] = trie;
      code = fill_row(policies, identities, row, trie, hash);
      if (code != 0) code = fail(error, "filling a policy map", code);
      byte_count += map_bytes(trie);
    }
    if (code == 0) {
      code = put_tries(tries, rows, maps, count);
      if (code != 0) code = fail(error, "adding policy maps", code);
    }
    for (uint32_t index = 0; index < count; index++) close(maps[index]);
  }
  return code;
}

// MARK: The interface

static void close_peer(void) {
  if (settings != NULL) munmap((void *)settings, 4096);
  if (verdict_words != NULL) munmap((void *)verdict_words, sizeof(uint64_t) * LARGEST_FLOW_COUNT);
  bpf_object__close(object);
  settings = NULL;
  verdict_words = NULL;
  object = NULL;
}

static int build(const struct peer_input *input, struct peer_error *error) {
  entry_count = byte_count = 0;
  if (input->flow_count > LARGEST_FLOW_COUNT) return fail(error, "more than 1,048,576 flows", E2BIG);
  struct identities identities[PEER_DIRECTION_COUNT];
  memset(identities, 0, sizeof identities);
  int code = 0;
  for (int direction = 0; direction < PEER_DIRECTION_COUNT && code == 0; direction++) {
    code = find_identities(&input->direction[direction], &identities[direction]);
    if (code != 0) code = fail(error, "finding identities", code);
  }
  if (code == 0) code = load(input, identities, error);
  for (int direction = 0; direction < PEER_DIRECTION_COUNT && code == 0; direction++) {
    code = fill_endpoints(input, direction);
    if (code == 0) code = fill_identities(&identities[direction], direction);
    if (code != 0) {
      code = fail(error, "filling maps", code);
    } else {
      code = fill_policies(&input->direction[direction], &identities[direction], direction, error);
    }
  }
  for (int direction = 0; direction < PEER_DIRECTION_COUNT; direction++) free_identities(&identities[direction]);
  if (code != 0) close_peer();
  return code;
}

static int run(size_t method, size_t first, size_t count, size_t repeats, uint8_t *verdicts) {
  settings->first_flow = (uint32_t)first;
  settings->flow_count = (uint32_t)count;
  settings->step = 0;
  char packet[64] = {0};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof packet,
              .repeat = (int)(count * repeats));
  int code = bpf_prog_test_run_opts(programs[method], &options);
  if (code != 0) return -code;
  if (settings->step != count * repeats) return EINTR;
  for (size_t index = 0; index < count; index++) verdicts[index] = (uint8_t)verdict_words[first + index];
  return 0;
}

static size_t count_entries(void) { return entry_count; }
static size_t count_bytes(void) { return byte_count; }

const struct peer *flowverdict_peer(void) {
  static const struct peer peer = {
      .interface_version = PEER_INTERFACE_VERSION,
      .name = "eBPF",
      .build = build,
      .entry_count = count_entries,
      .byte_count = count_bytes,
      .methods = methods,
      .method_count = METHOD_COUNT,
      .run = run,
      .close = close_peer,
  };
  return &peer;
}
