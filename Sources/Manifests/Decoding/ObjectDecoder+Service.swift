import ClusterModel
import NetworkTypes

extension ObjectDecoder where Reader: ~Copyable {
  mutating func decodeService(_ seen: UInt64) throws(SyntaxProblem) {
    var service = Service(namespace: "", name: "")
    var external: [IPAddress] = []
    try readFields(ServiceField.table, seen: seen) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .apiVersion, .kind: try decoder.reader.skipValue()
      case .metadata: try decoder.readMetadata()
      case .spec: try decoder.readServiceSpec(&service)
      case .status: try decoder.readServiceStatus(&external)
      }
    }
    for address in external where !service.externalAddresses.contains(address) {
      service.externalAddresses.append(address)
    }
    service.name = header.name
    service.namespace = header.namespace.isEmpty ? defaultNamespace : header.namespace
    guard
      admit(
        count: records.services.count,
        { records, index in
          service.location = records.services[index].location
          return records.services[index] == service
        })
    else { return }
    service.location = location(objectMark)
    records.services.append(service)
  }

  private mutating func readServiceSpec(_ service: inout Service) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var cluster: [IPAddress] = []
    try readFields(ServiceSpecField.table) { decoder, field throws(SyntaxProblem) in
      switch field {
      case .type:
        guard let text = try decoder.readSharedText(), !text.isEmpty else { return }
        if let kind = Service.Kind(rawValue: text) {
          service.kind = kind
        } else {
          decoder.report(
            .unsupportedValue,
            "`\(text.shortened)` is no type of a Service; it is ClusterIP, NodePort, LoadBalancer or ExternalName",
            consequence: "it is taken to be ClusterIP")
        }
      case .clusterIP: try decoder.readClusterAddress(&cluster)
      case .clusterIPs:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          try decoder.readClusterAddress(&cluster)
        }
      case .externalIPs:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          if let address = try decoder.readAddress() { service.externalAddresses.append(address) }
        }
      case .ports:
        try decoder.readEach { decoder throws(SyntaxProblem) in
          let first = decoder.pending.count
          try decoder.readServicePort(&service.ports)
          decoder.noteConsequence("the port is left out", since: first)
        }
      case .selector: service.selector = try decoder.readServiceSelector()
      case .publishNotReadyAddresses:
        service.publishesNotReadyAddresses = try decoder.readBoolean() ?? false
      }
    }
    service.clusterAddresses = cluster
  }

  /// Reads each item of a list; what is no list is reported.
  mutating func readEach(
    _ body: (inout Self) throws(SyntaxProblem) -> Void
  ) throws(SyntaxProblem) {
    guard try enterSequence() == .entered else { return }
    try readItems { decoder, _ throws(SyntaxProblem) in try body(&decoder) }
  }

  /// A cluster address; `None` marks a headless Service, which has none.
  private mutating func readClusterAddress(
    _ addresses: inout [IPAddress]
  ) throws(SyntaxProblem) {
    guard try readTextValue() == .text else { return }
    let text = reader.text
    if text.isEmpty || text == "None" { return }
    guard let address = IPAddress(lenient: text).map({ $0.mappedIPv4 ?? $0 }) else {
      return report(
        .badCIDR, BlockText.addressProblem(text.shortened),
        consequence: "the address is left out")
    }
    if !addresses.contains(address) { addresses.append(address) }
  }

  private mutating func readServiceSelector() throws(SyntaxProblem) -> [String: String]? {
    guard try enterMapping() == .entered else { return nil }
    var selector: [String: String] = [:]
    try readLabelPairs { decoder, key, value in
      selector[decoder.records.interner[key]] = decoder.records.interner[value]
    }
    // The API server reads an empty selector as none.
    return selector.isEmpty ? nil : selector
  }

  private mutating func readServicePort(_ ports: inout [Service.Port]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    var port = Service.Port(number: 0)
    var hasNumber = false
    var isValid = true
    try readFields(ServicePortField.table) { decoder, field throws(SyntaxProblem) in
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
        hasNumber = true
        switch try decoder.readPortNumber("port") {
        case .value(let number): port.number = UInt16(number)
        case .null: hasNumber = false
        case .wrongType: isValid = false
        }
      case .targetPort:
        switch try decoder.readPortOrName() {
        case .number(let number): port.target = number == 0 ? nil : .number(UInt16(number))
        case .name(let name): port.target = .name(name)
        case .null: break
        case .invalid: isValid = false
        }
      case .nodePort:
        // 0 asks the server to choose one, as absence does.
        if case .value(let number) = try decoder.readNumber(), (1...65_535).contains(number) {
          port.nodePort = UInt16(number)
        }
      }
    }
    if !hasNumber {
      report(
        .missingField, "the port has no number; add `port:`", field: "port",
        consequence: "the port is left out")
    } else if isValid {
      ports.append(port)
    }
  }

  /// A port number (0 included) or a port's name.
  mutating func readPortOrName() throws(SyntaxProblem) -> PortOrName {
    guard try reader.nextShape() == .scalar else {
      let found = try skipContainer()
      report(.wrongType, "\(subject) must be a port number or a port's name, not \(found)")
      return .invalid
    }
    let type = try reader.readScalar()
    switch type {
    case .null: return .null
    case .text:
      let name = sharedText
      if let problem = Names.portNameProblem(name) {
        report(
          .badName, Names.portNameFinding(name, problem), rules: ["N32"])
        return .invalid
      }
      return .name(name)
    case .integer, .ambiguousNumber:
      guard case .value(let number) = integerValue(type) else { return .invalid }
      guard (0...65_535).contains(number) else {
        report(
          .outOfRange, "port \(reader.text.shortened) is not a port; it must be 1 to 65535",
          rules: ["N32"])
        return .invalid
      }
      return .number(number)
    case .float, .boolean, .ambiguousBoolean:
      report(
        .wrongType, "\(subject) must be a port number or a port's name, not \(quotedScalar)",
        rules: ["N32"])
      return .invalid
    }
  }

  private mutating func readServiceStatus(_ addresses: inout [IPAddress]) throws(SyntaxProblem) {
    guard try enterMapping() == .entered else { return }
    try readFields(ServiceStatusField.table) { decoder, _ throws(SyntaxProblem) in
      guard try decoder.enterMapping() == .entered else { return }
      try decoder.readFields(LoadBalancerField.table) { decoder, _ throws(SyntaxProblem) in
        try decoder.readEach { decoder throws(SyntaxProblem) in
          guard try decoder.enterMapping() == .entered else { return }
          try decoder.readFields(LoadBalancerIngressField.table) {
            decoder, _ throws(SyntaxProblem) in
            if let address = try decoder.readAddress() { addresses.append(address) }
          }
        }
      }
    }
  }
}

