import NetworkTypes

/// What is judged: the first packet of a connection, after service translation (semantics 2.0).
public struct Connection: Hashable, Sendable {
  public var source: IPAddress
  public var destination: IPAddress
  public var ipProtocol: IPProtocol
  /// Destination port (N34); 0 for protocols without ports.
  public var destinationPort: UInt16
  /// Whether the client addressed a Service. With the same pod on both ends that is a hairpin (A22, D3).
  public var isThroughService: Bool

  public init(
    source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol, destinationPort: UInt16,
    isThroughService: Bool = false
  ) {
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
    self.destinationPort = destinationPort
    self.isThroughService = isThroughService
  }
}

/// Both sides of a connection, each always evaluated, and the whole.
public struct ConnectionDecision: Hashable, Sendable {
  /// The source's egress side.
  public var egress: SideDecision
  /// The destination's ingress side.
  public var ingress: SideDecision

  public init(egress: SideDecision, ingress: SideDecision) {
    self.egress = egress
    self.ingress = ingress
  }

  /// Allowed iff both sides allow (semantics 2.0, step 5).
  public var isAllowed: Bool { egress.isAllowed && ingress.isAllowed }

  /// The verdict of the whole; `notEvaluated` where neither side is a pod, `undecided` where a side is and the other
  /// does not deny.
  public var verdict: Verdict {
    if egress.reason == .notAPod && ingress.reason == .notAPod { return .notEvaluated }
    let sides = [egress, ingress]
    if sides.contains(where: { !$0.isAllowed && $0.reason != .undecided }) { return .denied }
    return sides.contains { $0.reason == .undecided } ? .undecided : .allowed
  }
}
