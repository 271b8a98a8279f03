import NetworkTypes
import PacketDecode

/// Groups: records that may be of one flow, chained through ``FlowRecord/next``.
///
/// Kept only once there are two views or any Services; until then every record is a group of its own.
extension FlowTracker {
  /// Puts a new record into its group.
  func joinGroup(_ number: Int) {
    guard options.joinsViews else { return }
    if groups != nil {
      addToGroup(number)
      return
    }
    let view = records[number].view
    if firstView == nil { firstView = view }
    guard firstView != view, let index = HashIndex(minimumCapacity: liveCount) else { return }
    groups = consume index
    for existing in 1..<recordEnd where !records[existing].isFree { addToGroup(existing) }
  }

  private func addToGroup(_ number: Int) {
    records[number].next = 0
    let hash = groupHash(number)
    let head = groups?.find(hash) { groupHash($0) == hash } ?? 0
    if head != 0 {
      records[number].next = records[head].next
      records[head].next = UInt32(number)
      return
    }
    // Without memory for a larger index the record stays alone: its flow is then counted apart.
    guard groups?.growIfNeeded(hashOf: { groupHash($0) }) == true else { return }
    groups?.insert(hash, record: number)
  }

  /// The first record of the group that `number` is in.
  func groupHead(_ number: Int) -> Int {
    let hash = groupHash(number)
    let head = groups?.find(hash) { groupHash($0) == hash } ?? 0
    return head != 0 ? head : number
  }

  /// All records of the group that starts with `head`.
  func groupMembers(_ head: Int) -> [Int] {
    guard groups != nil else { return [head] }
    var members = [head]
    var next = records[head].next
    while next != 0 {
      members.append(Int(next))
      next = records[Int(next)].next
    }
    return members
  }

  /// Takes a whole group out of the index of groups.
  func removeGroup(head: Int) {
    groups?.remove(groupHash(head), record: head) { groupHash($0) }
  }

  /// What all records that may be of one flow share: both ends, or where a Service may stand between them, the client's end.
  func groupHash(_ number: Int) -> UInt64 { groupHash(of: records[number]) }

  private func groupHash(of record: FlowRecord) -> UInt64 {
    let kind = UInt64(record.meta & 0xffff)
    if !services.isEmpty, let side = clientSide(record) {
      let (address, port) = record.end(side)
      return seed.mix(seed.mix(address.high, address.low), UInt64(port) << 32 | kind | 1 << 31)
    }
    return seed.mix(record.addresses, UInt64(record.ports) << 32 | kind)
  }

  /// The side whose peer is a Service address or an endpoint behind one: 0 low, 1 high; `nil` where no Service takes part.
  func clientSide(_ record: FlowRecord) -> Int? {
    let low = record.place(0)
    let high = record.place(1)
    if services.entry(ofFrontend: high) != nil { return 0 }
    if services.entry(ofFrontend: low) != nil { return 1 }
    switch (services.isBackend(low), services.isBackend(high)) {
    case (false, false): return nil
    case (true, false): return 1
    case (false, true): return 0
    case (true, true): return record.startDirection
    }
  }

  /// The newest record with the ends of a packet, from any view; 0 if there is none.
  func counterpart(
    of entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>
  ) -> Int {
    guard groups != nil else {
      // All records are from the first view.
      guard let firstView else { return 0 }
      var packet = unsafe packet.pointee
      packet.view = firstView
      let entry = BatchEntry(packet, seed: seed)
      return unsafe withUnsafePointer(to: packet) { packet in
        unsafe withUnsafePointer(to: entry) { unsafe find($0, packet) }
      }
    }
    var probe = FlowRecord()
    unsafe fill(&probe, entry, packet)
    let hash = groupHash(of: probe)
    let head = groups?.find(hash) { groupHash($0) == hash } ?? 0
    guard head != 0 else { return 0 }
    return groupMembers(head).filter { records[$0].ends == probe.ends }
      .max { (records[$0].startTime, $0) < (records[$1].startTime, $1) } ?? 0
  }
}

extension FlowRecord {
  /// Address and port of a side: 0 low, 1 high.
  func end(_ side: Int) -> (address: IPAddress, port: UInt16) {
    let port = UInt16(truncatingIfNeeded: side == 0 ? ports >> 16 : ports)
    if family == 4 {
      let bits = UInt32(truncatingIfNeeded: side == 0 ? addresses >> 32 : addresses)
      return (IPAddress(ipv4: bits), port)
    }
    return side == 0
      ? (IPAddress(ipv6High: lowHigh, low: lowLow), port)
      : (IPAddress(ipv6High: highHigh, low: highLow), port)
  }

  func place(_ side: Int) -> ServiceTranslation.Frontend {
    let (address, port) = end(side)
    return ServiceTranslation.Frontend(
      address: address, ipProtocol: IPProtocol(rawValue: ipProtocol), port: port)
  }

  /// The five-tuple from the low side to the high side.
  var ends: FiveTuple {
    let low = end(0)
    let high = end(1)
    return FiveTuple(
      source: low.address, destination: high.address,
      ipProtocol: IPProtocol(rawValue: ipProtocol), sourcePort: low.port,
      destinationPort: high.port)
  }
}
