import CFuzzer
import Glibc

/// A file in memory with a path, for what reads files.
final class MemoryFile: Sendable {
  private let descriptor: CInt
  let path: String

  init() {
    descriptor = fuzz_memory_file()
    guard descriptor >= 0 else {
      report("no file in memory: error \(errno)")
      exit(2)
    }
    path = "/proc/self/fd/\(descriptor)"
  }

  deinit { close(descriptor) }

  /// Makes the file hold these bytes and no others.
  func replace(with bytes: some Collection<UInt8>) {
    let contiguous = ContiguousArray(bytes)
    var isWritten = ftruncate(descriptor, contiguous.count) == 0
    unsafe contiguous.withUnsafeBytes { buffer in
      var offset = 0
      while isWritten, offset < buffer.count {
        // Safe: the rest of the buffer.
        let count = unsafe pwrite(
          descriptor, buffer.baseAddress! + offset, buffer.count - offset, offset)
        if count > 0 { offset += count } else { isWritten = false }
      }
    }
    guard isWritten else {
      report("the file in memory cannot be written: error \(errno)")
      exit(2)
    }
  }
}
