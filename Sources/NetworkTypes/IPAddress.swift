/// An IPv4 or IPv6 address.
///
/// Both families are stored in 128 bits in host order: an IPv4 address is the low 32 bits of ``low``. An
/// IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) stays IPv6 here; where the Kubernetes API reads it as IPv4, the reader
/// of manifests converts it.
public struct IPAddress: Hashable, Sendable {
  /// The upper 64 bits of an IPv6 address; 0 for IPv4.
  public let high: UInt64
  /// The lower 64 bits of an IPv6 address; an IPv4 address in the lower 32.
  public let low: UInt64
  public let family: AddressFamily

  /// An IPv4 address from its 32 bits in host order (`0x0a000001` is 10.0.0.1).
  @inlinable
  public init(ipv4 bits: UInt32) {
    self.high = 0
    self.low = UInt64(bits)
    self.family = .ipv4
  }

  /// An IPv6 address from its two halves in host order.
  @inlinable
  public init(ipv6High high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    self.family = .ipv6
  }

  /// The address with all bits after the first `length` cleared; `length` is clamped to the family's width.
  public func masked(to length: Int) -> IPAddress {
    switch family {
    case .ipv4:
      let mask: UInt32 = length <= 0 ? 0 : length >= 32 ? .max : ~(UInt32.max >> UInt32(length))
      return IPAddress(ipv4: UInt32(truncatingIfNeeded: low) & mask)
    case .ipv6:
      let highMask: UInt64 = length >= 64 ? .max : length <= 0 ? 0 : ~(UInt64.max >> UInt64(length))
      let lowLength = length - 64
      let lowMask: UInt64 =
        lowLength >= 64 ? .max : lowLength <= 0 ? 0 : ~(UInt64.max >> UInt64(lowLength))
      return IPAddress(ipv6High: high & highMask, low: low & lowMask)
    }
  }

  /// The IPv4 bits in host order, or `nil` for an IPv6 address.
  @inlinable
  public var ipv4Bits: UInt32? {
    family == .ipv4 ? UInt32(truncatingIfNeeded: low) : nil
  }

  /// The IPv4 address inside an IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2), else `nil`.
  public var mappedIPv4: IPAddress? {
    guard family == .ipv6, high == 0, low >> 32 == 0xffff else { return nil }
    return IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
  }

  /// The next address, or `nil` after the family's last.
  public var successor: IPAddress? {
    switch family {
    case .ipv4:
      return low == 0xffff_ffff ? nil : IPAddress(ipv4: UInt32(truncatingIfNeeded: low) + 1)
    case .ipv6:
      let (sum, carry) = low.addingReportingOverflow(1)
      if carry && high == .max { return nil }
      return IPAddress(ipv6High: high &+ (carry ? 1 : 0), low: sum)
    }
  }
}

/// IPv4 before IPv6, then by value.
extension IPAddress: Comparable {
  @inlinable
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    if left.family != right.family { return left.family == .ipv4 }
    return left.high != right.high ? left.high < right.high : left.low < right.low
  }
}
