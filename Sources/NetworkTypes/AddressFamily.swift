/// The two families of IP addresses. They never mix: an IPv4 prefix matches no IPv6 address (N20).
public enum AddressFamily: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  case ipv4 = 4
  case ipv6 = 6

  /// Bits of an address: 32 or 128.
  public var bitCount: Int { self == .ipv4 ? 32 : 128 }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
