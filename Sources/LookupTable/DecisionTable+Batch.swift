import CShims

extension DecisionTable {
  /// Flows that are looked up side by side.
  static let batchSize = 32

  /// From this size on waiting for memory costs more than the staging: measured on a core with 1 MiB of second-level
  /// cache, and with some more of the next level.
  static let stagedFromHotByteCount = 4 << 20

  /// The same for attributions, whose chain of accesses is longer.
  static let stagedFromAttributionByteCount = 2 << 20

  /// The decisions of many flows, staged so that the memory accesses of 32 flows overlap where the table is larger than
  /// the cache; the plain loop where it is not.
  ///
  /// `decisions[i]` answers `flows[i]`. Never allocates.
  /// - Complexity: O(`flows.count`).
  /// - Precondition: `decisions` has at least as many elements as `flows`.
  public func lookUpBatch(
    _ flows: Span<IPv4FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    if isStagedByDefault {
      lookUpStaged(flows, into: &decisions)
    } else {
      lookUp(flows, into: &decisions)
    }
  }

  /// As ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)``, for IPv6.
  public func lookUpBatch(
    _ flows: Span<IPv6FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
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
    stageDecisions(flows, into: &decisions)
  }

  /// Staged whatever the size of the table; see ``lookUpBatch(_:into:)-(Span<IPv6FlowKey>,_)``.
  public func lookUpStaged(
    _ flows: Span<IPv6FlowKey>, into decisions: inout MutableSpan<TableDecision>
  ) {
    stageDecisions(flows, into: &decisions)
  }

  /// The deciding entries of many flows, staged like ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)``.
  ///
  /// `attributions[i]` answers `flows[i]`. Never allocates.
  /// - Precondition: `attributions` has at least as many elements as `flows`.
  public func attributeBatch(
    _ flows: Span<IPv4FlowKey>, into attributions: inout MutableSpan<TableAttribution>
  ) {
    precondition(attributions.count >= flows.count)
    if stagesAttributions {
      stageAttributions(flows, into: &attributions)
    } else {
      for index in flows.indices { attributions[index] = attribution(of: flows[index]) }
    }
  }

  /// As ``attributeBatch(_:into:)-(Span<IPv4FlowKey>,_)``, for IPv6.
  public func attributeBatch(
    _ flows: Span<IPv6FlowKey>, into attributions: inout MutableSpan<TableAttribution>
  ) {
    precondition(attributions.count >= flows.count)
    if stagesAttributions {
      stageAttributions(flows, into: &attributions)
    } else {
      for index in flows.indices { attributions[index] = attribution(of: flows[index]) }
    }
  }

  // MARK: - Stages

  /// One number for each flow of a batch.
  typealias Lane = InlineArray<32, UInt32>

  @inline(__always)
  private func stageDecisions<Key: TableKey>(
    _ flows: Span<Key>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    var start = 0
    while start &+ Self.batchSize <= flows.count {
      var sources = Lane(repeating: 0)
      var destinations = Lane(repeating: 0)
      stageClasses(flows, start, &sources, &destinations)
      let needsOwner = prefetchPairs(sources, destinations)
      for index in 0..<Self.batchSize {
        let flow = unsafe flows[unchecked: start &+ index]
        let decision = unsafe decide(
          classes[Int(sources[unchecked: index])], classes[Int(destinations[unchecked: index])],
          portBit(flow.ipProtocol, flow.destinationPort))
        unsafe decisions[unchecked: start &+ index] = TableDecision(rawValue: decision)
      }
      for index in 0..<Self.batchSize {
        let flow = unsafe flows[unchecked: start &+ index]
        if flow.hasOneAddress || needsOwner >> UInt32(index) & 1 != 0 {
          decisions[start &+ index].rawValue |= exemption(of: flow).allowed
        }
      }
      start &+= Self.batchSize
    }
    for index in start..<flows.count { decisions[index] = decision(of: flows[index]) }
  }

