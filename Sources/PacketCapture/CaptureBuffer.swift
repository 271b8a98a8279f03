#if canImport(Glibc)
  import Glibc
#endif

/// A window that slides over the bytes of a capture.
///
/// Reads whole blocks from its source behind the bytes that are left over, so that a record is always contiguous; or uses
/// the bytes of a mapped file in place, window by window, and reads what the file has grown by meanwhile. Addresses stay
/// valid until the next ``fill(atLeast:)``.
///
/// Invariant: `0 <= position <= end`, and `end` bytes from ``base`` on are readable; those from `position` to `end` are not
/// yet used.
@safe
struct CaptureBuffer: ~Copyable {
  /// Bytes asked of the source at once. 1 MiB fits the second-level cache; measured best for files in the page cache.
  static let defaultBlockByteCount = 1 << 20

  /// Room of a new buffer: a block, and a large record that starts near its end.
  static let initialCapacity = defaultBlockByteCount + (1 << 19)

  private var source: any ByteSource
  private(set) var base: UnsafeMutableRawPointer
  /// Bytes of the buffer's own memory; 0 while a file is used in place.
  private var capacity: Int
  /// The file that is used in place: ``base`` is its first byte.
  private var mapping: FileMapping?
  /// Bytes of the next window of the mapping, and of those behind it.
  private var nextWindowByteCount = 0
  private var windowByteCount = 0
  /// Where the memory of the mapping begins that was not given back; `nil` if somebody else gives it back.
  private var heldStart: Int?
  private var faults = MajorFaults()
  /// Brings the records of a window close before they are read; `nil` as long as the format is not known.
  var warming: RecordWarming?
  /// The next unused byte, as an offset from ``base``.
  var position = 0
  /// One past the last byte read.
  private(set) var end = 0
  /// Offset of ``base`` in the capture.
  private var baseOffset: UInt64 = 0
  private(set) var isAtEnd = false
  /// Why the source ended early, if it did.
  private(set) var failure: CaptureAnomaly.Reason?

  /// Bytes asked of the source at once.
  private let blockByteCount: Int

  /// - Parameters:
  ///   - offset: where in the capture `source` begins.
  ///   - blockByteCount: bytes to ask of the source at once; at most ``defaultBlockByteCount``.
  init(
    _ source: any ByteSource, offset: UInt64 = 0,
    blockByteCount: Int = CaptureBuffer.defaultBlockByteCount
  ) {
    self.source = source
    self.blockByteCount = max(1, min(blockByteCount, Self.defaultBlockByteCount))
    baseOffset = offset
    capacity = Self.initialCapacity
    unsafe base = BufferPool.take()
  }

  /// Bytes of a mapped file that are looked at together: many, so that several places are on their way at the same time;
  /// few enough that what was brought close is still there when it is read.
  static let defaultWindowByteCount = 2 << 20

  /// - Parameters:
  ///   - offset: where to begin; at most the bytes that are mapped.
  ///   - firstByteCount: bytes of the first window; small where the format is not known yet.
  ///   - windowByteCount: bytes of the other windows.
  ///   - dropsBytes: whether the memory of bytes that were used is given back.
  init(
    _ mapping: FileMapping, offset: Int, firstByteCount: Int = 1 << 16,
    windowByteCount: Int = CaptureBuffer.defaultWindowByteCount, dropsBytes: Bool = true
  ) {
    source = RangeSource(mapping.file, offset: UInt64(mapping.byteCount))
    blockByteCount = Self.defaultBlockByteCount
    capacity = 0
    unsafe base = mapping.base
    position = min(max(0, offset), mapping.byteCount)
    end = position
    heldStart = dropsBytes ? position : nil
    self.mapping = mapping
    nextWindowByteCount = max(1, firstByteCount)
    self.windowByteCount = max(1, windowByteCount)
  }

  deinit {
    if let mapping {
      if let heldStart { mapping.drop(heldStart..<end) }
    } else {
      unsafe Self.release(base, capacity)
    }
  }

  private static func release(_ base: UnsafeMutableRawPointer, _ capacity: Int) {
    if capacity == Self.initialCapacity {
      unsafe BufferPool.giveBack(base)
    } else {
      unsafe base.deallocate()
    }
  }

  /// Bytes that are read and not yet used.
  var available: Int { end - position }

  /// Offset in the capture of the next unused byte.
  var offset: UInt64 { baseOffset + UInt64(position) }

  /// The next unused byte.
  var cursor: UnsafeRawPointer {
    // Safe: `position` is inside the allocation.
    unsafe UnsafeRawPointer(base + position)
  }

