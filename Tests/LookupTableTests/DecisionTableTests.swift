import LookupTable
import NetworkTypes
import Testing

@Suite struct DecisionTableTests {
  struct Expectation: Sendable {
    var source: UInt32
    var destination: UInt32
    var port: UInt16
    var ipProtocol = IPProtocol.tcp
    var egress = true
    var ingress: Bool
    var egressEntry: DecidingEntry
    var ingressEntry: DecidingEntry
  }

  static let expectations: [Expectation] = [
    Expectation(
      source: 1, destination: 2, port: 80, ingress: true, egressEntry: .noPolicy,
      ingressEntry: DecidingEntry(rule: 0)),
    Expectation(
      source: 1, destination: 2, port: 81, ingress: false, egressEntry: .noPolicy,
      ingressEntry: .defaultDeny),
    Expectation(
      source: 1, destination: 2, port: 80, ipProtocol: .udp, ingress: false,
      egressEntry: .noPolicy, ingressEntry: .defaultDeny),
    Expectation(
      source: 2, destination: 1, port: 80, ingress: true, egressEntry: .noPolicy,
      ingressEntry: .noPolicy),
    Expectation(
      source: 7, destination: 2, port: 80, ingress: false, egressEntry: .notAPod,
      ingressEntry: .defaultDeny),
    Expectation(
      source: 2, destination: 2, port: 81, ingress: true, egressEntry: .exemptSelf,
      ingressEntry: .exemptSelf),
    Expectation(
      source: 9, destination: 2, port: 80, ingress: false, egressEntry: .notAPod,
      ingressEntry: .defaultDeny),
    Expectation(
      source: 9, destination: 1, port: 80, ingress: true, egressEntry: .notAPod,
      ingressEntry: .exemptOwnNode),
    Expectation(
      source: 7, destination: 8, port: 80, ingress: true, egressEntry: .notAPod,
      ingressEntry: .notAPod),
  ]

  @Test(arguments: PairLayout.allCases, [false, true])
  func `a table answers with both sides and what decided them`(
    layout: PairLayout, hasWideClassNumbers isWide: Bool
  ) throws {
    let table = try DecisionTable(TinyTable.parts(layout, isWide: isWide))
    for item in Self.expectations {
      let ipv4 = TinyTable.ipv4(item.source, item.destination, item.port, item.ipProtocol)
      let ipv6 = TinyTable.ipv6(
        UInt64(item.source), UInt64(item.destination), item.port, item.ipProtocol)
      for decision in [table.lookUp(ipv4), table.lookUp(ipv6)] {
        #expect(decision.egressAllows == item.egress, "\(item)")
        #expect(decision.ingressAllows == item.ingress, "\(item)")
        #expect(decision.isAllowed == (item.egress && item.ingress))
      }
      for attribution in [table.attribution(ipv4), table.attribution(ipv6)] {
        #expect(attribution.egress == item.egressEntry, "\(item)")
        #expect(attribution.ingress == item.ingressEntry, "\(item)")
      }
    }
  }

  @Test(arguments: [false, true])
  func `owners are those of the table, and nobody elsewhere`(
    hasWideClassNumbers isWide: Bool
  ) throws {
    let table = try DecisionTable(TinyTable.parts(.dense, isWide: isWide))
    #expect(table.owner(ipv4: 0x0a00_0001).podIndex == 0)
    #expect(table.owner(ipv4: 0x0a00_0009).nodeIndex == 0)
    #expect(table.owner(ipv4: 0x0a00_0007) == .none)
    #expect(table.owner(ipv4: 0x0b00_0001) == .none)
    #expect(table.owner(ipv6High: 0xfd00_0000_0000_0000, low: 2).podIndex == 1)
    #expect(table.owner(ipv6High: 0xfd00_0000_0000_0000, low: 0x100) == .none)
    #expect(table.owner(ipv6High: 0, low: 1) == .none)
    #expect(table.nodes(ofGroup: 0) == [0])
  }
}
