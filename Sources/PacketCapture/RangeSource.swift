#if canImport(Glibc)
  import Glibc
#endif

/// The bytes of a regular file from an offset on. Several can read one file at once.
final class RangeSource: ByteSource {
  private let file: FileSource
  private var offset: UInt64

  init(_ file: FileSource, offset: UInt64) {
    self.file = file
    self.offset = offset
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    let count = try unsafe file.read(into: buffer, at: offset)
    offset += UInt64(count)
    return count
  }
}
