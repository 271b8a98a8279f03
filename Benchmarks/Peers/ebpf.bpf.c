// A policy check in the kernel, in the way of Cilium: tc programs that take one flow after the other from an array instead
// of a packet, so that nothing but the check is timed.
#include <linux/bpf.h>
// The helpers need the kernel's types first.
#include <bpf/bpf_helpers.h>

#include "ebpf.h"

enum { INGRESS, EGRESS };

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, LARGEST_FLOW_COUNT);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, struct flow);
} flows SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, LARGEST_FLOW_COUNT);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, __u32);
} verdicts SEC(".maps");

#define ENDPOINTS(name)                    \
  struct {                                 \
    __uint(type, BPF_MAP_TYPE_HASH);       \
    __uint(max_entries, 1);                \
    __uint(map_flags, BPF_F_NO_PREALLOC);  \
    __type(key, __u32);                    \
    __type(value, __u32);                  \
  } name SEC(".maps")

// Row of each isolated pod. The driver sets the sizes of maps that have 1 here.
ENDPOINTS(ingress_endpoints);
ENDPOINTS(egress_endpoints);

#define IDENTITIES(name)                   \
  struct {                                 \
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);   \
    __uint(max_entries, 1 << 22);          \
    __uint(map_flags, BPF_F_NO_PREALLOC);  \
    __type(key, struct address_key);       \
    __type(value, __u32);                  \
  } name SEC(".maps")

// Identity of an address as the other end.
IDENTITIES(ingress_identities);
IDENTITIES(egress_identities);

struct policy_trie {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 1);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(key_size, sizeof(struct policy_prefix_key));
  __uint(value_size, sizeof(__u32));
};

#define POLICY_TRIES(name)                       \
  struct {                                       \
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);    \
    __uint(max_entries, 1);                      \
    __type(key, __u32);                          \
    __array(values, struct policy_trie);         \
  } name SEC(".maps")

// Policy map of each row.
POLICY_TRIES(ingress_tries);
POLICY_TRIES(egress_tries);

#define POLICY_HASH(name)                  \
  struct {                                 \
    __uint(type, BPF_MAP_TYPE_HASH);       \
    __uint(max_entries, 1);                \
    __uint(map_flags, BPF_F_NO_PREALLOC);  \
    __type(key, struct policy_hash_key);   \
    __type(value, __u32);                  \
  } name SEC(".maps")

POLICY_HASH(ingress_hash);
POLICY_HASH(egress_hash);

volatile struct settings settings;

static __always_inline __u32 swap(__u32 value) { return __builtin_bswap32(value); }

static __always_inline __u32 identity_of(void *identities, __u32 address) {
  struct address_key key = {.prefix_length = 32, .address = swap(address)};
  __u32 *identity = bpf_map_lookup_elem(identities, &key);
  // An identity that no entry has.
  return identity ? *identity : ~0u;
}

static __always_inline int has_prefix_entry(void *trie, __u32 identity, const struct flow *flow) {
  struct policy_prefix_key key = {
      .prefix_length = 56,
      .identity = identity,
      .protocol = flow->protocol,
      .port_high = flow->destination_port >> 8,
      .port_low = flow->destination_port & 255,
  };
  return bpf_map_lookup_elem(trie, &key) != 0;
}

static __always_inline int allows_by_trie(void *endpoints, void *identities, void *tries, __u32 local,
                                          __u32 remote, const struct flow *flow) {
  __u32 *row = bpf_map_lookup_elem(endpoints, &local);
  if (!row) return 1;
  __u32 number = *row;
  void *trie = bpf_map_lookup_elem(tries, &number);
  if (!trie) return 0;
  return has_prefix_entry(trie, identity_of(identities, remote), flow) ||
         has_prefix_entry(trie, ANY_IDENTITY, flow);
}

static __always_inline int has_hash_entry(void *hash, __u32 row, __u32 identity, const struct flow *flow) {
  struct policy_hash_key key = {
      .row = row, .identity = identity, .port = flow->destination_port, .protocol = flow->protocol};
  if (bpf_map_lookup_elem(hash, &key)) return 1;
  key.port = 0;
  if (bpf_map_lookup_elem(hash, &key)) return 1;
  key.protocol = 0;
  return bpf_map_lookup_elem(hash, &key) != 0;
}

static __always_inline int allows_by_hash(void *endpoints, void *identities, void *hash, __u32 local,
                                          __u32 remote, const struct flow *flow) {
  __u32 *row = bpf_map_lookup_elem(endpoints, &local);
  if (!row) return 1;
  return has_hash_entry(hash, *row, identity_of(identities, remote), flow) ||
         has_hash_entry(hash, *row, ANY_IDENTITY, flow);
}

#define PROGRAM(name, expression)                            \
  SEC("tc") int name(struct __sk_buff *packet) {             \
    __u32 number = next_flow_number(&settings);              \
    struct flow *flow = bpf_map_lookup_elem(&flows, &number); \
    __u32 *verdict = bpf_map_lookup_elem(&verdicts, &number); \
    if (!flow || !verdict) return 0;                         \
    *verdict = (expression);                                 \
    return 0;                                                \
  }

#define INGRESS_BY_TRIE                                                                         \
  allows_by_trie(&ingress_endpoints, &ingress_identities, &ingress_tries, flow->destination, \
                 flow->source, flow)
#define EGRESS_BY_TRIE \
  allows_by_trie(&egress_endpoints, &egress_identities, &egress_tries, flow->source, flow->destination, flow)
#define INGRESS_BY_HASH                                                                        \
  allows_by_hash(&ingress_endpoints, &ingress_identities, &ingress_hash, flow->destination, \
                 flow->source, flow)
#define EGRESS_BY_HASH \
  allows_by_hash(&egress_endpoints, &egress_identities, &egress_hash, flow->source, flow->destination, flow)

PROGRAM(nothing, flow->destination & 3)
PROGRAM(trie_ingress, INGRESS_BY_TRIE << 1)
PROGRAM(trie_both, INGRESS_BY_TRIE << 1 | EGRESS_BY_TRIE)
PROGRAM(hash_ingress, INGRESS_BY_HASH << 1)
PROGRAM(hash_both, INGRESS_BY_HASH << 1 | EGRESS_BY_HASH)

char license_text[] SEC("license") = "GPL";
