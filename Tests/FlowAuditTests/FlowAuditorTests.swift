import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import Testing

struct FlowAuditorTests {
  private let pods = [
    pod("shop", "web", "10.0.0.1"), pod("shop", "db-0", "10.0.0.2"),
    pod("shop", "db-1", "10.0.0.3"),
  ]
  private let service = Service(
    namespace: "shop", name: "db", clusterAddresses: [address("10.96.0.1")],
    ports: [Service.Port(number: 3_306)])

  private func cluster(endpoints: String...) -> ClusterSnapshot {
    ClusterSnapshot(
      nodes: [Node(name: "worker-1", addresses: [address("192.168.0.1")])], pods: pods,
      services: [service],
      endpointSlices: [
        EndpointSlice(
          namespace: "shop", name: "db-x", serviceName: "db", ports: [.init(number: 3_306)],
          endpoints: endpoints.map { .init(addresses: [address($0)]) })
      ])
  }

  private let untranslated = Flow.ServiceUse(
    entry: 0, address: address("10.96.0.1"), port: 3_306, isTranslationSeen: false)

  @Test func `both ends are named and the policies' answer is passed on`() {
    let auditor = FlowAuditor(cluster(), decide: denyingIngress(to: "10.0.0.2"))
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.0.0.2"))
    #expect(record.source.identity?.description == "shop/web")
    #expect(record.destination.identity?.description == "shop/db-0")
    #expect(record.verdict == .denied)
    #expect(record.egress.reason == .noPolicy)
    #expect(record.ingress.isolatedBy.map(\.name) == ["lock"])
    #expect(record.undecided.isEmpty)
  }

