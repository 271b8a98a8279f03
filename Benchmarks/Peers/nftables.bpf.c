// Makes packets for nftables: an XDP program that turns each test frame into the next flow's packet and hands it to the
// kernel, so that no network card and no packet generator is needed.
#include <linux/bpf.h>
// The helpers need the kernel's types first.
#include <bpf/bpf_helpers.h>

#include "ebpf.h"

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, LARGEST_FLOW_COUNT);
  __uint(map_flags, BPF_F_MMAPABLE);
  __type(key, __u32);
  __type(value, struct flow);
} flows SEC(".maps");

volatile struct settings settings;

SEC("xdp") int make_packet(struct xdp_md *frame) {
  __u8 *packet = (void *)(long)frame->data;
  if (packet + 60 > (__u8 *)(long)frame->data_end) return XDP_DROP;
  __u32 number = next_flow_number(&settings);
  struct flow *flow = bpf_map_lookup_elem(&flows, &number);
  if (!flow) return XDP_DROP;
  // Ethernet is 14 bytes, IPv4 without options 20. Nothing here looks at checksums.
  __u8 *ip = packet + 14;
  ip[1] = (__u8)settings.type_of_service;
  ip[9] = flow->protocol;
  *(__u32 *)(ip + 12) = __builtin_bswap32(flow->source);
  *(__u32 *)(ip + 16) = __builtin_bswap32(flow->destination);
  *(__u16 *)(ip + 22) = __builtin_bswap16(flow->destination_port);
  return XDP_PASS;
}

char license_text[] SEC("license") = "GPL";
