/// Everything that a compiler hands over for a decision table, before it is laid out.
public struct TableParts {
  public var ipv4Root: [UInt32] = []
  public var ipv4Groups: [UInt32] = []
  /// Parallel to ``ipv4Groups``: raw values of ``OwnerCode``.
  public var ipv4Owners: [UInt32] = []
  public var ipv6Slots: [IPv6Slot] = []
  public var ipv6Entries: [UInt32] = []
  /// Parallel to ``ipv6Entries``.
  public var ipv6Owners: [UInt32] = []
  /// First address of each region, ascending, the first one 0.
  public var ipv6RegionStarts: [(high: UInt64, low: UInt64)] = []
  public var ipv6RegionClasses: [UInt32] = []
  public var classes: [AddressClass] = []
  public var ingressPairs: PairTableBuilder
  public var egressPairs: PairTableBuilder
  /// Category of each peer by index.
  public var ingressPeerCategories: [UInt32] = []
  public var egressPeerCategories: [UInt32] = []
  /// Port class by port, 65,536 for each of the maps that ``protocols`` point to.
  public var portMap: [UInt16] = []
  /// 256 entries.
  public var protocols: [ProtocolEntry] = []
  /// Bits of a port set that are in use.
  public var portClassCount = 0
  /// Bytes of one port set.
  public var portSetStride = 0
  public var portSets: [UInt8] = []
  public var ruleListOffsets: [UInt32] = [0]
  public var ruleListEntries: [(hitSet: UInt32, entry: UInt32)] = []
  public var hitSets: [UInt8] = []
  public var ruleCount = 0
  public var podNodes: [UInt32] = []
  public var nodeGroupOffsets: [UInt32] = [0]
  public var nodeGroupMembers: [UInt32] = []
  public var names: [UInt8] = []
  public var allowsEgressToOwnNode = false
  /// `nil` chooses by size; tests force one.
  public var forcedLayout: PairLayout?
  /// Whether ``ClassNumbers`` have 4 bytes even where 2 would do; for tests.
  public var forcesWideClassNumbers = false

  public init(ingressPairs: PairTableBuilder, egressPairs: PairTableBuilder) {
    self.ingressPairs = ingressPairs
    self.egressPairs = egressPairs
  }
}
