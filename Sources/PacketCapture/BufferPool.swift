import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Buffers of closed captures, for the next ones.
///
/// A fresh buffer costs a page fault for each of its pages, which is more than reading into it. Thread-safe.
enum BufferPool {
  /// Buffers kept; further ones go back to the system.
  static let maximumCount = 16

  /// Ownership of one allocation of ``CaptureBuffer/initialCapacity`` bytes.
  @safe
  private struct Buffer: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    /// The thread that used it last: to another one, its bytes would come from that one's cache.
    let thread: pthread_t
  }

  private static let free = Mutex<[Buffer]>([])

  /// An allocation of ``CaptureBuffer/initialCapacity`` bytes, whose contents are whatever was there.
  static func take() -> UnsafeMutableRawPointer {
    let thread = pthread_self()
    let buffer = free.withLock { buffers in
      buffers.lastIndex { $0.thread == thread }.map { buffers.remove(at: $0) } ?? buffers.popLast()
    }
    if let buffer { return unsafe buffer.base }
    return .allocate(byteCount: CaptureBuffer.initialCapacity, alignment: 4096)
  }

  /// Takes over an allocation from ``take()``; nobody may use it any more.
  static func giveBack(_ base: UnsafeMutableRawPointer) {
    let buffer = unsafe Buffer(base: base, thread: pthread_self())
    let isKept = free.withLock { buffers in
      if buffers.count >= maximumCount { return false }
      buffers.append(buffer)
      return true
    }
    if !isKept { unsafe base.deallocate() }
  }
}
