import CShims
import NetworkTypes
import PacketDecode

/// Turns decoded packets into flows.
///
/// Packets are taken in batches that pass through three steps: keys and hashes, with a prefetch of each index bucket; the
/// buckets, with a prefetch of each record; the counters. While one batch is counted, the next one's buckets are on their
/// way, and a batch is counted only after the next one was read and decoded: so the table's cache misses overlap with
/// other work, and a packet costs about the same however many flows there are.
///
/// Every (five-tuple, view) has a record. Records of one connection that differ in view, or in that one shows a Service
/// address and the other the endpoint behind it, form a group and are joined into one flow when it is handed out (see
/// `FlowTracker+Joining.swift`). Flows are handed out at the end, or earlier when they are evicted.
///
/// Deterministic: the same packets in the same order give the same flows in the same order. Not thread-safe.
@safe
public final class FlowTracker {
  /// Packets worked on together; enough for the cache misses to overlap, few enough that two batches stay in the
  /// first-level cache.
  static let batchSize = 64

  let options: FlowTrackerOptions
  let services: ServiceLookup
  let knownServers: KnownServers
  let seed = HashSeed.random()
  let idleLimit: Int64
  /// Where flows go.
  private let sink: (Flow) -> Void

  let records: RecordTable
  let recordCapacity: Int
  /// Records in use or free: all below this number but 0, which is never used and matches nothing.
  var recordEnd = 1
  /// First record of the free list; 0 if it is empty.
  var freeHead: UInt32 = 0
  var liveCount = 0
  // Not checked for the same reason as the batches.
  @safe @exclusivity(unchecked) var index: HashIndex

  /// Groups by the hash of what their records have in common; the index of the first record. `nil` while no record can
  /// have a counterpart.
  // As the batches.
  @safe @exclusivity(unchecked) var groups: HashIndex?
  /// The first view seen: until there is another, no record can have a counterpart.
  // As the batches.
  @safe @exclusivity(unchecked) var firstView: UInt16?
  /// Where packets were seen, and which of those places to believe where the same packets were seen at several.
  let views: ViewTable

  var fragments = FragmentTable()
  /// The packet time after which idle flows are looked for. Packets decide when, not batches, whose sizes
  /// differ from run to run on a pipe.
  var nextSweepTime: Int64
  // As the batches.
  @safe @exclusivity(unchecked) public internal(set) var counts = TrackingCounts()
  // As the batches.
  @safe @exclusivity(unchecked) public internal(set) var packetCounts = PacketCounts()

  /// The batch that is filled, and the one whose records are on their way.
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var open = PacketBatch(capacity: FlowTracker.batchSize)
  @safe @exclusivity(unchecked) private var pending = PacketBatch(capacity: FlowTracker.batchSize)

  /// - Parameters:
  ///   - views: the table that the packets' views are from.
  ///   - sink: is given each flow once: evicted ones while packets are tracked, the others from ``finish()``.
  /// - Throws: ``FlowTrackingError`` if the system grants no memory for the table.
  public init(
    options: FlowTrackerOptions = FlowTrackerOptions(), services: ServiceTranslation = .none,
    knownServers: KnownServers = KnownServers(), views: ViewTable = ViewTable(),
    sink: @escaping (Flow) -> Void
  ) throws(FlowTrackingError) {
    self.options = options
    self.services = ServiceLookup(options.joinsViews ? services : .none)
    self.knownServers = knownServers
    self.views = views
    self.sink = sink
    idleLimit = options.idleTimeoutNanoseconds.map { max(0, $0) } ?? .max
    nextSweepTime = idleLimit < .max ? .min : .max
    let capacities = FlowTrackerOptions.flowCounts
    recordCapacity = min(
      max(options.maximumFlowCount, capacities.lowerBound), capacities.upperBound)
    guard let records = RecordTable(count: recordCapacity + 1),
      let index = HashIndex(minimumCapacity: 1024)
    else { throw FlowTrackingError.outOfMemory(flowCount: recordCapacity) }
    self.records = records
    self.index = index
    if !self.services.isEmpty { groups = HashIndex(minimumCapacity: 1024) }
  }

  /// Room for the next batch: as many entries as ``batchSize`` packets may yield. Fill it from the start, and call
  /// ``commit(_:)``.
  var room: BatchRoom {
    unsafe BatchRoom(open, buckets: index.buckets, mask: index.bucketMask, seed: seed)
  }

