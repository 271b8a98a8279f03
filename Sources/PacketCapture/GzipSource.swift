import CZlib

/// The bytes of a gzip stream (RFC 1952), which may have several members.
@safe
final class GzipSource: ByteSource {
  private let packed: any ByteSource
  private let stream: UnsafeMutablePointer<z_stream>
  private let input: UnsafeMutableRawBufferPointer
  private var isAtEnd = false
  /// Whether the last member was read to its end.
  private var isMemberComplete = true
  private var isBroken: Bool

  init(_ packed: any ByteSource) {
    self.packed = packed
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    unsafe input = .allocate(byteCount: 1 << 18, alignment: 4096)
    // 15 bits of window, and 16 more to ask for the gzip format.
    isBroken =
      unsafe inflateInit2_(
        stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) != Z_OK
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
    unsafe input.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    guard !isBroken else { throw damage("zlib cannot be used") }
    guard buffer.count > 0 else { return 0 }
    // Safe: zlib writes at most `avail_out` bytes to `next_out`, and reads at most `avail_in` from `next_in`.
    unsafe stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(clamping: buffer.count)
    while unsafe stream.pointee.avail_out == UInt32(clamping: buffer.count) {
      if unsafe stream.pointee.avail_in == 0 {
        let count = isAtEnd ? 0 : try unsafe packed.read(into: input)
        if count == 0 {
          isAtEnd = true
          if isMemberComplete { return 0 }
          isBroken = true
          throw damage("it ends early")
        }
        unsafe stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_in = UInt32(count)
      }
      if isMemberComplete {
        unsafe inflateReset(stream)
        isMemberComplete = false
      }
      switch unsafe inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: isMemberComplete = true
      default:
        isBroken = true
        let message = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
        // What was decompressed before the damage is still good; the next call reports it.
        let written = unsafe buffer.count - Int(stream.pointee.avail_out)
        if written > 0 {
          detail = message
          return written
        }
        throw damage(message ?? "it is not gzip")
      }
    }
    return unsafe buffer.count - Int(stream.pointee.avail_out)
  }

  /// What zlib said of damage that is not reported yet.
  private var detail: String?

  private func damage(_ fallback: String) -> ByteSourceFailure {
    ByteSourceFailure(reason: .compressionDamaged(detail: "gzip: \(detail ?? fallback)"))
  }
}
