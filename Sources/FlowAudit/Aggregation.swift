import ClusterModel
import NetworkTypes

/// How flows are put together for people's eyes: the names that both ends go by. Raw values are those of the command
/// line.
public enum Aggregation: String, Sendable, Hashable, CaseIterable {
  /// Every flow stands alone, with its source port.
  case flow
  case pod
  /// What made the pods: Deployment, StatefulSet, DaemonSet, Job, ...
  case workload
  case namespace

  /// The name of one end.
  ///
  /// `shop/web-1`, `shop/web[Deployment]` or `shop`; nodes as `node/worker-1`, or `nodes`; everything without one
  /// owner by its address, or `external` where namespaces are compared.
  public func name(of endpoint: Endpoint) -> String {
    switch endpoint.owner {
    case .known(let identity), .contradicted(let identity, _): name(of: identity)
    case .external:
      self == .namespace ? "external" : "\(endpoint.address)" + Self.inParentheses(endpoint.names)
    case .conflict, .startedLater, .replaced: "\(endpoint.address)"
    }
  }

  /// The name of a record's destination, with the domain names that an address outside of the cluster had.
  func destinationName(of record: VerdictRecord) -> String {
    var destination = record.destination
    if !record.destinationNames.isEmpty { destination.names = record.destinationNames }
    return name(of: destination)
  }

  /// ` (www.example.com and 1 more)`, or nothing.
  private static func inParentheses(_ names: [String]) -> String {
    guard let first = names.first else { return "" }
    return " (\(first)\(names.count > 1 ? " and \(names.count - 1) more" : ""))"
  }

  private func name(of identity: EndpointIdentity) -> String {
    switch (self, identity.kind) {
    case (.namespace, .node): return "nodes"
    case (.namespace, _): return identity.namespace ?? identity.name
    case (.workload, .pod):
      let workload = identity.workload ?? Pod.Owner(kind: "Pod", name: identity.name)
      return "\(identity.namespace ?? "")/\(workload.name)[\(workload.kind)]"
    case (.flow, _), (.pod, _), (.workload, _): return identity.description
    }
  }
}
