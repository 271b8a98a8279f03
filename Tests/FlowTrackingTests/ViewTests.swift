import FlowTracking
import NetworkTypes
import TestSupport
import Testing

/// The same packets, seen from several places.
@Suite struct Views {
  static let a = "10.0.0.1"
  static let b = "10.0.0.2"
  static let text = "TCP 10.0.0.1:40000 -> 10.0.0.2:80"

  static func cooked(_ packet: Frame.Payload, type: UInt16) -> Bytes {
    .big(type, 1, 6) + .zeros(8) + .big(packet.etherType) + packet.bytes
  }

  static func cooked2(_ packet: Frame.Payload, interface: UInt32, type: UInt8) -> Bytes {
    .big(packet.etherType, 0) + .word32(interface, isBig: true) + .big(1) + [type, 6] + .zeros(8)
      + packet.bytes
  }

  static let request = segment(a, 40_000, b, 80, flags: 0x02, sequence: 5)
  static let reply = segment(b, 80, a, 40_000, flags: 0x12, sequence: 6)
  static let last = segment(a, 40_000, b, 80)

  /// A handshake between pods as the bridge's two ports show it: in from one, out to the other.
  static func bridged(_ frame: (Frame.Payload, Int, Bool) -> Bytes) -> [CaptureFile.Packet] {
    [Self.request, Self.reply, Self.last].enumerated().flatMap { number, packet in
      [at(number * 10, frame(packet, number, false)), at(number * 10, frame(packet, number, true))]
    }
  }

  @Test func `an any capture of version 1 counts each packet once and says that it may be wrong`()
    throws
  {
    var layout = CaptureFile.Classic()
    layout.linkType = 113
    let packets = Self.bridged { packet, _, isSent in Self.cooked(packet, type: isSent ? 4 : 0) }
    let result = try track(files: [layout.file(packets)])
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
    #expect(result.summary.tracking.duplicatePackets == 3)
    #expect(result.summary.mayCountRepeatedly)
  }

  @Test func `packets that are sent through two bridges count once by their arrival`() throws {
    var layout = CaptureFile.Classic()
    layout.linkType = 113
    // In from the network once, out to the bridge and out to the pod.
    let packets = [0, 4, 4].enumerated().map { at($0, Self.cooked(Self.request, type: $1)) }
    let result = try track(files: [layout.file(packets)])
    #expect(result.flows.map(\.line) == ["\(Self.text) 1/0 unanswered"])
    #expect(result.summary.tracking.duplicatePackets == 2)
  }

  @Test func `an any capture of version 2 counts each packet once by interface`() throws {
    var layout = CaptureFile.Classic()
    layout.linkType = 276
    let packets = Self.bridged { packet, number, isSent in
      // The request comes in on interface 5 and leaves on 6, the reply the other way.
      let isRequest = number != 1
      return Self.cooked2(
        packet, interface: isRequest == isSent ? 6 : 5, type: isSent ? 4 : 0)
    }
    let result = try track(files: [layout.file(packets)])
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
    #expect(result.summary.tracking.duplicatePackets == 3)
    #expect(!result.summary.mayCountRepeatedly)
  }

  @Test func `the loopback interface shows each packet sent and received`() throws {
    var layout = CaptureFile.Classic()
    layout.linkType = 276
    let packets = Self.bridged { packet, _, isSent in
      Self.cooked2(packet, interface: 1, type: isSent ? 0 : 4)
    }
    let result = try track(files: [layout.file(packets)])
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
  }

  @Test func `a packet outside and inside of a tunnel counts once`() throws {
    func tunnelled(_ packet: Frame.Payload) -> Frame.Payload {
      Frame.ipv4(
        "192.0.2.1", "192.0.2.2",
        Frame.udp(5, 4789, [8, 0, 0, 0, 0, 0, 1, 0] + Frame.ethernet(packet)))
    }
    let packets = [Self.request, Self.reply, Self.last].enumerated().flatMap { number, packet in
      [at(number * 10, packet), at(number * 10 + 1, tunnelled(packet))]
    }
    let result = try track(packets)
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
    #expect(result.summary.tracking.duplicatePackets == 3)
  }

  @Test func `the captures of both pods show one flow`() throws {
    // Both captures last longer than the connection.
    let other = Frame.ipv4("10.0.0.3", "10.0.0.4", Frame.udp(1, 2))
    let client = [Self.request, Self.reply, Self.last].enumerated().map { at($0, $1) }
    // The server's clock is behind, and it lost the SYN-ACK.
    let server = [at(-300, Self.request), at(-298, Self.last)]
    let result = try track(
      [at(-1_000, other)] + client + [at(1_000, other)],
      [at(-1_000, other)] + server + [at(1_000, other)])
    let line = try #require(result.flows.last).line
    #expect(line == "\(Self.text) 2/1 established")
    #expect(result.flows.count == 2)
    #expect(result.summary.tracking.duplicatePackets == 4)
    #expect(result.flows[1].captureIndex == 1)
  }

  @Test func `captures that follow each other add up, and flows span them`() throws {
    let first = handshake(0, Self.a, 40_000, Self.b, 80)
    let second = [at(5_000, Self.last), at(5_001, Self.last)]
    let third = [at(9_000, segment(Self.b, 80, Self.a, 40_000))]
    for order in [[first, second, third], [third, first, second]] {
      let result = try track(files: order.map { CaptureFile.Classic().file($0) })
      #expect(result.flows.map(\.line) == ["\(Self.text) 4/2 established"])
      #expect(result.summary.tracking.duplicatePackets == 0)
    }
  }

  @Test func `captures merge by time`() throws {
    let second = [at(0, Self.request), at(2, Self.last)]
    let first = [at(1, Self.reply)]
    let result = try track(first, second)
    // In the order of the files the SYN-ACK would come first.
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
    #expect(result.flows[0].isFirstSenderInitiator)
    #expect(result.summary.captures.map(\.packetCount) == [1, 2])
  }

  @Test func `a reused port is two flows in every view and in all together`() throws {
    let first =
      handshake(0, Self.a, 40_000, Self.b, 80, sequence: 100)
      + [at(5, segment(Self.a, 40_000, Self.b, 80, flags: 0x14))]
      + handshake(10, Self.a, 40_000, Self.b, 80, sequence: 5000)
    let result = try track(first, first)
    #expect(
      result.flows.map(\.line) == ["\(Self.text) 3/1 established", "\(Self.text) 2/1 established"])
    #expect(result.summary.tracking.duplicatePackets == 7)
  }

  @Test func `an interface of pcapng is a view of its own`() throws {
    let file = CaptureFile.Pcapng()
    let both = [UInt32(0), 1].flatMap { interface in
      handshake(Int(interface), Self.a, 40_000, Self.b, 80, interface: interface)
    }.sorted { $0.time < $1.time }
    let bytes = both.reduce(file.section() + file.interface() + file.interface()) {
      $0 + file.packet($1)
    }
    let result = try track(files: [bytes.array])
    #expect(result.flows.map(\.line) == ["\(Self.text) 2/1 established"])
    #expect(result.summary.tracking.duplicatePackets == 3)
  }

  @Test func `an ICMP error from another view marks the flow`() throws {
    let quote = Bytes(Array(Self.request.bytes.array.prefix(28)))
    let error = Frame.ipv4(Self.b, Self.a, Frame.icmp(type: 3, code: 10, quote))
    let result = try track(
      [at(0, Self.request), at(50, Self.request)], [at(1, error), at(60, Self.request)])
    #expect(result.flows.map(\.outcome) == [.refused])
    #expect(result.summary.tracking.matchedICMPErrors == 1)
  }
}
