import TestSupport
import Testing

@testable import PacketCapture

@Suite struct `A splittable capture` {
  /// Frames of up to so many bytes, 5 MB together.
  static func packets(upTo byteCount: Int) -> [CaptureFile.Packet] {
    (0..<10_000_000 / byteCount).map { number in
      let payload = Frame.tcp(1000, 80, payloadCount: number * 7_919 % (byteCount - 54))
      return CaptureFile.Packet(
        Frame.ethernet(Frame.ipv4("10.0.0.1", "10.0.0.2", payload)),
        time: UInt64(1_700_000_000_000_000_000 + number * 1_000_000))
    }
  }

  @Test(arguments: [CaptureFormat.pcap, .pcapng], [1_514, 60_000])
  func `gives every packet once, and is read once but for what records reach behind parts`(
    format: CaptureFormat, frameByteCount: Int
  ) throws {
    let packets = Self.packets(upTo: frameByteCount)
    var bytes = CaptureFile.Classic().file(packets)
    if format == .pcapng {
      let file = CaptureFile.Pcapng()
      bytes = (file.section() + file.interface()).array
      for packet in packets { bytes += file.packet(packet).array }
    }
    let file = try TemporaryCapture(bytes)
    defer { withExtendedLifetime(file) {} }
    let capture = try #require(SplittableCapture(path: file.path, options: .init()))
    #expect(capture.format == format)
    #expect(capture.partCount >= 5)
    let opening = capture.readByteCount
    let room = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: 64)
    defer { unsafe room.deallocate() }
    var hint = capture.initialState
    var packetCount = 0
    for number in 0..<capture.partCount {
      let part = try #require(
        capture.part(number, from: number == 0 ? capture.initialState : nil, hint: hint))
      #expect(number == 0 || part.start.isEquivalent(to: hint))
      while true {
        let count = unsafe part.read(into: room)
        if count == 0 { break }
        packetCount += count
      }
      if let end = part.endState { hint = end }
    }
    #expect(packetCount == packets.count)
    let most = UInt64(bytes.count + capture.partCount * max(4_096, frameByteCount))
    #expect((UInt64(bytes.count)...most).contains(capture.readByteCount - opening))
  }
}
