/// Where the bytes of a capture come from: a file, a pipe, or a decompressor over either.
protocol ByteSource: AnyObject {
  /// Reads up to `buffer.count` bytes.
  ///
  /// - Returns: how many bytes were read; 0 at the end.
  /// - Throws: the reason why no more can be read. Bytes read before are still good.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int
}

/// Why a source of bytes ended before its end.
struct ByteSourceFailure: Error {
  var reason: CaptureAnomaly.Reason
}
