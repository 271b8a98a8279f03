// nftables as a peer, on the ingress hook of `lo` in a network namespace of this thread. Needs root.
//
// The form is that of kube-network-policies for nftables and of hand-written firewalls: a verdict map sends a packet to
// its pod's chain, whose rules look the other end up in sets. Frames come from BPF_PROG_TEST_RUN (see nftables.bpf.c).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "PeerInterface.h"
#include "ebpf.h"
#include "identities.h"

enum { LOOPBACK_INDEX = 1, FRAME_SIZE = 64, FRAMES_AT_ONCE = 64, LARGEST_EXACT_SET = 1024 };

// By number of the type of service that the rules choose by.
static const struct peer_method methods[] = {
    {"packet and hook", 0},
    {"verdict maps, both", 2},
    {"verdict maps, ingress", 1},
};

static struct nft_ctx *nft;
static struct bpf_object *object;
static int program, home_namespace = -1;
static volatile struct settings *settings;
static int netlink = -1;
static size_t element_count;
static uint64_t last_allowed_count;

static int fail(struct peer_error *error, const char *what, int code) {
  if (code < 0) code = -code;
  snprintf(error->text, sizeof error->text, "%s: %s%s", what, strerror(code),
           code == EPERM ? " (root is needed)" : "");
  return code == 0 ? EINVAL : code;
}

// MARK: Rules

static const char *address_text(uint32_t address, char buffer[INET_ADDRSTRLEN]) {
  struct in_addr bytes = {htonl(address)};
  return inet_ntop(AF_INET, &bytes, buffer, INET_ADDRSTRLEN);
}

static const char *const names[PEER_DIRECTION_COUNT] = {"ingress", "egress"};
// Where the other end is.
static const char *const remote_fields[PEER_DIRECTION_COUNT] = {"saddr", "daddr"};

static uint64_t count_addresses(const struct peer_direction *policies, uint32_t set) {
  uint64_t count = 0;
  for (uint32_t index = policies->set_offsets[set]; index < policies->set_offsets[set + 1]; index++)
    count += UINT64_C(1) << (32 - policies->set_prefixes[index].length);
  return count;
}

// Small sets list their addresses and are hash tables; others are of prefixes, which the kernel keeps in a tree.
static void write_set(FILE *file, const struct peer_direction *policies, int direction, uint32_t set) {
  uint32_t first = policies->set_offsets[set], end = policies->set_offsets[set + 1];
  if (first == end || is_any_set(policies, set)) return;
  bool is_exact = count_addresses(policies, set) <= LARGEST_EXACT_SET;
  fprintf(file, "set %s_set_%u { type ipv4_addr; %selements = { ", names[direction], set,
          is_exact ? "" : "flags interval; ");
  char text[INET_ADDRSTRLEN];
  for (uint32_t index = first; index < end; index++) {
    struct peer_prefix prefix = policies->set_prefixes[index];
    uint32_t count = is_exact ? 1u << (32 - prefix.length) : 1;
    for (uint32_t offset = 0; offset < count; offset++) {
      fprintf(file, "%s", address_text(prefix.address + offset, text));
      if (!is_exact) fprintf(file, "/%u", prefix.length);
      fputs(", ", file);
      element_count++;
    }
  }
  fputs("} }\n", file);
}

static void write_ports(FILE *file, const struct peer_term *term) {
  bool has_every_port = term->first_port == 0 && term->last_port == UINT16_MAX;
  if (term->protocol == 0) return;
  if (has_every_port) {
    fprintf(file, "meta l4proto %u ", term->protocol);
  } else {
    fprintf(file, "meta l4proto %u th dport %u-%u ", term->protocol, term->first_port, term->last_port);
  }
}

// What a row's pods may: a rule that matches returns, all else is dropped.
static void write_row(FILE *file, const struct peer_direction *policies, int direction, uint32_t row) {
  fprintf(file, "chain %s_row_%u {\n", names[direction], row);
  for (uint32_t index = policies->term_offsets[row]; index < policies->term_offsets[row + 1]; index++) {
    const struct peer_term *term = &policies->terms[index];
    if (policies->set_offsets[term->set] == policies->set_offsets[term->set + 1]) continue;
    if (!is_any_set(policies, term->set))
      fprintf(file, "ip %s @%s_set_%u ", remote_fields[direction], names[direction], term->set);
    write_ports(file, term);
    fputs("return\n", file);
    element_count++;
  }
  fputs("drop\n}\n", file);
}

static void write_direction(FILE *file, const struct peer_input *input, int direction) {
  const struct peer_direction *policies = &input->direction[direction];
  for (uint32_t set = 0; set < policies->set_count; set++) write_set(file, policies, direction, set);
  for (uint32_t row = 0; row < policies->row_count; row++) write_row(file, policies, direction, row);
  fprintf(file, "map %s_pods { type ipv4_addr : verdict; elements = { ", names[direction]);
  char text[INET_ADDRSTRLEN];
  for (size_t index = 0; index < input->pod_count; index++) {
    const struct peer_pod *pod = &input->pods[index];
    if (pod->row[direction] == PEER_NO_ROW) continue;
    fprintf(file, "%s : jump %s_row_%u, ", address_text(pod->address, text), names[direction],
            pod->row[direction]);
    element_count++;
  }
  fputs("} }\n", file);
}

