// libpcap's empty loop: every packet is handed over and counted, nothing is looked at.
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

struct totals {
  uint64_t packets, bytes;
};

static void count(u_char *context, const struct pcap_pkthdr *header, const u_char *bytes) {
  (void)bytes;
  struct totals *totals = (struct totals *)context;
  totals->packets++;
  totals->bytes += header->caplen;
}

int main(int argument_count, char **arguments) {
  char error[PCAP_ERRBUF_SIZE];
  if (argument_count != 2) return fprintf(stderr, "usage: %s CAPTURE\n", arguments[0]), 2;
  pcap_t *capture = pcap_open_offline(arguments[1], error);
  if (capture == NULL) return fprintf(stderr, "%s\n", error), 2;
  struct totals totals = {0, 0};
  int code = pcap_dispatch(capture, -1, count, (u_char *)&totals);
  while (code > 0) code = pcap_dispatch(capture, -1, count, (u_char *)&totals);
  if (code < 0) fprintf(stderr, "%s\n", pcap_geterr(capture));
  printf("packets %llu bytes %llu\n", (unsigned long long)totals.packets,
         (unsigned long long)totals.bytes);
  pcap_close(capture);
  return code < 0 ? 2 : 0;
}