  @Test func `the policies are asked about addresses, destination port and protocol`() {
    let auditor = FlowAuditor(cluster()) { connection in
      #expect(
        connection
          == Connection(
            source: address("10.0.0.1"), destination: address("10.0.0.2"), ipProtocol: .udp,
            destinationPort: 53))
      return ConnectionDecision(
        egress: .init(isAllowed: true, reason: .noPolicy),
        ingress: .init(isAllowed: true, reason: .noPolicy))
    }
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.0.0.2", 53, .udp))
    #expect(record.verdict == .allowed)
  }

  @Test func `a flow without any pod is not evaluated`() {
    let auditor = FlowAuditor(cluster()) { _ in
      ConnectionDecision(
        egress: .init(isAllowed: true, reason: .notAPod),
        ingress: .init(isAllowed: true, reason: .notAPod))
    }
    let record = auditor.record(for: flow(from: "8.8.8.8", to: "1.1.1.1"))
    #expect(record.verdict == .notEvaluated)
    #expect(record.source.owner == .external)
  }

  @Test(arguments: [
    (["10.0.0.2", "10.0.0.3"], [String](), Verdict.allowed),
    (["10.0.0.2", "10.0.0.3"], ["10.0.0.2", "10.0.0.3"], .denied),
    (["10.0.0.2", "10.0.0.3"], ["10.0.0.3"], .undecided), ([], [], .undecided),
  ])
  func `a flow seen before translation only is judged against all endpoints`(
    _ endpoints: [String], _ denied: [String], _ expected: Verdict
  ) {
    var snapshot = cluster()
    snapshot.endpointSlices[0].endpoints = endpoints.map { .init(addresses: [address($0)]) }
    let deniedAddresses = Set(denied.map(address))
    let auditor = FlowAuditor(snapshot) { connection in
      #expect(connection.isThroughService)
      return ConnectionDecision(
        egress: .init(isAllowed: true, reason: .noPolicy),
        ingress: .init(
          isAllowed: !deniedAddresses.contains(connection.destination),
          reason: deniedAddresses.contains(connection.destination) ? .defaultDeny : .noPolicy))
    }
    let record = auditor.record(
      for: flow(from: "10.0.0.1", to: "10.96.0.1", 3_306, service: untranslated))
    #expect(record.verdict == expected)
    #expect(record.undecided.isEmpty == (expected != .undecided))
    #expect(record.destination.identity?.description == "service/shop/db")
    #expect(record.service?.name == "db")
    #expect(record.egress.reason == (endpoints.isEmpty ? .undecided : .noPolicy))
  }

  @Test func `endpoints that disagree are each named with their verdict`() {
    let auditor = FlowAuditor(
      cluster(endpoints: "10.0.0.2", "10.0.0.3"), decide: denyingIngress(to: "10.0.0.3"))
    let record = auditor.record(
      for: flow(from: "10.0.0.1", to: "10.96.0.1", 3_306, service: untranslated))
    #expect(record.undecided.map(\.fact) == [.endpointsDisagree])
    #expect(
      record.undecided.first?.detail
        == "only packets to service/shop/db were seen, and its endpoints disagree:"
        + " allowed at shop/db-0 (10.0.0.2), denied at shop/db-1 (10.0.0.3)")
    #expect(record.candidates.map(\.verdict) == [.allowed, .denied])
  }

  @Test func `a flow whose translation was seen is judged at its endpoint, through the Service`() {
    let auditor = FlowAuditor(cluster(endpoints: "10.0.0.2", "10.0.0.3")) { connection in
      #expect(connection.isThroughService)
      #expect(connection.destination == address("10.0.0.2"))
      return ConnectionDecision(
        egress: .init(isAllowed: true, reason: .noPolicy),
        ingress: .init(isAllowed: true, reason: .noPolicy))
    }
    let use = Flow.ServiceUse(
      entry: 0, address: address("10.96.0.1"), port: 3_306, isTranslationSeen: true)
    let record = auditor.record(
      for: flow(from: "10.0.0.1", to: "10.0.0.2", 3_306, service: use))
    #expect(record.verdict == .allowed)
    #expect(record.destination.identity?.description == "shop/db-0")
    #expect(record.service?.port == 3_306)
  }

  @Test func `a Service's address with a port it does not have is undecided`() {
    let auditor = FlowAuditor(cluster(), decide: denyingIngress())
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.96.0.1", 81))
    #expect(record.undecided.map(\.fact) == [.servicePortUnknown])
    #expect(
      record.undecided.first?.detail
        == "10.96.0.1 is the address of service/shop/db, which has no TCP port 81")
  }

  @Test func `D8: an address of two live pods is undecided, naming both`() {
    var snapshot = cluster()
    snapshot.pods.append(pod("bank", "clerk", "10.0.0.2"))
    let auditor = FlowAuditor(snapshot, decide: denyingIngress(to: "10.0.0.2"))
    let record = auditor.record(for: flow(from: "8.8.8.8", to: "10.0.0.2"))
    #expect(record.verdict == .undecided)
    #expect(
      record.undecided
        == [.init(.severalOwners, "10.0.0.2 is the address of bank/clerk and shop/db-0")])
    #expect(record.egress.reason == .notAPod)
    #expect(record.ingress.reason == .undecided)
  }

  @Test func `a pod that started after the packet is named, and the verdict is undecided`() {
    var snapshot = cluster()
    snapshot.pods[0].startTime = Timestamp(nanoseconds: 2_000_000_000_000)
    let auditor = FlowAuditor(snapshot, decide: denyingIngress())
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.0.0.2", at: 1_000))
    #expect(record.undecided.map(\.fact) == [.ownerUnknown])
    #expect(
      record.undecided.first?.detail
        == "10.0.0.1 is the address of shop/web, which started at"
        + " 1970-01-01T00:33:20.000000000Z, after the packet")
  }

  @Test func `N26: an address that only a finished pod lists counts as external, with a note`() {
    var snapshot = cluster()
    snapshot.pods.append(pod("shop", "job", "10.0.0.9", phase: .succeeded))
    let auditor = FlowAuditor(snapshot, decide: denyingIngress())
    let record = auditor.record(for: flow(from: "10.0.0.9", to: "10.0.0.2"))
    #expect(record.source.owner == .external)
    #expect(record.notes == [.finishedPod])
  }

  @Test func `N41: a node as source is noted, for it may hide a client`() {
    let auditor = FlowAuditor(cluster(), decide: denyingIngress())
    let record = auditor.record(for: flow(from: "192.168.0.1", to: "10.0.0.2"))
    #expect(record.notes == [.sourceIsNode])
    #expect(record.source.identity?.description == "node/worker-1")
  }

  @Test func `A2: policies of equal priority that disagree leave the flow undecided`() {
    let auditor = FlowAuditor(cluster()) { _ in
      ConnectionDecision(
        egress: .init(isAllowed: true, reason: .noPolicy),
        ingress: .init(isAllowed: true, reason: .allowedByRule, remarks: [.ambiguousPriority]))
    }
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.0.0.2"))
    #expect(record.verdict == .undecided)
    #expect(record.undecided.map(\.fact) == [.ambiguousPriority])
  }

  @Test func `a side that denies decides, whatever the other one leaves open`() {
    let auditor = FlowAuditor(cluster()) { _ in
      ConnectionDecision(
        egress: .init(isAllowed: false, reason: .explicitDeny),
        ingress: .init(isAllowed: true, reason: .allowedByRule, remarks: [.ambiguousPriority]))
    }
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "10.0.0.2"))
    #expect(record.verdict == .denied)
    #expect(record.undecided.isEmpty)
  }

  @Test(arguments: [
    (true, Flow.Outcome.established, Optional(VerdictRecord.Mismatch.unenforced)),
    (true, .refused, nil), (true, .unanswered, nil), (true, .midStream, nil),
    (false, .unanswered, .unanswered), (false, .established, nil), (false, .refused, nil),
  ])
  func `verdict and outcome contradict each other in two ways`(
    _ isDenied: Bool, _ outcome: Flow.Outcome, _ expected: VerdictRecord.Mismatch?
  ) {
    let decide = isDenied ? denyingIngress(to: "10.0.0.2") : denyingIngress()
    let auditor = FlowAuditor(cluster(), decide: decide)
    let record = auditor.record(
      for: flow(from: "10.0.0.1", to: "10.0.0.2", outcome: outcome))
    #expect(record.mismatch == expected)
  }

  @Test(arguments: [("10.96.0.1", false), ("203.0.113.1", true)])
  func `N41: a client at an external address of a Service may be translated`(
    _ frontend: String, _ isNoted: Bool
  ) {
    var snapshot = cluster(endpoints: "10.0.0.2")
    snapshot.services[0].externalAddresses = [address("203.0.113.1")]
    let auditor = FlowAuditor(snapshot, decide: denyingIngress())
    let use = Flow.ServiceUse(
      entry: 0, address: address(frontend), port: 3_306, isTranslationSeen: false)
    let record = auditor.record(for: flow(from: "8.8.8.8", to: frontend, 3_306, service: use))
    #expect(record.notes.contains(.sourceMayBeTranslated) == isNoted)
    #expect(record.notes.contains(.judgedAgainstAllEndpoints))
  }

  @Test func `records of one flow differ where anything that decided does`() {
    let connection = flow(from: "10.0.0.1", to: "10.0.0.2")
    func record(_ decide: @escaping FlowAuditor.Decide) -> VerdictRecord {
      FlowAuditor(cluster(), decide: decide).record(for: connection)
    }
    let denied = record(denyingIngress(to: "10.0.0.2"))
    #expect(denied.hasSameVerdict(as: record(denyingIngress(to: "10.0.0.2"))))
    #expect(!denied.hasSameVerdict(as: record(denyingIngress(to: "10.0.0.2", policy: "other"))))
    #expect(!denied.hasSameVerdict(as: record(denyingIngress())))
  }

  @Test func `the summary counts every answer and both contradictions`() {
    let auditor = FlowAuditor(cluster(), decide: denyingIngress(to: "10.0.0.2"))
    var summary = AuditSummary()
    for (destination, outcome) in [
      ("10.0.0.2", Flow.Outcome.established), ("10.0.0.2", .unanswered),
      ("10.0.0.3", .unanswered), ("10.0.0.3", .established), ("10.96.0.1", .unanswered),
    ] {
      summary.add(auditor.record(for: flow(from: "10.0.0.1", to: destination, outcome: outcome)))
    }
    #expect(summary.flows == 5)
    #expect(summary.denied == 2)
    #expect(summary.allowed == 2)
    #expect(summary.undecided == 1)
    #expect(summary.unenforced == 1)
    #expect(summary.unanswered == 1)
    #expect(summary.packets == 15)
  }
}