static void write_rules(FILE *file, const struct peer_input *input) {
  fputs("table netdev peer {\ncounter allowed { }\n", file);
  for (int direction = 0; direction < PEER_DIRECTION_COUNT; direction++)
    write_direction(file, input, direction);
  // Nothing goes on into the stack, allowed or not.
  fputs("chain nothing { counter name allowed drop\n}\n", file);
  fputs("chain ingress_only {\nip daddr vmap @ingress_pods\ncounter name allowed drop\n}\n", file);
  fputs("chain both {\nip saddr vmap @egress_pods\nip daddr vmap @ingress_pods\n"
        "counter name allowed drop\n}\n", file);
  // The upper 6 bits of the type of service.
  fputs("chain entry { type filter hook ingress device \"lo\" priority 0;\n"
        "ip dscp vmap { 0 : goto nothing, 1 : goto both, 2 : goto ingress_only }\n}\n}\n", file);
}

static int load_rules(const struct peer_input *input, struct peer_error *error) {
  nft = nft_ctx_new(NFT_CTX_DEFAULT);
  if (nft == NULL) return fail(error, "libnftables", ENOMEM);
  nft_ctx_buffer_output(nft);
  nft_ctx_buffer_error(nft);
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  if (file == NULL) return fail(error, "rules", errno);
  write_rules(file, input);
  fclose(file);
  int code = nft_run_cmd_from_buffer(nft, text);
  free(text);
  if (code != 0) snprintf(error->text, sizeof error->text, "%.200s", nft_ctx_get_error_buffer(nft));
  return code == 0 ? 0 : EINVAL;
}

// MARK: Packets

static int enter_namespace(struct peer_error *error) {
  home_namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (home_namespace < 0 || unshare(CLONE_NEWNET) != 0) return fail(error, "network namespace", errno);
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_LOOPBACK};
  int code = ioctl(descriptor, SIOCSIFFLAGS, &request) == 0 ? 0 : fail(error, "setting lo up", errno);
  close(descriptor);
  return code;
}

static int load_program(const struct peer_input *input, struct peer_error *error) {
  // The object with the program lies beside this library.
  Dl_info self;
  char path[4096];
  if (dladdr((void *)load_program, &self) == 0) return fail(error, "dladdr", ENOENT);
  snprintf(path, sizeof path, "%s", self.dli_fname);
  char *name = strrchr(path, '/');
  snprintf(name == NULL ? path : name + 1, 32, "nftables.bpf.o");
  libbpf_set_print(NULL);
  object = bpf_object__open_file(path, NULL);
  if (object == NULL) return fail(error, path, errno);
  int code = bpf_object__load(object);
  if (code != 0) return fail(error, "loading the XDP program", code);
  program = bpf_program__fd(bpf_object__find_program_by_name(object, "make_packet"));
  struct bpf_map *map, *variables = NULL;
  bpf_object__for_each_map(map, object) if (strstr(bpf_map__name(map), ".bss") != NULL) variables = map;
  if (variables == NULL) return fail(error, "settings of the XDP program", ENOENT);
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(variables), 0);
  if (memory == MAP_FAILED) return fail(error, "mapping BPF maps", errno);
  settings = memory;
  int flows = bpf_object__find_map_fd_by_name(object, "flows");
  // Elements of an array that can be mapped start at multiples of 8.
  size_t size = (size_t)16 * LARGEST_FLOW_COUNT;
  char *elements = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, flows, 0);
  if (elements == MAP_FAILED) return fail(error, "mapping BPF maps", errno);
  for (size_t index = 0; index < input->flow_count; index++)
    memcpy(elements + 16 * index, &input->flows[index], sizeof(struct flow));
  munmap(elements, size);
  return 0;
}

static int run(size_t method, size_t first, size_t count, size_t repeats, uint8_t *verdicts) {
  (void)verdicts;
  settings->first_flow = (uint32_t)first;
  settings->flow_count = (uint32_t)count;
  settings->step = 0;
  settings->type_of_service = (uint32_t)method << 2;
  unsigned char frame[FRAME_SIZE] = {0};
  frame[12] = 0x08;  // IPv4
  frame[14] = 0x45;
  frame[17] = FRAME_SIZE - 14;
  frame[22] = 64;
  struct xdp_md context = {.data_end = FRAME_SIZE, .ingress_ifindex = LOOPBACK_INDEX};
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof frame,
              .ctx_in = &context, .ctx_size_in = sizeof context, .repeat = (int)(count * repeats),
              .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = FRAMES_AT_ONCE);
  int code = bpf_prog_test_run_opts(program, &options);
  if (code != 0) return -code;
  return settings->step == count * repeats ? 0 : EINTR;
}

