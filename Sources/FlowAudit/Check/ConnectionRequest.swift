import NetworkTypes

/// One connection that someone asks about.
public struct ConnectionRequest: Sendable, Hashable {
  public var source: EndpointReference
  public var destination: EndpointReference
  public var ipProtocol: IPProtocol
  /// The port that the client connects to; 0 for protocols without ports.
  public var port: UInt16
  /// `nil`: whatever both ends have; with both families, every pair of the same family.
  public var family: AddressFamily?

  public init(
    source: EndpointReference, destination: EndpointReference, ipProtocol: IPProtocol,
    port: UInt16, family: AddressFamily? = nil
  ) {
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
    self.port = port
    self.family = family
  }
}

/// Why a ``ConnectionRequest`` cannot be answered. The message names what is wrong and what would be right.
public struct ConnectionRequestError: Error, Sendable, Hashable {
  /// The part of the request at fault.
  public enum Part: Sendable, Hashable {
    case source
    case destination
    case port
    case family
  }

  public var part: Part
  public var message: String

  public init(_ part: Part, _ message: String) {
    self.part = part
    self.message = message
  }
}

extension ConnectionRequestError: CustomStringConvertible {
  public var description: String { message }
}