  @inline(__always)
  private func stageAttributions<Key: TableKey>(
    _ flows: Span<Key>, into attributions: inout MutableSpan<TableAttribution>
  ) {
    precondition(attributions.count >= flows.count)
    var start = 0
    while start &+ Self.batchSize <= flows.count {
      var sources = Lane(repeating: 0)
      var destinations = Lane(repeating: 0)
      stageClasses(flows, start, &sources, &destinations)
      let needsOwner = prefetchPairs(sources, destinations)
      // From here on the lanes hold the rule lists of the egress and ingress sides.
      for index in 0..<Self.batchSize {
        let source = unsafe classes[Int(sources[unchecked: index])]
        let destination = unsafe classes[Int(destinations[unchecked: index])]
        let egressPlace = egress.listPlace(row: source.egressRow, peer: destination.egressPeer)
        let ingressPlace = ingress.listPlace(row: destination.ingressRow, peer: source.ingressPeer)
        unsafe sources[unchecked: index] = egressPlace
        unsafe destinations[unchecked: index] = ingressPlace
      }
      for index in 0..<Self.batchSize {
        let egressList = unsafe egress.ruleList(at: sources[unchecked: index])
        let ingressList = unsafe ingress.ruleList(at: destinations[unchecked: index])
        unsafe sources[unchecked: index] = egressList
        unsafe destinations[unchecked: index] = ingressList
        unsafe flowverdict_prefetch(ruleListOffsets + Int(egressList))
        unsafe flowverdict_prefetch(ruleListOffsets + Int(ingressList))
      }
      for index in 0..<Self.batchSize {
        let egressList = unsafe Int(sources[unchecked: index])
        let ingressList = unsafe Int(destinations[unchecked: index])
        unsafe flowverdict_prefetch(ruleListEntries + 2 &* Int(ruleListOffsets[egressList]))
        unsafe flowverdict_prefetch(ruleListEntries + 2 &* Int(ruleListOffsets[ingressList]))
      }
      for index in 0..<Self.batchSize {
        let flow = unsafe flows[unchecked: start &+ index]
        let bit = portBit(flow.ipProtocol, flow.destinationPort)
        let result = unsafe TableAttribution(
          egress: decider(sources[unchecked: index], bit),
          ingress: decider(destinations[unchecked: index], bit))
        unsafe attributions[unchecked: start &+ index] = result
      }
      for index in 0..<Self.batchSize {
        let flow = unsafe flows[unchecked: start &+ index]
        if flow.hasOneAddress || needsOwner >> UInt32(index) & 1 != 0 {
          attributions[start &+ index] = attributions[start &+ index]
            .exempted(by: exemption(of: flow))
        }
      }
      start &+= Self.batchSize
    }
    for index in start..<flows.count { attributions[index] = attribution(of: flows[index]) }
  }

  /// The classes of both ends of a batch, whose records are on their way when this returns.
  @inline(__always)
  private func stageClasses<Key: TableKey>(
    _ flows: Span<Key>, _ start: Int, _ sources: inout Lane, _ destinations: inout Lane
  ) {
    for index in 0..<Self.batchSize {
      unsafe flows[unchecked: start &+ index].prefetchAddresses(in: self)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      unsafe sources[unchecked: index] = flow.beginSource(in: self)
      unsafe destinations[unchecked: index] = flow.beginDestination(in: self)
    }
    for index in 0..<Self.batchSize {
      let flow = unsafe flows[unchecked: start &+ index]
      let source = unsafe flow.finishSource(sources[unchecked: index], in: self)
      let destination = unsafe flow.finishDestination(destinations[unchecked: index], in: self)
      unsafe sources[unchecked: index] = source
      unsafe destinations[unchecked: index] = destination
      unsafe flowverdict_prefetch(classes + Int(source))
      unsafe flowverdict_prefetch(classes + Int(destination))
    }
  }

  /// Prefetches the pairs of all flows; returns a bit for each flow whose ends need their owners.
  @inline(__always)
  private func prefetchPairs(_ sources: borrowing Lane, _ destinations: borrowing Lane) -> UInt32 {
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
}
