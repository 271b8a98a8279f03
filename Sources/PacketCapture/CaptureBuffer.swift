/// A window that slides over the bytes of a capture.
///
/// Reads whole blocks from its source behind the bytes that are left over, so that a record is always contiguous.
/// Addresses stay valid until the next ``fill(atLeast:)``.
///
/// Invariant: `0 <= position <= end <= capacity`; the bytes from `position` to `end` are read and not yet used.
@safe
struct CaptureBuffer: ~Copyable {
  /// Bytes asked of the source at once. 1 MiB fits the second-level cache; measured best for files in the page cache.
  static let defaultBlockByteCount = 1 << 20

  /// Room of a new buffer: a block, and a large record that starts near its end.
  static let initialCapacity = defaultBlockByteCount + (1 << 19)

  private let source: any ByteSource
  private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int
  /// The next unused byte, as an offset from ``base``.
  var position = 0
  /// One past the last byte read.
  private(set) var end = 0
  /// Offset of ``base`` in the capture.
  private var baseOffset: UInt64 = 0
  private(set) var isAtEnd = false
  /// Why the source ended early, if it did.
  private(set) var failure: CaptureAnomaly.Reason?

  /// Bytes asked of the source at once, once the first block is complete.
  private let laterBlockByteCount: Int
  /// Bytes of the first block that are still to come, where it has a size of its own; may be negative.
  private var firstByteCount: Int
  private var blockByteCount: Int { firstByteCount > 0 ? firstByteCount : laterBlockByteCount }

  /// - Parameters:
  ///   - offset: where in the capture `source` begins.
  ///   - blockByteCount: bytes to ask of the source at once; at most ``initialCapacity``.
  ///   - laterBlockByteCount: the same behind the first block; not given, as many.
  init(
    _ source: any ByteSource, offset: UInt64 = 0,
    blockByteCount: Int = CaptureBuffer.defaultBlockByteCount, laterBlockByteCount: Int? = nil
  ) {
    self.source = source
    let blockByteCount = max(1, min(blockByteCount, Self.initialCapacity))
    self.laterBlockByteCount = laterBlockByteCount ?? blockByteCount
    firstByteCount = laterBlockByteCount == nil ? 0 : blockByteCount
    baseOffset = offset
    capacity = Self.initialCapacity
    unsafe base = BufferPool.take()
  }

  deinit {
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
    moveToFront(makingRoomFor: count)
    while available < count, !isAtEnd {
      let room = min(capacity - end, max(blockByteCount, count - available))
      do {
        // Safe: `end + room` is inside the allocation.
        let read = try unsafe source.read(
          into: UnsafeMutableRawBufferPointer(start: base + end, count: room))
        end += read
        if read == 0 { isAtEnd = true }
        firstByteCount -= read
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
      if capacity == Self.initialCapacity {
        unsafe BufferPool.giveBack(base)
      } else {
        unsafe base.deallocate()
      }
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
}