/// A value that is a port number or a port's name.
enum PortOrName {
  case number(Int)
  case name(String)
  case null
  case invalid
}

private enum ServiceField: String, FieldName {
  case apiVersion, kind, metadata, spec, status
  static let table = FieldTable<ServiceField>("a Service")
}

private enum ServiceSpecField: String, FieldName {
  case type, clusterIP, clusterIPs, externalIPs, ports, selector, publishNotReadyAddresses
  static let table = FieldTable<ServiceSpecField>(
    "the spec of a Service",
    ignored: [
      "sessionAffinity", "loadBalancerIP", "loadBalancerSourceRanges", "externalName",
      "externalTrafficPolicy", "healthCheckNodePort", "sessionAffinityConfig", "ipFamilies",
      "ipFamily", "ipFamilyPolicy", "allocateLoadBalancerNodePorts", "loadBalancerClass",
      "internalTrafficPolicy", "trafficDistribution", "topologyKeys",
    ],
    hints: ["matchLabels": "a Service's selector has the labels themselves, without `matchLabels`"],
    nested: [.selector: .anyName, .ports: .list("port", "targetPort", "protocol", "nodePort")])
}

private enum ServicePortField: String, FieldName {
  case name, `protocol`, port, targetPort, nodePort
  static let table = FieldTable<ServicePortField>(
    "a port of a Service", ignored: ["appProtocol"],
    hints: ["containerPort": "did you mean `targetPort`?"])
}

private enum ServiceStatusField: String, FieldName {
  case loadBalancer
  static let table = FieldTable<ServiceStatusField>(
    "the status of a Service", ignored: ["conditions"])
}

private enum LoadBalancerField: String, FieldName {
  case ingress
  static let table = FieldTable<LoadBalancerField>("the load balancer of a Service")
}

private enum LoadBalancerIngressField: String, FieldName {
  case ip
  static let table = FieldTable<LoadBalancerIngressField>(
    "an address of a load balancer", ignored: ["hostname", "ipMode", "ports"])
}
