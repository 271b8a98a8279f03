import PacketCapture
import Testing

@Suite struct `Classic captures` {
  @Test func `a file header without packets is a complete capture`() throws {
    let reader = try openCapture(bytes: fileHeader())
    #expect(packets(of: reader).isEmpty)
    #expect(reader.anomalyCount == 0)
  }

  @Test func `a cut record is an anomaly with its number and place`() throws {
    let bytes = fileHeader() + record([1, 2, 3]) + record([4, 5, 6]).dropLast()
    let reader = try openCapture(bytes: bytes)
    #expect(packets(of: reader) == [[1, 2, 3]])
    #expect(
      reader.anomalies == [
        CaptureAnomaly(
          packetNumber: 2, byteOffset: 43, reason: .truncated(expected: 19, found: 18),
          action: .stopped)
      ])
  }

  private func fileHeader() -> [UInt8] {
    [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0] + Array(repeating: 0, count: 8)
      + [0, 0, 4, 0, 1, 0, 0, 0]
  }

  private func record(_ bytes: [UInt8]) -> [UInt8] {
    let length = UInt8(bytes.count)
    return Array(repeating: 0, count: 8) + [length, 0, 0, 0, length, 0, 0, 0] + bytes
  }

  private func packets(of reader: any CaptureReader) -> [[UInt8]] {
    let batch = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 4)
    defer { unsafe batch.deallocate() }
    var result: [[UInt8]] = []
    while true {
      let count = unsafe reader.read(into: batch)
      if count == 0 { return result }
      for index in 0..<count {
        let record = unsafe batch[index]
        result.append(
          unsafe Array(
            UnsafeRawBufferPointer(start: record.bytes, count: Int(record.capturedLength))))
      }
    }
  }
}
