import ClusterModel
import LookupTable
import NetworkTypes
import PolicyCompilation
import TestSupport
import Testing

/// The forms of lookup give the same answers.
@Suite struct BatchTests {
  @Test(arguments: PairLayout.allCases)
  func `loop and staged batch equal the single lookup`(layout: PairLayout) throws {
    let run = RandomRun(defaultProbeCount: 4_000)
    print("lookup forms, \(layout): FLOWVERDICT_SEED=\(run.firstSeed)")
    for index in 0..<UInt64(run.worldCount) {
      let world = WorldGenerator.world(seed: run.firstSeed &+ index, connectionCount: 250)
      let table = try CompiledPolicies.compile(
        world.snapshot, world.policies, profile: world.profile, forcedLayout: layout
      ).table
      let ipv4 = world.connections.compactMap { connection -> IPv4FlowKey? in
        guard let source = connection.source.ipv4Bits,
          let destination = connection.destination.ipv4Bits
        else { return nil }
        return IPv4FlowKey(
          source: source, destination: destination,
          destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
      }
      let ipv6 = world.connections.compactMap { connection -> IPv6FlowKey? in
        guard connection.source.family == .ipv6, connection.destination.family == .ipv6 else {
          return nil
        }
        return IPv6FlowKey(
          sourceHigh: connection.source.high, sourceLow: connection.source.low,
          destinationHigh: connection.destination.high,
          destinationLow: connection.destination.low,
          destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
      }
      let none = TableDecision(rawValue: 0)
      var looped = [TableDecision](repeating: none, count: ipv4.count)
      var staged = looped
      var loopedSpan = looped.mutableSpan
      table.lookUp(ipv4.span, into: &loopedSpan)
      var stagedSpan = staged.mutableSpan
      table.lookUpStaged(ipv4.span, into: &stagedSpan)
      let single = ipv4.map { table.lookUp($0) }
      #expect(looped == single)
      #expect(staged == single)

      var looped6 = [TableDecision](repeating: none, count: ipv6.count)
      var staged6 = looped6
      var loopedSpan6 = looped6.mutableSpan
      table.lookUp(ipv6.span, into: &loopedSpan6)
      var stagedSpan6 = staged6.mutableSpan
      table.lookUpStaged(ipv6.span, into: &stagedSpan6)
      let single6 = ipv6.map { table.lookUp($0) }
      #expect(looped6 == single6)
      #expect(staged6 == single6)
    }
  }
}
