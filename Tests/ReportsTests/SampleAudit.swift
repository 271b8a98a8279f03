import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import Reports

/// A small audit with one record of each sort.
struct SampleAudit {
  static func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("no address: \(text)") }
    return address
  }

  static let snapshot = ClusterSnapshot(
    namespaces: [Namespace(name: "shop")],
    pods: [
      Pod(
        namespace: "shop", name: "web-1", labels: ["app": "web"],
        addresses: [address("10.0.0.1")], owner: .init(kind: "StatefulSet", name: "web")),
      Pod(namespace: "shop", name: "db-0", addresses: [address("10.0.0.2")]),
      Pod(namespace: "shop", name: "db-1", addresses: [address("10.0.0.3")]),
    ],
    services: [
      Service(
        namespace: "shop", name: "db", clusterAddresses: [address("10.96.0.1")],
        ports: [Service.Port(number: 3_306)])
    ],
    endpointSlices: [
      EndpointSlice(
        namespace: "shop", name: "db-x", serviceName: "db", ports: [.init(number: 3_306)],
        endpoints: [.init(addresses: [address("10.0.0.2"), address("10.0.0.3")])])
    ])

  static let policies = PolicySet(networkPolicies: [
    NetworkPolicy(
      namespace: "shop", name: "db-policy", podSelector: .everything, isolatesIngress: true,
      isolatesEgress: false,
      ingress: [
        NetworkPolicy.Rule(
          peers: [.init(.selectors(namespaces: nil, pods: .everything))],
          ports: [.init(.range(.tcp, PortRange(3_306)))],
          location: SourceLocation(file: "policies.yaml", line: 12, column: 5))
      ], location: SourceLocation(file: "policies.yaml", line: 3, column: 1))
  ])

  static let identity = PolicyIdentity(
    kind: .networkPolicy, namespace: "shop", name: "db-policy")

  static let allowed = SideDecision(
    isAllowed: true, reason: .allowedByRule,
    rule: DecidingRule(
      policy: identity, tier: .networkPolicy, direction: .ingress, ruleIndex: 0, peerIndex: 0,
      portIndex: 0))
  static let denied = SideDecision(
    isAllowed: false, reason: .defaultDeny, isolatedBy: [identity])
  static let open = SideDecision(isAllowed: true, reason: .noPolicy)
  static let noPod = SideDecision(isAllowed: true, reason: .notAPod)

  static func flow(
    _ source: String, _ sourcePort: UInt16, _ destination: String, _ destinationPort: UInt16,
    outcome: Flow.Outcome, service: Flow.ServiceUse? = nil, second: Int64 = 0,
    initiator: Flow.InitiatorEvidence = .syn
  ) -> Flow {
    let start = Timestamp(nanoseconds: (1_772_366_400 + second) * 1_000_000_000 + 1)
    let end = Timestamp(nanoseconds: start.nanoseconds + 250_000_000)
    return Flow(
      tuple: FiveTuple(
        source: address(source), destination: address(destination), ipProtocol: .tcp,
        sourcePort: sourcePort, destinationPort: destinationPort), initiator: initiator,
      forward: .init(packets: 4, bytes: 400, firstTime: start, lastTime: end),
      reverse: outcome == .unanswered
        ? .init() : .init(packets: 3, bytes: 1_300, firstTime: end, lastTime: end),
      outcome: outcome, service: service)
  }

  /// The answers by destination and port: db-0 is denied on port 22.
  static let auditor = FlowAuditor(snapshot) { connection in
    if connection.source == address("8.8.8.8"), connection.destination == address("1.1.1.1") {
      return ConnectionDecision(egress: noPod, ingress: noPod)
    }
    let egress = connection.source == address("10.0.0.1") ? open : noPod
    if connection.destination == address("10.0.0.3") {
      return ConnectionDecision(egress: egress, ingress: open)
    }
    return ConnectionDecision(
      egress: egress, ingress: connection.destinationPort == 3_306 ? allowed : denied)
  }

  static let flows = [
    flow("10.0.0.1", 40_001, "10.0.0.2", 3_306, outcome: .established),
    flow("10.0.0.1", 40_002, "10.0.0.2", 3_306, outcome: .unanswered, second: 1),
    flow("10.0.0.1", 40_003, "10.0.0.2", 22, outcome: .established, second: 2),
    flow("9.9.9.9", 40_004, "10.0.0.2", 22, outcome: .unanswered, second: 3),
    flow(
      "10.0.0.1", 40_005, "10.0.0.2", 3_306, outcome: .established,
      service: .init(
        entry: 0, address: address("10.96.0.1"), port: 3_306, isTranslationSeen: true), second: 4),
    flow("10.0.0.1", 40_006, "10.96.0.1", 99, outcome: .unanswered, second: 5),
    flow(
      "8.8.8.8", 443, "1.1.1.1", 40_007, outcome: .midStream, second: 6, initiator: .inferred),
  ]

  static let digest = InputDigest(
    cluster: String(repeating: "c", count: 64), policies: String(repeating: "d", count: 64))

  static func layout(
    aggregation: Aggregation = .pod, sort: SortKey? = nil, limit: Int? = nil,
    style: TextStyle = TextStyle()
  ) -> AuditLayout {
    AuditLayout(
      style: style, aggregation: aggregation, sort: sort, limit: limit,
      policies: PolicyLocations(policies), captures: ["node.pcap"])
  }

  /// The whole report of `flows` that `selection` includes.
  static func report(
    _ format: OutputFormat, _ layout: AuditLayout = layout(),
    selection: RecordSelection = RecordSelection(),
    change: (inout AuditOverview) -> Void = { _ in }
  ) throws -> Collected {
    let collected = Collected()
    var report = format.auditReport(layout, to: collected.buffer())
    report.begin(digest: digest)
    var summary = AuditSummary()
    for flow in flows {
      let record = auditor.record(for: flow)
      summary.add(record)
      if selection.includes(record) { report.add(record) }
    }
    var overview = AuditOverview(
      run: CaptureAccount(
        captures: [.init(file: "node.pcap", packets: 51)],
        packetsWithoutFlow: [
          .init(reason: "not_ip", count: 2),
          .init(reason: "truncated_network_header", count: 0, mayHideFlows: true),
        ], firstTime: Timestamp(nanoseconds: 1_772_366_400_000_000_001),
        lastTime: Timestamp(nanoseconds: 1_772_366_406_250_000_001)),
      cluster: ClusterCounts(snapshot, policies), digest: digest, summary: summary)
    change(&overview)
    try report.finish(overview)
    return collected
  }
}
