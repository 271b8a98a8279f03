/// What the table knows of all addresses of one class: 16 bytes.
///
/// Addresses that no policy can tell apart share a class.
@frozen
public struct AddressClass: Hashable, Sendable {
  /// ``egressRow``, and ``needsOwner`` in the top bit.
  @usableFromInline var egressRowAndFlags: UInt32
  /// Row of the ingress pair table, as ``egressRow``.
  public var ingressRow: UInt32
  /// Column of the egress pair table when the address is a destination.
  public var egressPeer: UInt32
  /// Column of the ingress pair table when the address is a source.
  public var ingressPeer: UInt32

  @usableFromInline static let ownerFlag: UInt32 = 0x8000_0000

  /// - Parameter needsOwner: whether flows of this class may be exempt by who owns the addresses: node addresses, and
  ///   pods with several addresses of one family.
  public init(
    egressRow: UInt32, ingressRow: UInt32, egressPeer: UInt32, ingressPeer: UInt32,
    needsOwner: Bool
  ) {
    self.egressRowAndFlags = egressRow | (needsOwner ? Self.ownerFlag : 0)
    self.ingressRow = ingressRow
    self.egressPeer = egressPeer
    self.ingressPeer = ingressPeer
  }

  /// Row of the egress pair table. Row 0: not a pod, everything is allowed.
  ///
  /// In a table whose pairs are ``PairLayout/shifted`` the position of the row: ``DecisionTable/egressRow(of:)`` tells its
  /// number.
  @inlinable
  public var egressRow: UInt32 { egressRowAndFlags & ~Self.ownerFlag }
  @inlinable
  public var needsOwner: Bool { egressRowAndFlags & Self.ownerFlag != 0 }
}

/// The kinds of peers that have a default of their own in each row. The upper three bits of a peer's column hold it.
public enum PeerCategory: UInt32, CaseIterable, Sendable {
  case externalIPv4, externalIPv6, podIPv4, podIPv6, nodeIPv4, nodeIPv6

  /// Bits of a column below the category.
  @usableFromInline static let shift: UInt32 = 21
  /// Defaults kept for each row.
  @usableFromInline static let stride = 8

  /// The column of a peer of this category.
  /// - Parameter index: below ``capacity``.
  @inlinable
  public func column(ofPeer index: UInt32) -> UInt32 { index | rawValue << Self.shift }

  /// Distinct peers of one category that a table can hold.
  public static var capacity: Int { 1 << Int(shift) }
}
