import ClusterModel
import NetworkTypes
import PolicyReference
import TestSupport

/// A small cluster and its policies, asked by names.
struct Scenario {
  var namespaces: [Namespace] = [
    Namespace(name: "shop", labels: ["team": "red", "env": "prod"]),
    Namespace(name: "ops", labels: ["team": "blue", "env": "prod"]),
    Namespace(name: "lab", labels: ["team": "red"]),
  ]
  var nodes: [Node] = [
    Node(name: "one", labels: ["zone": "a"], addresses: [address("192.168.0.1")]),
    Node(name: "two", addresses: [address("192.168.0.2"), address("172.16.0.2")]),
  ]
  var pods: [Pod] = [
    Pod(
      "shop/web", ["10.0.0.1", "fd00::1"], labels: ["app": "web"], on: "one",
      ports: [
        .init(name: "http", number: 80), .init(name: "dns", number: 53, ipProtocol: .udp),
      ]),
    Pod(
      "shop/db", ["10.0.0.2", "fd00::2"], labels: ["app": "db", "tier": "back"], on: "two",
      ports: [.init(name: "http", number: 8080), .init(name: "sql", number: 3306)]),
    Pod("ops/web", ["10.0.1.1"], labels: ["app": "web"], on: "one"),
    Pod("lab/probe", ["10.0.2.1"], on: "two"),
  ]
  var networkPolicies: [NetworkPolicy] = []
  var clusterPolicies: [ClusterPolicy] = []
  var profile = Profile.upstream
  var domainNames: [String: [IPAddress]] = [:]

  var evaluator: ReferenceEvaluator {
    ReferenceEvaluator(
      ClusterSnapshot(namespaces: namespaces, nodes: nodes, pods: pods),
      PolicySet(networkPolicies: networkPolicies, clusterPolicies: clusterPolicies),
      profile: profile, domainNames: domainNames)
  }

  /// The decision for a connection between pods (`namespace/name`, the first address) or addresses.
  func decide(
    _ source: String, _ destination: String, _ ipProtocol: IPProtocol = .tcp, port: UInt16 = 80,
    throughService: Bool = false
  ) -> ConnectionDecision {
    evaluator.evaluate(
      connection(source, destination, ipProtocol, port: port, throughService: throughService))
  }

  func connection(
    _ source: String, _ destination: String, _ ipProtocol: IPProtocol = .tcp, port: UInt16 = 80,
    throughService: Bool = false
  ) -> Connection {
    Connection(
      source: end(source), destination: end(destination), ipProtocol: ipProtocol,
      destinationPort: ipProtocol.hasPorts ? port : 0, isThroughService: throughService)
  }

  private func end(_ text: String) -> IPAddress {
    let pod = pods.first { "\($0.namespace)/\($0.name)" == text }
    return pod?.addresses.first ?? address(text)
  }
}

/// Sides as tests compare them.
extension SideDecision {
  static let noPolicy = SideDecision(isAllowed: true, reason: .noPolicy)
  static let notAPod = SideDecision(isAllowed: true, reason: .notAPod)
  static let exemptSelf = SideDecision(isAllowed: true, reason: .exemptSelf)
  static let exemptOwnNode = SideDecision(isAllowed: true, reason: .exemptOwnNode)

  /// Denied because these policies of namespace `shop` isolate the pod.
  static func isolated(by names: String..., remarks: Set<DecisionRemark> = []) -> SideDecision {
    SideDecision(
      isAllowed: false, reason: .defaultDeny,
      isolatedBy: names.map {
        PolicyIdentity(kind: .networkPolicy, namespace: "shop", name: $0)
      }, remarks: remarks)
  }

  /// What decided, in short: `NetworkPolicy shop/p spec.ingress[0].from[1]`.
  var citation: String? { rule.map { "\($0.policy) \($0.fieldPath)" } }
}
