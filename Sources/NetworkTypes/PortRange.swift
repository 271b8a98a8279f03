/// An inclusive range of ports.
public struct PortRange: Hashable, Sendable {
  public let first: UInt16
  public let last: UInt16

  /// - Precondition: `first <= last`.
  public init(_ first: UInt16, through last: UInt16) {
    precondition(first <= last, "a port range ends before it starts")
    self.first = first
    self.last = last
  }

  /// The range of one port.
  public init(_ port: UInt16) { self.init(port, through: port) }

  @inlinable
  public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }
}

extension PortRange: CustomStringConvertible {
  public var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
