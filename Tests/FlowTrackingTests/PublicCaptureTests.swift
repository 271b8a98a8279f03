import FlowTracking
import NetworkTypes
import PacketCapture
import Testing

@Suite struct `Public captures` {
  /// A flow as a line of the expected tables.
  static func line(_ flow: Flow) -> PublicCaptures.ExpectedFlow {
    func end(_ address: IPAddress, _ port: UInt16) -> String {
      address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
    let sent = flow.isFirstSenderInitiator ? flow.tuple : flow.tuple.reversed
    let name =
      switch sent.ipProtocol {
      case .tcp: "tcp"
      case .udp: "udp"
      case .sctp: "sctp"
      case .icmp: "icmp"
      case .icmpv6: "icmpv6"
      default: "\(sent.ipProtocol.rawValue)"
      }
    // The tables give the time of the first packet in the file, also where clocks went backwards.
    let first = flow.isFirstSenderInitiator ? flow.forward : flow.reverse
    // One file has times before 1970, which the tables give as unsigned microseconds.
    let nanoseconds = first.firstTime?.nanoseconds ?? 0
    let unsigned = UInt64(bitPattern: nanoseconds < 0 ? nanoseconds / 1_000 : nanoseconds)
    let units: UInt64 = nanoseconds < 0 ? 1_000_000 : 1_000_000_000
    let digits = String(unsigned % units + units).dropFirst()
    let fraction = digits + String(repeating: "0", count: 9 - digits.count)
    return PublicCaptures.ExpectedFlow(fields: [
      name, end(sent.source, sent.sourcePort), end(sent.destination, sent.destinationPort),
      "\(flow.forward.packets + flow.reverse.packets)",
      "\(flow.forward.bytes + flow.reverse.bytes)", "\(unsigned / units).\(fraction)",
    ])
  }

  @Test(arguments: PublicCaptures.names)
  func `flows equal the expected table`(name: String) throws {
    let run = CaptureRun(
      paths: [PublicCaptures.path(name)], options: .init(tracking: .conversations))
    let result = try run.flows()
    let expected = try PublicCaptures.expectedFlows(name)
    let found = result.flows.map(Self.line)
    #expect(Set(found) == Set(expected))
    #expect(found.count == expected.count)
  }
}
