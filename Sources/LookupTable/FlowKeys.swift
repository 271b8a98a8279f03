import NetworkTypes

/// What decides an IPv4 flow: 12 bytes, all in host order.
@frozen
public struct IPv4FlowKey: Hashable, Sendable {
  public var source: UInt32
  public var destination: UInt32
  public var destinationPort: UInt16
  /// IP protocol number.
  public var ipProtocol: UInt8
  /// Always 0; see ``IPv6FlowKey/unused``.
  @usableFromInline let unused: UInt8

  @inlinable
  public init(source: UInt32, destination: UInt32, destinationPort: UInt16, ipProtocol: UInt8) {
    self.source = source
    self.destination = destination
    self.destinationPort = destinationPort
    self.ipProtocol = ipProtocol
    unused = 0
  }
}

/// What decides an IPv6 flow: 40 bytes, all in host order.
@frozen
public struct IPv6FlowKey: Hashable, Sendable {
  public var sourceHigh: UInt64
  public var sourceLow: UInt64
  public var destinationHigh: UInt64
  public var destinationLow: UInt64
  public var destinationPort: UInt16
  /// IP protocol number.
  public var ipProtocol: UInt8
  /// Always 0. Fills the key up to its stride: a copy of 35 bytes is made of stores that overlap, and a load of what two
  /// stores have written waits until both are in the cache, which is half the time of a lookup.
  @usableFromInline let unused: UInt8
  @usableFromInline let unusedWord: UInt32

  @inlinable
  public init(
    sourceHigh: UInt64, sourceLow: UInt64, destinationHigh: UInt64, destinationLow: UInt64,
    destinationPort: UInt16, ipProtocol: UInt8
  ) {
    self.sourceHigh = sourceHigh
    self.sourceLow = sourceLow
    self.destinationHigh = destinationHigh
    self.destinationLow = destinationLow
    self.destinationPort = destinationPort
    self.ipProtocol = ipProtocol
    unused = 0
    unusedWord = 0
  }
}

/// The decision of both sides of a flow.
@frozen
public struct TableDecision: RawRepresentable, Hashable, Sendable {
  /// Bit 0: the source's egress side allows. Bit 1: the destination's ingress side allows. Others 0.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable
  public var egressAllows: Bool { rawValue & 1 != 0 }
  @inlinable
  public var ingressAllows: Bool { rawValue & 2 != 0 }
  /// Allowed iff both sides allow.
  @inlinable
  public var isAllowed: Bool { rawValue == 3 }
}

/// What decided each side of a flow.
@frozen
public struct TableAttribution: Hashable, Sendable {
  public var egress: DecidingEntry
  public var ingress: DecidingEntry

  @inlinable
  public init(egress: DecidingEntry, ingress: DecidingEntry) {
    self.egress = egress
    self.ingress = ingress
  }
}

/// A rule of the compiled policies, or one of the outcomes that no rule gives.
@frozen
public struct DecidingEntry: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// This side is no pod: it allows.
  public static let notAPod = DecidingEntry(rawValue: 0)
  /// No tier decides: allowed.
  public static let noPolicy = DecidingEntry(rawValue: 1)
  /// A NetworkPolicy isolates the pod and no rule matches: denied.
  public static let defaultDeny = DecidingEntry(rawValue: 2)
  /// Both ends are the same pod: allowed (N24, A22).
  public static let exemptSelf = DecidingEntry(rawValue: 3)
  /// The other end is the pod's own node: allowed (N23).
  public static let exemptOwnNode = DecidingEntry(rawValue: 4)
  /// Rules count from here.
  @inlinable
  public static var firstRule: UInt32 { 5 }

  /// The entry of the rule with this index, as the compiler numbers rules.
  @inlinable
  public init(rule index: Int) { rawValue = Self.firstRule + UInt32(index) }

  /// The rule with this index would give the other verdict if its domain name stands for the destination, and nothing
  /// resolves the name (A14): undecided.
  @inlinable
  public init(undecidedBy index: Int) {
    rawValue = (Self.firstRule + UInt32(index)) | Self.undecidedFlag
  }

  @usableFromInline static var undecidedFlag: UInt32 { 0x8000_0000 }

  @inlinable
  public var isUndecided: Bool { rawValue & Self.undecidedFlag != 0 }

  /// Index of the deciding rule; `nil` where none decided.
  @inlinable
  public var ruleIndex: Int? {
    let value = rawValue & ~Self.undecidedFlag
    return value >= Self.firstRule ? Int(value - Self.firstRule) : nil
  }
}

/// Who has an address: a pod, a node, or nobody that the table knows.
@frozen
public struct OwnerCode: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Nobody that the table knows.
  public static let none = OwnerCode(rawValue: 0)

  @usableFromInline static let nodeFlag: UInt32 = 0x8000_0000

  /// The pod with this index in the table's list of pods.
  @inlinable
  public init(pod index: Int) { rawValue = UInt32(index) + 1 }

  /// The group of nodes with this index: nearly always one node, several where they list the same address.
  @inlinable
  public init(node index: Int) { rawValue = UInt32(index) | Self.nodeFlag }

  @inlinable
  public var podIndex: Int? {
    rawValue != 0 && rawValue & Self.nodeFlag == 0 ? Int(rawValue) - 1 : nil
  }

  @inlinable
  public var nodeIndex: Int? {
    rawValue & Self.nodeFlag != 0 ? Int(rawValue & ~Self.nodeFlag) : nil
  }
}
