import Testing

@testable import PacketCapture

@Suite struct `A capture buffer` {
  /// Gives at most so many bytes at once, and takes down how many it was asked for.
  final class ShortSource: ByteSource {
    private let most: Int
    private(set) var asked: [Int] = []

    init(most: Int) { self.most = most }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ByteSourceFailure) -> Int {
      asked.append(buffer.count)
      return min(most, buffer.count)
    }
  }

  @Test func `asks for small blocks only when the first one is complete`() {
    let source = ShortSource(most: 400)
    var buffer = CaptureBuffer(source, blockByteCount: 1_000, laterBlockByteCount: 64)
    for _ in 0..<5 {
      _ = buffer.fill(atLeast: 1)
      buffer.position += buffer.available
    }
    #expect(source.asked == [1_000, 600, 200, 64, 64])
  }

  @Test func `asks for whole blocks of a source that gives less`() {
    let source = ShortSource(most: 300)
    var buffer = CaptureBuffer(source, blockByteCount: 1_000)
    for _ in 0..<5 {
      _ = buffer.fill(atLeast: 1)
      buffer.position += buffer.available
    }
    #expect(source.asked == Array(repeating: 1_000, count: 5))
  }
}
