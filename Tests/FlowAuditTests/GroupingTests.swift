import ClusterModel
import FlowAudit
import FlowTracking
import NetworkTypes
import Testing

struct GroupingTests {
  private let auditor = FlowAuditor(
    ClusterSnapshot(pods: [
      pod("shop", "web-1", "10.0.0.1", owner: .init(kind: "StatefulSet", name: "web")),
      pod("shop", "web-2", "10.0.0.2", owner: .init(kind: "StatefulSet", name: "web")),
      pod("shop", "db", "10.0.0.3"),
    ]), decide: denyingIngress(to: "10.0.0.3"))

  private func groups(_ aggregation: Aggregation, _ flows: [Flow]) -> [FlowGroup] {
    var grouping = FlowGrouping(aggregation)
    for flow in flows { grouping.add(auditor.record(for: flow)) }
    return grouping.groups
  }

  private var flows: [Flow] {
    [
      flow(from: "10.0.0.1", 40_001, to: "10.0.0.3"),
      flow(from: "10.0.0.1", 40_002, to: "10.0.0.3", outcome: .unanswered),
      flow(from: "10.0.0.2", 40_003, to: "10.0.0.3"),
      flow(from: "8.8.8.8", 40_004, to: "10.0.0.3"),
      flow(from: "10.0.0.1", 40_005, to: "10.0.0.3", 443),
    ]
  }

  @Test(arguments: [
    (Aggregation.flow, [1, 1, 1, 1, 1]), (.pod, [2, 1, 1, 1]), (.workload, [3, 1, 1]),
    (.namespace, [3, 1, 1]),
  ])
  func `flows with the same ends, port, verdict and reason are one line`(
    _ aggregation: Aggregation, _ expected: [Int]
  ) {
    #expect(groups(aggregation, flows).map(\.flows) == expected)
  }

  @Test(arguments: [Aggregation.flow, .pod])
  func `beyond the bound only contradictions make groups, and the other flows are counted`(
    _ aggregation: Aggregation
  ) {
    var grouping = FlowGrouping(aggregation, maximumGroupCount: 3)
    func add(_ port: UInt16, _ outcome: Flow.Outcome, to address: String) {
      grouping.add(
        auditor.record(
          for: flow(from: "10.0.0.1", 40_000, to: address, port, outcome: outcome)))
    }
    for port in 1...UInt16(5) { add(port, .established, to: "10.0.0.2") }
    #expect(grouping.groups.map(\.key.port) == [1, 2, 3])
    #expect(grouping.ungroupedFlows == 2)
    // Denied, but established.
    for port in 6...UInt16(10) { add(port, .established, to: "10.0.0.3") }
    #expect(grouping.groups.map(\.key.port) == [1, 2, 3, 6, 7, 8])
    #expect(grouping.ungroupedFlows == 4)
    if aggregation == .pod {
      add(1, .established, to: "10.0.0.2")
      #expect(grouping.groups[0].flows == 2)
      #expect(grouping.ungroupedFlows == 4)
    }
  }

  @Test func `a group counts packets, outcomes and contradictions of its flows`() throws {
    let group = try #require(groups(.pod, flows).first)
    #expect(group.packets == 6)
    #expect(group.bytes == 600)
    #expect(group.outcomes == [.established: 1, .unanswered: 1])
    #expect(group.unenforced == 1)
    #expect(group.key.source == "shop/web-1")
  }

  @Test func `ends are named by level`() {
    let record = auditor.record(for: flow(from: "10.0.0.1", to: "8.8.8.8"))
    #expect(
      Aggregation.allCases.map { $0.name(of: record.source) }
        == ["shop/web-1", "shop/web-1", "shop/web[StatefulSet]", "shop"])
    #expect(
      Aggregation.allCases.map { $0.name(of: record.destination) }
        == ["8.8.8.8", "8.8.8.8", "8.8.8.8", "external"])
  }

  @Test func `sorting by counts puts the largest first`() {
    var sorted = groups(.pod, flows)
    SortKey.flows.sort(&sorted)
    #expect(sorted.map(\.flows) == [2, 1, 1, 1])
    SortKey.source.sort(&sorted)
    #expect(sorted.map(\.key.source) == ["8.8.8.8", "shop/web-1", "shop/web-1", "shop/web-2"])
    SortKey.port.sort(&sorted)
    #expect(sorted.last?.key.port == 443)
  }

  @Test func `known servers are declared ports, Services and their endpoints`() {
    let snapshot = ClusterSnapshot(
      pods: [
        pod("shop", "db", "10.0.0.3", labels: ["app": "db"], ports: [.init(number: 3_306)])
      ],
      services: [
        Service(
          namespace: "shop", name: "db", clusterAddresses: [address("10.96.0.1")],
          ports: [.init(number: 33, target: .number(3_307))], selector: ["app": "db"])
      ])
    let services = ServiceDirectory(snapshot, endpoints: EndpointDirectory(snapshot))
    let places = KnownServers(snapshot, services: services).places
    for (text, port) in [("10.0.0.3", UInt16(3_306)), ("10.96.0.1", 33), ("10.0.0.3", 3_307)] {
      #expect(places.contains(.init(address: address(text), ipProtocol: .tcp, port: port)))
      #expect(places.contains(.init(ipProtocol: .tcp, port: port)))
    }
    #expect(places.count == 6)
  }
}
