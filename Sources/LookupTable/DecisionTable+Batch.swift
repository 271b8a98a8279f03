import CShims

extension DecisionTable {
  /// Flows that are looked up side by side.
  static let batchSize = 32

  /// From this size on the table leaves the second-level cache, and waiting for memory costs more than the staging:
  /// measured on a core with 1 MiB of it.
  static let stagedFromHotByteCount = 2 << 20

  /// Whether ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)`` stages.
  public var isStagedByDefault: Bool { shape.hotByteCount >= Self.stagedFromHotByteCount }

  /// The decisions of many flows, staged so that the memory accesses of 32 flows overlap where the table is larger than
  /// the cache; the plain loop where it is not.
  ///
  /// `decisions[i]` answers `flows[i]`. Never allocates.
  /// - Complexity: O(`flows.count`).
  /// - Precondition: `decisions` has at least as many elements as `flows`.
  public func lookUpBatch(
    _ flows: Span<IPv4FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    if isStagedByDefault {
      lookUpStaged(flows, into: &decisions)
    } else {
      lookUp(flows, into: &decisions)
    }
  }

  /// Staged whatever the size of the table; see ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)``.
  public func lookUpStaged(
    _ flows: Span<IPv4FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    var start = 0
    while start + Self.batchSize <= flows.count {
      stage(flows, start, into: &decisions)
      start += Self.batchSize
    }
    for index in start..<flows.count { decisions[index] = lookUp(flows[index]) }
  }

  /// As ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)``, for IPv6.
  public func lookUpBatch(
    _ flows: Span<IPv6FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    if isStagedByDefault {
      lookUpStaged(flows, into: &decisions)
    } else {
      lookUp(flows, into: &decisions)
    }
  }

  /// Staged whatever the size of the table; see ``lookUpBatch(_:into:)-(Span<IPv6FlowKey>,_)``.
  public func lookUpStaged(
    _ flows: Span<IPv6FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    var start = 0
    while start + Self.batchSize <= flows.count {
      stage(flows, start, into: &decisions)
      start += Self.batchSize
    }
    for index in start..<flows.count { decisions[index] = lookUp(flows[index]) }
  }

