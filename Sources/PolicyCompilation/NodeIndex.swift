import ClusterModel
import NetworkTypes

/// Nodes by number, with all their addresses (D9).
///
/// A hostNetwork pod's addresses are its node's, whatever its phase. A node that only pods name is made up, and so is one
/// without name and labels for each distinct list of addresses of pods that name no node.
struct NodeIndex {
  private(set) var names: [String] = []
  private(set) var labels: [Labels] = []
  private(set) var addresses: [Set<IPAddress>] = []
  private var numbers: [String: UInt32] = [:]
  /// Number of each pod's node plus 1, by position in the snapshot; 0 without.
  private(set) var nodeOfPod: [UInt32] = []
  /// Host addresses entered last for each node: its pods mostly list the same.
  private var lastHostAddresses: [[IPAddress]] = []
  /// The addresses of each node that its own object lists.
  private var ownAddresses: [Set<IPAddress>] = []

  init(_ nodes: [Node], _ pods: Span<Pod>) {
    for node in nodes {
      let isNew = numbers[node.name] == nil
      let number = number(node.name)
      if isNew { labels[Int(number)] = node.labels }
      addresses[Int(number)].formUnion(node.addresses)
    }
    ownAddresses = addresses
    nodeOfPod.reserveCapacity(pods.count)
    for position in pods.indices {
      let hostAddresses = pods[position].hostAddresses
      let isHostNetwork = pods[position].isHostNetwork
      let number: UInt32
      if let name = pods[position].nodeName {
        number = self.number(name)
      } else if hostAddresses.isEmpty && !isHostNetwork {
        nodeOfPod.append(0)
        continue
      } else {
        number = unnamed(hostAddresses + (isHostNetwork ? pods[position].addresses : []))
      }
      nodeOfPod.append(number + 1)
      let node = Int(number)
      if lastHostAddresses[node] != hostAddresses {
        addresses[node].formUnion(hostAddresses)
        lastHostAddresses[node] = hostAddresses
      }
      if isHostNetwork { addresses[node].formUnion(pods[position].addresses) }
    }
  }

  /// The node asked for last: neighbours in a dump can share it.
  private var lastName = ""
  private var lastNumber: UInt32?

  private var unnamedNodes: [[IPAddress]: UInt32] = [:]

  /// The node without name that has these addresses.
  private mutating func unnamed(_ hostAddresses: [IPAddress]) -> UInt32 {
    if let number = unnamedNodes[hostAddresses] { return number }
    let number = add("")
    unnamedNodes[hostAddresses] = number
    return number
  }

  private mutating func number(_ name: String) -> UInt32 {
    if let lastNumber, lastName == name { return lastNumber }
    let number: UInt32
    if let known = numbers[name] {
      number = known
    } else {
      number = add(name)
      numbers[name] = number
    }
    lastName = name
    lastNumber = number
    return number
  }

  private mutating func add(_ name: String) -> UInt32 {
    names.append(name)
    labels.append(.empty)
    addresses.append([])
    lastHostAddresses.append([])
    return UInt32(names.count - 1)
  }

  func makeLabelIndex(_ vocabulary: inout LabelVocabulary) -> LabelIndex {
    var interner = ListInterner()
    let ids = labels.map { interner.intern(vocabulary.project($0).span) }
    return LabelIndex(labels: interner, labelIDs: ids)
  }

  // MARK: - Edits

  /// Whether a pod tells of a node without a name.
  static func isUnnamed(_ pod: Pod) -> Bool {
    pod.nodeName == nil && !(pod.hostAddresses.isEmpty && !pod.isHostNetwork)
  }

  /// Adds the next pod, which names its node or tells nothing of one.
  /// - Returns: the addresses that its node did not have before.
  mutating func append(_ pod: Pod) -> [IPAddress] {
    guard let name = pod.nodeName else {
      nodeOfPod.append(0)
      return []
    }
    let number = number(name)
    nodeOfPod.append(number + 1)
    return Self.hostAddresses(of: pod).filter { addresses[Int(number)].insert($0).inserted }
  }

  /// Removes a pod; the last one takes its place.
  ///
  /// - Parameter pods: all pods, the removed one among them.
  /// - Returns: the addresses that its node has no longer.
  /// - Complexity: O(pods) numbers, where the pod told of addresses that its node's object does not list.
  mutating func removePod(at position: Int, _ pods: [Pod]) -> [IPAddress] {
    let node = nodeOfPod[position]
    nodeOfPod[position] = nodeOfPod[nodeOfPod.count - 1]
    nodeOfPod.removeLast()
    guard node != 0 else { return [] }
    let index = Int(node) - 1
    let own = index < ownAddresses.count ? ownAddresses[index] : []
    var gone = Set(Self.hostAddresses(of: pods[position])).subtracting(own)
    guard !gone.isEmpty else { return [] }
    for (other, otherNode) in nodeOfPod.enumerated() where otherNode == node {
      // The last pod has moved to the removed one's place.
      gone.subtract(Self.hostAddresses(of: pods[other == position ? pods.count - 1 : other]))
    }
    addresses[index].subtract(gone)
    lastHostAddresses[index] = []
    return gone.sorted()
  }

  /// The addresses that a pod says its node has.
  private static func hostAddresses(of pod: Pod) -> [IPAddress] {
    pod.hostAddresses + (pod.isHostNetwork ? pod.addresses : [])
  }

  /// The nodes that have an address, ascending.
  func nodes(with address: IPAddress) -> [UInt32] {
    addresses.indices.filter { addresses[$0].contains(address) }.map { UInt32($0) }
  }
}
