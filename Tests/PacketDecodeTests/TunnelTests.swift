import NetworkTypes
import PacketDecode
import TestSupport
import Testing

@Suite struct Tunnels {
  struct Case: Sendable, CustomStringConvertible {
    var name: String
    var packet: Frame.Payload
    var expected = Sample.tcpText
    var depth: UInt8 = 1
    var description: String { name }
  }

  static func outer(_ payload: Frame.Payload) -> Frame.Payload {
    Frame.ipv4("192.0.2.1", "192.0.2.2", payload)
  }

  static func outer6(_ payload: Frame.Payload) -> Frame.Payload {
    Frame.ipv6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 1], [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2], payload)
  }

  static func udp(_ port: UInt16, _ payload: Bytes) -> Frame.Payload {
    outer(Frame.udp(55_555, port, payload))
  }

  static func gre(_ flags: UInt16, _ type: UInt16, _ rest: Bytes) -> Frame.Payload {
    Frame.Payload(bytes: .big(flags, type) + rest, ipProtocol: 47)
  }

  static let vxlan: Bytes = [8, 0, 0, 0, 0, 0, 42, 0]
  static let inner = Frame.ethernet(Sample.tcp)
  static let ip = Sample.tcp.bytes

  static let cases: [Case] = [
    Case(name: "VXLAN", packet: udp(4789, vxlan + inner)),
    Case(name: "VXLAN on Linux's old port", packet: udp(8472, vxlan + inner)),
    Case(name: "VXLAN over IPv6", packet: outer6(Frame.udp(55_555, 4789, vxlan + inner))),
    Case(
      name: "VXLAN with a tagged IPv6 packet",
      packet: udp(4789, vxlan + Frame.ethernet(Frame.tagged(Sample.udp6))),
      expected: Sample.udp6Text),
    Case(
      name: "VXLAN in VXLAN",
      packet: udp(4789, vxlan + Frame.ethernet(udp(8472, vxlan + inner))), depth: 2),
    Case(
      name: "VXLAN with ARP inside",
      packet: udp(4789, vxlan + .zeros(12) + .big(0x0806) + .zeros(28)),
      expected: "UDP 192.0.2.1:55555 -> 192.0.2.2:4789", depth: 0),
    Case(
      name: "not VXLAN: without the flag", packet: udp(4789, .zeros(8) + inner),
      expected: "UDP 192.0.2.1:55555 -> 192.0.2.2:4789", depth: 0),
    Case(
      name: "an answer from VXLAN's port is no tunnel",
      packet: outer(Frame.udp(4789, 55_555, vxlan + inner)),
      expected: "UDP 192.0.2.1:4789 -> 192.0.2.2:55555", depth: 0),
    Case(name: "VXLAN-GPE with IPv4", packet: udp(4790, [0x0c, 0, 0, 1, 0, 0, 1, 0] + ip)),
    Case(
      name: "VXLAN-GPE with IPv6",
      packet: udp(4790, [0x0c, 0, 0, 2, 0, 0, 1, 0] + Sample.udp6.bytes),
      expected: Sample.udp6Text),
    Case(name: "VXLAN-GPE with Ethernet", packet: udp(4790, [0x0c, 0, 0, 3, 0, 0, 1, 0] + inner)),
    Case(
      name: "VXLAN-GPE with NSH",
      packet: udp(4790, [0x0c, 0, 0, 4, 0, 0, 1, 0] + [0x0f, 0xc6, 1, 1] + .zeros(20) + ip)),
    Case(
      name: "VXLAN-GPE with MPLS",
      packet: udp(4790, [0x0c, 0, 0, 5, 0, 0, 1, 0] + Frame.mpls(Sample.tcp).bytes)),
    Case(name: "VXLAN-GPE without the P bit", packet: udp(4790, [8, 0, 0, 0, 0, 0, 1, 0] + inner)),
    Case(name: "Geneve", packet: udp(6081, [0, 0] + .big(0x6558) + .zeros(4) + inner)),
    Case(
      name: "Geneve with options",
      packet: udp(6081, [4, 0] + .big(0x6558) + .zeros(4 + 16) + inner)),
    Case(name: "Geneve with IPv4", packet: udp(6081, [0, 0] + .big(0x0800) + .zeros(4) + ip)),
    Case(name: "IP in IP", packet: outer(Sample.tcp)),
    Case(name: "6in4", packet: outer(Sample.udp6), expected: Sample.udp6Text),
    Case(name: "4in6", packet: outer6(Sample.tcp)),
    Case(name: "6in6", packet: outer6(Sample.udp6), expected: Sample.udp6Text),
    Case(name: "three deep", packet: outer(outer6(outer(Sample.tcp))), depth: 3),
    Case(name: "GRE", packet: outer(gre(0, 0x0800, ip))),
    Case(
      name: "GRE with checksum, key and sequence number",
      packet: outer(gre(0xb000, 0x86dd, .zeros(12) + Sample.udp6.bytes)), expected: Sample.udp6Text),
    Case(name: "GRE with Ethernet", packet: outer(gre(0x2000, 0x6558, .zeros(4) + inner))),
    Case(
      name: "GRE of PPTP with acknowledgment",
      packet: outer(gre(0x3081, 0x880b, .zeros(12) + [0xff, 3] + Frame.ppp(Sample.tcp)))),
    Case(name: "GRE with MPLS", packet: outer(gre(0, 0x8847, Frame.mpls(Sample.tcp).bytes))),
    Case(name: "ERSPAN I", packet: outer(gre(0, 0x88be, inner))),
    Case(name: "ERSPAN II", packet: outer(gre(0x1000, 0x88be, .zeros(4) + .zeros(8) + inner))),
    Case(name: "ERSPAN III", packet: outer(gre(0x1000, 0x22eb, .zeros(4) + .zeros(12) + inner))),
    Case(
      name: "ERSPAN III with a platform header",
      packet: outer(gre(0x1000, 0x22eb, .zeros(4) + .zeros(11) + [1] + .zeros(8) + inner))),
    Case(
      name: "a GRE keepalive", packet: outer(gre(0, 0, [])),
      expected: "47 192.0.2.1:0 -> 192.0.2.2:0", depth: 0),
    Case(
      name: "MPLS in IP", packet: outer(Frame.mpls(Sample.tcp))),
    Case(
      name: "ESP stays closed",
      packet: outer(Frame.Payload(bytes: ip, ipProtocol: 50)),
      expected: "50 192.0.2.1:0 -> 192.0.2.2:0", depth: 0),
    Case(
      name: "WireGuard stays closed", packet: udp(51_820, [4, 0, 0, 0] + ip),
      expected: "UDP 192.0.2.1:55555 -> 192.0.2.2:51820", depth: 0),
  ]

  @Test(arguments: cases)
  func `the packet inside is the flow`(item: Case) {
    let decoded = Decoded(Frame.ethernet(item.packet))
    #expect(decoded.description == item.expected)
    #expect(decoded.entries[0].tunnelDepth == item.depth)
  }

  @Test(arguments: cases)
  func `a tunnel packet that is cut anywhere is read without going astray`(item: Case) {
    let bytes = Frame.ethernet(item.packet).array
    for count in 0..<bytes.count {
      let decoded = Decoded(Array(bytes.prefix(count)), .ethernet)
      // Whatever is said, it is either a packet of this tunnel or its inside, or no flow.
      if decoded.kind == .flow {
        let tuple = decoded.entries[0].tuple.description
        #expect(tuple == item.expected || tuple.contains("192.0.2.2") || tuple.contains("2001:db8"))
      }
    }
  }

  @Test func `ports are as configured`() {
    let packet = Frame.ethernet(Self.udp(9999, Self.vxlan + Self.inner))
    let options = PacketDecoder.Options(vxlanPorts: [9999])
    #expect(Decoded(packet, options: options).description == Sample.tcpText)
    #expect(Decoded(packet).description == "UDP 192.0.2.1:55555 -> 192.0.2.2:9999")
    let none = PacketDecoder.Options(vxlanPorts: [], vxlanGPEPorts: [], genevePorts: [])
    #expect(
      Decoded(Frame.ethernet(Self.udp(4789, Self.vxlan + Self.inner)), options: none).description
        == "UDP 192.0.2.1:55555 -> 192.0.2.2:4789")
    // More ports than the fast path compares at once.
    let many = PacketDecoder.Options(vxlanPorts: Array(10_000...10_020))
    let last = Frame.ethernet(Self.udp(10_020, Self.vxlan + Self.inner))
    #expect(Decoded(last, options: many).description == Sample.tcpText)
  }

  @Test(arguments: [1, 2, 8, 30])
  func `nesting is followed to the configured depth only`(depth: Int) {
    let options = PacketDecoder.Options(maximumDepth: depth)
    var packet = Sample.tcp
    for _ in 1..<depth { packet = Self.outer(packet) }
    let decoded = Decoded(Frame.ethernet(packet), options: options)
    #expect(decoded.description == Sample.tcpText)
    #expect(Int(decoded.entries[0].tunnelDepth) == depth - 1)
    #expect(Decoded(Frame.ethernet(Self.outer(packet)), options: options).kind == .nestedTooDeep)
  }

  @Test func `eight IP headers are followed where nothing is said`() {
    #expect(PacketDecoder.Options().maximumDepth == 8)
  }

  @Test(arguments: [0, 1, 5, 200])
  func `tags in front do not change how far nesting is followed`(tagCount: Int) {
    // Each level is IP, MPLS, Ethernet.
    var packet = Sample.tcp
    for _ in 0..<12 {
      let frame = Frame.Payload(bytes: .zeros(4) + Frame.ethernet(packet), ipProtocol: 137)
      packet = Self.outer(Frame.mpls(frame))
    }
    for _ in 0..<tagCount { packet = Frame.tagged(packet) }
    let deep = Decoded(Frame.ethernet(packet), options: .init(maximumDepth: 30))
    #expect(deep.description == Sample.tcpText)
    #expect(deep.entries[0].tunnelDepth == 12)
    #expect(Decoded(Frame.ethernet(packet)).kind == .nestedTooDeep)
  }

  @Test func `the first fragment of a tunnel packet gives the inner flow and the outer identity`() {
    let outer = Frame.ipv4(
      "192.0.2.1", "192.0.2.2", Frame.udp(1, 4789, Self.vxlan + Self.inner), identification: 5,
      fragment: Frame.FragmentPlace(offset: 0, hasMore: true))
    #expect(
      Decoded(Frame.ethernet(outer)).description
        == "first_fragment \(Sample.tcpText), fragment_identity UDP 192.0.2.1:0 -> 192.0.2.2:0")
  }

  @Test func `an ICMP error inside a tunnel quotes the inner packet`() {
    let error = Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.icmp(type: 3, code: 3, Self.ip))
    let packet = Self.udp(4789, Self.vxlan + Frame.ethernet(error))
    #expect(
      Decoded(Frame.ethernet(packet)).description
        == "icmp_error ICMP 10.0.0.2:0 -> 10.0.0.1:0, quoted_packet \(Sample.tcpText)")
  }
}
