import NetworkTypes
import PacketDecode
import TestSupport
import Testing

@Suite struct `Link layers` {
  struct Case: Sendable, CustomStringConvertible {
    var name: String
    var linkType: LinkType
    var bytes: Bytes
    var expected = Sample.tcpText
    var description: String { name }
  }

  static func cooked(_ etherType: UInt16) -> Bytes {
    .big(4, 1, 6) + .zeros(8) + .big(etherType)
  }

  static func cooked2(_ etherType: UInt16) -> Bytes {
    .big(etherType, 0) + .word32(7, isBig: true) + .big(1) + [0, 6] + .zeros(8)
  }

  /// NFLOG: a prefix attribute of odd length, then the packet.
  static func netfilterLog(family: UInt8, _ payload: Bytes, isBig: Bool) -> Bytes {
    let length = UInt16(payload.array.count + 4)
    return [family, 0, 0, 0] + .word16(5, isBig: isBig) + .word16(10, isBig: isBig) + [0]
      + .zeros(3) + .word16(length, isBig: isBig) + .word16(9, isBig: isBig) + payload
  }

  static let cases: [Case] = {
    let tcp = Sample.tcp.bytes
    let udp6 = Sample.udp6.bytes
    let six = Sample.udp6Text
    return [
      Case(name: "Ethernet", linkType: .ethernet, bytes: Frame.ethernet(Sample.tcp)),
      Case(
        name: "Ethernet, IPv6", linkType: .ethernet, bytes: Frame.ethernet(Sample.udp6),
        expected: six),
      Case(name: "802.1Q", linkType: .ethernet, bytes: Frame.ethernet(Frame.tagged(Sample.tcp))),
      Case(
        name: "802.1ad around 802.1Q", linkType: .ethernet,
        bytes: Frame.ethernet(Frame.tagged(0x88a8, Frame.tagged(Sample.udp6))), expected: six),
      Case(
        name: "five tags of the old kinds", linkType: .ethernet,
        bytes: Frame.ethernet(
          Frame.tagged(
            0x9100, Frame.tagged(0x9200, Frame.tagged(Frame.tagged(Frame.tagged(Sample.tcp))))))),
      Case(
        name: "802.3 with SNAP", linkType: .ethernet,
        bytes: .zeros(12) + .big(48) + [0xaa, 0xaa, 3, 0, 0, 0] + .big(0x0800) + tcp),
      Case(
        name: "802.3 with other LLC", linkType: .ethernet,
        bytes: .zeros(12) + .big(38) + [0x42, 0x42, 3] + .zeros(35), expected: "not_ip"),
      Case(
        name: "MPLS", linkType: .ethernet, bytes: Frame.ethernet(Frame.mpls(labels: 3, Sample.tcp))),
      Case(
        name: "MPLS, IPv6", linkType: .ethernet, bytes: Frame.ethernet(Frame.mpls(Sample.udp6)),
        expected: six),
      Case(
        name: "MPLS pseudowire with a control word", linkType: .ethernet,
        bytes: Frame.ethernet(
          Frame.mpls(Frame.Payload(bytes: .zeros(4) + Frame.ethernet(Sample.tcp))))),
      Case(name: "MPLS link type", linkType: .mpls, bytes: Frame.mpls(Sample.tcp).bytes),
      Case(name: "PPPoE", linkType: .ethernet, bytes: Frame.ethernet(Frame.pppoe(Sample.tcp))),
      Case(
        name: "QinQ around PPPoE, IPv6", linkType: .ethernet,
        bytes: Frame.ethernet(Frame.tagged(0x88a8, Frame.tagged(Frame.pppoe(Sample.udp6)))),
        expected: six),
      Case(name: "PPPoE link type", linkType: .pppoe, bytes: Frame.pppoe(Sample.tcp).bytes),
      Case(
        name: "PPPoE discovery", linkType: .ethernet,
        bytes: Frame.ethernet(Frame.Payload(bytes: .zeros(40), etherType: 0x8863)),
        expected: "not_ip"),
      Case(name: "PPP", linkType: .ppp, bytes: Frame.ppp(Sample.tcp)),
      Case(
        name: "PPP with address and control", linkType: .ppp,
        bytes: [0xff, 3] + Frame.ppp(Sample.tcp)),
      Case(
        name: "PPP with a compressed protocol field", linkType: .ppp,
        bytes: [0xff, 3, 0x57] + udp6, expected: six),
      Case(
        name: "PPP with MPLS", linkType: .ppp,
        bytes: Frame.ppp(Frame.mpls(Sample.tcp))),
      Case(
        name: "PPP control", linkType: .ppp, bytes: [0xff, 3, 0xc0, 0x21, 1, 1], expected: "not_ip"),
      Case(
        name: "PPP in HDLC framing", linkType: .pppHDLC, bytes: [0xff, 3] + Frame.ppp(Sample.tcp)),
      Case(
        name: "Cisco HDLC under PPP_HDLC", linkType: .pppHDLC,
        bytes: [0x0f, 0] + .big(0x0800) + tcp),
      Case(
        name: "Cisco HDLC", linkType: .ciscoHDLC, bytes: [0x8f, 0] + .big(0x86dd) + udp6,
        expected: six),
      Case(
        name: "PPP with a direction byte", linkType: .pppWithDirection,
        bytes: [1] + Frame.ppp(Sample.tcp)),
      Case(name: "Linux cooked", linkType: .linuxCooked, bytes: cooked(0x0800) + tcp),
      Case(
        name: "Linux cooked, IPv6", linkType: .linuxCooked, bytes: cooked(0x86dd) + udp6,
        expected: six),
      Case(
        name: "Linux cooked, VLAN", linkType: .linuxCooked,
        bytes: cooked(0x8100) + Frame.tagged(Sample.tcp).bytes),
      Case(
        name: "Linux cooked, 802.3", linkType: .linuxCooked, bytes: cooked(1) + .zeros(20),
        expected: "not_ip"),
      Case(
        name: "Linux cooked, LLC", linkType: .linuxCooked,
        bytes: cooked(4) + [0xaa, 0xaa, 3, 0, 0, 0] + .big(0x0800) + tcp),
      Case(
        name: "Linux cooked, ARP", linkType: .linuxCooked, bytes: cooked(0x0806) + .zeros(28),
        expected: "not_ip"),
      Case(name: "Linux cooked 2", linkType: .linuxCooked2, bytes: cooked2(0x0800) + tcp),
      Case(
        name: "Linux cooked 2, IPv6", linkType: .linuxCooked2, bytes: cooked2(0x86dd) + udp6,
        expected: six),
      Case(name: "raw IP", linkType: .raw, bytes: tcp),
      Case(name: "raw IP, IPv6", linkType: .raw, bytes: udp6, expected: six),
      Case(name: "IPV4", linkType: .ipv4, bytes: tcp),
      Case(name: "IPV6", linkType: .ipv6, bytes: udp6, expected: six),
      Case(
        name: "IPV6 link type with IPv4 inside", linkType: .ipv6, bytes: tcp,
        expected: "malformed_network_header"),
      Case(name: "BSD loopback, little", linkType: .null, bytes: [2, 0, 0, 0] + tcp),
      Case(name: "BSD loopback, big", linkType: .null, bytes: [0, 0, 0, 2] + tcp),
      Case(
        name: "BSD loopback, FreeBSD's IPv6", linkType: .null, bytes: [28, 0, 0, 0] + udp6,
        expected: six),
      Case(
        name: "BSD loopback, macOS's IPv6", linkType: .null, bytes: [0, 0, 0, 30] + udp6,
        expected: six),
      Case(name: "BSD loopback, EtherType", linkType: .null, bytes: [0x0f, 0, 8, 0] + tcp),
      Case(
        name: "BSD loopback, AppleTalk", linkType: .null, bytes: [16, 0, 0, 0] + .zeros(20),
        expected: "not_ip"),
      Case(name: "OpenBSD loopback", linkType: .loop, bytes: [0, 0, 0, 24] + udp6, expected: six),
      Case(
        name: "netfilter log", linkType: .netfilterLog,
        bytes: netfilterLog(family: 2, tcp, isBig: false)),
      Case(
        name: "netfilter log of a big-endian machine", linkType: .netfilterLog,
        bytes: netfilterLog(family: 10, udp6, isBig: true), expected: six),
      Case(
        name: "netfilter log without a packet", linkType: .netfilterLog,
        bytes: [2, 0, 0, 0, 4, 0, 1, 0], expected: "not_ip"),
      Case(
        name: "ARP", linkType: .ethernet, bytes: .zeros(12) + .big(0x0806) + .zeros(28),
        expected: "not_ip"),
      Case(
        name: "a link type that is not decoded", linkType: LinkType(rawValue: 127),
        bytes: .zeros(60),
        expected: "unknown_link_type"),
      Case(
        name: "an empty frame", linkType: .ethernet, bytes: [], expected: "truncated_link_header"),
    ]
  }()

