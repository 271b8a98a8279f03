import PacketDecode

/// Decoded packets that pass through the tracker together, with their keys and the records that they probably belong to.
@safe
struct PacketBatch: ~Copyable {
  let packets: UnsafeMutablePointer<DecodedPacket>
  let keys: UnsafeMutablePointer<FlowKey>
  let candidates: UnsafeMutablePointer<Int>
  /// Entries in use.
  var count = 0

  /// - Parameter capacity: packets; there is room for as many entries as they may yield.
  init(capacity: Int) {
    let entryCount = capacity * PacketDecoder.maximumEntryCount
    unsafe packets = .allocate(capacity: entryCount)
    unsafe packets.initialize(repeating: DecodedPacket(), count: entryCount)
    unsafe keys = .allocate(capacity: entryCount)
    unsafe candidates = .allocate(capacity: entryCount)
  }

  deinit {
    unsafe packets.deallocate()
    unsafe keys.deallocate()
    unsafe candidates.deallocate()
  }
}
