/// The compiled policies as flat memory: the decision of a flow in a fixed number of array accesses.
///
/// Three steps (docs/table-format.md): address to ``AddressClass``; (row, peer) to port set, once a direction; (port
/// set, port class) to a bit. Immutable; lookups never allocate and may run on any number of threads. Every index in the
/// memory was checked when the table was made (``init(memory:)``), so a lookup stays in bounds whatever the flow.
@safe
public final class DecisionTable: @unchecked Sendable {
  public let memory: TableMemory
  let ipv4Root: UnsafePointer<UInt32>
  let ipv4Groups: ClassNumbers
  let ipv6: IPv6Index
  let classes: UnsafePointer<AddressClass>
  let ingress: PairTable
  let egress: PairTable
  let portMap: UnsafePointer<UInt16>
  let protocols: UnsafePointer<ProtocolEntry>
  let portSets: UnsafePointer<UInt8>
  /// Bytes of one port set.
  let portSetStride: Int

  let ruleListOffsets: UnsafePointer<UInt32>
  let ruleListEntries: UnsafePointer<UInt32>
  let hitSets: UnsafePointer<UInt8>
  let ipv4Owners: UnsafePointer<UInt32>
  let ipv6Owners: UnsafePointer<UInt32>
  let podNodes: UnsafePointer<UInt32>
  let nodeGroupOffsets: UnsafePointer<UInt32>
  let nodeGroupMembers: UnsafePointer<UInt32>
  let allowsEgressToOwnNode: Bool

  /// Sizes of all parts.
  public let shape: TableShape
  /// Whether the pairs of both directions are ``PairLayout/shifted``, as nearly always.
  let isShifted: Bool
  /// Whether ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)`` stages.
  public let isStagedByDefault: Bool
  /// Whether ``attributeBatch(_:into:)-(Span<IPv4FlowKey>,_)`` stages.
  let stagesAttributions: Bool

  /// Bit that marks a trie entry as a group instead of a class.
  static let groupFlag: UInt32 = 0x8000_0000

  /// Checks the memory from end to end and takes it over.
  ///
  /// - Throws: ``TableError`` for anything that is not a complete table in which every index is in bounds.
  /// - Complexity: O(bytes of the table).
  public init(memory: TableMemory) throws(TableError) {
    let image = try TableImage(memory: memory)
    try image.checkInvariants()
    self.memory = memory
    self.shape = image.shape
    isShifted =
      image.shape.ingressLayout == .shifted && image.shape.egressLayout == .shifted
    isStagedByDefault = image.shape.hotByteCount >= Self.stagedFromHotByteCount
    stagesAttributions = image.shape.attributionByteCount >= Self.stagedFromAttributionByteCount

    func pointer<Element>(_ section: TableSection, _ type: Element.Type) -> UnsafePointer<Element> {
      unsafe UnsafePointer(
        (memory.base + image.range(of: section).lowerBound).assumingMemoryBound(to: type))
    }
    unsafe ipv4Root = pointer(.ipv4Root, UInt32.self)
    func numbers(_ section: TableSection) -> ClassNumbers {
      unsafe ClassNumbers(
        memory.base + image.range(of: section).lowerBound, isNarrow: image.isNarrow)
    }
    ipv4Groups = numbers(.ipv4Groups)
    unsafe ipv6 = IPv6Index(
      slots: pointer(.ipv6Slots, IPv6Slot.self),
      slotMask: image.count(of: .ipv6Slots) - 1,
      entries: numbers(.ipv6Entries),
      buckets: pointer(.ipv6Buckets, UInt32.self),
      bucketShift: UInt64(image.bucketShift),
      regionStarts: pointer(.ipv6RegionStarts, UInt64.self),
      regionClasses: pointer(.ipv6RegionClasses, UInt32.self))
    unsafe classes = pointer(.classes, AddressClass.self)
    func pairs(
      _ layout: PairLayout, _ peerCount: Int, _ section: TableSection, _ defaults: TableSection,
      _ lists: TableSection, _ defaultLists: TableSection, commonPeer: UInt32
    ) -> PairTable {
      unsafe PairTable(
        layout: layout, peerCount: peerCount,
        matrix: pointer(section, UInt16.self),
        slots: pointer(section, UInt64.self),
        slotMask: layout == .cuckoo ? image.range(of: section).count / 8 - 1 : 0,
        defaults: pointer(defaults, UInt32.self),
        lists: pointer(lists, UInt32.self),
        defaultLists: pointer(defaultLists, UInt32.self),
        commonCategory: commonPeer >> PeerCategory.shift)
    }
    ingress = pairs(
      shape.ingressLayout, shape.ingressPeerCount, .ingressPairs, .ingressDefaults,
      .ingressPairLists, .ingressDefaultLists, commonPeer: unsafe classes.pointee.ingressPeer)
    egress = pairs(
      shape.egressLayout, shape.egressPeerCount, .egressPairs, .egressDefaults,
      .egressPairLists, .egressDefaultLists, commonPeer: unsafe classes.pointee.egressPeer)
    unsafe portMap = pointer(.portMap, UInt16.self)
    unsafe protocols = UnsafePointer(
      (memory.base + TableHeader.protocolsOffset).assumingMemoryBound(to: ProtocolEntry.self))
    unsafe portSets = pointer(.portSets, UInt8.self)
    portSetStride = shape.portSetStride
    unsafe ruleListOffsets = pointer(.ruleListOffsets, UInt32.self)
    unsafe ruleListEntries = pointer(.ruleListEntries, UInt32.self)
    unsafe hitSets = pointer(.hitSets, UInt8.self)
    unsafe ipv4Owners = pointer(.ipv4Owners, UInt32.self)
    unsafe ipv6Owners = pointer(.ipv6Owners, UInt32.self)
    unsafe podNodes = pointer(.podNodes, UInt32.self)
    unsafe nodeGroupOffsets = pointer(.nodeGroupOffsets, UInt32.self)
    unsafe nodeGroupMembers = pointer(.nodeGroupMembers, UInt32.self)
    allowsEgressToOwnNode = image.flags & TableHeader.allowsEgressToOwnNode != 0
  }

  /// Lays out the parts and checks the result.
  public convenience init(_ parts: consuming TableParts) throws(TableError) {
    try self.init(memory: TableWriter.layOut(parts))
  }

  /// Checks again that every index is in bounds; for tests.
  public func _checkInvariants() throws(TableError) {
    try TableImage(memory: memory).checkInvariants()
  }

  /// The bytes of the section ``TableSection/names``, which the compiler wrote.
  public var names: UnsafeRawBufferPointer {
    let range = shape.ranges[TableSection.names.rawValue]
    return unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[range])
  }
}
