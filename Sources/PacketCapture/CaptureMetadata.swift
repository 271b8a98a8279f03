import NetworkTypes

/// What a pcapng capture says about its origin, and names that it gives to addresses.
public struct CaptureMetadata: Sendable, Hashable {
  /// Comments of the sections' headers.
  public var comments: [String] = []
  /// Names from name-resolution blocks, in the capture's order.
  public var names: [IPAddress: [String]] = [:]

  public init() {}
}
