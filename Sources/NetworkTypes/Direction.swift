/// The side of a pod that a rule speaks of: traffic into it or out of it.
public enum Direction: UInt8, Sendable, Hashable, CaseIterable {
  case ingress
  case egress
}

extension Direction: CustomStringConvertible {
  public var description: String { self == .ingress ? "ingress" : "egress" }
}
