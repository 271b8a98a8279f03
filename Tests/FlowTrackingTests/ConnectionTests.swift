import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct Connections {
  static let a = "10.0.0.1"
  static let b = "10.0.0.2"

  static func toServer(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0) -> CaptureFile.Packet {
    at(time, segment(a, 40_000, b, 80, flags: flags, sequence: sequence))
  }

  static func toClient(_ time: Int, _ flags: UInt8, _ sequence: UInt32 = 0) -> CaptureFile.Packet {
    at(time, segment(b, 80, a, 40_000, flags: flags, sequence: sequence))
  }

  static func udp(_ time: Int, _ source: String, _ port: UInt16, _ to: String, _ toPort: UInt16)
    -> CaptureFile.Packet
  {
    at(time, Frame.ipv4(source, to, Frame.udp(port, toPort)))
  }

  struct Case: Sendable, CustomStringConvertible {
    var name: String
    var packets: [CaptureFile.Packet]
    var expected: [String]
    var description: String { name }
  }

  static let text = "TCP 10.0.0.1:40000 -> 10.0.0.2:80"

  static let cases: [Case] = [
    Case(
      name: "a handshake establishes", packets: handshake(0, a, 40_000, b, 80),
      expected: ["\(text) 2/1 established"]),
    Case(
      name: "a SYN that is answered by RST is refused",
      packets: [toServer(0, 0x02, 5), toClient(1, 0x14)], expected: ["\(text) 1/1 refused"]),
    Case(
      name: "a SYN without an answer, repeated, is one unanswered flow",
      packets: [toServer(0, 0x02, 5), toServer(1_000, 0x02, 5), toServer(3_000, 0x02, 5)],
      expected: ["\(text) 3/0 unanswered"]),
    Case(
      name: "a SYN-ACK first names the other end as initiator",
      packets: [toClient(0, 0x12, 9), toServer(1, 0x10)], expected: ["\(text) 1/1 established"]),
    Case(
      name: "segments without a start are mid-stream",
      packets: [toServer(0, 0x18), toClient(1, 0x10)], expected: ["\(text) 1/1 mid_stream"]),
    Case(
      name: "a reset at the end does not undo an established connection",
      packets: handshake(0, a, 40_000, b, 80) + [toClient(5, 0x14)],
      expected: ["\(text) 2/2 established"]),
    Case(
      name: "a lost SYN-ACK does not hide an established connection",
      packets: [toServer(0, 0x02, 5), toServer(1, 0x10), toClient(2, 0x18)],
      expected: ["\(text) 2/1 established"]),
    Case(
      name: "data of an old connection in answer to a SYN establish nothing",
      packets: [toServer(0, 0x02, 5), toClient(1, 0x18), toServer(2, 0x04), toServer(3, 0x04)],
      expected: ["\(text) 3/1 unanswered"]),
    Case(
      name: "a closed and reused five-tuple is a new flow",
      packets: handshake(0, a, 40_000, b, 80, sequence: 100)
        + [toServer(10, 0x11), toClient(11, 0x11), toServer(12, 0x10)]
        + handshake(20, a, 40_000, b, 80, sequence: 900),
      expected: ["\(text) 4/2 established", "\(text) 2/1 established"]),
    Case(
      name: "a refused connection that is tried again is a new flow",
      packets: [
        toServer(0, 0x02, 5), toClient(1, 0x14), toServer(10, 0x02, 6), toClient(11, 0x14),
      ],
      expected: ["\(text) 1/1 refused", "\(text) 1/1 refused"]),
    Case(
      name: "another SYN after mid-stream segments is a new flow",
      packets: [toServer(0, 0x18), toClient(1, 0x10)] + handshake(10, a, 40_000, b, 80),
      expected: ["\(text) 1/1 mid_stream", "\(text) 2/1 established"]),
    Case(
      name: "a late retransmission of the SYN-ACK stays in its flow",
      packets: handshake(0, a, 40_000, b, 80) + [toClient(3, 0x12, 1100)],
      expected: ["\(text) 2/2 established"]),
    Case(
      name: "a simultaneous open is one flow of its first sender",
      packets: [toClient(0, 0x02, 1), toServer(1, 0x02, 2), toClient(2, 0x12, 1)],
      expected: ["TCP 10.0.0.2:80 -> 10.0.0.1:40000 2/1 established"]),
    Case(
      name: "answered datagrams are established",
      packets: [udp(0, a, 5000, b, 53), udp(1, b, 53, a, 5000)],
      expected: ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 1/1 established"]),
    Case(
      name: "datagrams without an answer are unanswered",
      packets: [udp(0, a, 5000, b, 53), udp(9, a, 5000, b, 53)],
      expected: ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 2/0 unanswered"]),
    Case(
      name: "an echo request and its reply are one flow of the requester",
      packets: [
        at(0, Frame.ipv4(b, a, Frame.icmp(type: 0))), at(1, Frame.ipv4(a, b, Frame.icmp(type: 8))),
      ],
      expected: ["ICMP 10.0.0.1:0 -> 10.0.0.2:0 1/1 established"]),
    Case(
      name: "the pings of two hosts to each other are two flows",
      packets: [
        at(0, Frame.ipv4(a, b, Frame.icmp(type: 8, identifier: 3))),
        at(1, Frame.ipv4(b, a, Frame.icmp(type: 8, identifier: 4))),
        at(2, Frame.ipv4(b, a, Frame.icmp(type: 0, identifier: 3))),
        at(3, Frame.ipv4(a, b, Frame.icmp(type: 8, identifier: 3))),
      ],
      expected: [
        "ICMP 10.0.0.1:0 -> 10.0.0.2:0 2/1 established",
        "ICMP 10.0.0.2:0 -> 10.0.0.1:0 1/0 unanswered",
      ]),
    Case(
      name: "an SCTP association starts with INIT",
      packets: [
        at(0, Frame.ipv4(a, b, Frame.sctp(1, 2, chunk: 1, tag: 7))),
        at(1, Frame.ipv4(b, a, Frame.sctp(2, 1, chunk: 2, tag: 8))),
        at(2, Frame.ipv4(a, b, Frame.sctp(1, 2, chunk: 10))),
      ],
      expected: ["SCTP 10.0.0.1:1 -> 10.0.0.2:2 2/1 established"]),
    Case(
      name: "an SCTP ABORT refuses",
      packets: [
        at(0, Frame.ipv4(a, b, Frame.sctp(1, 2, chunk: 1, tag: 7))),
        at(1, Frame.ipv4(b, a, Frame.sctp(2, 1, chunk: 6))),
      ],
      expected: ["SCTP 10.0.0.1:1 -> 10.0.0.2:2 1/1 refused"]),
    Case(
      name: "a host that talks to itself has both directions apart",
      packets: [
        at(0, segment(a, 5, a, 6, flags: 0x02, sequence: 1)),
        at(1, segment(a, 6, a, 5, flags: 0x12, sequence: 2)), at(2, segment(a, 5, a, 6)),
      ],
      expected: ["TCP 10.0.0.1:5 -> 10.0.0.1:6 2/1 established"]),
  ]

  @Test(arguments: cases)
  func `connections come out of packets`(item: Case) throws {
    let result = try track(item.packets)
    #expect(result.flows.map(\.line) == item.expected)
    #expect(result.summary.isComplete)
  }

  @Test func `counters and times are kept for each direction`() throws {
    let packets = [
      at(0, segment(Self.a, 1, Self.b, 2, flags: 0x02, sequence: 1)),
      at(5, segment(Self.b, 2, Self.a, 1, flags: 0x12, sequence: 1, payload: 10)),
      at(8, segment(Self.a, 1, Self.b, 2, payload: 100)), at(9, segment(Self.b, 2, Self.a, 1)),
    ]
    let flow = try #require(try track(packets).flows.first)
    let start: Int64 = 1_700_000_000_000_000_000
    #expect(
      flow.forward
        == Flow.Counters(
          packets: 2, bytes: 54 + 154, firstTime: Timestamp(nanoseconds: start),
          lastTime: Timestamp(nanoseconds: start + 8_000_000)))
    #expect(
      flow.reverse
        == Flow.Counters(
          packets: 2, bytes: 64 + 54, firstTime: Timestamp(nanoseconds: start + 5_000_000),
          lastTime: Timestamp(nanoseconds: start + 9_000_000)))
    #expect(flow.initiator == .syn)
    #expect(flow.isFirstSenderInitiator)
  }

  @Test func `known servers decide who started what has no start`() throws {
    let packets = [
      Self.udp(0, Self.b, 53, Self.a, 5000), at(1, segment(Self.b, 5432, Self.a, 6000)),
      Self.udp(2, Self.b, 7, Self.a, 9),
    ]
    var servers = KnownServers()
    servers.insert(.init(ipProtocol: .udp, port: 53))
    servers.insert(.init(address: IPAddress("10.0.0.2"), ipProtocol: .tcp, port: 5432))
    // Less sure: the port alone, against the address and port of the other end.
    servers.insert(.init(ipProtocol: .tcp, port: 6000))
    let flows = try track(packets, knownServers: servers).flows
    #expect(
      flows.map(\.tuple.description) == [
        "UDP 10.0.0.1:5000 -> 10.0.0.2:53", "TCP 10.0.0.1:6000 -> 10.0.0.2:5432",
        "UDP 10.0.0.2:7 -> 10.0.0.1:9",
      ])
    #expect(flows.map(\.initiator) == [.inferred, .inferred, .inferred])
    #expect(flows.map(\.isFirstSenderInitiator) == [false, false, true])
  }

  @Test func `one flow per five-tuple, where it is asked for`() throws {
    let packets =
      handshake(0, Self.a, 40_000, Self.b, 80) + [Self.toClient(3, 0x14)]
      + handshake(9, Self.a, 40_000, Self.b, 80, sequence: 7)
    #expect(
      try track(packets, options: .conversations).flows.map(\.line) == [
        "\(Self.text) 4/3 established"
      ])
  }

  @Test func `flows come in the order of their first packets, then of their ends`() throws {
    let packets = [
      Self.udp(5, "10.0.0.9", 1, "10.0.0.8", 1), Self.udp(5, "10.0.0.3", 1, "10.0.0.4", 1),
      Self.udp(1, "10.0.0.200", 1, "10.0.0.4", 1), Self.udp(5, "10.0.0.3", 1, "10.0.0.4", 2),
    ]
    #expect(
      try track(packets).flows.map(\.tuple.description) == [
        "UDP 10.0.0.200:1 -> 10.0.0.4:1", "UDP 10.0.0.3:1 -> 10.0.0.4:1",
        "UDP 10.0.0.3:1 -> 10.0.0.4:2", "UDP 10.0.0.9:1 -> 10.0.0.8:1",
      ])
  }

  @Test func `packets that become no flow are counted with the reason`() throws {
    let packets = [
      at(0, Bytes.zeros(12) + .big(0x0806) + .zeros(28)), at(1, Bytes([1, 2, 3])),
      at(2, Frame.ethernet(Frame.Payload(bytes: [0x45, 0], etherType: 0x0800))),
      Self.udp(3, Self.a, 1, Self.b, 2),
    ]
    let summary = try track(packets).summary
    #expect(summary.packets.packetCount == 4)
    #expect(summary.packets[.flow] == 1)
    let reasons = summary.packets.withoutFlow.map { "\($0.kind.name) \($0.count)" }
    #expect(
      reasons == ["not_ip 1", "truncated_link_header 1", "truncated_network_header 1"])
  }

  @Test func `an unknown link type is named and counted`() throws {
    var layout = CaptureFile.Classic()
    layout.linkType = 127
    let file = layout.file([at(0, Bytes.zeros(60)), at(1, Bytes.zeros(60))])
    let summary = try track(files: [file]).summary
    #expect(summary.captures[0].undecodedLinkTypes == [LinkType(rawValue: 127): 2])
    #expect(summary.packets[.unknownLinkType] == 2)
  }

  @Test(arguments: [1, 3], ["", "not arp"])
  func `the first packet without a flow is numbered as in the capture`(
    jobs: Int, filter: String
  ) throws {
    let packets = [
      Self.udp(0, Self.a, 1, Self.b, 2), at(1, Bytes.zeros(12) + .big(0x0806) + .zeros(28)),
      Self.udp(2, Self.a, 1, Self.b, 2), at(3, Bytes.zeros(12) + .big(0x0800) + [0x45, 0]),
    ]
    let file = try TemporaryCapture(CaptureFile.Classic().file(packets))
    defer { withExtendedLifetime(file) {} }
    let run = CaptureRun(
      paths: [file.path], options: .init(reading: .init(filter: filter), jobs: jobs))
    let numbers = try run.flows().summary.captures[0].firstPacketNumbers
    #expect(numbers[.notIP] == (filter.isEmpty ? 2 : nil))
    #expect(numbers[.truncatedNetworkHeader] == 4)
  }

  /// Records of packets are looked up some packets ahead: wherever the second connection starts, they count for it.
  @Test(arguments: 0..<40)
  func `packets shortly after a reused five-tuple's SYN belong to the new flow`(
    offset: Int
  ) throws {
    func others(_ start: Int, _ count: Int) -> [CaptureFile.Packet] {
      (0..<count).map {
        at(start, Frame.ipv4("10.9.0.1", "10.9.0.2", Frame.udp(UInt16(start + $0), 9)))
      }
    }
    let packets =
      others(1, offset) + handshake(100, "10.0.0.1", 40_000, "10.0.0.2", 80, sequence: 5)
      + others(200, 40) + handshake(300, "10.0.0.1", 40_000, "10.0.0.2", 80, sequence: 900)
      + others(400, 12)
      + (0..<3).map { at(500 + $0, segment("10.0.0.1", 40_000, "10.0.0.2", 80)) }
    let flows = try track(packets).flows.filter { $0.tuple.ipProtocol == .tcp }
    #expect(flows.map(\.forward.packets) == [2, 5])
  }
}