  /// Takes the first `count` entries of ``room`` as the next packets.
  ///
  /// They are counted by the next call, or by ``flush()``. While the batch before is counted, packet by packet, the records
  /// of this one are looked up, so that the cache misses of one hide behind the work for the other.
  /// - Complexity: O(`count`), whatever the number of flows.
  func commit(_ count: Int) {
    open.count = count
    let pendingCount = pending.count
    pending.count = 0
    // Safe: all entries are in their batch; the record of each candidate is in the table.
    let counting = unsafe PendingEntries(
      entries: pending.entries, packets: pending.packets, count: pendingCount,
      lines: records.lines, rest: records.rest, idleLimit: idleLimit)
    let entries = unsafe open.entries
    let both = min(count, pendingCount)
    var flowPackets: UInt64 = 0
    var i = 0
    while i < both {
      let next = unsafe countOrdinary(from: i, to: both, counting, lookingUp: entries)
      flowPackets &+= UInt64(next &- i)
      i = next
      if i == both { break }
      flowPackets &+= unsafe countAny(i, counting)
      unsafe lookUp(entries + i, counting)
      i &+= 1
    }
    for next in i..<max(i, pendingCount) { flowPackets &+= unsafe countAny(next, counting) }
    for next in i..<max(i, count) { unsafe lookUp(entries + next, counting) }
    packetCounts[.flow] += flowPackets
    swap(&open, &pending)
  }

  /// What counting the pending batch needs at hand.
  @unsafe
  private struct PendingEntries {
    let entries: UnsafeMutablePointer<BatchEntry>
    let packets: UnsafeMutablePointer<DecodedPacket>
    let count: Int
    let lines: UnsafeMutablePointer<RecordTable.Half>
    let rest: UnsafeMutablePointer<RecordTable.Half>
    let idleLimit: Int64
  }

  /// Counts entries of the pending batch that need nothing but their record's counters, up to the first that needs more,
  /// and looks up the entries of the open batch beside them.
  ///
  /// Calls nothing, so that everything stays in registers.
  /// - Returns: the place of the first entry that was not counted.
  @inline(__always)
  private func countOrdinary(
    from start: Int, to end: Int, _ pending: PendingEntries,
    lookingUp open: UnsafeMutablePointer<BatchEntry>
  ) -> Int {
    // Whatever moves these is done between two calls.
    let buckets = unsafe index.buckets
    let mask = index.bucketMask
    let nextSweepTime = nextSweepTime
    let lines = unsafe pending.lines
    let idleLimit = unsafe pending.idleLimit
    var i = start
    while i < end {
      let entry = unsafe pending.entries + i
      let number = unsafe Int(entry.pointee.candidate)
      let time = unsafe entry.pointee.timestampNanoseconds
      // The record of a later entry may have left the first-level cache again. Behind the last entry there are others of
      // earlier batches: harmless, a prefetch never faults.
      unsafe flowverdict_prefetch(lines + Int(entry[PacketBatch.lookAhead].candidate))
      // Safe: `direction` is 0 or 1.
      let counters = unsafe DirectedCounters(
        lines + number, Int(truncatingIfNeeded: entry.pointee.direction))
      guard unsafe isRecord(lines + number, pending.rest + number, of: entry, pending.packets + i),
        unsafe entry.pointee.isOrdinary, unsafe !counters.isFirstOrLast, time <= nextSweepTime,
        unsafe idleLimit == .max || time &- counters.lastOfEither <= idleLimit
      else { break }
      unsafe counters.add(
        bytes: entry.pointee.originalLength, time: time, flags: entry.pointee.tcpFlags)
      unsafe lookUp(open + i, buckets: buckets, mask: mask, lines: lines, rest: pending.rest)
      i &+= 1
    }
    return i
  }

