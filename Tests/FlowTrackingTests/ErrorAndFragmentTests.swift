import FlowTracking
import NetworkTypes
import TestSupport
import Testing

@Suite struct `ICMP errors and fragments` {
  typealias Place = Frame.FragmentPlace

  static let question = Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.udp(5000, 53, .zeros(30)))

  static func error(_ type: UInt8, _ code: UInt8, about packet: Frame.Payload) -> Frame.Payload {
    let quote = Bytes(Array(packet.bytes.array.prefix(28)))
    return Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.icmp(type: type, code: code, quote))
  }

  @Test func `an ICMP error marks the quoted flow refused and is no flow of its own`() throws {
    let result = try track([at(0, Self.question), at(1, Self.error(3, 3, about: Self.question))])
    #expect(result.flows.map(\.line) == ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 1/0 refused"])
    #expect(result.summary.tracking.matchedICMPErrors == 1)
    #expect(result.summary.packets[.icmpError] == 1)
  }

  @Test func `a SYN that an ICMP error answers is refused`() throws {
    let syn = segment("10.0.0.1", 1, "10.0.0.2", 2, flags: 0x02, sequence: 4)
    let result = try track([at(0, syn), at(1, Self.error(3, 13, about: syn))])
    #expect(result.flows.map(\.line) == ["TCP 10.0.0.1:1 -> 10.0.0.2:2 1/0 refused"])
  }

  @Test func `path MTU discovery refuses nothing`() throws {
    let result = try track([at(0, Self.question), at(1, Self.error(3, 4, about: Self.question))])
    #expect(result.flows.map(\.outcome) == [.unanswered])
    #expect(result.summary.tracking.matchedICMPErrors == 1)
  }

  @Test func `an answered flow stays established`() throws {
    let answer = Frame.ipv4("10.0.0.2", "10.0.0.1", Frame.udp(53, 5000))
    let packets = [
      at(0, Self.question), at(1, answer), at(2, Self.error(3, 3, about: Self.question)),
    ]
    #expect(try track(packets).flows.map(\.outcome) == [.established])
  }

  @Test func `an ICMP error about an echo refuses that series of echoes alone`() throws {
    let echoes = [UInt16(3), 4].map {
      Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.icmp(type: 8, identifier: $0))
    }
    let result = try track([
      at(0, echoes[0]), at(1, echoes[1]), at(2, Self.error(3, 1, about: echoes[1])),
    ])
    #expect(result.flows.map(\.outcome) == [.unanswered, .refused])
  }

  @Test func `conversations do not tell series of echoes apart`() throws {
    let packets = [UInt16(3), 4].map {
      at(Int($0), Frame.ipv4("10.0.0.1", "10.0.0.2", Frame.icmp(type: 8, identifier: $0)))
    }
    #expect(try track(packets).flows.count == 2)
    #expect(try track(packets, options: .conversations).flows.map(\.forward.packets) == [2])
  }

  @Test func `an error about a packet that was not seen creates no flow`() throws {
    let result = try track([at(0, Self.error(3, 3, about: Self.question))])
    #expect(result.flows.isEmpty)
    #expect(result.summary.tracking.unmatchedICMPErrors == 1)
  }

  static func fragments(
    identification: UInt16 = 7, from source: String = "10.0.0.1"
  ) -> (first: Frame.Payload, later: [Frame.Payload]) {
    let data = Frame.udp(5000, 53, .zeros(32))
    let rest = Frame.Payload(bytes: .zeros(40), ipProtocol: 17)
    let first = Frame.ipv4(
      source, "10.0.0.2", data, identification: identification,
      fragment: Place(offset: 0, hasMore: true))
    let later = (1...2).map {
      Frame.ipv4(
        source, "10.0.0.2", rest, identification: identification,
        fragment: Place(offset: UInt16(5 * $0), hasMore: $0 == 1))
    }
    return (first, later)
  }

  @Test func `later fragments count for the flow of the first`() throws {
    let (first, later) = Self.fragments()
    let result = try track([at(0, first), at(1, later[0]), at(2, later[1])])
    #expect(result.flows.map(\.line) == ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 3/0 unanswered"])
    #expect(result.flows[0].forward.bytes == 74 + 74 + 74)
    #expect(result.summary.tracking.joinedFragments == 2)
    #expect(result.summary.tracking.orphanFragments == 0)
  }

  @Test func `fragments that come before the first wait for it`() throws {
    let (first, later) = Self.fragments()
    let result = try track([at(0, later[1]), at(1, later[0]), at(2, first)])
    #expect(result.flows.map(\.line) == ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 3/0 unanswered"])
  }

  @Test func `IPv6 fragments join too`() throws {
    let ends: ([UInt16], [UInt16]) = (
      [0xfd00, 0, 0, 0, 0, 0, 0, 1], [0xfd00, 0, 0, 0, 0, 0, 0, 2]
    )
    let first = Frame.ipv6(
      ends.0, ends.1,
      Frame.fragmentHeader(
        Place(offset: 0, hasMore: true), identification: 3, Frame.udp(5000, 53, .zeros(40))))
    let later = Frame.ipv6(
      ends.0, ends.1,
      Frame.fragmentHeader(
        Place(offset: 6, hasMore: false), identification: 3,
        Frame.Payload(bytes: .zeros(16), ipProtocol: 17)))
    let result = try track([at(0, first), at(1, later)])
    #expect(result.flows.map(\.line) == ["UDP [fd00::1]:5000 -> [fd00::2]:53 2/0 unanswered"])
  }

  @Test func `fragments join only the datagram that they belong to`() throws {
    let (first, _) = Self.fragments()
    let (_, otherIdentification) = Self.fragments(identification: 8)
    let (_, otherSource) = Self.fragments(from: "10.0.0.3")
    let result = try track([
      at(0, first), at(1, otherIdentification[0]), at(2, otherSource[0]),
      // Too late: Linux waits for thirty seconds.
      at(40_000, Self.fragments().later[0]),
    ])
    #expect(result.flows.map(\.line) == ["UDP 10.0.0.1:5000 -> 10.0.0.2:53 1/0 unanswered"])
    #expect(result.summary.tracking.orphanFragments == 3)
    #expect(result.summary.packets[.laterFragment] == 3)
  }

  @Test func `a flood of fragments is bounded and all are accounted for`() throws {
    let packets = (0..<20_000).map { number in
      at(
        number / 100,
        Frame.ipv4(
          "10.1.\(number / 200).\(number % 200)", "10.0.0.2",
          Frame.Payload(bytes: .zeros(8), ipProtocol: 17),
          identification: UInt16(truncatingIfNeeded: number),
          fragment: Place(offset: 4, hasMore: false)))
    }
    let result = try track(packets)
    #expect(result.flows.isEmpty)
    #expect(result.summary.tracking.orphanFragments == 20_000)
  }
}
