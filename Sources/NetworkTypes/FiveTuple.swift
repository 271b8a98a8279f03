/// The key of a flow: both addresses, the protocol and both ports, in host order.
///
/// Ports are 0 for protocols that have none.
public struct FiveTuple: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var ipProtocol: IPProtocol
  public var sourcePort: UInt16
  public var destinationPort: UInt16

  public init(
    source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol, sourcePort: UInt16 = 0,
    destinationPort: UInt16 = 0
  ) {
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
  }

  /// The same flow as the other end sends it.
  public var reversed: FiveTuple {
    FiveTuple(
      source: destination, destination: source, ipProtocol: ipProtocol,
      sourcePort: destinationPort, destinationPort: sourcePort)
  }
}

extension FiveTuple: CustomStringConvertible {
  public var description: String {
    func end(_ address: IPAddress, _ port: UInt16) -> String {
      address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
    return "\(ipProtocol) \(end(source, sourcePort)) -> \(end(destination, destinationPort))"
  }
}
