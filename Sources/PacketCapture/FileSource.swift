import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The bytes of a file descriptor: a regular file, a pipe or standard input.
///
/// Thread-safe as far as ``read(into:at:)`` goes.
final class FileSource: ByteSource, Sendable {
  private let descriptor: Int32
  private let closesDescriptor: Bool
  /// Asked while waiting for a pipe.
  private let cancellation: CaptureCancellation?
  /// Size in bytes when it was opened; 0 for what is no regular file.
  private let openedByteCount: UInt64
  /// Bytes that were read so far. Where none are read from offsets, the place of the next ones.
  private let givenByteCount = Atomic<UInt64>(0)

  /// Opens `path`; `-` is standard input.
  init(path: String, cancellation: CaptureCancellation? = nil) throws(CaptureError) {
    self.cancellation = cancellation
    if path == "-" {
      descriptor = STDIN_FILENO
      closesDescriptor = false
      // It may stand anywhere in a file.
      openedByteCount = 0
      return
    }
    // Safe: `open` reads the string only during the call.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else {
      throw CaptureError(.unreadable, "\(path): \(systemMessage(errno))")
    }
    var status = stat()
    // Safe: `status` outlives the call.
    if unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(opened)
      throw CaptureError(.unreadable, "\(path): is a folder; name the captures in it")
    }
    descriptor = opened
    closesDescriptor = true
    openedByteCount = status.st_mode & S_IFMT == S_IFREG ? UInt64(max(0, status.st_size)) : 0
    // Only a hint: reading works without it.
    _ = posix_fadvise(opened, 0, 0, Int32(POSIX_FADV_SEQUENTIAL))
  }

  deinit {
    if closesDescriptor { close(descriptor) }
  }

  /// Size in bytes of a regular file; `nil` for pipes and devices.
  var byteCount: UInt64? {
    var status = stat()
    // Safe: `status` outlives the call.
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return UInt64(max(0, status.st_size))
  }

  /// Bytes that were read so far.
  var readByteCount: UInt64 { givenByteCount.load(ordering: .relaxed) }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    try read(buffer.count, at: readByteCount) { () throws(ByteSourceFailure) -> Int in
      guard waitForBytes() else { throw ByteSourceFailure(reason: .cancelled) }
      // Safe: the buffer is valid for `buffer.count` bytes.
      return unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
  }

  /// Reads from `offset`, without moving the place of ``read(into:)``. Only for regular files.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(ByteSourceFailure) -> Int {
    try read(buffer.count, at: offset) {
      // Safe: the buffer is valid for `buffer.count` bytes.
      unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(clamping: offset))
    }
  }

  /// Reads up to `wanted` bytes, which are at `offset`, with a call of the system; once more where a signal came between.
  private func read(
    _ wanted: Int, at offset: UInt64, _ call: () throws(ByteSourceFailure) -> Int
  ) throws(ByteSourceFailure) -> Int {
    while true {
      let count = try call()
      if count > 0 {
        givenByteCount.add(UInt64(count), ordering: .relaxed)
        return count
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw ByteSourceFailure(reason: .readFailed(errorNumber: errno))
      }
      // A file that ends before its former size was cut meanwhile: that must not look like the end of the capture.
      if wanted > 0, offset < openedByteCount {
        throw ByteSourceFailure(reason: .becameShorter(formerByteCount: openedByteCount))
      }
      return 0
    }
  }

  /// Waits until there is something to read, or the end, or an error.
  ///
  /// - Returns: `false` if reading was cancelled meanwhile.
  private func waitForBytes() -> Bool {
    guard let cancellation else { return true }
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while !cancellation.isCancelled {
      // Safe: one descriptor, which outlives the call. A regular file is always ready.
      let ready = unsafe poll(&waiting, 1, 100)
      // A signal may have been meant to cancel.
      if ready > 0 || ready < 0 && errno != EINTR { return true }
    }
    return false
  }
}
