import CZstd

/// The bytes of a Zstandard stream (RFC 8878), which may have several frames.
///
/// Windows of more than 128 MiB are refused by the library's default, which bounds memory.
@safe
final class ZstdSource: ByteSource {
  private let packed: any ByteSource
  private let stream: OpaquePointer?
  private let storage: UnsafeMutableRawBufferPointer
  private var position = 0
  private var end = 0
  private var isAtEnd = false
  /// Whether the last frame was read to its end.
  private var isFrameComplete = true
  private var failure: String?

  init(_ packed: any ByteSource) {
    self.packed = packed
    unsafe stream = ZSTD_createDStream()
    unsafe storage = .allocate(byteCount: 1 << 18, alignment: 4096)
  }

  deinit {
    unsafe ZSTD_freeDStream(stream)
    unsafe storage.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
    guard let stream = unsafe stream else { throw damage("it cannot be used") }
    if let failure { throw damage(failure) }
    guard buffer.count > 0 else { return 0 }
    // Safe: the library stays inside both buffers.
    var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    while unsafe output.pos == 0 {
      if position == end, !isAtEnd {
        end = try unsafe packed.read(into: storage)
        position = 0
        isAtEnd = end == 0
      }
      if isAtEnd, isFrameComplete { return 0 }
      var input = unsafe ZSTD_inBuffer(src: storage.baseAddress, size: end, pos: position)
      let result = unsafe ZSTD_decompressStream(stream, &output, &input)
      unsafe position = input.pos
      if ZSTD_isError(result) != 0 {
        let message = unsafe String(cString: ZSTD_getErrorName(result))
        failure = message
        if unsafe output.pos > 0 { break }
        throw damage(message)
      }
      isFrameComplete = result == 0
      if isAtEnd, unsafe output.pos == 0, !isFrameComplete {
        failure = "it ends early"
        throw damage("it ends early")
      }
    }
    return unsafe output.pos
  }

  private func damage(_ message: String) -> ByteSourceFailure {
    ByteSourceFailure(reason: .compressionDamaged(detail: "zstd: \(message)"))
  }
}