  /// Finds the record that an entry of the open batch probably belongs to, and asks for it.
  ///
  /// That is the first one in its bucket whose tag agrees. Where no tag agrees, some other comes out: each candidate is
  /// compared when the entry is counted.
  @inline(__always)
  private func lookUp(
    _ entry: UnsafeMutablePointer<BatchEntry>, buckets: UnsafeRawPointer, mask: Int,
    lines: UnsafePointer<RecordTable.Half>, rest: UnsafePointer<RecordTable.Half>
  ) {
    // Safe: the mask keeps the bucket inside the index.
    let hash = unsafe entry.pointee.hash
    let bucket = unsafe buckets + HashIndex.bucketOffset(hash, mask: mask)
    let place = unsafe HashIndex.place(bucket, tag: HashIndex.tag(hash))
    let number = unsafe HashIndex.number(bucket, place)
    unsafe entry.pointee.candidate = number
    unsafe flowverdict_prefetch(lines + Int(number))
    if unsafe entry.pointee.isVersion6 { unsafe flowverdict_prefetch(rest + Int(number)) }
  }

  /// The same with the index as it is now.
  private func lookUp(_ entry: UnsafeMutablePointer<BatchEntry>, _ pending: PendingEntries) {
    unsafe lookUp(
      entry, buckets: index.buckets, mask: index.bucketMask, lines: pending.lines,
      rest: pending.rest)
  }

  /// Counts any entry of the pending batch.
  ///
  /// - Returns: 1 for a packet of a flow, else 0.
  @inline(never)
  private func countAny(_ i: Int, _ pending: PendingEntries) -> UInt64 {
    let entry = unsafe pending.entries + i
    let packet = unsafe pending.packets + i
    if unsafe entry.pointee.timestampNanoseconds > nextSweepTime {
      evictIdle(now: unsafe entry.pointee.timestampNanoseconds)
    }
    guard unsafe entry.pointee.kind == .flow else {
      unsafe trackRare(packet, hasCompanion: i &+ 1 < pending.count)
      return 0
    }
    let number = unsafe Int(entry.pointee.candidate)
    let isFound = unsafe isRecord(
      pending.lines + number, pending.rest + number, of: entry, packet)
    unsafe countPacket(
      entry, packet, record: isFound ? number : findOrCreate(entry, packet), lines: pending.lines,
      idleLimit: pending.idleLimit)
    return 1
  }

  /// Counts `packets` into their flows, in order.
  ///
  /// An entry whose kind says that another follows it must have that one in the same call.
  public func track(_ packets: UnsafeBufferPointer<DecodedPacket>) {
    var start = 0
    while start < packets.count {
      var count = min(Self.batchSize, packets.count - start)
      // An entry and its companion stay together.
      if start + count < packets.count, unsafe packets[start + count].kind.isCompanion {
        count += 1
      }
      let room = unsafe room
      for i in 0..<count {
        // Safe: `count` entries from `start` are inside `packets`, and fit.
        unsafe room.details(i).pointee = packets[start + i]
        unsafe room.prepare(i)
      }
      commit(count)
      start += count
    }
  }

  /// Counts all packets that were taken so far.
  public func flush() { commit(0) }

  /// Adds one packet to the counters of its record.
  private func countPacket(
    _ entry: UnsafePointer<BatchEntry>, _ packet: UnsafePointer<DecodedPacket>,
    record number: Int, lines: UnsafeMutablePointer<RecordTable.Half>, idleLimit: Int64
  ) {
    let direction = unsafe Int(truncatingIfNeeded: entry.pointee.direction)
    let time = unsafe entry.pointee.timestampNanoseconds
    let flags = unsafe entry.pointee.tcpFlags
    // Safe: the fields are inside the record; `direction` is 0 or 1.
    var record = unsafe DirectedCounters(lines + number, direction)
    if unsafe flags & TCPFlags.syn != 0 || record.isFirstOrLast
      || idleLimit != .max && time &- record.lastOfEither > idleLimit
    {
      let changed = unsafe noteChange(number, entry, packet)
      unsafe record = DirectedCounters(lines + changed, direction)
    }
    unsafe record.add(bytes: entry.pointee.originalLength, time: time, flags: flags)
  }

  /// Counts a packet that does not come through a batch.
  func countSingly(_ packet: DecodedPacket) {
    let entry = BatchEntry(packet, seed: seed)
    unsafe withUnsafePointer(to: packet) { packet in
      unsafe withUnsafePointer(to: entry) { entry in
        let number = unsafe findOrCreate(entry, packet)
        unsafe countPacket(
          entry, packet, record: number, lines: records.lines, idleLimit: idleLimit)
      }
    }
  }

  /// Hands out a flow.
  func handOut(_ flow: Flow) {
    counts.flows += 1
    sink(flow)
  }
}
