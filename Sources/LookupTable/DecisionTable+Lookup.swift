extension DecisionTable {
  /// The decision of one flow.
  ///
  /// - Complexity: O(1): at most twelve array accesses, whatever the number of pods and policies.
  public func lookUp(_ flow: IPv4FlowKey) -> TableDecision { single(flow) }

  /// The decision of one flow.
  ///
  /// - Complexity: O(1) between pods and nodes; O(log n) in the number of IPv6 prefixes for other addresses.
  public func lookUp(_ flow: IPv6FlowKey) -> TableDecision { single(flow) }

  @inline(__always)
  private func single<Key: TableKey>(_ flow: Key) -> TableDecision {
    isShifted ? decision(of: flow, isShifted: true) : decision(of: flow)
  }

  /// The decisions of many flows, one after the other: fastest while the table is in the cache
  /// (see ``lookUpBatch(_:into:)-(Span<IPv4FlowKey>,_)``).
  ///
  /// `decisions[i]` answers `flows[i]`. Never allocates.
  /// - Precondition: `decisions` has at least as many elements as `flows`.
  public func lookUp(_ flows: Span<IPv4FlowKey>, into decisions: inout MutableSpan<TableDecision>) {
    loop(flows, into: &decisions)
  }

  /// As ``lookUp(_:into:)-(Span<IPv4FlowKey>,_)``, for IPv6.
  public func lookUp(_ flows: Span<IPv6FlowKey>, into decisions: inout MutableSpan<TableDecision>) {
    loop(flows, into: &decisions)
  }

  @inline(__always)
  private func loop<Key: TableKey>(
    _ flows: Span<Key>, into decisions: inout MutableSpan<TableDecision>
  ) {
    precondition(decisions.count >= flows.count)
    if isShifted {
      for index in flows.indices {
        decisions[index] = decision(of: flows[index], isShifted: true)
      }
    } else {
      for index in flows.indices { decisions[index] = decision(of: flows[index]) }
    }
  }

  /// - Parameter isShifted: a constant at each call: whether both directions are known to be ``PairLayout/shifted``.
  @inline(__always)
  func decision<Key: TableKey>(of flow: Key, isShifted: Bool = false) -> TableDecision {
    let source = unsafe classes[Int(flow.sourceClass(in: self))]
    let destination = unsafe classes[Int(flow.destinationClass(in: self))]
    var decision = decide(
      source, destination, portBit(flow.ipProtocol, flow.destinationPort), isShifted: isShifted)
    if flow.hasOneAddress || source.needsOwner || destination.needsOwner {
      decision |= exemption(of: flow).allowed
    }
    return TableDecision(rawValue: decision)
  }

  /// The class of an IPv4 address (host order): one to three array accesses.
  @inline(__always)
  func classIndex(ipv4 address: UInt32) -> UInt32 {
    var entry = unsafe ipv4Root[Int(address >> 16)]
    if entry & Self.groupFlag != 0 {
      entry = ipv4Groups[Self.member(entry, address >> 8)]
      // Groups of the last level hold classes alone.
      if entry & Self.groupFlag != 0 {
        entry = ipv4Groups.classNumber(Self.member(entry, address))
      }
    }
    return entry
  }

  /// Where a group has the member that the lower 8 of some bits choose.
  @inline(__always)
  static func member(_ group: UInt32, _ bits: UInt32) -> Int {
    Int(group & ~groupFlag) << 8 | Int(truncatingIfNeeded: bits & 255)
  }

  /// The bit of a port in every port set.
  @inline(__always)
  func portBit(_ ipProtocol: UInt8, _ port: UInt16) -> UInt32 {
    let entry = unsafe protocols + Int(ipProtocol)
    let index = unsafe Int(entry.pointee.mapOffset) &+ Int(UInt32(port) & entry.pointee.portMask)
    return unsafe UInt32(portMap[index]) &+ entry.pointee.firstBit
  }

  @inline(__always)
  func allows(_ portSet: UInt32, _ bit: UInt32) -> UInt8 {
    let byte = unsafe portSets[Int(portSet) &* portSetStride &+ Int(bit >> 3)]
    return byte >> UInt8(truncatingIfNeeded: bit & 7) & 1
  }

  /// Both sides by class and port, exemptions left aside.
  @inline(__always)
  func decide(
    _ source: AddressClass, _ destination: AddressClass, _ bit: UInt32, isShifted: Bool = false
  ) -> UInt8 {
    let egressSet = egress.portSet(
      row: source.egressRow, peer: destination.egressPeer, isShifted: isShifted)
    let ingressSet = ingress.portSet(
      row: destination.ingressRow, peer: source.ingressPeer, isShifted: isShifted)
    return allows(egressSet, bit) | allows(ingressSet, bit) << 1
  }
}
