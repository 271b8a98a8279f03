import ClusterModel
import NetworkTypes

/// Turns names into the connections that policies are asked about: one for each pair of addresses of one family, and,
/// through a Service, one for each of its endpoints.
public struct ConnectionResolver: Sendable {
  let endpoints: EndpointDirectory
  private let services: ServiceDirectory

  public init(endpoints: EndpointDirectory, services: ServiceDirectory) {
    self.endpoints = endpoints
    self.services = services
  }

  /// All connections of `request`, in ascending order of family, source and destination; never empty.
  /// - Throws: where an end is not in the cluster, has no address, or the Service no such port or no endpoint.
  public func connections(
    for request: ConnectionRequest
  ) throws(ConnectionRequestError) -> [Connection] {
    let families = try families(of: request)
    let sources = try addresses(of: request.source, part: .source)
    let destinations = try addresses(of: request.destination, part: .destination)
    var result: [Connection] = []
    var hasPair = false
    for family in families {
      for source in sources where source.family == family {
        for destination in destinations where destination.family == family {
          hasPair = true
          result += try connections(
            from: source, to: destination, request: request)
        }
      }
    }
    guard hasPair else {
      throw ConnectionRequestError(
        .family,
        "\(request.source) and \(request.destination) have no addresses of "
          + (families.count == 1 ? "IPv\(families[0].rawValue)" : "one family")
          + (request.family == nil && families.count == 1
            ? ", and \(request.ipProtocol) is of no other family" : ""))
    }
    return result
  }

  /// The families to look at: ICMP is of IPv4 alone, ICMPv6 of IPv6 (RFC 792, RFC 4443).
  private func families(
    of request: ConnectionRequest
  ) throws(ConnectionRequestError) -> [AddressFamily] {
    let own: AddressFamily? =
      switch request.ipProtocol {
      case .icmp: .ipv4
      case .icmpv6: .ipv6
      default: nil
      }
    guard let own else { return request.family.map { [$0] } ?? AddressFamily.allCases }
    if let family = request.family, family != own {
      throw ConnectionRequestError(
        .family,
        "\(request.ipProtocol) is not of IPv\(family.rawValue); that has"
          + " \(family == .ipv4 ? "ICMP" : "ICMPv6")")
    }
    return [own]
  }

  private func connections(
    from source: IPAddress, to destination: IPAddress, request: ConnectionRequest
  ) throws(ConnectionRequestError) -> [Connection] {
    let entry = services.entryIndex(
      address: destination, ipProtocol: request.ipProtocol, port: request.port)
    guard let entry else {
      if case .known(let identity) = endpoints.owner(of: destination), identity.kind == .service {
        throw ConnectionRequestError(.port, missingPort(request, of: identity))
      }
      return [
        Connection(
          source: source, destination: destination, ipProtocol: request.ipProtocol,
          destinationPort: request.port)
      ]
    }
    let backends = services.translation.backends[entry]
    guard !backends.isEmpty else {
      let service = services.entries[entry]
      throw ConnectionRequestError(
        .destination,
        "service/\(service.namespace)/\(service.name) has no ready endpoint for"
          + " \(request.ipProtocol) port \(request.port)")
    }
    return backends.map {
      Connection(
        source: source, destination: $0.address, ipProtocol: request.ipProtocol,
        destinationPort: $0.port, isThroughService: true)
    }
  }

  private func missingPort(
    _ request: ConnectionRequest, of identity: EndpointIdentity
  ) -> String {
    let service = services.service(namespace: identity.namespace ?? "", name: identity.name)
    let ports = (service?.ports ?? []).map { "\($0.ipProtocol) \($0.number)" }
    let wanted =
      request.ipProtocol.hasPorts
      ? "\(request.ipProtocol) port \(request.port)"
      : "\(request.ipProtocol)"
    return "\(identity) has no \(wanted); its ports are \(ports.joined(separator: ", "))"
  }

  private func addresses(
    of reference: EndpointReference, part: ConnectionRequestError.Part
  ) throws(ConnectionRequestError) -> [IPAddress] {
    switch reference {
    case .address(let address):
      return [address]
    case .node(let name):
      guard let node = endpoints.node(named: name) else {
        throw ConnectionRequestError(part, "the cluster has no node \(name)")
      }
      guard !node.addresses.isEmpty else {
        throw ConnectionRequestError(part, "\(reference) has no address in the dump")
      }
      return node.addresses
    case .pod(let namespace, let name):
      guard let pod = endpoints.pod(namespace: namespace, name: name) else {
        throw ConnectionRequestError(part, "the cluster has no pod \(namespace)/\(name)")
      }
      guard !pod.isFinished else {
        throw ConnectionRequestError(
          part, "pod \(reference) has finished (\(pod.phase.rawValue)) and owns no address")
      }
      guard !pod.addresses.isEmpty else {
        throw ConnectionRequestError(part, "pod \(reference) has no address in the dump")
      }
      return pod.addresses
    case .service(let namespace, let name):
      guard part == .destination else {
        throw ConnectionRequestError(part, "a Service opens no connections; name a pod")
      }
      guard let service = services.service(namespace: namespace, name: name) else {
        throw ConnectionRequestError(part, "the cluster has no Service \(namespace)/\(name)")
      }
      guard !service.clusterAddresses.isEmpty else {
        throw ConnectionRequestError(
          part, "\(reference) has no cluster IP; name the pods behind it")
      }
      return service.clusterAddresses
    }
  }
}
