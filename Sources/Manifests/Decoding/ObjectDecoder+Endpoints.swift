import ClusterModel
import NetworkTypes

/// Endpoints: the older form of EndpointSlice; each subset becomes one.
extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeEndpoints(_ seen: UInt64) throws(SyntaxProblem) {
    var subsets: [EndpointSlice] = []
    try readFields(EndpointsField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .subsets:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readSubset(&subsets)
        }
      }
    }
    let namespace = header.namespace.isEmpty ? defaultNamespace : header.namespace
    let name = header.name
    for index in subsets.indices {
      subsets[index].namespace = namespace
      subsets[index].name = name
      subsets[index].serviceName = name
    }
    guard
      admit(
        count: records.endpoints.count,
        { records, index in
          let known = records.endpoints[index...].prefix {
            $0.namespace == namespace && $0.name == name
          }
          return known.count == subsets.count
            && zip(known, subsets).allSatisfy {
              $0.ports == $1.ports && $0.endpoints == $1.endpoints
            }
        })
    else { return }
    let location = location(objectMark)
    for index in subsets.indices { subsets[index].location = location }
    records.endpoints += subsets
  }

  private mutating func readSubset(_ subsets: inout [EndpointSlice]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var subset = EndpointSlice(namespace: "", name: "", serviceName: "")
    try readFields(SubsetField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .addresses:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readEndpointAddress(&subset.endpoints, isReady: true)
        }
      case .notReadyAddresses:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readEndpointAddress(&subset.endpoints, isReady: false)
        }
      case .ports:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readEndpointPort(&subset.ports)
        }
      }
    }
    subsets.append(subset)
  }

  private mutating func readEndpointAddress(
    _ endpoints: inout [EndpointSlice.Endpoint], isReady: Bool
  ) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var endpoint = EndpointSlice.Endpoint(addresses: [], isReady: isReady)
    try readFields(EndpointAddressField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .ip:
        if let address = try decoder.readAddress() { endpoint.addresses = [address] }
      case .nodeName: endpoint.nodeName = try decoder.readSharedText()
      case .targetRef: endpoint.podName = try decoder.readTargetPod()
      }
    }
    if !endpoint.addresses.isEmpty { endpoints.append(endpoint) }
  }
}

private enum EndpointsField: String, FieldName {
  case apiVersion, kind, metadata, subsets
  static let table = FieldTable<EndpointsField>("an Endpoints object")
}

private enum SubsetField: String, FieldName {
  case addresses, notReadyAddresses, ports
  static let table = FieldTable<SubsetField>("a subset of Endpoints")
}

private enum EndpointAddressField: String, FieldName {
  case ip, nodeName, targetRef
  static let table = FieldTable<EndpointAddressField>(
    "an address of Endpoints", ignored: ["hostname"])
}