// MARK: The counter

// libnftables would read the whole table for one counter, which takes seconds where there are many rules.
static int open_counter(struct peer_error *error) {
  netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  if (netlink < 0 || bind(netlink, (struct sockaddr *)&address, sizeof address) != 0)
    return fail(error, "netlink", errno);
  return 0;
}

static size_t add_attribute(char *message, size_t size, uint16_t type, const void *value, size_t value_size) {
  struct nlattr attribute = {.nla_len = (uint16_t)(NLA_HDRLEN + value_size), .nla_type = type};
  memcpy(message + size, &attribute, sizeof attribute);
  memcpy(message + size + NLA_HDRLEN, value, value_size);
  return size + NLA_ALIGN(attribute.nla_len);
}

// Value of an attribute among those in `bytes`, or NULL.
static const char *find_attribute(const char *bytes, size_t size, int type, size_t *value_size) {
  while (size >= NLA_HDRLEN) {
    struct nlattr attribute;
    memcpy(&attribute, bytes, sizeof attribute);
    if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > size) return NULL;
    if ((attribute.nla_type & NLA_TYPE_MASK) == type) {
      *value_size = attribute.nla_len - NLA_HDRLEN;
      return bytes + NLA_HDRLEN;
    }
    size_t step = NLA_ALIGN(attribute.nla_len);
    if (step > size) return NULL;
    bytes += step;
    size -= step;
  }
  return NULL;
}

// Packets that the counter "allowed" has seen; 0 where the kernel does not say.
static uint64_t read_counter(void) {
  char message[4096] = {0};
  uint32_t type = htonl(NFT_OBJECT_COUNTER);
  size_t size = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
  size = add_attribute(message, size, NFTA_OBJ_TABLE, "peer", sizeof "peer");
  size = add_attribute(message, size, NFTA_OBJ_NAME, "allowed", sizeof "allowed");
  size = add_attribute(message, size, NFTA_OBJ_TYPE, &type, sizeof type);
  struct nlmsghdr header = {
      .nlmsg_len = (uint32_t)size,
      .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETOBJ,
      .nlmsg_flags = NLM_F_REQUEST,
  };
  struct nfgenmsg family = {.nfgen_family = NFPROTO_NETDEV, .version = NFNETLINK_V0};
  memcpy(message, &header, sizeof header);
  memcpy(message + NLMSG_HDRLEN, &family, sizeof family);
  if (send(netlink, message, size, 0) < 0) return 0;
  ssize_t answer = recv(netlink, message, sizeof message, 0);
  const size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof family);
  memcpy(&header, message, sizeof header);
  if (answer < (ssize_t)start || header.nlmsg_type == NLMSG_ERROR) return 0;
  size_t data_size, value_size;
  const char *data = find_attribute(message + start, (size_t)answer - start, NFTA_OBJ_DATA, &data_size);
  const char *value = data == NULL ? NULL : find_attribute(data, data_size, NFTA_COUNTER_PACKETS, &value_size);
  if (value == NULL || value_size != sizeof(uint64_t)) return 0;
  uint64_t packets;
  memcpy(&packets, value, sizeof packets);
  return be64toh(packets);
}

static size_t count_allowed(void) {
  uint64_t count = read_counter(), growth = count - last_allowed_count;
  last_allowed_count = count;
  return growth;
}

// MARK: The interface

static void close_peer(void) {
  if (nft != NULL) {
    nft_run_cmd_from_buffer(nft, "delete table netdev peer");
    nft_ctx_free(nft);
  }
  if (settings != NULL) munmap((void *)settings, 4096);
  bpf_object__close(object);
  if (home_namespace >= 0) {
    setns(home_namespace, CLONE_NEWNET);
    close(home_namespace);
  }
  if (netlink >= 0) close(netlink);
  netlink = -1;
  nft = NULL;
  settings = NULL;
  object = NULL;
  home_namespace = -1;
}

static int build(const struct peer_input *input, struct peer_error *error) {
  element_count = 0;
  last_allowed_count = 0;
  if (input->flow_count > LARGEST_FLOW_COUNT) return fail(error, "more than 1,048,576 flows", E2BIG);
  int code = enter_namespace(error);
  if (code == 0) code = load_rules(input, error);
  if (code == 0) code = load_program(input, error);
  if (code == 0) code = open_counter(error);
  if (code != 0) close_peer();
  return code;
}

static size_t count_entries(void) { return element_count; }
static size_t count_bytes(void) { return 0; }

const struct peer *flowverdict_peer(void) {
  static const struct peer peer = {
      .interface_version = PEER_INTERFACE_VERSION,
      .name = "nftables",
      .build = build,
      .entry_count = count_entries,
      .byte_count = count_bytes,
      .methods = methods,
      .method_count = sizeof methods / sizeof *methods,
      .run = run,
      .allowed_count = count_allowed,
      .close = close_peer,
  };
  return &peer;
}
