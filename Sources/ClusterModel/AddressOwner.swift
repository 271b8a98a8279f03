/// Who stands behind an address (semantics 2.0, step 1).
public enum AddressOwner: Hashable, Sendable {
  /// A pod with an address of its own: neither hostNetwork (N25) nor finished (N26).
  case pod(namespace: String, name: String)
  /// A node, or hostNetwork pods on it (N25, D9). Names in ascending order: several where nodes claim one address, and
  /// the empty name where a pod tells of a host address without saying which node it is on.
  case node([String])
  /// Outside the cluster.
  case external
}

/// `Pod shop/web-1`, `Node worker-1`, `external`.
extension AddressOwner: CustomStringConvertible {
  public var description: String {
    switch self {
    case .pod(let namespace, let name): "Pod \(namespace)/\(name)"
    case .node(let names):
      "Node " + names.map { $0.isEmpty ? "<unnamed>" : $0 }.joined(separator: ", ")
    case .external: "external"
    }
  }
}
