import ClusterModel
import NetworkTypes

/// Who owns which address (2.0 step 1).
struct AddressBook: Sendable {
  enum Owner: Sendable {
    case pod(Pod)
    case node([Node])
    case external

    var publicForm: AddressOwner {
      switch self {
      case .pod(let pod): .pod(namespace: pod.namespace, name: pod.name)
      case .node(let nodes): .node(nodes.map(\.name))
      case .external: .external
      }
    }
  }

  /// Every endpoint pod that lists the address, best claim first.
  private var pods: [IPAddress: [Pod]] = [:]
  /// Names of the nodes that have the address.
  private var nodeNames: [IPAddress: Set<String>] = [:]
  private var nodes: [String: Node] = [:]

  init(_ snapshot: ClusterSnapshot) {
    for node in snapshot.nodes {
      if nodes[node.name] == nil { nodes[node.name] = node }
      for address in node.addresses { nodeNames[address, default: []].insert(node.name) }
    }
    for pod in snapshot.pods {
      for address in Self.hostAddresses(pod) {
        nodeNames[address, default: []].insert(pod.nodeName ?? "")
      }
      // N25, N26, N27: only such a pod owns addresses, and only those that it has.
      guard pod.isEndpoint else { continue }
      for address in Set(pod.addresses) { pods[address, default: []].append(pod) }
    }
    for address in pods.keys { pods[address]?.sort(by: Self.hasBetterClaim) }
  }

  /// D9: the hostIPs of a pod, and of a hostNetwork pod its own addresses, are its node's.
  private static func hostAddresses(_ pod: Pod) -> [IPAddress] {
    pod.hostAddresses + (pod.isHostNetwork ? pod.addresses : [])
  }

  /// N26, D8: the running pod wins; then by namespace and name.
  private static func hasBetterClaim(_ left: Pod, _ right: Pod) -> Bool {
    if (left.phase == .running) != (right.phase == .running) { return left.phase == .running }
    return (left.namespace, left.name) < (right.namespace, right.name)
  }

  func owner(of address: IPAddress) -> Owner {
    if let pod = pods[address]?.first { return .pod(pod) }
    if let names = nodeNames[address] { return .node(names.sorted().map(node)) }
    return .external
  }

  /// D9: a node known only from pods is made up.
  private func node(_ name: String) -> Node { nodes[name] ?? Node(name: name) }

  /// D8: pods with an equally good claim.
  func podsInConflict(over address: IPAddress) -> [Pod] {
    guard let all = pods[address], let best = all.first else { return [] }
    return all.filter { ($0.phase == .running) == (best.phase == .running) }
  }

  /// N23: whether the pod's own node has this address, and no pod does. Without a `nodeName` the own node is known by
  /// the pod's hostIPs.
  func isAddress(_ address: IPAddress, ofNodeUnder pod: Pod) -> Bool {
    guard pods[address] == nil else { return false }
    if pod.hostAddresses.contains(address) { return true }
    guard let nodeName = pod.nodeName else { return false }
    return nodeNames[address]?.contains(nodeName) == true
  }
}
