import CShims
import PacketDecode

/// Decoded packets that pass through the tracker together, with their keys.
@safe
struct PacketBatch: ~Copyable {
  let packets: UnsafeMutablePointer<DecodedPacket>
  let keys: UnsafeMutablePointer<FlowKey>
  /// Entries in use.
  var count = 0

  /// - Parameter capacity: packets; there is room for as many entries as they may yield.
  init(capacity: Int) {
    let entryCount = capacity * PacketDecoder.maximumEntryCount
    unsafe packets = .allocate(capacity: entryCount)
    unsafe packets.initialize(repeating: DecodedPacket(), count: entryCount)
    unsafe keys = .allocate(capacity: entryCount)
    let key = FlowKey(addresses: 0, portsAndMeta: 0, hash: 0, direction: 0)
    unsafe keys.initialize(repeating: key, count: entryCount)
  }

  deinit {
    unsafe packets.deallocate()
    unsafe keys.deallocate()
  }
}

/// Where the next entries for a tracker go.
///
/// Entries are filled from the start, each made ready by ``prepare(_:)``, which asks for its index bucket while the next
/// packets are decoded. Safe until the batch is committed.
@unsafe
struct BatchRoom {
  let packets: UnsafeMutablePointer<DecodedPacket>
  private let keys: UnsafeMutablePointer<FlowKey>
  private let buckets: UnsafeRawPointer
  private let mask: Int
  private let seed: HashSeed

  init(
    packets: UnsafeMutablePointer<DecodedPacket>, keys: UnsafeMutablePointer<FlowKey>,
    buckets: UnsafeRawPointer, mask: Int, seed: HashSeed
  ) {
    unsafe self.packets = packets
    unsafe self.keys = keys
    unsafe self.buckets = buckets
    unsafe self.mask = mask
    unsafe self.seed = seed
  }

  /// Takes note that an entry is filled.
  @inline(__always)
  func prepare(_ number: Int) {
    let key = unsafe FlowKey(of: packets + number, seed: seed)
    unsafe keys[number] = key
    unsafe flowverdict_prefetch(buckets + HashIndex.bucketOffset(key.hash, mask: mask))
  }

  /// The room behind the first `count` entries.
  func dropFirst(_ count: Int) -> BatchRoom {
    unsafe BatchRoom(
      packets: packets + count, keys: keys + count, buckets: buckets, mask: mask, seed: seed)
  }
}
