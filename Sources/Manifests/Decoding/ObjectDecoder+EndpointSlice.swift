import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeEndpointSlice(_ seen: UInt64) throws(SyntaxProblem) {
    var slice = EndpointSlice(namespace: "", name: "", serviceName: "")
    var holdsNames = false
    var endpoints: [EndpointRead] = []
    try readFields(EndpointSliceField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .addressType: holdsNames = try decoder.readSharedText() == "FQDN"
      case .endpoints:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readEndpoint(&endpoints)
        }
      case .ports:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readEndpointPort(&slice.ports)
        }
      }
    }
    if !holdsNames { settleAddresses(&endpoints) }
    slice.endpoints = endpoints.map(\.endpoint)
    slice.name = header.name
    slice.namespace = header.namespace.isEmpty ? defaultNamespace : header.namespace
    slice.serviceName = header.labels["kubernetes.io/service-name"] ?? ""
    guard
      admit(
        count: records.endpointSlices.count,
        { records, index in
          slice.location = records.endpointSlices[index].location
          return records.endpointSlices[index] == slice
        })
    else { return }
    slice.location = location(objectMark)
    records.endpointSlices.append(slice)
  }

  /// An endpoint whose addresses are still text, since the slice's type may follow them.
  private struct EndpointRead {
    var endpoint: EndpointSlice.Endpoint
    var texts: [(text: String, mark: Mark, index: Int)] = []
    var index: Int
  }

  private mutating func readEndpoint(_ endpoints: inout [EndpointRead]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var read = EndpointRead(
      endpoint: EndpointSlice.Endpoint(addresses: []), index: path.last?.index ?? 0)
    try readFields(EndpointField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .addresses:
        guard try decoder.enterSequence() == .entered else { return }
        try decoder.readItems { decoder, index throws(SyntaxProblem) in
          let mark = decoder.place
          guard let text = try decoder.readText() else { return }
          if let address = IPAddress(text) {
            read.endpoint.addresses.append(address.mappedIPv4 ?? address)
          } else {
            read.texts.append((text, mark, index))
          }
        }
      case .conditions:
        guard try decoder.enterMapping() == .entered else { return }
        try decoder.readFields(EndpointConditionField.table) { decoder, _ throws(SyntaxProblem) in
          read.endpoint.isReady = try decoder.readBoolean() ?? true
        }
      case .nodeName: read.endpoint.nodeName = try decoder.readSharedText()
      case .targetRef: read.endpoint.podName = try decoder.readTargetPod()
      }
    }
    endpoints.append(read)
  }

  /// Reads what is left of the addresses, now that they are known to be addresses and not domain names.
  private mutating func settleAddresses(_ endpoints: inout [EndpointRead]) {
    for position in endpoints.indices {
      for (text, mark, index) in endpoints[position].texts {
        if let address = IPAddress(lenient: text) {
          endpoints[position].endpoint.addresses.append(address.mappedIPv4 ?? address)
          continue
        }
        path.append(PathStep(name: "endpoints", mark: mark))
        path.append(PathStep(name: "", index: endpoints[position].index, mark: mark))
        path.append(PathStep(name: "addresses", mark: mark))
        path.append(PathStep(name: "", index: index, mark: mark))
        report(
          .badCIDR, BlockText.addressProblem(text.shortened),
          consequence: "the address is left out")
        path.removeLast(4)
      }
    }
  }

  /// The name of the pod that an object reference names; `nil` for other kinds.
  mutating func readTargetPod() throws(SyntaxProblem) -> String? {
    guard try enterMapping() == .entered else { return nil }
    var kind: String?
    var name: String?
    try readFields(TargetReferenceField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .kind: kind = try decoder.readSharedText()
      case .name: name = try decoder.readText()
      }
    }
    return kind == "Pod" ? name : nil
  }

  mutating func readEndpointPort(_ ports: inout [EndpointSlice.Port]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var port = EndpointSlice.Port(number: nil)
    var isValid = true
    try readFields(EndpointPortField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .name:
        let name = try decoder.readSharedText()
        port.name = name?.isEmpty == true ? nil : name
      case .protocol:
        switch try decoder.readProtocol() {
        case .value(let value): port.ipProtocol = value
        case .null: break
        case .invalid: isValid = false
        }
      case .port:
        switch try decoder.readPortNumber("port") {
        case .value(let number): port.number = UInt16(number)
        case .null: break
        case .wrongType: isValid = false
        }
      }
    }
    if isValid { ports.append(port) }
  }
}

private enum EndpointSliceField: String, FieldName {
  case apiVersion, kind, metadata, addressType, endpoints, ports
  static let table = FieldTable<EndpointSliceField>("an EndpointSlice")
}

private enum EndpointField: String, FieldName {
  case addresses, conditions, nodeName, targetRef
  static let table = FieldTable<EndpointField>(
    "an endpoint", ignored: ["hostname", "deprecatedTopology", "zone", "hints"])
}

private enum EndpointConditionField: String, FieldName {
  case ready
  static let table = FieldTable<EndpointConditionField>(
    "the conditions of an endpoint", ignored: ["serving", "terminating"])
}

private enum EndpointPortField: String, FieldName {
  case name, `protocol`, port
  static let table = FieldTable<EndpointPortField>(
    "a port of an endpoint", ignored: ["appProtocol"])
}

private enum TargetReferenceField: String, FieldName {
  case kind, name
  static let table = FieldTable<TargetReferenceField>(
    "a reference to an object",
    ignored: ["namespace", "uid", "apiVersion", "resourceVersion", "fieldPath"])
}