  @Test(arguments: cases)
  func `the innermost IP packet is found`(item: Case) {
    #expect(Decoded(item.bytes, item.linkType).description == item.expected)
  }

  @Test(arguments: cases.filter { $0.expected == Sample.tcpText || $0.expected == Sample.udp6Text })
  func `a packet that is cut anywhere before its ports gives no flow and a reason`(item: Case) {
    // From the front up to the ports, which for UDP and TCP are followed by at least four bytes.
    let transport = item.expected == Sample.tcpText ? 20 : 8
    let ports = item.bytes.array.count - transport + 4
    for count in 0..<ports {
      let decoded = Decoded(Array(item.bytes.array.prefix(count)), item.linkType)
      #expect(decoded.kind != .flow && decoded.kind != .firstFragment, "cut at \(count)")
    }
    #expect(
      Decoded(Array(item.bytes.array.prefix(ports)), item.linkType).description == item.expected)
  }

  @Test func `the place in a cooked header is read`() {
    func place(_ bytes: Bytes, _ linkType: LinkType) -> CookedPlace {
      unsafe bytes.array.withUnsafeBytes {
        unsafe CookedPlace($0.baseAddress!, count: $0.count, linkType: linkType)
      }
    }
    let first = place(Self.cooked(0x0800), .linuxCooked)
    #expect(first.packetType == 4)
    #expect(first.interface == 0)
    let second = place(Self.cooked2(0x0800), .linuxCooked2)
    #expect(second.packetType == 0)
    #expect(second.interface == 7)
    #expect(place([1, 2, 3], .linuxCooked2) == place([0, 0], .linuxCooked))
  }
}
