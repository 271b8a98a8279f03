import FlowAudit
import FlowTracking
import NetworkTypes
import Testing

struct LinkControlTests {
  @Test(arguments: [
    ("fe80::1", "fd00::1", IPProtocol.icmpv6, true), ("fd00::1", "ff02::1:ff00:1", .icmpv6, true),
    ("::", "ff02::16", .icmpv6, true), ("febf::1", "fd00::1", .icmpv6, true),
    ("fec0::1", "fd00::1", .icmpv6, false), ("fd00::1", "fd00::2", .icmpv6, false),
    ("::1", "::1", .icmpv6, false), ("fe80::1", "fd00::1", .tcp, false),
    ("10.0.0.1", "224.0.0.22", IPProtocol(rawValue: 2), true),
    ("10.0.0.1", "10.0.0.2", .icmp, false), ("10.0.0.1", "224.0.0.251", .udp, false),
  ])
  func `neighbour discovery and multicast membership are told from connections`(
    _ source: String, _ destination: String, _ ipProtocol: IPProtocol, _ isLinkControl: Bool
  ) {
    #expect(flow(from: source, to: destination, 0, ipProtocol).isLinkControl == isLinkControl)
  }
}
