import CShims

/// What the two families of flow keys share: every form of lookup is written once and specialised for each.
protocol TableKey: BitwiseCopyable {
  var destinationPort: UInt16 { get }
  var ipProtocol: UInt8 { get }
  /// Whether both ends are one address.
  var hasOneAddress: Bool { get }
  func sourceOwner(in table: DecisionTable) -> OwnerCode
  func destinationOwner(in table: DecisionTable) -> OwnerCode
  func sourceClass(in table: DecisionTable) -> UInt32
  func destinationClass(in table: DecisionTable) -> UInt32

  /// Steps of the staged class lookup: each prefetches what the next one reads.
  func prefetchAddresses(in table: DecisionTable)
  func beginSource(in table: DecisionTable) -> UInt32
  func beginDestination(in table: DecisionTable) -> UInt32
  func finishSource(_ step: UInt32, in table: DecisionTable) -> UInt32
  func finishDestination(_ step: UInt32, in table: DecisionTable) -> UInt32
}

extension IPv4FlowKey: TableKey {
  @inline(__always)
  var hasOneAddress: Bool { source == destination }

  func sourceOwner(in table: DecisionTable) -> OwnerCode { table.owner(ipv4: source) }
  func destinationOwner(in table: DecisionTable) -> OwnerCode { table.owner(ipv4: destination) }

  @inline(__always)
  func sourceClass(in table: DecisionTable) -> UInt32 { table.classIndex(ipv4: source) }
  @inline(__always)
  func destinationClass(in table: DecisionTable) -> UInt32 { table.classIndex(ipv4: destination) }

  /// The trie's upper levels stay in the cache.
  @inline(__always)
  func prefetchAddresses(in table: DecisionTable) {}
  @inline(__always)
  func beginSource(in table: DecisionTable) -> UInt32 { table.middleEntry(source) }
  @inline(__always)
  func beginDestination(in table: DecisionTable) -> UInt32 { table.middleEntry(destination) }
  @inline(__always)
  func finishSource(_ step: UInt32, in table: DecisionTable) -> UInt32 {
    table.lastEntry(step, source)
  }
  @inline(__always)
  func finishDestination(_ step: UInt32, in table: DecisionTable) -> UInt32 {
    table.lastEntry(step, destination)
  }
}

extension IPv6FlowKey: TableKey {
  @inline(__always)
  var hasOneAddress: Bool { sourceHigh == destinationHigh && sourceLow == destinationLow }

  func sourceOwner(in table: DecisionTable) -> OwnerCode {
    table.owner(ipv6High: sourceHigh, low: sourceLow)
  }
  func destinationOwner(in table: DecisionTable) -> OwnerCode {
    table.owner(ipv6High: destinationHigh, low: destinationLow)
  }

  @inline(__always)
  func sourceClass(in table: DecisionTable) -> UInt32 {
    table.ipv6.classIndex(high: sourceHigh, low: sourceLow)
  }
  @inline(__always)
  func destinationClass(in table: DecisionTable) -> UInt32 {
    table.ipv6.classIndex(high: destinationHigh, low: destinationLow)
  }

  @inline(__always)
  func prefetchAddresses(in table: DecisionTable) {
    table.ipv6.prefetchSlots(high: sourceHigh, low: sourceLow)
    table.ipv6.prefetchSlots(high: destinationHigh, low: destinationLow)
  }
  @inline(__always)
  func beginSource(in table: DecisionTable) -> UInt32 {
    table.ipv6.prefetchEntry(high: sourceHigh, low: sourceLow)
  }
  @inline(__always)
  func beginDestination(in table: DecisionTable) -> UInt32 {
    table.ipv6.prefetchEntry(high: destinationHigh, low: destinationLow)
  }
  @inline(__always)
  func finishSource(_ step: UInt32, in table: DecisionTable) -> UInt32 {
    table.ipv6.classIndex(entry: step, high: sourceHigh, low: sourceLow)
  }
  @inline(__always)
  func finishDestination(_ step: UInt32, in table: DecisionTable) -> UInt32 {
    table.ipv6.classIndex(entry: step, high: destinationHigh, low: destinationLow)
  }
}

extension DecisionTable {
  /// The entry of the trie's first two levels; prefetches the third where there is one.
  @inline(__always)
  func middleEntry(_ address: UInt32) -> UInt32 {
    var entry = unsafe ipv4Root[Int(address >> 16)]
    if entry & Self.groupFlag != 0 {
      entry = ipv4Groups[Self.member(entry, address >> 8)]
      if entry & Self.groupFlag != 0 { ipv4Groups.prefetch(Self.member(entry, address)) }
    }
    return entry
  }

  @inline(__always)
  func lastEntry(_ entry: UInt32, _ address: UInt32) -> UInt32 {
    guard entry & Self.groupFlag != 0 else { return entry }
    return ipv4Groups.classNumber(Self.member(entry, address))
  }
}

extension IPv6Index {
  /// Brings both slots of an address close.
  @inline(__always)
  func prefetchSlots(high: UInt64, low: UInt64) {
    let hash = Self.hash(high: high, middle: low >> 8)
    unsafe flowverdict_prefetch(slots + Self.firstSlot(hash, mask: slotMask))
    unsafe flowverdict_prefetch(slots + Self.secondSlot(hash, mask: slotMask))
  }

  /// Brings the entry of an address close; returns its index, or `UInt32.max` for an address without one.
  @inline(__always)
  func prefetchEntry(high: UInt64, low: UInt64) -> UInt32 {
    let index = entryIndex(high: high, low: low)
    guard index >= 0 else { return .max }
    entries.prefetch(index)
    return UInt32(truncatingIfNeeded: index)
  }

  @inline(__always)
  func classIndex(entry: UInt32, high: UInt64, low: UInt64) -> UInt32 {
    entry == .max ? regionClass(high: high, low: low) : entries.classNumber(Int(entry))
  }
}
