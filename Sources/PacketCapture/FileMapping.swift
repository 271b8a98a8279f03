import CShims
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A regular file, mapped: its bytes without copying them.
///
/// Bytes may go away while they are mapped, for instance where another process shortens the file. They then read as zeros,
/// and ``soundByteCount`` says so: ask it after bytes were read, before they are believed. Thread-safe.
@safe
final class FileMapping: @unchecked Sendable {
  // Immutable but for the guard, which is lock-free.
  let file: FileSource
  let base: UnsafeMutableRawPointer
  /// Bytes that are mapped: those of the file when it was opened.
  let byteCount: Int
  private let guardNumber: Int32
  /// Mappings in use.
  private static let liveCount = Atomic<Int>(0)
  private static let pageByteCount = sysconf(Int32(_SC_PAGESIZE))

  /// - Returns: `nil` if the file cannot be mapped: then it must be read.
  init?(_ file: FileSource, byteCount: UInt64) {
    guard byteCount > 0, byteCount < UInt64(Int.max) - (1 << 30) else { return nil }
    let mapped = unsafe mmap(nil, Int(byteCount), PROT_READ, MAP_SHARED, file.descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    guardNumber = unsafe flowverdict_guard_mapping(mapped, Int(byteCount))
    guard guardNumber >= 0 else {
      unsafe munmap(mapped, Int(byteCount))
      return nil
    }
    Self.liveCount.add(1, ordering: .relaxed)
    unsafe base = mapped
    self.byteCount = Int(byteCount)
    self.file = file
    // Only a hint: read ahead, and do not keep what was read.
    unsafe madvise(base, self.byteCount, MADV_SEQUENTIAL)
  }

  deinit {
    Self.liveCount.subtract(1, ordering: .relaxed)
    flowverdict_unguard_mapping(guardNumber)
    unsafe munmap(base, byteCount)
  }

  /// Bytes that a reader should look at together: less where many captures are read at once, for they are memory in use.
  static var windowByteCount: Int {
    let share = (32 << 20) / max(1, liveCount.load(ordering: .relaxed))
    return min(CaptureBuffer.defaultWindowByteCount, max(share, 1 << 18))
  }

  /// How many bytes from the start on are the file's; less than ``byteCount`` once some were found to be gone.
  var soundByteCount: Int {
    let damage = flowverdict_mapping_damage(guardNumber)
    if damage >= byteCount { return byteCount }
    // The end of a file's last page reads as zeros, too.
    return min(damage, Int(clamping: file.byteCount ?? 0))
  }

  /// Gives the memory of whole pages of a range back; they come again from the file when they are read.
  func drop(_ range: Range<Int>) {
    let start = range.lowerBound & ~(Self.pageByteCount - 1)
    let end = min(range.upperBound, byteCount) & ~(Self.pageByteCount - 1)
    // Safe: inside the mapping.
    if start < end { unsafe madvise(base + start, end - start, MADV_DONTNEED) }
  }
}