  /// 32 flows at once, step by step: each step's loads were prefetched by the one before.
  @inline(__always)
  private func stage(
    _ flows: Span<IPv4FlowKey>, _ start: Int, into decisions: inout MutableSpan<TableDecision>
  ) {
    var sources = InlineArray<32, UInt32>(repeating: 0)
    var destinations = InlineArray<32, UInt32>(repeating: 0)
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      unsafe sources[unchecked: index] = middleEntry(flow.source)
      unsafe destinations[unchecked: index] = middleEntry(flow.destination)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let source = unsafe lastEntry(sources[unchecked: index], flow.source)
      let destination = unsafe lastEntry(destinations[unchecked: index], flow.destination)
      unsafe sources[unchecked: index] = source
      unsafe destinations[unchecked: index] = destination
      unsafe flowverdict_prefetch(classes + Int(source))
      unsafe flowverdict_prefetch(classes + Int(destination))
    }
    let needsOwner = prefetchPairs(sources, destinations)
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let bit = portBit(flow.ipProtocol, flow.destinationPort)
      let decision = unsafe decide(
        classes[Int(sources[unchecked: index])], classes[Int(destinations[unchecked: index])], bit)
      unsafe decisions[unchecked: start &+ index] = TableDecision(rawValue: decision)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      if flow.source == flow.destination || needsOwner >> UInt32(index) & 1 != 0 {
        decisions[start &+ index].rawValue |= exemption(flow).allowed
      }
    }
  }

  @inline(__always)
  private func stage(
    _ flows: Span<IPv6FlowKey>, _ start: Int, into decisions: inout MutableSpan<TableDecision>
  ) {
    var sources = InlineArray<32, UInt32>(repeating: 0)
    var destinations = InlineArray<32, UInt32>(repeating: 0)
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      ipv6.prefetchSlots(high: flow.sourceHigh, low: flow.sourceLow)
      ipv6.prefetchSlots(high: flow.destinationHigh, low: flow.destinationLow)
    }
    // The entries' indices first, so that they too are on their way before they are read; -1 goes to the regions.
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      unsafe sources[unchecked: index] = ipv6.prefetchEntry(
        high: flow.sourceHigh, low: flow.sourceLow)
      unsafe destinations[unchecked: index] = ipv6.prefetchEntry(
        high: flow.destinationHigh, low: flow.destinationLow)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let source = unsafe ipv6.classIndex(
        entry: sources[unchecked: index], high: flow.sourceHigh, low: flow.sourceLow)
      let destination = unsafe ipv6.classIndex(
        entry: destinations[unchecked: index], high: flow.destinationHigh,
        low: flow.destinationLow)
      unsafe sources[unchecked: index] = source
      unsafe destinations[unchecked: index] = destination
      unsafe flowverdict_prefetch(classes + Int(source))
      unsafe flowverdict_prefetch(classes + Int(destination))
    }
    let needsOwner = prefetchPairs(sources, destinations)
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let bit = portBit(flow.ipProtocol, flow.destinationPort)
      let decision = unsafe decide(
        classes[Int(sources[unchecked: index])], classes[Int(destinations[unchecked: index])], bit)
      unsafe decisions[unchecked: start &+ index] = TableDecision(rawValue: decision)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let isSame =
        flow.sourceHigh == flow.destinationHigh && flow.sourceLow == flow.destinationLow
      if isSame || needsOwner >> UInt32(index) & 1 != 0 {
        decisions[start &+ index].rawValue |= exemption(flow).allowed
      }
    }
  }

  /// Prefetches the pairs of all flows; returns a bit for each flow whose ends need their owners.
  @inline(__always)
  private func prefetchPairs(
    _ sources: borrowing InlineArray<32, UInt32>, _ destinations: borrowing InlineArray<32, UInt32>
  ) -> UInt32 {
    var needsOwner: UInt32 = 0
    for index in 0..<Self.batchSize {
      let source = unsafe classes[Int(sources[unchecked: index])]
      let destination = unsafe classes[Int(destinations[unchecked: index])]
      egress.prefetch(row: source.egressRow, peer: destination.egressPeer)
      ingress.prefetch(row: destination.ingressRow, peer: source.ingressPeer)
      needsOwner |= (source.needsOwner || destination.needsOwner ? 1 : 0) << UInt32(index)
    }
    return needsOwner
  }

  @inline(__always)
  private func middleEntry(_ address: UInt32) -> UInt32 {
    var entry = unsafe ipv4Root[Int(address >> 16)]
    if entry & Self.groupFlag != 0 {
      entry = unsafe ipv4Groups[
        Int(entry & ~Self.groupFlag) << 8 | Int(truncatingIfNeeded: address >> 8 & 255)]
      if entry & Self.groupFlag != 0 {
        unsafe flowverdict_prefetch(
          ipv4Groups + (Int(entry & ~Self.groupFlag) << 8 | Int(truncatingIfNeeded: address & 255)))
      }
    }
    return entry
  }

  @inline(__always)
  private func lastEntry(_ entry: UInt32, _ address: UInt32) -> UInt32 {
    guard entry & Self.groupFlag != 0 else { return entry }
    return unsafe ipv4Groups[
      Int(entry & ~Self.groupFlag) << 8 | Int(truncatingIfNeeded: address & 255)]
  }
}

extension PairTable {
  /// Brings the places of a pair close.
  @inline(__always)
  func prefetch(row: UInt32, peer: UInt32) {
    if layout == .dense {
      unsafe flowverdict_prefetch(matrix + (Int(row) &* peerCount &+ Self.index(ofPeer: peer)))
      return
    }
    let hash = Self.hash(Self.key(row: row, peer: peer))
    unsafe flowverdict_prefetch(slots + Self.firstSlot(hash, mask: slotMask))
    unsafe flowverdict_prefetch(slots + Self.secondSlot(hash, mask: slotMask))
    unsafe flowverdict_prefetch(defaults + defaultIndex(row: row, peer: peer))
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
    unsafe flowverdict_prefetch(entries + index)
    return UInt32(truncatingIfNeeded: index)
  }

  @inline(__always)
  func classIndex(entry: UInt32, high: UInt64, low: UInt64) -> UInt32 {
    entry == .max ? regionClass(high: high, low: low) : unsafe entries[Int(entry)]
  }
}
