/// A block of addresses that share their first ``length`` bits, as in `10.0.0.0/8`.
///
/// Invariant: the bits of ``address`` after ``length`` are 0.
public struct IPPrefix: Hashable, Sendable {
  /// The first address of the block.
  public let address: IPAddress
  /// Bits that all addresses of the block share: 0 to 32, or 0 to 128.
  public let length: Int

  /// The block of `length` bits that holds `address`; the bits after `length` are cleared.
  /// - Precondition: `length` is 0 to the family's width.
  public init(_ address: IPAddress, length: Int) {
    precondition(length >= 0 && length <= address.family.bitCount, "prefix length out of range")
    self.address = address.masked(to: length)
    self.length = length
  }

  /// The block that holds this one address (`/32` or `/128`).
  public init(host address: IPAddress) {
    self.init(address, length: address.family.bitCount)
  }

  /// Reads `10.0.0.0/8` or `fd00::/8`; clears host bits. `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]),
      parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), parts[1].utf8.count <= 3,
      parts[1].utf8.count == 1 || parts[1].utf8.first != 48,
      let length = Int(parts[1]), length <= address.family.bitCount
    else { return nil }
    self.init(address, length: length)
  }

  public var family: AddressFamily { address.family }

  /// The last address of the block.
  public var lastAddress: IPAddress {
    switch family {
    case .ipv4:
      let hostBits: UInt32 = length == 0 ? .max : length == 32 ? 0 : .max >> UInt32(length)
      return IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low) | hostBits)
    case .ipv6:
      let highHost: UInt64 = length >= 64 ? 0 : .max >> UInt64(length)
      let lowHost: UInt64 = length <= 64 ? .max : length >= 128 ? 0 : .max >> UInt64(length - 64)
      return IPAddress(ipv6High: address.high | highHost, low: address.low | lowHost)
    }
  }

  /// Whether `candidate` is in the block; an address of the other family never is (N20).
  public func contains(_ candidate: IPAddress) -> Bool {
    candidate.family == family && candidate.masked(to: length) == address
  }

  /// Whether every address of `other` is in this block.
  public func contains(_ other: IPPrefix) -> Bool {
    other.length >= length && contains(other.address)
  }
}

extension IPPrefix: CustomStringConvertible {
  public var description: String { "\(address)/\(length)" }
}
