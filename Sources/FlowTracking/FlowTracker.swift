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

  let memory: ReservedMemory
  let recordCapacity: Int
  /// Records in use or free: all below this number.
  var recordEnd = 0
  /// First record of the free list + 1.
  var freeHead: UInt32 = 0
  var liveCount = 0
  var index: HashIndex

  /// Groups by the hash of what their records have in common; the index of the first record. `nil` while no record can
  /// have a counterpart.
  var groups: HashIndex?
  /// The first view seen: until there is another, no record can have a counterpart.
  var firstView: UInt16?
  /// Where packets were seen, and which of those places to believe where the same packets were seen at several.
  let views: ViewTable

  var fragments = FragmentTable()
  /// Packet time of the last look for idle flows.
  var lastSweepTime = Int64.min
  public internal(set) var counts = TrackingCounts()
  public internal(set) var packetCounts = PacketCounts()

  /// The batch that is filled, and the one whose records are on their way.
  private var open = PacketBatch(capacity: FlowTracker.batchSize)
  private var pending = PacketBatch(capacity: FlowTracker.batchSize)

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
    recordCapacity = min(max(options.maximumFlowCount, 1024), HashIndex.maximumRecordCount)
    guard let memory = ReservedMemory(byteCount: recordCapacity * FlowRecord.byteCount),
      let index = HashIndex(minimumCapacity: 1024)
    else { throw FlowTrackingError.outOfMemory(flowCount: recordCapacity) }
    self.memory = memory
    self.index = index
    if !self.services.isEmpty { groups = HashIndex(minimumCapacity: 1024) }
  }

  /// The records. Safe for numbers below ``recordCapacity``: the memory is zeroed, which is a free record.
  @inline(__always)
  var records: UnsafeMutablePointer<FlowRecord> {
    unsafe memory.base.assumingMemoryBound(to: FlowRecord.self)
  }

  /// Room for the next batch: ``PacketDecoder/maximumEntryCount`` entries for each of ``batchSize`` packets. Fill it from
  /// the start and call ``commit(_:)``.
  var room: UnsafeMutablePointer<DecodedPacket> { unsafe open.packets }

  /// Takes the first `count` entries of ``room`` as the next packets.
  ///
  /// They are counted by the next call, or by ``flush()``.
  /// - Complexity: O(`count`), whatever the number of flows.
  func commit(_ count: Int) {
    open.count = count
    let seed = seed
    // Safe: all pointers below stay inside their batch and table; the mask bounds buckets.
    let packets = unsafe open.packets
    let keys = unsafe open.keys
    let candidates = unsafe open.candidates
    var buckets = unsafe index.buckets
    var mask = index.bucketMask
    var i = 0
    while i < count {
      let key = unsafe FlowKey(of: packets + i, seed: seed)
      unsafe keys[i] = key
      unsafe flowverdict_prefetch(buckets + HashIndex.bucketOffset(key.hash, mask: mask))
      i &+= 1
    }
    countPending()
    // The first record in the bucket whose tag agrees: nearly always the one. Where no tag agrees, some other number comes
    // out; every candidate is compared when it is counted.
    let records = unsafe records
    unsafe buckets = index.buckets
    mask = index.bucketMask
    i = 0
    while i < count {
      let hash = unsafe keys[i].hash
      let bucket = unsafe buckets + HashIndex.bucketOffset(hash, mask: mask)
      let matches = unsafe HashIndex.matches(bucket, tag: HashIndex.tag(hash))
      let number = unsafe HashIndex.number(bucket, HashIndex.place(matches))
      let record = Int(number) &- 1
      unsafe candidates[i] = record
      // A candidate of -1 prefetches the line before the table: harmless, a prefetch never faults.
      unsafe flowverdict_prefetch(records + record)
      i &+= 1
    }
    swap(&open, &pending)
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
      // Safe: `count` entries from `start` are inside `packets`, and fit.
      unsafe room.update(from: packets.baseAddress! + start, count: count)
      commit(count)
      start += count
    }
  }

  /// Counts all packets that were taken so far.
  public func flush() { countPending() }

  /// Counts the batch whose records are on their way.
  private func countPending() {
    // Safe: as in `commit`.
    let count = pending.count
    let packets = unsafe pending.packets
    let keys = unsafe pending.keys
    let candidates = unsafe pending.candidates
    let records = unsafe records
    let idleLimit = idleLimit
    pending.count = 0
    var flowPackets: UInt64 = 0
    var i = 0
    while i < count {
      unsafe flowverdict_prefetch(records + candidates[i &+ 8 < count ? i &+ 8 : i])
      let packet = unsafe packets + i
      if unsafe packet.pointee.kind == .flow {
        flowPackets &+= 1
        var number = unsafe candidates[i]
        let key = unsafe keys + i
        if unsafe number < 0 || !isRecord(records + number, of: key, packet) {
          number = unsafe findOrCreate(key.pointee, packet)
        }
        unsafe countPacket(packet, key, record: number, records: records, idleLimit: idleLimit)
      } else {
        unsafe trackRare(packet, hasCompanion: i &+ 1 < count)
      }
      i &+= 1
    }
    packetCounts[.flow] += flowPackets
    if idleLimit < .max, count > 0 {
      evictIdle(now: unsafe packets[count - 1].timestampNanoseconds)
    }
  }

  /// Adds one packet to the counters of its record.
  @inline(__always)
  private func countPacket(
    _ packet: UnsafePointer<DecodedPacket>, _ key: UnsafePointer<FlowKey>, record number: Int,
    records: UnsafeMutablePointer<FlowRecord>, idleLimit: Int64
  ) {
    let direction = unsafe key.pointee.direction
    let time = unsafe packet.pointee.timestampNanoseconds
    let flags = unsafe packet.pointee.tcpFlags
    // Safe: the fields are inside the record; `direction` is 0 or 1.
    var record = unsafe DirectedCounters(records + number, direction)
    if unsafe flags & TCPFlags.syn != 0 || record.isFirstOrLast
      || time &- record.lastOfEither > idleLimit
    {
      let changed = unsafe noteChange(number, key.pointee, packet)
      unsafe record = DirectedCounters(records + changed, direction)
    }
    unsafe record.add(bytes: packet.pointee.originalLength, time: time, flags: flags)
  }

  /// Counts a packet that does not come through a batch.
  func countSingly(_ packet: DecodedPacket) {
    unsafe withUnsafePointer(to: packet) { packet in
      let key = unsafe FlowKey(of: packet, seed: seed)
      let number = unsafe findOrCreate(key, packet)
      unsafe withUnsafePointer(to: key) { key in
        unsafe countPacket(packet, key, record: number, records: records, idleLimit: idleLimit)
      }
    }
  }

  /// Hands out a flow.
  func handOut(_ flow: Flow) {
    counts.flows += 1
    sink(flow)
  }
}
