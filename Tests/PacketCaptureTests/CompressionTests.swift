import PacketCapture
import TestSupport
import Testing

@Suite struct `Compressed captures` {
  static let plain = CaptureFile.Classic().file([
    CaptureFile.Packet(Bytes([1, 2, 3])), CaptureFile.Packet(Bytes([4, 5])),
  ])

  /// A gzip member that stores its bytes uncompressed.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = 0xffff_ffff
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    let length = UInt16(bytes.count)
    let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]
    return header
      + (Bytes.word16(length, isBig: false) + .word16(~length, isBig: false) + Bytes(bytes)
      + .word32(~crc, isBig: false) + .word32(UInt32(bytes.count), isBig: false)).array
  }

  /// A Zstandard frame with one raw block.
  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    let header = UInt32(bytes.count) << 3 | 1
    return [0x28, 0xb5, 0x2f, 0xfd, 0x20, UInt8(bytes.count)]
      + [UInt8(header & 255), UInt8(header >> 8 & 255), UInt8(header >> 16)] + bytes
  }

  @Test(arguments: [gzip, zstd])
  func `compressed captures are told by their magic`(
    compress: @Sendable ([UInt8]) -> [UInt8]
  ) throws {
    let reader = try openCapture(bytes: compress(Self.plain))
    #expect(packets(of: reader).map(\.bytes) == [[1, 2, 3], [4, 5]])
    #expect(reader.anomalyCount == 0)
  }

  @Test(arguments: [gzip, zstd])
  func `several members or frames are one capture`(
    compress: @Sendable ([UInt8]) -> [UInt8]
  ) throws {
    let bytes = compress(Array(Self.plain[..<30])) + compress(Array(Self.plain[30...]))
    let reader = try openCapture(bytes: bytes)
    #expect(packets(of: reader).count == 2)
    #expect(reader.anomalyCount == 0)
  }

  @Test(arguments: [gzip, zstd])
  func `a compressed stream that is cut anywhere is reported`(
    compress: @Sendable ([UInt8]) -> [UInt8]
  ) throws {
    let bytes = compress(Self.plain)
    for count in 0..<bytes.count {
      guard let reader = try? openCapture(bytes: Array(bytes[..<count])) else { continue }
      #expect(packets(of: reader).count <= 2)
      #expect(reader.anomalyCount == 1, "cut at \(count)")
    }
  }

  @Test func `damage inside the compressed bytes is reported after the good packets`() throws {
    var bytes = Self.gzip(Self.plain)
    bytes[bytes.count - 6] ^= 0xff  // The checksum.
    let reader = try openCapture(bytes: bytes)
    #expect(packets(of: reader).count == 2)
    #expect(reader.anomalyCount == 1)
    guard case .compressionDamaged? = reader.anomalies.first?.reason else {
      Issue.record("\(reader.anomalies)")
      return
    }
  }

  @Test(arguments: [
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "xz"), ([0x42, 0x5a, 0x68, 0x39, 0x31, 0x41], "bzip2"),
    ([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40], "lz4"),
  ])
  func `other compressions are named with a remedy`(magic: [UInt8], tool: String) {
    #expect {
      _ = try openCapture(bytes: magic + Array(repeating: 0, count: 40))
    } throws: { error in
      (error as? CaptureError)?.message.contains("pipe it through `\(tool) -dc`") == true
    }
  }
}
