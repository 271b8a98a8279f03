import ClusterModel
import NetworkTypes

/// Ports on which something of the cluster is known to listen: container ports of pods and ports of Services.
///
/// The tie-breaker where packets do not show which end opened a connection.
public struct ServerPorts: Sendable {
  /// Protocol and port, wherever they are.
  public struct Port: Hashable, Sendable {
    public var ipProtocol: IPProtocol
    public var number: UInt16

    public init(ipProtocol: IPProtocol, number: UInt16) {
      self.ipProtocol = ipProtocol
      self.number = number
    }
  }

  /// A port of one address.
  public struct Listener: Hashable, Sendable {
    public var address: IPAddress
    public var ipProtocol: IPProtocol
    public var port: UInt16

    public init(address: IPAddress, ipProtocol: IPProtocol, port: UInt16) {
      self.address = address
      self.ipProtocol = ipProtocol
      self.port = port
    }
  }

  /// Ports of single addresses: declared container ports, Service frontends and their endpoints.
  public private(set) var listeners: Set<Listener> = []
  /// The same without the addresses.
  public private(set) var ports: Set<Port> = []

  public init(_ snapshot: ClusterSnapshot, services: ServiceDirectory) {
    for pod in snapshot.pods where !pod.isFinished {
      for port in pod.ports {
        for address in pod.addresses {
          insert(.init(address: address, ipProtocol: port.ipProtocol, port: port.number))
        }
      }
    }
    for (frontend, index) in services.translation.entries {
      insert(
        .init(address: frontend.address, ipProtocol: frontend.ipProtocol, port: frontend.port))
      for backend in services.translation.backends[index] {
        insert(
          .init(address: backend.address, ipProtocol: frontend.ipProtocol, port: backend.port))
      }
    }
  }

  private mutating func insert(_ listener: Listener) {
    listeners.insert(listener)
    ports.insert(Port(ipProtocol: listener.ipProtocol, number: listener.port))
  }
}
