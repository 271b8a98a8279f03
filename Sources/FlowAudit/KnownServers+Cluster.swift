import ClusterModel
import FlowTracking
import NetworkTypes

extension KnownServers {
  /// Where something of the cluster listens: container ports that pods declare, Services' addresses and their endpoints;
  /// each also as a port without an address, which counts less.
  public init(_ snapshot: ClusterSnapshot, services: ServiceDirectory) {
    self.init()
    for pod in snapshot.pods where !pod.isFinished {
      for port in pod.ports {
        for address in pod.addresses {
          insertEverywhere(address, port.ipProtocol, port.number)
        }
      }
    }
    for (frontend, index) in services.translation.entries {
      insertEverywhere(frontend.address, frontend.ipProtocol, frontend.port)
      for backend in services.translation.backends[index] {
        insertEverywhere(backend.address, frontend.ipProtocol, backend.port)
      }
    }
  }

  private mutating func insertEverywhere(
    _ address: IPAddress, _ ipProtocol: IPProtocol, _ port: UInt16
  ) {
    insert(Place(address: address, ipProtocol: ipProtocol, port: port))
    insert(Place(ipProtocol: ipProtocol, port: port))
  }
}
