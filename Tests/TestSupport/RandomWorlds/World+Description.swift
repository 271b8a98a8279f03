import ClusterModel
import NetworkTypes

/// The whole world, one part a line.
extension World: CustomStringConvertible {
  public var description: String {
    var lines = ["seed \(seed)"]
    for flag in Profile.flags
    where profile[keyPath: flag.keyPath] != Profile.upstream[keyPath: flag.keyPath] {
      lines.append("profile \(flag.name): \(profile[keyPath: flag.keyPath])")
    }
    lines += snapshot.namespaces.map { "namespace \($0.name) [\($0.labels)]" }
    lines += snapshot.nodes.map { "node \($0.name) [\($0.labels)] \(Self.text($0.addresses))" }
    lines += snapshot.pods.map(Self.text)
    lines += policies.networkPolicies.flatMap(Self.text)
    lines += policies.clusterPolicies.flatMap(Self.text)
    for (name, addresses) in domainNames.sorted(by: { $0.key < $1.key }) {
      lines.append("name \(name) is \(Self.text(addresses))")
    }
    lines += connections.map(Self.text)
    return lines.joined(separator: "\n")
  }

  private static func text(_ addresses: [IPAddress]) -> String {
    addresses.map(\.description).joined(separator: ", ")
  }

  private static func text(_ pod: Pod) -> String {
    let ports = pod.ports.map { "\($0.name ?? "-")=\($0.number)/\($0.ipProtocol)" }
    return "pod \(pod.namespace)/\(pod.name) [\(pod.labels)] \(text(pod.addresses))"
      + (pod.nodeName.map { " on \($0)" } ?? "")
      + (pod.hostAddresses.isEmpty ? "" : " host \(text(pod.hostAddresses))")
      + (pod.isHostNetwork ? " hostNetwork" : "")
      + (pod.phase == .running ? "" : " \(pod.phase)")
      + (ports.isEmpty ? "" : " ports \(ports.joined(separator: " "))")
  }

  private static func text(_ policy: NetworkPolicy) -> [String] {
    [
      "NetworkPolicy \(policy.namespace)/\(policy.name)"
        + " selects \(policy.podSelector.map(\.description) ?? "nothing (invalid)")"
        + (policy.isolatesIngress ? " Ingress" : "") + (policy.isolatesEgress ? " Egress" : "")
    ]
      + [Direction.ingress, .egress].flatMap { direction in
        policy.rules(direction).map {
          "  \(direction): peers \(text($0.peers?.map(\.match))) ports \(text($0.ports?.map(\.match)))"
        }
      }
  }

  private static func text(_ policy: ClusterPolicy) -> [String] {
    [
      "\(policy.kind.rawValue) \(policy.name) tier \(policy.tier) priority \(policy.priority)"
        + " subject \(policy.subject)"
    ]
      + [Direction.ingress, .egress].flatMap { direction in
        policy.rules(direction).map {
          "  \(direction): \($0.action) peers \(text($0.peers.map(\.match)))"
            + " ports \(text($0.ports?.map(\.match)))"
        }
      }
  }

  private static func text<Element>(_ list: [Element]?) -> String {
    list.map { "[" + $0.map { "\($0)" }.joined(separator: "; ") + "]" } ?? "any"
  }

  private static func text(_ connection: Connection) -> String {
    "connection \(connection.source) -> \(connection.destination) \(connection.ipProtocol)"
      + "/\(connection.destinationPort)" + (connection.isThroughService ? " through a Service" : "")
  }
}