  /// Makes at least `count` bytes available.
  ///
  /// Invalidates all addresses of earlier bytes.
  /// - Returns: whether so many bytes are there; `false` only at the end of the source.
  mutating func fill(atLeast count: Int) -> Bool {
    if available >= count { return true }
    if let mapping {
      if !isAtEnd { moveWindow(of: mapping, toHold: count) }
      if isAtEnd || available >= count { return available >= count }
      leave(mapping)
    }
    moveToFront(makingRoomFor: count)
    while available < count, !isAtEnd {
      let room = min(capacity - end, blockByteCount)
      do {
        // Safe: `end + room` is inside the allocation.
        let read = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(start: base + end, count: room))
        end += read
        if read == 0 { isAtEnd = true }
      } catch {
        failure = error.reason
        isAtEnd = true
      }
    }
    return available >= count
  }

  private mutating func moveToFront(makingRoomFor count: Int) {
    let kept = available
    let needed = max(count, kept + blockByteCount)
    if needed > capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 4096)
      // Safe: both allocations hold `kept` bytes; they do not overlap.
      unsafe larger.copyMemory(from: base + position, byteCount: kept)
      unsafe Self.release(base, capacity)
      unsafe base = larger
      capacity = needed
    } else if position > 0 {
      // Safe: memmove within the allocation.
      unsafe base.copyMemory(from: base + position, byteCount: kept)
    }
    baseOffset += UInt64(position)
    position = 0
    end = kept
  }

  // MARK: Mapped files

  /// How far ahead of the bytes at hand to ask for others: own memory is close, that of a file is not, and the processor
  /// itself does not look beyond a page.
  var prefetchDistance: Int { mapping == nil ? 512 : 2048 }

  /// Marks the next `count` bytes as used, once they were read.
  ///
  /// - Returns: `false` if some of them have gone away while they were read: then none is marked, and only the sound ones are
  ///   still ``available``. Never for bytes in the buffer's own memory.
  mutating func use(_ count: Int) -> Bool {
    if mapping != nil, !isSound(upTo: position + count) { return false }
    position += count
    return true
  }

  /// Whether the bytes before `place` are those of the capture, as far as anybody has read them; if not, the capture ends
  /// with the last sound byte.
  mutating func isSound(upTo place: Int) -> Bool {
    guard let mapping else { return true }
    let sound = mapping.soundByteCount
    if sound >= place { return true }
    endEarly(at: sound, .readFailed(errorNumber: EIO))
    return false
  }

  private mutating func endEarly(at place: Int, _ reason: CaptureAnomaly.Reason) {
    end = max(position, min(end, place))
    isAtEnd = true
    if failure == nil { failure = reason }
  }

  /// Makes further bytes of the mapping available: `count`, or all that there are.
  private mutating func moveWindow(of mapping: FileMapping, toHold count: Int) {
    if mapping.file.isCancelled { return endEarly(at: end, .cancelled) }
    if !isSound(upTo: end) { return }
    let newEnd = min(mapping.byteCount, max(end + nextWindowByteCount, position + count))
    if newEnd == end { return }
    nextWindowByteCount = windowByteCount
    if let start = heldStart {
      mapping.drop(start..<position)
      heldStart = position
    }
    end = newEnd
    // A file that is not in memory yet is read faster from front to back.
    if faults.haveOccurred() {
      mapping.file.willRead(end..<(end + 2 * windowByteCount))
    } else {
      // Safe: so many bytes are mapped.
      unsafe warming?.warm(UnsafeRawBufferPointer(start: base + position, count: available))
    }
  }

  /// Goes over to reading, with what is left of the mapping.
  private mutating func leave(_ mapping: FileMapping) {
    let kept = available
    let own: UnsafeMutableRawPointer
    if kept <= Self.initialCapacity {
      unsafe own = BufferPool.take()
      capacity = Self.initialCapacity
    } else {
      unsafe own = .allocate(byteCount: kept, alignment: 4096)
      capacity = kept
    }
    // Safe: both hold `kept` bytes; they do not overlap.
    unsafe own.copyMemory(from: base + position, byteCount: kept)
    unsafe base = own
    baseOffset = UInt64(position)
    position = 0
    end = kept
    self.mapping = nil
    // What was read may be no more, whether or not the system said so.
    let sound = min(UInt64(mapping.soundByteCount), mapping.file.byteCount ?? 0)
    if sound < UInt64(mapping.byteCount) {
      endEarly(
        at: Int(clamping: Int64(clamping: sound) - Int64(clamping: baseOffset)),
        .readFailed(errorNumber: EIO))
    }
  }
}
