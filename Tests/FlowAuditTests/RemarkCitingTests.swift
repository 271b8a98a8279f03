import ClusterModel
import FlowAudit
import NetworkTypes
import Testing

@Suite struct RemarkCitingTests {
  private static let directory = EndpointDirectory(
    ClusterSnapshot(
      nodes: [
        Node(name: "worker-1", addresses: [address("192.168.0.1")]),
        Node(name: "worker-2", addresses: [address("192.168.0.2")]),
      ],
      pods: [
        pod("shop", "web", "10.0.0.1", "fd00::1", node: "worker-1"),
        pod("shop", "db", "10.0.0.2", node: "worker-2"),
        pod("shop", "proxy", "192.168.0.3", node: "worker-2", isHostNetwork: true),
      ]))

  private func rules(
    _ direction: Direction, from source: String, to destination: String,
    _ ipProtocol: IPProtocol = .tcp, isThroughService: Bool = false,
    remark: DecisionRemark = .undefinedByAPI
  ) -> [String] {
    let side = SideDecision(isAllowed: true, reason: .noPolicy, remarks: [remark])
    return RemarkCiting(Self.directory).citations(
      for: side, direction,
      of: Connection(
        source: address(source), destination: address(destination), ipProtocol: ipProtocol,
        destinationPort: ipProtocol.hasPorts ? 80 : 0, isThroughService: isThroughService)
    ).flatMap(\.ruleIDs)
  }

  @Test func `N24: a pod that reaches itself through a Service`() {
    #expect(rules(.ingress, from: "10.0.0.1", to: "10.0.0.1", isThroughService: true) == ["N24"])
    #expect(rules(.egress, from: "10.0.0.1", to: "10.0.0.1", isThroughService: true) == ["N24"])
  }

  @Test func `N40: a protocol without ports`() {
    #expect(rules(.ingress, from: "10.0.0.1", to: "10.0.0.2", .icmp) == ["N40"])
    #expect(rules(.egress, from: "10.0.0.1", to: "9.9.9.9", .icmp) == ["N40"])
  }

  @Test func `N23, N25: egress to the own node, or to another`() {
    #expect(rules(.egress, from: "10.0.0.1", to: "192.168.0.1") == ["N23", "N25"])
    #expect(rules(.egress, from: "10.0.0.1", to: "192.168.0.2") == ["N25"])
  }

  @Test func `N25: the address of a hostNetwork pod is its node's`() {
    #expect(rules(.egress, from: "10.0.0.1", to: "192.168.0.3") == ["N25"])
    #expect(rules(.egress, from: "10.0.0.2", to: "192.168.0.3") == ["N23", "N25"])
  }

  @Test func `N25, N41: ingress from a node, behind which a client may hide`() {
    #expect(rules(.ingress, from: "192.168.0.2", to: "10.0.0.1") == ["N25", "N41"])
    #expect(rules(.ingress, from: "192.168.0.2", to: "10.0.0.1", .icmp) == ["N25", "N40", "N41"])
  }

  @Test func `other remarks have a rule of their own`() {
    #expect(
      rules(.egress, from: "10.0.0.1", to: "9.9.9.9", remark: .ambiguousPriority) == ["A2"])
    #expect(
      rules(.egress, from: "10.0.0.1", to: "9.9.9.9", remark: .unresolvedDomainName) == ["A14"])
  }

  @Test func `a side without remarks cites nothing`() {
    let side = SideDecision(isAllowed: true, reason: .noPolicy)
    #expect(
      RemarkCiting(Self.directory).citations(
        for: side, .egress,
        of: Connection(
          source: address("10.0.0.1"), destination: address("192.168.0.1"), ipProtocol: .tcp,
          destinationPort: 80)
      ).isEmpty)
  }
}
