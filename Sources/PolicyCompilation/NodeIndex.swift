import ClusterModel
import NetworkTypes

/// Nodes by number, with all their addresses (D9).
///
/// A hostNetwork pod's addresses are its node's, whatever its phase. A node that only pods name is made up; addresses of
/// pods without a node name belong to one without name and labels.
struct NodeIndex {
  private(set) var names: [String] = []
  private(set) var labels: [Labels] = []
  private(set) var addresses: [Set<IPAddress>] = []
  private var numbers: [String: UInt32] = [:]
  /// Number of each pod's node plus 1, by position in the snapshot; 0 without.
  private(set) var nodeOfPod: [UInt32] = []
  /// Host address entered last for each node.
  private var lastHostAddress: [IPAddress?] = []

  init(_ nodes: [Node], _ pods: Span<Pod>) {
    for node in nodes {
      let number = number(node.name)
      if labels[Int(number)].isEmpty { labels[Int(number)] = node.labels }
      addresses[Int(number)].formUnion(node.addresses)
    }
    nodeOfPod.reserveCapacity(pods.count)
    for position in pods.indices {
      let name = pods[position].nodeName
      var number: UInt32?
      if let name { number = self.number(name) }
      nodeOfPod.append(number.map { $0 + 1 } ?? 0)
      let hasHostAddresses = !pods[position].hostAddresses.isEmpty
      guard hasHostAddresses || pods[position].isHostNetwork else { continue }
      let node = Int(number ?? self.number(""))
      for address in pods[position].hostAddresses where lastHostAddress[node] != address {
        addresses[node].insert(address)
        lastHostAddress[node] = address
      }
      if pods[position].isHostNetwork { addresses[node].formUnion(pods[position].addresses) }
    }
  }

  private mutating func number(_ name: String) -> UInt32 {
    if let number = numbers[name] { return number }
    let number = UInt32(names.count)
    numbers[name] = number
    names.append(name)
    labels.append(.empty)
    addresses.append([])
    lastHostAddress.append(nil)
    return number
  }

  func makeLabelIndex(_ vocabulary: inout LabelVocabulary) -> LabelIndex {
    var interner = ListInterner()
    let ids = labels.map { interner.intern(vocabulary.project($0).span) }
    return LabelIndex(labels: interner, labelIDs: ids)
  }
}
