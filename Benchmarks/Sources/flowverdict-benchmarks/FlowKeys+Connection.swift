import ClusterModel
import LookupTable
import NetworkTypes

extension IPv4FlowKey {
  /// - Precondition: both addresses are IPv4.
  init(_ connection: Connection) {
    self.init(
      source: UInt32(truncatingIfNeeded: connection.source.low),
      destination: UInt32(truncatingIfNeeded: connection.destination.low),
      destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
  }
}

extension IPv6FlowKey {
  /// - Precondition: both addresses are IPv6.
  init(_ connection: Connection) {
    self.init(
      sourceHigh: connection.source.high, sourceLow: connection.source.low,
      destinationHigh: connection.destination.high, destinationLow: connection.destination.low,
      destinationPort: connection.destinationPort, ipProtocol: connection.ipProtocol.rawValue)
  }
}
