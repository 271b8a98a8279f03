import ClusterModel
import NetworkTypes

/// Turns the names of a line into the connections that it stands for.
public struct ConnectionExpansion {
  private let snapshot: ClusterSnapshot
  private var pods: [String: Pod] = [:]
  private var services: [String: Service] = [:]
  private var servicesByAddress: [IPAddress: Service] = [:]

  public init(_ snapshot: ClusterSnapshot) {
    self.snapshot = snapshot
    for pod in snapshot.pods { pods["\(pod.namespace)/\(pod.name)"] = pod }
    for service in snapshot.services {
      services["service/\(service.namespace)/\(service.name)"] = service
      for address in service.clusterAddresses { servicesByAddress[address] = service }
    }
  }

  /// Every connection of the line: each pair of addresses of one family, and behind a Service each ready endpoint.
  ///
  /// - Throws: ``ConformanceError`` where a name is unknown or no connection results.
  public func connections(_ line: ConformanceExpectation) throws -> [Connection] {
    var connections: [Connection] = []
    for source in try addresses(line.source) {
      for destination in try addresses(line.destination)
      where destination.family == source.family && (line.family ?? source.family) == source.family {
        connections += behind(destination, line).map { end in
          Connection(
            source: source, destination: end.address, ipProtocol: line.ipProtocol,
            destinationPort: end.port, isThroughService: end.isThroughService)
        }
      }
    }
    if connections.isEmpty { throw ConformanceError("no connection results from \(line)") }
    return connections
  }

  private func addresses(_ name: String) throws -> [IPAddress] {
    if let address = IPAddress(name) { return [address] }
    if let pod = pods[name] { return pod.addresses }
    if let service = services[name] { return service.clusterAddresses }
    if name.hasPrefix("node/"),
      let node = snapshot.nodes.first(where: { "node/\($0.name)" == name })
    {
      return node.addresses
    }
    throw ConformanceError("nothing is called \(name)")
  }

  // MARK: - Services

  private struct End {
    var address: IPAddress
    var port: UInt16
    var isThroughService: Bool
  }

  /// Where a connection to the address ends: at every ready endpoint for a Service's cluster IP, also one written as
  /// an address (D10), else there.
  private func behind(_ address: IPAddress, _ line: ConformanceExpectation) -> [End] {
    guard let service = servicesByAddress[address],
      let port = service.ports.first(where: {
        $0.ipProtocol == line.ipProtocol && $0.number == line.port
      })
    else { return [End(address: address, port: line.port, isThroughService: false)] }
    let slices = snapshot.endpointSlices.filter {
      $0.namespace == service.namespace && $0.serviceName == service.name
    }
    let ends =
      slices.isEmpty ? selectedEnds(service, port) : slices.flatMap { sliceEnds($0, port) }
    return ends.filter { $0.address.family == address.family }
  }

  private func sliceEnds(_ slice: EndpointSlice, _ port: Service.Port) -> [End] {
    let numbers = slice.ports.filter { $0.name == port.name && $0.ipProtocol == port.ipProtocol }
      .map { $0.number ?? port.number }
    return slice.endpoints.filter(\.isReady).flatMap(\.addresses).flatMap { address in
      numbers.map { End(address: address, port: $0, isThroughService: true) }
    }
  }

  /// The endpoints that a control plane would make: running pods that the Service selects.
  private func selectedEnds(_ service: Service, _ port: Service.Port) -> [End] {
    guard let selector = service.selector else { return [] }
    return snapshot.pods.filter { pod in
      pod.namespace == service.namespace && pod.phase == .running
        && selector.allSatisfy { pod.labels[$0.key] == $0.value }
    }.flatMap { pod in
      let numbers: [UInt16] =
        switch port.target {
        case nil: [port.number]
        case .number(let number): [number]
        case .name(let name):
          pod.ports.filter { $0.name == name && $0.ipProtocol == port.ipProtocol }.map(\.number)
        }
      return pod.addresses.flatMap { address in
        numbers.map { End(address: address, port: $0, isThroughService: true) }
      }
    }
  }
}
