import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeNode(_ seen: UInt64) throws(SyntaxProblem) {
    var node = Node(name: "")
    try readFields(NodeField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .status: try decoder.readNodeStatus(&node)
      }
    }
    node.name = header.name
    node.labels = header.labels
    guard
      admit(
        count: records.nodes.count,
        { records, index in
          node.location = records.nodes[index].location
          return records.nodes[index] == node
        })
    else { return }
    node.location = location(objectMark)
    records.nodes.append(node)
  }

  private mutating func readNodeStatus(_ node: inout Node) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    try readFields(NodeStatusField.table) { decoder, _ throws(SyntaxProblem) in
      guard try decoder.enterSequence() == .entered else { return }
      try decoder.readItems { decoder, _ throws(SyntaxProblem) in
        try decoder.readNodeAddress(&node.addresses)
      }
    }
  }

  /// One item of `status.addresses`: every IP counts, names are passed over (D9).
  private mutating func readNodeAddress(_ addresses: inout [IPAddress]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var type = ""
    var text: String?
    var mark = place
    try readFields(NodeAddressField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .type: type = try decoder.readSharedText() ?? ""
      case .address:
        mark = decoder.place
        text = try decoder.readText()
      }
    }
    guard let text, !text.isEmpty else { return }
    if let address = IPAddress(lenient: text).map({ $0.mappedIPv4 ?? $0 }) {
      if !addresses.contains(address) { addresses.append(address) }
    } else if type == "InternalIP" || type == "ExternalIP" {
      report(
        .badCIDR, BlockText.addressProblem(text.shortened), field: "address", at: mark,
        consequence: "the address is left out")
    }
  }
}

private enum NodeField: String, FieldName {
  case apiVersion, kind, metadata, status
  static let table = FieldTable<NodeField>("a Node", ignored: ["spec"])
}

private enum NodeStatusField: String, FieldName {
  case addresses
  static let table = FieldTable<NodeStatusField>(
    "the status of a Node",
    ignored: [
      "capacity", "allocatable", "phase", "conditions", "daemonEndpoints", "nodeInfo", "images",
      "volumesInUse", "volumesAttached", "config", "runtimeHandlers", "features",
      "declaredFeatures",
    ])
}

private enum NodeAddressField: String, FieldName {
  case type, address
  static let table = FieldTable<NodeAddressField>("an address of a Node")
}
