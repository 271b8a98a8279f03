import ClusterModel
import NetworkTypes

/// Writes a made-up cluster as kubectl would: one JSON list.
///
/// NetworkPolicies only; pods have what verdicts rest on, and no more.
struct ManifestWriter {
  private var items: [String] = []

  static func text(_ snapshot: ClusterSnapshot, _ policies: PolicySet) throws -> String {
    guard policies.clusterPolicies.isEmpty else {
      throw BenchmarkError("cluster-wide policies are not written")
    }
    var writer = ManifestWriter()
    for namespace in snapshot.namespaces {
      writer.add("v1", "Namespace", nil, namespace.name, labels: namespace.labels)
    }
    for node in snapshot.nodes {
      let addresses = node.addresses.map { #"{"type":"InternalIP","address":"\#($0)"}"# }
      writer.add(
        "v1", "Node", nil, node.name, labels: node.labels,
        #""status":{"addresses":[\#(list(addresses))]}"#)
    }
    for pod in snapshot.pods { writer.add(pod) }
    for policy in policies.networkPolicies { try writer.add(policy) }
    return #"{"apiVersion":"v1","kind":"List","items":["# + "\n"
      + writer.items.joined(separator: ",\n") + "\n]}\n"
  }

  private mutating func add(
    _ version: String, _ kind: String, _ namespace: String?, _ name: String,
    labels: Labels = .empty, _ members: String...
  ) {
    let pairs = labels.map { #""\#($0.key)":"\#($0.value)""# }
    let metadata =
      (namespace.map { #""namespace":"\#($0)","# } ?? "")
      + #""name":"\#(name)","labels":{\#(Self.list(pairs))}"#
    let start = #"{"apiVersion":"\#(version)","kind":"\#(kind)","metadata":{\#(metadata)}"#
    items.append(([start] + members).joined(separator: ",") + "}")
  }

  private mutating func add(_ pod: Pod) {
    let ports = pod.ports.map {
      #"{"name":"\#($0.name ?? "")","containerPort":\#($0.number),"protocol":"\#($0.ipProtocol)"}"#
    }
    let addresses = pod.addresses.map { #"{"ip":"\#($0)"}"# }
    let hosts = pod.hostAddresses.map { #"{"ip":"\#($0)"}"# }
    add(
      "v1", "Pod", pod.namespace, pod.name, labels: pod.labels,
      #""spec":{"nodeName":"\#(pod.nodeName ?? "")","containers":[{"name":"main","ports":["#
        + Self.list(ports) + "]}]}",
      #""status":{"phase":"Running","podIPs":[\#(Self.list(addresses))],"#
        + #""hostIPs":[\#(Self.list(hosts))]}"#)
  }

  private mutating func add(_ policy: NetworkPolicy) throws {
    var members = [#""podSelector":\#(Self.selector(policy.podSelector ?? .everything))"#]
    var types: [String] = []
    for (direction, type, peers) in [
      (Direction.ingress, "Ingress", "from"), (.egress, "Egress", "to"),
    ] where policy.isolates(direction) {
      types.append(#""\#(type)""#)
      let rules = try policy.rules(direction).map { try Self.rule($0, peers) }
      members.append(#""\#(type.lowercased())":[\#(Self.list(rules))]"#)
    }
    members.append(#""policyTypes":[\#(Self.list(types))]"#)
    add(
      "networking.k8s.io/v1", "NetworkPolicy", policy.namespace, policy.name,
      #""spec":{\#(Self.list(members))}"#)
  }

  // MARK: - Parts

  private static func rule(_ rule: NetworkPolicy.Rule, _ peersName: String) throws -> String {
    var members: [String] = []
    if let peers = rule.peers {
      members.append(#""\#(peersName)":[\#(list(try peers.map { try peer($0.match) }))]"#)
    }
    if let ports = rule.ports {
      members.append(#""ports":[\#(list(try ports.map { try port($0.match) }))]"#)
    }
    return "{\(list(members))}"
  }

  private static func peer(_ match: NetworkPolicy.Peer.Match) throws -> String {
    switch match {
    case .selectors(let namespaces, let pods):
      let members =
        (namespaces.map { [#""namespaceSelector":\#(selector($0))"#] } ?? [])
        + (pods.map { [#""podSelector":\#(selector($0))"#] } ?? [])
      return "{\(list(members))}"
    case .ipBlock(let block, let exceptions):
      let except = exceptions.map { #""\#($0)""# }
      return #"{"ipBlock":{"cidr":"\#(block)","except":[\#(list(except))]}}"#
    case .nothing: throw BenchmarkError("a peer that matches nothing has no manifest")
    }
  }

  private static func port(_ match: PortMatch.Match) throws -> String {
    switch match {
    case .every(let ipProtocol): return #"{"protocol":"\#(ipProtocol)"}"#
    case .range(let ipProtocol, let range):
      return #"{"protocol":"\#(ipProtocol)","port":\#(range.first),"endPort":\#(range.last)}"#
    case .named(let name, let ipProtocol):
      return #"{"protocol":"\#(ipProtocol ?? .tcp)","port":"\#(name)"}"#
    case .nothing, .unknown: throw BenchmarkError("a port that matches nothing has no manifest")
    }
  }

  private static func selector(_ selector: LabelSelector) -> String {
    let requirements = selector.requirements.map { requirement in
      let values = requirement.values.map { #""\#($0)""# }
      return #"{"key":"\#(requirement.key)","operator":"\#(requirement.operator.rawValue)""#
        + #","values":[\#(list(values))]}"#
    }
    return #"{"matchExpressions":[\#(list(requirements))]}"#
  }

  private static func list(_ items: [String]) -> String { items.joined(separator: ",") }
}
