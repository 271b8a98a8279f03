import ClusterModel
import NetworkTypes

/// Who owns which address.
///
/// Pods before nodes before Services. A pod owns its addresses unless it is on the host's network or has finished (N25,
/// N26); among several pods with one address those that run win (N26), and of these the first by namespace and name is
/// the one that the compiled policies know (D8). A node's addresses are those of D9. Immutable after init.
public struct EndpointDirectory: Sendable {
  private enum Entry: Sendable {
    case one(EndpointIdentity)
    /// Two or more live pods: those that run first, then by namespace and name, with their phases.
    case pods([(identity: EndpointIdentity, isRunning: Bool)])
  }

  private var entries: [IPAddress: Entry] = [:]
  private var finishedPods: [IPAddress: EndpointIdentity] = [:]
  private var podIndexes: [String: Int] = [:]
  private var nodeIndexes: [String: Int] = [:]
  private let pods: [Pod]
  /// Every node with all its addresses (D9), in ascending order of the name.
  public let nodes: [Node]
  /// Addresses that several live pods list (D8), with those pods; in ascending order.
  public private(set) var conflicts: [(address: IPAddress, pods: [EndpointIdentity])] = []

  /// - Complexity: O(n) in the number of addresses of the cluster.
  public init(_ snapshot: ClusterSnapshot) {
    pods = snapshot.pods
    nodes = Self.completeNodes(of: snapshot)

    for service in snapshot.services {
      let identity = EndpointIdentity(service)
      for address in service.clusterAddresses + service.externalAddresses
      where entries[address] == nil {
        entries[address] = .one(identity)
      }
    }
    var nodesOfAddress: [IPAddress: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      nodeIndexes[node.name] = index
      for address in node.addresses { nodesOfAddress[address, default: []].append(index) }
    }
    for (address, indexes) in nodesOfAddress {
      let owners = indexes.map { nodes[$0] }
      entries[address] = .one(
        owners.count == 1
          ? EndpointIdentity(owners[0])
          : EndpointIdentity(kind: .node, name: owners.map(\.name).joined(separator: ",")))
    }

    var owners: [IPAddress: [Int]] = [:]
    for (index, pod) in pods.enumerated() {
      podIndexes["\(pod.namespace)/\(pod.name)"] = index
      guard pod.isEndpoint else {
        if pod.isFinished, !pod.isHostNetwork {
          for address in pod.addresses where finishedPods[address] == nil {
            finishedPods[address] = EndpointIdentity(pod)
          }
        }
        continue
      }
      for address in pod.addresses { owners[address, default: []].append(index) }
    }
    var identities: [Int: EndpointIdentity] = [:]
    func identity(_ index: Int) -> EndpointIdentity {
      if let known = identities[index] { return known }
      let identity = EndpointIdentity(pods[index])
      identities[index] = identity
      return identity
    }
    for (address, indexes) in owners {
      if indexes.count == 1 {
        entries[address] = .one(identity(indexes[0]))
        continue
      }
      let ranked = indexes.sorted { left, right in
        let (left, right) = (pods[left], pods[right])
        if (left.phase == .running) != (right.phase == .running) { return left.phase == .running }
        return (left.namespace, left.name) < (right.namespace, right.name)
      }
      entries[address] = .pods(ranked.map { (identity($0), pods[$0].phase == .running) })
      let isFirstRunning = pods[ranked[0]].phase == .running
      let rivals = ranked.filter { (pods[$0].phase == .running) == isFirstRunning }
      if rivals.count > 1 { conflicts.append((address, rivals.map(identity))) }
    }
    conflicts.sort { $0.address < $1.address }
  }

  /// Every node of the snapshot and of its pods, with the addresses of D9. A pod that has host addresses and no node
  /// name is on a node without a name.
  private static func completeNodes(of snapshot: ClusterSnapshot) -> [Node] {
    var nodes: [String: Node] = [:]
    for node in snapshot.nodes where nodes[node.name] == nil { nodes[node.name] = node }
    for pod in snapshot.pods {
      let further = pod.hostAddresses + (pod.isHostNetwork ? pod.addresses : [])
      if pod.nodeName == nil, further.isEmpty { continue }
      let name = pod.nodeName ?? ""
      var node = nodes[name] ?? Node(name: name)
      for address in further where !node.addresses.contains(address) {
        node.addresses.append(address)
      }
      nodes[name] = node
    }
    return nodes.values.sorted { $0.name < $1.name }
  }

  /// The owner of `address` at `time`; a `nil` time asks for the owner by the dump alone.
  ///
  /// Complexity: O(1), and O(n) in the number of pods that share the address.
  public func owner(of address: IPAddress, at time: Timestamp? = nil) -> Endpoint.Owner {
    switch entries[address] {
    case nil: return .external
    case .one(let identity)?:
      return Self.hasStarted(identity, at: time) ? .known(identity) : .startedLater([identity])
    case .pods(let pods)?:
      let present = pods.filter { Self.hasStarted($0.identity, at: time) }
      guard let first = present.first else { return .startedLater(pods.map(\.identity)) }
      let rivals = present.filter { $0.isRunning == first.isRunning }.map(\.identity)
      if rivals.count > 1 { return .conflict(rivals) }
      return first.identity === pods[0].identity
        ? .known(first.identity) : .replaced(then: first.identity, now: pods[0].identity)
    }
  }

  private static func hasStarted(_ identity: EndpointIdentity, at time: Timestamp?) -> Bool {
    guard let time, let start = identity.startTime else { return true }
    return start <= time
  }

  /// A finished pod that still lists `address` though it owns it no longer (N26).
  public func finishedPod(listing address: IPAddress) -> EndpointIdentity? {
    finishedPods[address]
  }

  public func pod(namespace: String, name: String) -> Pod? {
    podIndexes["\(namespace)/\(name)"].map { pods[$0] }
  }

  /// The node with all its addresses (D9).
  public func node(named name: String) -> Node? { nodeIndexes[name].map { nodes[$0] } }
}
