import ClusterModel
import NetworkTypes

/// Whether items of a rule's ports match a connection, in every tier.
extension ReferenceEvaluator {
  func outcome(_ item: PortMatch, _ side: Side) -> PortOutcome {
    switch item.match {
    case .every(let ipProtocol): everyPort(of: ipProtocol, side)
    case .range(let ipProtocol, let range): port(in: range, of: ipProtocol, side)
    case .named(let name, let ipProtocol): port(named: name, of: ipProtocol, side)
    case .nothing: .fails(.invalid)
    case .unknown: .unknown
    }
  }

  /// N31, A18: all ports of the protocol and none of others.
  private func everyPort(of ipProtocol: IPProtocol, _ side: Side) -> PortOutcome {
    side.connection.ipProtocol == ipProtocol ? .matches : .fails(.otherProtocol(ipProtocol))
  }

  /// N33, N34, A16, A17: both ends of the range belong to it.
  private func port(in range: PortRange, of ipProtocol: IPProtocol, _ side: Side) -> PortOutcome {
    guard side.connection.ipProtocol == ipProtocol else {
      return .fails(.otherProtocol(ipProtocol))
    }
    let port = side.connection.destinationPort
    return range.first <= port && port <= range.last ? .matches : .fails(.outside(range))
  }

  /// N35, N36, N37: any container port of the destination pod with this name and this protocol; without a protocol in
  /// the rule, the container port's own counts (A16, A17).
  private func port(named name: String, of ipProtocol: IPProtocol?, _ side: Side) -> PortOutcome {
    if let ipProtocol, side.connection.ipProtocol != ipProtocol {
      return .fails(.otherProtocol(ipProtocol))
    }
    guard case .pod(let pod) = side.destination else { return .fails(.nameOfNoPod(name)) }
    let numbers = pod.ports
      .filter { $0.name == name && $0.ipProtocol == side.connection.ipProtocol }.map(\.number)
    if numbers.contains(side.connection.destinationPort) { return .matches }
    return .fails(numbers.isEmpty ? .noSuchName(name) : .nameIsOtherPort(name, numbers))
  }
}
