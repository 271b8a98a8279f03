import NetworkTypes
import PacketDecode

extension FlowTracker {
  /// Whether a record is that of an entry's flow. Safe for the halves of one record.
  ///
  /// - Parameters:
  ///   - rest: only looked at for IPv6.
  ///   - packet: the entry's details; only looked at for IPv6.
  @inline(__always)
  func isRecord(
    _ line: UnsafePointer<RecordTable.Half>, _ rest: UnsafePointer<RecordTable.Half>,
    of entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>
  ) -> Bool {
    // The key is what a line begins with.
    guard unsafe line.pointee[0] == entry.pointee.addresses,
      unsafe line.pointee[1] == entry.pointee.portsAndMeta
    else { return false }
    return unsafe !entry.pointee.isVersion6 || hasAddresses(rest, of: packet, entry)
  }

  /// Compares the addresses of an IPv6 record with the packet's.
  @inline(__always)
  private func hasAddresses(
    _ rest: UnsafePointer<RecordTable.Half>, of packet: UnsafePointer<DecodedPacket>,
    _ entry: UnsafePointer<BatchEntry>
  ) -> Bool {
    let packet = unsafe packet.pointee
    let isLowFirst = unsafe entry.pointee.direction == 0
    // The addresses are what the rest begins with.
    let rest = unsafe rest.pointee
    let difference =
      (rest[0] ^ (isLowFirst ? packet.sourceHigh : packet.destinationHigh))
      | (rest[1] ^ (isLowFirst ? packet.sourceLow : packet.destinationLow))
      | (rest[2] ^ (isLowFirst ? packet.destinationHigh : packet.sourceHigh))
      | (rest[3] ^ (isLowFirst ? packet.destinationLow : packet.sourceLow))
    return difference == 0
  }

  /// The number of an entry's record in the index; 0 if there is none.
  func find(_ entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>) -> Int {
    unsafe index.find(entry.pointee.hash) {
      unsafe isRecord(records.lines + $0, records.rest + $0, of: entry, packet)
    }
  }

  /// The record of an entry's flow; a new one without any packet if there is none.
  @inline(never)
  func findOrCreate(
    _ entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>
  ) -> Int {
    let found = unsafe find(entry, packet)
    if found != 0 { return found }
    let number = unsafe create(entry, packet)
    if !index.growIfNeeded(hashOf: { hash(ofRecord: $0) }) {
      // No memory for a larger index: make room in this one.
      evictOldest(keeping: number)
    }
    unsafe index.insert(entry.pointee.hash, record: number)
    return number
  }

  /// A record for a flow's first packet; it counts nothing yet and is in no index.
  private func create(
    _ entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>
  ) -> Int {
    let number = takeFreeRecord()
    var record = FlowRecord()
    unsafe fill(&record, entry, packet)
    records[number] = record
    joinGroup(number)
    return number
  }

  /// Gives a new record the ends of a packet.
  func fill(
    _ record: inout FlowRecord, _ entry: UnsafePointer<BatchEntry>,
    _ packet: UnsafePointer<DecodedPacket>
  ) {
    let entry = unsafe entry.pointee
    let isLowFirst = entry.direction == 0
    record.addresses = entry.addresses
    record.portsAndMeta = entry.portsAndMeta
    if entry.isVersion6 {
      let packet = unsafe packet.pointee
      record.lowHigh = isLowFirst ? packet.sourceHigh : packet.destinationHigh
      record.lowLow = isLowFirst ? packet.sourceLow : packet.destinationLow
      record.highHigh = isLowFirst ? packet.destinationHigh : packet.sourceHigh
      record.highLow = isLowFirst ? packet.destinationLow : packet.sourceLow
    }
    if !isLowFirst { record.state.insert(.startedByHigh) }
    record.capture = entry.capture
  }

  private func takeFreeRecord() -> Int {
    if liveCount >= recordCapacity { evictOldest(keeping: nil) }
    liveCount += 1
    if freeHead != 0 {
      let number = Int(freeHead)
      freeHead = records[number].next
      return number
    }
    recordEnd += 1
    return recordEnd - 1
  }

  /// The hash under which a record is in the index.
  func hash(ofRecord number: Int) -> UInt64 {
    let record = records[number]
    return seed.mix(record.addresses, record.portsAndMeta)
  }

  /// What a packet changes beyond counters: the first one of a direction, a SYN, one after a long pause.
  ///
  /// - Returns: the record that the packet belongs to: another one if the packet starts a new flow.
  @inline(never)
  func noteChange(
    _ number: Int, _ entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>
  ) -> Int {
    var number = number
    let direction = unsafe Int(entry.pointee.direction)
    let time = unsafe entry.pointee.timestampNanoseconds
    let isFresh = records[number].endTime == .min
    if !isFresh, unsafe startsNewFlow(records[number], direction, entry.pointee) {
      let newNumber = unsafe create(entry, packet)
      // Making room may have removed the old record already.
      if newNumber == number || records[number].isFree {
        unsafe index.insert(entry.pointee.hash, record: newNumber)
      } else {
        records[number].isSuperseded = true
        unsafe index.replace(entry.pointee.hash, record: number, with: newNumber)
      }
      number = newNumber
    }
    var record = records[number]
    let isFirst = record.packetCount(direction) == 0
    if isFirst { record.setFirstTime(direction, time) }
    if direction == 0, record.packets.0 == .max {
      record.packetCarry.0 &+= 1
    } else if direction == 1, record.packets.1 == .max {
      record.packetCarry.1 &+= 1
    }
    if unsafe entry.pointee.tcpFlags & TCPFlags.syn != 0 {
      let isAnswer = unsafe entry.pointee.tcpFlags & TCPFlags.ack != 0
      if !record.state.contains(.syn(direction)), !record.state.contains(.synAck(direction)) {
        record.setSYNSequence(direction, unsafe entry.pointee.sequence)
      }
      record.state.insert(isAnswer ? .synAck(direction) : .syn(direction))
    }
    records[number] = record
    return number
  }

  /// Whether a packet of a known five-tuple starts another flow on it: after a pause, or by a SYN that is no
  /// retransmission.
  private func startsNewFlow(
    _ record: FlowRecord, _ direction: Int, _ entry: BatchEntry
  ) -> Bool {
    if entry.timestampNanoseconds &- record.endTime > idleLimit { return true }
    let flags = entry.tcpFlags
    guard options.splitsReusedTuples, flags & TCPFlags.syn != 0,
      record.ipProtocol == IPProtocol.tcp.rawValue || record.ipProtocol == IPProtocol.sctp.rawValue
    else { return false }
    let isClosed = (record.flags.0 | record.flags.1) & (TCPFlags.fin | TCPFlags.rst) != 0
    let isAnswer = flags & TCPFlags.ack != 0
    let hasStart =
      record.state.contains(.syn(direction)) || record.state.contains(.synAck(direction))
    if hasStart {
      let sequence = direction == 0 ? record.synSequence.0 : record.synSequence.1
      if sequence == entry.sequence { return false }
      // Another initial sequence number is another connection. An answer belongs to the SYN before it, unless only
      // answers are seen.
      let hasOther = direction == 0 ? record.packets.1 > 0 : record.packets.0 > 0
      return !isAnswer || isClosed || !hasOther
    }
    // The start of what is known was not captured: a SYN now is a start of its own, unless it crosses the other side's.
    let hasSent = direction == 0 ? record.packets.0 > 0 : record.packets.1 > 0
    return isAnswer ? isClosed : isClosed || hasSent
  }
}
