import CShims
import PacketDecode

/// Packets that pass through the tracker together.
@safe
struct PacketBatch: ~Copyable {
  let entries: UnsafeMutablePointer<BatchEntry>
  /// The details of packets that are not of a plain IPv4 flow; for others, whatever was there.
  let packets: UnsafeMutablePointer<DecodedPacket>
  /// Entries in use.
  var count = 0

  /// Entries that may be read behind the last one.
  static let lookAhead = 8

  /// - Parameter capacity: packets; there is room for as many entries as they may yield.
  init(capacity: Int) {
    let entryCount = capacity * PacketDecoder.maximumEntryCount
    unsafe packets = .allocate(capacity: entryCount)
    unsafe packets.initialize(repeating: DecodedPacket(), count: entryCount)
    unsafe entries = .allocate(capacity: entryCount + Self.lookAhead)
    unsafe entries.initialize(repeating: BatchEntry(), count: entryCount + Self.lookAhead)
  }

  deinit {
    unsafe packets.deallocate()
    unsafe entries.deallocate()
  }
}

/// Where decoded packets go, one after the other, each to its number.
protocol PacketRoom {
  /// The details of entry `number` and of those behind it: to be filled before ``prepare(_:)``, which takes them in order.
  func details(_ number: Int) -> UnsafeMutablePointer<DecodedPacket>

  /// Takes an entry whose details are filled.
  func prepare(_ number: Int)

  /// Takes a plain packet.
  ///
  /// - Parameter view: as in ``DecodedPacket``.
  func put(
    _ number: Int, _ packet: PlainPacket, view: UInt16, capture: UInt16,
    timestampNanoseconds: Int64, originalLength: UInt32)
}

/// Room of a tracker's next batch.
///
/// Each entry asks for its index bucket, which comes while the next packets are decoded. Safe until the batch is
/// committed.
@unsafe
struct BatchRoom: @unsafe PacketRoom {
  private let entries: UnsafeMutablePointer<BatchEntry>
  private let packets: UnsafeMutablePointer<DecodedPacket>
  private let buckets: UnsafeRawPointer
  private let mask: Int
  private let seed: HashSeed

  init(
    _ batch: borrowing PacketBatch, buckets: UnsafeRawPointer, mask: Int, seed: HashSeed
  ) {
    unsafe entries = batch.entries
    unsafe packets = batch.packets
    unsafe self.buckets = buckets
    unsafe self.mask = mask
    unsafe self.seed = seed
  }

  private init(_ other: BatchRoom, dropping count: Int) {
    unsafe entries = other.entries + count
    unsafe packets = other.packets + count
    unsafe buckets = other.buckets
    unsafe mask = other.mask
    unsafe seed = other.seed
  }

  /// The room behind the first `count` entries.
  func dropFirst(_ count: Int) -> BatchRoom { unsafe BatchRoom(self, dropping: count) }

  @inline(__always)
  func details(_ number: Int) -> UnsafeMutablePointer<DecodedPacket> { unsafe packets + number }

  func prepare(_ number: Int) {
    unsafe entries[number] = BatchEntry(packets[number], seed: seed)
    unsafe askForBucket(number)
  }

  @inline(__always)
  func put(
    _ number: Int, _ packet: PlainPacket, view: UInt16, capture: UInt16,
    timestampNanoseconds: Int64, originalLength: UInt32
  ) {
    unsafe entries[number].set(
      packet, view: view, capture: capture,
      timestampNanoseconds: timestampNanoseconds, originalLength: originalLength, seed: seed)
    unsafe askForBucket(number)
  }

  /// Takes a packet of a part that is not detailed.
  @inline(__always)
  func put(_ number: Int, _ packet: PartEntry, view: UInt16, capture: UInt16) {
    unsafe entries[number].set(packet, view: view, capture: capture, seed: seed)
    unsafe askForBucket(number)
  }

  /// Takes an entry that was made before, with its details.
  func put(_ number: Int, _ entry: BatchEntry, _ details: DecodedPacket) {
    unsafe packets[number] = details
    unsafe entries[number] = entry
    unsafe askForBucket(number)
  }

  @inline(__always)
  private func askForBucket(_ number: Int) {
    unsafe flowverdict_prefetch(
      buckets + HashIndex.bucketOffset(entries[number].hash, mask: mask))
  }
}

/// Room in a part, for packets that are tracked later.
@unsafe
struct PartRoom: @unsafe PacketRoom {
  let entries: UnsafeMutablePointer<PartEntry>
  /// Of the packets that are detailed.
  let detailedEntries: UnsafeMutablePointer<BatchEntry>
  let detailedPackets: UnsafeMutablePointer<DecodedPacket>
  let detailedCount: UnsafeMutablePointer<Int>
  let seed: HashSeed

  @inline(__always)
  func details(_ number: Int) -> UnsafeMutablePointer<DecodedPacket> {
    unsafe detailedPackets + detailedCount.pointee
  }

  func prepare(_ number: Int) {
    let packet = unsafe detailedPackets[detailedCount.pointee]
    guard packet.kind == .flow, packet.family == 4, packet.tcpFlags & TCPFlags.syn == 0 else {
      unsafe putDetailed(number, BatchEntry(packet, seed: seed))
      return
    }
    unsafe entries[number] = PartEntry(
      DirectedKey(packet), timestampNanoseconds: packet.timestampNanoseconds,
      originalLength: packet.originalLength, tcpFlags: packet.tcpFlags)
  }

  @inline(__always)
  func put(
    _ number: Int, _ packet: PlainPacket, view: UInt16, capture: UInt16,
    timestampNanoseconds: Int64, originalLength: UInt32
  ) {
    // Of a SYN, the sequence number matters; its details do not.
    if packet.tcpFlags & TCPFlags.syn != 0 {
      var entry = BatchEntry()
      entry.set(
        packet, view: view, capture: capture, timestampNanoseconds: timestampNanoseconds,
        originalLength: originalLength, seed: unsafe seed)
      unsafe putDetailed(number, entry)
    } else {
      unsafe entries[number] = PartEntry(
        DirectedKey(packet, view: view), timestampNanoseconds: timestampNanoseconds,
        originalLength: originalLength, tcpFlags: packet.tcpFlags)
    }
  }

  private func putDetailed(_ number: Int, _ entry: BatchEntry) {
    unsafe entries[number] = PartEntry(detailedAt: entry.timestampNanoseconds)
    unsafe detailedEntries[detailedCount.pointee] = entry
    unsafe detailedCount.pointee += 1
  }
}
