import ClusterModel
import FlowTracking
import NetworkTypes

/// The Services of a cluster: their addresses, and the endpoints behind each of their ports.
///
/// Endpoints are the ready ones of the Service's EndpointSlices; a Service without any slice in the dump gets those that
/// its selector and target ports give. Immutable after init.
public struct ServiceDirectory: Sendable {
  /// One port of one Service in one address family: an entry of ``translation``.
  public struct Entry: Sendable, Hashable {
    public var namespace: String
    public var name: String
    public var portName: String?
    public var ipProtocol: IPProtocol
    /// The Service's port, not the node port.
    public var port: UInt16
    public var family: AddressFamily
  }

  /// What the flow tracker needs: addresses and ports only.
  public private(set) var translation = ServiceTranslation()
  /// The Service and port of each entry of ``translation``.
  public private(set) var entries: [Entry] = []
  /// Frontends that two Services claim; the first by namespace and name has it.
  public private(set) var conflicts: [(frontend: ServiceTranslation.Frontend, services: [String])] =
    []

  private var services: [String: Service] = [:]

  /// - Complexity: O(n) in the number of Services, endpoints, and node ports times nodes.
  public init(_ snapshot: ClusterSnapshot, endpoints: EndpointDirectory) {
    let slices = Dictionary(grouping: snapshot.endpointSlices) {
      "\($0.namespace)/\($0.serviceName)"
    }
    let resolver = EndpointResolver(pods: snapshot.pods)
    let ordered = snapshot.services.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    for service in ordered {
      let key = "\(service.namespace)/\(service.name)"
      services[key] = service
      for port in service.ports {
        for family in AddressFamily.allCases {
          let frontends = Self.frontends(
            of: port, service: service, family: family, nodes: endpoints.nodes)
          guard !frontends.isEmpty else { continue }
          let backends = resolver.backends(
            of: port, service: service, slices: slices[key], family: family)
          add(
            Entry(
              namespace: service.namespace, name: service.name, portName: port.name,
              ipProtocol: port.ipProtocol, port: port.number, family: family),
            frontends: frontends, backends: backends)
        }
      }
    }
  }

  private mutating func add(
    _ entry: Entry, frontends: [ServiceTranslation.Frontend],
    backends: [ServiceTranslation.Backend]
  ) {
    let index = entries.count
    entries.append(entry)
    translation.backends.append(backends)
    for frontend in frontends {
      guard let other = translation.entries[frontend] else {
        translation.entries[frontend] = index
        continue
      }
      let first = entries[other]
      conflicts.append(
        (frontend, ["\(first.namespace)/\(first.name)", "\(entry.namespace)/\(entry.name)"]))
    }
  }

  /// Where clients reach `port`: the cluster and external addresses, and the node port on every node.
  private static func frontends(
    of port: Service.Port, service: Service, family: AddressFamily, nodes: [Node]
  ) -> [ServiceTranslation.Frontend] {
    var result: [ServiceTranslation.Frontend] = []
    for address in service.clusterAddresses + service.externalAddresses
    where address.family == family {
      result.append(.init(address: address, ipProtocol: port.ipProtocol, port: port.number))
    }
    if let nodePort = port.nodePort {
      for node in nodes {
        for address in node.addresses where address.family == family {
          result.append(.init(address: address, ipProtocol: port.ipProtocol, port: nodePort))
        }
      }
    }
    return result
  }

  public func service(namespace: String, name: String) -> Service? {
    services["\(namespace)/\(name)"]
  }

  /// Whether `address` is the Service's own, not one that leads to it from outside.
  func isClusterAddress(
    _ address: IPAddress, of reference: VerdictRecord.ServiceReference
  ) -> Bool {
    service(namespace: reference.namespace, name: reference.name)?.clusterAddresses
      .contains(address) ?? false
  }

  /// The entry that a connection to `address` and `port` uses.
  public func entryIndex(
    address: IPAddress, ipProtocol: IPProtocol, port: UInt16
  ) -> Int? {
    translation.entries[.init(address: address, ipProtocol: ipProtocol, port: port)]
  }
}
