import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import PolicyCompilation
import SyntheticCluster
import Testing

/// The verdict without a record is that of the record.
struct VerdictJudgeTests {
  private static let captureTime = Timestamp(nanoseconds: 1_775_001_600_000_000_000)

  private static func flow(_ connection: Connection, isTimed: Bool) -> Flow {
    let time = isTimed ? captureTime : nil
    return Flow(
      tuple: FiveTuple(
        source: connection.source, destination: connection.destination,
        ipProtocol: connection.ipProtocol, sourcePort: 40_000,
        destinationPort: connection.destinationPort), initiator: .syn,
      forward: .init(packets: 1, bytes: 60, firstTime: time, lastTime: time),
      outcome: .unanswered)
  }

  /// Pods that started before or after the capture, have finished, are on the host's network, or share an address.
  private static func disturbed(_ snapshot: ClusterSnapshot) -> ClusterSnapshot {
    var snapshot = snapshot
    for index in snapshot.pods.indices {
      switch index % 11 {
      case 3: snapshot.pods[index].startTime = Timestamp(nanoseconds: captureTime.nanoseconds + 1)
      case 4: snapshot.pods[index].startTime = captureTime
      case 5: snapshot.pods[index].phase = .succeeded
      case 6: snapshot.pods[index].addresses = snapshot.pods[index - 4].addresses
      case 7: snapshot.pods[index].isHostNetwork = true
      default: break
      }
    }
    return snapshot
  }

  @Test(arguments: ["standard", "namespace-wide", "named-ports", "tiers", "pod-blocks"])
  func `the verdict alone is that of the record`(_ shape: String) throws {
    let made = MadeUpCluster(
      try #require(ClusterShape(name: shape, pods: 300, policies: 80)))
    for snapshot in [made.snapshot, Self.disturbed(made.snapshot)] {
      let compiled = try CompiledPolicies.compile(snapshot, made.policies)
      let auditor = FlowAuditor(snapshot, decide: { compiled.decision(for: $0) })
      let judge = VerdictJudge(auditor, compiled)
      var connections = made.makeFlows(2_000) + made.makeFlows(200, family: .ipv6)
      for index in connections.indices where index % 9 == 0 {
        connections[index].ipProtocol = index % 2 == 0 ? .icmp : .sctp
      }
      // A pod and itself, its node, and an address that nobody has.
      let pod = snapshot.pods[8].addresses[0]
      let node = try #require(snapshot.nodes.first?.addresses.first)
      for (source, destination) in [(pod, pod), (node, pod), (pod, node), (node, node)] {
        connections.append(
          Connection(
            source: source, destination: destination, ipProtocol: .tcp, destinationPort: 80))
      }
      var verdicts: [Verdict: Int] = [:]
      for (index, connection) in connections.enumerated() {
        let flow = Self.flow(connection, isTimed: index % 5 != 0)
        let verdict = judge.verdict(for: flow)
        #expect(verdict == auditor.record(for: flow).verdict, "\(connection)")
        verdicts[verdict, default: 0] += 1
      }
      #expect(verdicts[.allowed] ?? 0 > 0)
      #expect(verdicts[.denied] ?? 0 > 0)
    }
  }
}
